//! What a plan must know of the database, asked for step by step: [`Needs`] go out, [`Facts`] come in.

use crate::row::Row;
use expression::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// A record by its object's full name and its id.
pub type RecordKey = (Arc<str>, Uuid);

/// The pairs of a many-to-many field: object, field, record.
pub type PairsKey = (Arc<str>, Arc<str>, Uuid);

/// One pair: target, position, values of its attributes in the order of `Link::attributes`.
pub type Pair = (Uuid, i64, Vec<Value>);

/// The rows of an object whose reference `field` is `id`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Referring {
    /// The referring object.
    pub object: Arc<str>,
    /// Its reference.
    pub field: Arc<str>,
    /// What it refers to.
    pub id: Uuid,
    /// Rows in the recycle bin instead of live ones.
    pub deleted: bool,
}

/// A live record by the values of some of its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyLookup {
    /// The object.
    pub object: Arc<str>,
    /// Field and value, all of which must be equal.
    pub values: Vec<(Arc<str>, Value)>,
}

/// What may change while a flow runs about a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Lock {
    /// Everything.
    #[default]
    None,
    /// Nothing.
    All,
    /// Everything but these fields.
    Fields(Vec<Arc<str>>),
}

/// What must be read before the plan can go on. All at once, in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// Whole rows by id, deleted ones included.
    pub rows: BTreeSet<RecordKey>,
    /// All rows that refer to a record, by `position` where they have one, else by id.
    pub referring: BTreeSet<Referring>,
    /// Whether there is one such row.
    pub exists: BTreeSet<Referring>,
    /// All pairs of many-to-many fields, in their order.
    pub pairs: BTreeSet<PairsKey>,
    /// The ids behind natural keys.
    pub keys: Vec<KeyLookup>,
    /// What running flows lock, by the id of the instance in the record's `flow` field.
    pub locks: BTreeSet<Uuid>,
}

impl Needs {
    /// Whether nothing is needed.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.referring.is_empty()
            && self.exists.is_empty()
            && self.pairs.is_empty()
            && self.keys.is_empty()
            && self.locks.is_empty()
    }

    /// Adds what another part needs.
    pub fn add(&mut self, other: Needs) {
        self.rows.extend(other.rows);
        self.referring.extend(other.referring);
        self.exists.extend(other.exists);
        self.pairs.extend(other.pairs);
        self.locks.extend(other.locks);
        for key in other.keys {
            self.key(key);
        }
    }

    pub(crate) fn key(&mut self, key: KeyLookup) {
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }
}

/// What has been read, in the transaction that will write.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    rows: HashMap<RecordKey, Option<Row>>,
    referring: HashMap<Referring, Vec<Row>>,
    exists: HashMap<Referring, bool>,
    pairs: HashMap<PairsKey, Vec<Pair>>,
    keys: Vec<(KeyLookup, Option<Uuid>)>,
    locks: HashMap<Uuid, Lock>,
}

impl Facts {
    /// A row by id, or that there is none.
    pub fn add_row(&mut self, object: Arc<str>, id: Uuid, row: Option<Row>) {
        self.rows.insert((object, id), row);
    }

    /// All rows that refer to a record. They count as read by id, too.
    pub fn add_referring(&mut self, referring: Referring, rows: Vec<Row>) {
        for row in &rows {
            self.rows.insert((row.object.name.clone(), row.id()), Some(row.clone()));
        }
        self.referring.insert(referring, rows);
    }

    /// Whether a row refers to a record.
    pub fn add_exists(&mut self, referring: Referring, exists: bool) {
        self.exists.insert(referring, exists);
    }

    /// All pairs of a many-to-many field.
    pub fn add_pairs(&mut self, key: PairsKey, pairs: Vec<Pair>) {
        self.pairs.insert(key, pairs);
    }

    /// The id behind a natural key.
    pub fn add_key(&mut self, key: KeyLookup, id: Option<Uuid>) {
        self.keys.push((key, id));
    }

    /// What a running flow locks.
    pub fn add_lock(&mut self, instance: Uuid, lock: Lock) {
        self.locks.insert(instance, lock);
    }

    pub(crate) fn row(&self, key: &RecordKey) -> Option<Option<&Row>> {
        self.rows.get(key).map(Option::as_ref)
    }

    pub(crate) fn rows_referring(&self, referring: &Referring) -> Option<&[Row]> {
        self.referring.get(referring).map(Vec::as_slice)
    }

    pub(crate) fn exists(&self, referring: &Referring) -> Option<bool> {
        self.exists.get(referring).copied()
    }

    pub(crate) fn pairs(&self, key: &PairsKey) -> Option<&[Pair]> {
        self.pairs.get(key).map(Vec::as_slice)
    }

    pub(crate) fn key(&self, key: &KeyLookup) -> Option<Option<Uuid>> {
        self.keys.iter().find(|(known, _)| known == key).map(|(_, id)| *id)
    }

    pub(crate) fn lock(&self, instance: Uuid) -> Option<&Lock> {
        self.locks.get(&instance)
    }
}
