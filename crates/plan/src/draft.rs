//! What a write is before it is finished: rows as they will be, and what the caller gave.

use crate::facts::{KeyLookup, RecordKey, Referring};
use crate::row::Row;
use crate::write::Operation;
use catalog::Object;
use diagnostic::Diagnostic;
use expression::Value;
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// A write in the making. `rows[0]` is the record the request is about; its children and what a deletion
/// pulls along follow it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The rows that may be written.
    pub rows: Vec<RowDraft>,
    /// What the request is.
    pub intent: Intent,
    index: HashMap<RecordKey, usize>,
    pub(crate) precondition: Precondition,
    pub(crate) stage: Stage,
    /// Deleted or restored rows whose referrers are in the draft already, by place.
    pub(crate) pulled: HashSet<usize>,
    /// References that forbid the deletion of what they refer to, unless their own record goes with it.
    pub(crate) restricting: Vec<Referring>,
    /// What the caller sent along with a move, for the flow that approves it.
    pub(crate) sent: Json,
    /// Findings about keys, children and references, told together once all of them are looked up.
    pub(crate) found: Vec<Diagnostic>,
}

/// What a request is.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// A new record.
    Create,
    /// A change.
    Update,
    /// Into the recycle bin.
    Delete,
    /// For good.
    Purge,
    /// Out of the recycle bin.
    Restore,
    /// A state transition.
    Move {
        /// Its name.
        name: Arc<str>,
        /// Its workflow has approved it: it is made now.
        approved: bool,
    },
}

/// What the caller says about the version it saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    #[default]
    Absent,
    /// `If-Match` with this version.
    Version(i64),
    /// The engine itself writes: even strict objects take it.
    Waived,
}

/// How far a draft has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// As the caller sent it.
    Parsed,
    /// Stored rows are there, and may be written.
    Loaded,
    /// Children are rows, keys are ids.
    Applied,
    /// Owner, filled and default values are set; hooks may run.
    Ready,
}

/// One row of a draft.
#[derive(Clone, Debug)]
pub struct RowDraft {
    /// The object.
    pub object: Arc<Object>,
    /// The record.
    pub id: Uuid,
    /// What happens to it.
    pub operation: Operation,
    /// As it is stored; `None` for a new one.
    pub before: Option<Row>,
    /// As it will be.
    pub row: Row,
    /// The row it is a child of, by its place in the draft.
    pub parent: Option<usize>,
    /// Where it stands in the request: `lines[2].`, empty for the record itself.
    pub path: String,
    /// Fields whose value someone gave (caller, hook, move), by index: no default replaces it.
    pub given: HashSet<usize>,
    /// Of these, the ones the caller of the request gave: what it refers to must be visible to it.
    pub(crate) by_caller: HashSet<usize>,
    /// Changed by the engine itself (a reference cleared by a deletion): no rules, no rights.
    pub(crate) mechanical: bool,
    pub(crate) input: Input,
}

/// A row's values as the caller sent them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    pub values: Vec<(usize, Given)>,
    pub children: Vec<(usize, ChildrenInput)>,
    pub links: Vec<LinkInput>,
}

/// A value, or how to find it.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    Value(Value),
    Key(KeyLookup),
}

/// Children of one field.
#[derive(Clone, Debug)]
pub(crate) enum ChildrenInput {
    /// These, and no others.
    Replace(Vec<ChildInput>),
    /// Some are added, changed, removed.
    Patch { create: Vec<ChildInput>, update: Vec<ChildInput>, delete: Vec<(Uuid, String)> },
}

/// One child.
#[derive(Clone, Debug)]
pub(crate) struct ChildInput {
    pub id: Option<Uuid>,
    pub path: String,
    pub input: Input,
}

/// The pairs of one many-to-many relation.
#[derive(Clone, Debug)]
pub(crate) struct LinkInput {
    pub field: usize,
    pub pairs: Vec<(Given, Vec<Value>, String)>,
    pub remove: Option<Vec<Uuid>>,
}

impl Draft {
    pub(crate) fn new(intent: Intent, precondition: Precondition, root: RowDraft) -> Draft {
        let mut draft = Draft {
            rows: Vec::new(),
            intent,
            index: HashMap::new(),
            precondition,
            stage: Stage::Parsed,
            pulled: HashSet::new(),
            restricting: Vec::new(),
            sent: Json::Null,
            found: Vec::new(),
        };
        draft.push(root);
        draft
    }

    pub(crate) fn push(&mut self, row: RowDraft) -> usize {
        let place = self.rows.len();
        self.index.insert((row.object.name.clone(), row.id), place);
        self.rows.push(row);
        place
    }

    /// The record the request is about.
    pub fn root(&self) -> &RowDraft {
        &self.rows[0]
    }

    /// The place of a record in the draft, if it has one.
    pub(crate) fn place(&self, object: &Arc<str>, id: Uuid) -> Option<usize> {
        self.index.get(&(object.clone(), id)).copied()
    }

    /// The draft of a record, if it has one.
    pub fn drafted(&self, object: &Arc<str>, id: Uuid) -> Option<&RowDraft> {
        self.index.get(&(object.clone(), id)).map(|place| &self.rows[*place])
    }

    /// A record as it will be, if it has a draft.
    pub fn row(&self, object: &Arc<str>, id: Uuid) -> Option<&Row> {
        self.drafted(object, id)
            .filter(|drafted| drafted.operation == Operation::Insert || drafted.before.is_some())
            .map(|drafted| &drafted.row)
    }

    /// Whether the record of that id is created by this draft.
    pub fn is_new(&self, id: Uuid) -> bool {
        self.rows.iter().any(|row| row.id == id && row.operation == Operation::Insert)
    }
}

impl RowDraft {
    pub(crate) fn insert(object: Arc<Object>, id: Uuid, path: String, input: Input) -> RowDraft {
        let mut row = Row::empty(object.clone());
        row.set("id", Value::Reference(id));
        RowDraft { row, before: None, ..RowDraft::blank(object, id, Operation::Insert, path, input) }
    }

    pub(crate) fn change(operation: Operation, before: Row, path: String, input: Input) -> RowDraft {
        let (object, id) = (before.object.clone(), before.id());
        RowDraft {
            row: before.clone(),
            before: Some(before),
            ..RowDraft::blank(object, id, operation, path, input)
        }
    }

    /// A stored record that has not been read yet.
    pub(crate) fn unread(object: Arc<Object>, id: Uuid, operation: Operation, input: Input) -> RowDraft {
        RowDraft::blank(object, id, operation, String::new(), input)
    }

    fn blank(object: Arc<Object>, id: Uuid, operation: Operation, path: String, input: Input) -> RowDraft {
        RowDraft {
            row: Row::empty(object.clone()),
            object,
            id,
            operation,
            before: None,
            parent: None,
            path,
            given: HashSet::new(),
            by_caller: HashSet::new(),
            mechanical: false,
            input,
        }
    }

    /// Whether the engine itself changes the row: no hook runs for it.
    pub fn is_mechanical(&self) -> bool {
        self.mechanical
    }

    /// Whether the record is live afterwards.
    pub fn stays(&self) -> bool {
        !matches!(self.operation, Operation::Delete | Operation::Purge)
    }

    /// Whether the field's value differs from the stored one.
    pub fn changes(&self, index: usize) -> bool {
        match &self.before {
            Some(before) => before.values.get(index) != self.row.values.get(index),
            None => self.row.values.get(index).is_some_and(|value| !value.is_null()),
        }
    }

    /// Sets a value as hooks, moves and flows do: no default replaces it.
    pub fn assign(&mut self, index: usize, value: Value) {
        if let Some(place) = self.row.values.get_mut(index) {
            *place = value;
            self.given.insert(index);
        }
    }
}
