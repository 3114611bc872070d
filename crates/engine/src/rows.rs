//! Rows of objects inside a transaction, read whole and without regard to rights: what the engine itself needs.

use crate::engine::Engine;
use crate::published::Published;
use catalog::{Field, Object, Stored, TitlePart};
use diagnostic::Result;
use expression::{Clock, CompareOperator, Expr, Kind, Path, Position, Root, Step, Type, Value};
use plan::read::{Bin, Bindings, Conditions};
use plan::{Row, Rows as RowSet};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use storage::Tx;
use storage::migrate::Means;
use storage::row;
use storage::secret::Secret;
use storage::select::Reading;
use uuid::Uuid;

/// Most rows of one look-up by value.
const MOST: u32 = 10_000;

/// Reads rows in one transaction.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// The transaction.
    pub tx: &'a Tx,
    /// The catalog, clock and key.
    pub reading: Reading<'a>,
}

impl<'a> Rows<'a> {
    /// Over this catalog.
    pub fn new(
        tx: &'a Tx,
        published: &'a Published,
        bindings: &'a Bindings,
        secret: Option<&'a Secret>,
    ) -> Rows<'a> {
        Rows { tx, reading: Reading { catalog: &published.catalog, bindings, secret } }
    }

    /// One row, in the bin or not.
    pub async fn load(&self, object: &Arc<Object>, id: Uuid) -> Result<Option<Row>> {
        row::load_row(self.tx, self.reading, object, id, false).await
    }

    /// As [`Rows::load`], while other writers of the row wait until this transaction ends.
    pub async fn load_to_write(&self, object: &Arc<Object>, id: Uuid) -> Result<Option<Row>> {
        row::load_row(self.tx, self.reading, object, id, true).await
    }

    /// Rows by id, in the bin or not.
    pub async fn load_all(&self, object: &Arc<Object>, ids: &[Uuid]) -> Result<Vec<Row>> {
        row::load_rows(self.tx, self.reading, object, ids, false).await
    }

    /// Live rows whose reference `via` is `id`, in their order.
    pub async fn referring(&self, object: &Arc<Object>, via: &str, id: Uuid) -> Result<Vec<Row>> {
        row::load_children(self.tx, self.reading, object, via, &[id]).await
    }

    /// The live row with these values.
    pub async fn find(&self, object: &Arc<Object>, key: &[(Arc<str>, Value)]) -> Result<Option<Row>> {
        match row::find_by_key(self.tx, self.reading, object, key, &RowSet::All).await?.first() {
            Some(id) => self.load(object, *id).await,
            None => Ok(None),
        }
    }

    /// Live rows whose field has this value.
    pub async fn having(&self, object: &Arc<Object>, field: &str, value: Value) -> Result<Vec<Row>> {
        let ids = self.ids_having(object, field, value, MOST).await?;
        self.load_all(object, &ids).await
    }

    /// The ids of live rows whose field has this value, some of them.
    pub async fn ids_having(
        &self,
        object: &Arc<Object>,
        field: &str,
        value: Value,
        most: u32,
    ) -> Result<Vec<Uuid>> {
        let Some(condition) = holds(object, field, value) else { return Ok(Vec::new()) };
        let conditions = Conditions { filter: Some(condition), access: RowSet::All, ..Conditions::default() };
        row::visible(self.tx, self.reading, object, &conditions, most).await
    }

    /// How many live rows have this value in a field.
    pub async fn count_having(&self, object: &Arc<Object>, field: &str, value: Value) -> Result<u64> {
        match holds(object, field, value) {
            Some(condition) => self.count_where(object, &condition).await,
            None => Ok(0),
        }
    }

    /// All rows, in the bin or not.
    pub async fn all_ids(&self, object: &Arc<Object>) -> Result<Vec<Uuid>> {
        let conditions = Conditions { access: RowSet::All, bin: Bin::Any, ..Conditions::default() };
        row::visible(self.tx, self.reading, object, &conditions, u32::MAX).await
    }

    /// The first live row: the record of a `single` object.
    pub async fn first(&self, object: &Arc<Object>) -> Result<Option<Row>> {
        let conditions = Conditions { access: RowSet::All, ..Conditions::default() };
        match row::visible(self.tx, self.reading, object, &conditions, 1).await?.first() {
            Some(id) => self.load(object, *id).await,
            None => Ok(None),
        }
    }

    /// Those of the rows that lie in a set, whether live or in the bin.
    pub async fn within(
        &self,
        object: &Arc<Object>,
        ids: &[Uuid],
        access: &RowSet,
        bin: Bin,
    ) -> Result<Vec<Uuid>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let conditions =
            Conditions { access: access.clone(), ids: Some(ids.to_vec()), bin, ..Conditions::default() };
        row::visible(self.tx, self.reading, object, &conditions, MOST).await
    }

    /// How many live rows meet a condition.
    pub async fn count_where(&self, object: &Arc<Object>, condition: &Expr) -> Result<u64> {
        let conditions =
            Conditions { filter: Some(condition.clone()), access: RowSet::All, ..Conditions::default() };
        Ok(storage::select::count(self.tx, self.reading, object, &conditions, None).await?.0)
    }

    /// How many live rows hold a value that the field's type does not take.
    pub async fn count_unfit(&self, object: &Arc<Object>, name: &str) -> Result<u64> {
        let Some(field) = object.field(name) else { return Ok(0) };
        let conditions = Conditions { access: RowSet::All, ..Conditions::default() };
        let ids = row::visible(self.tx, self.reading, object, &conditions, u32::MAX).await?;
        let mut unfit = 0;
        for ids in ids.chunks(500) {
            let rows = self.load_all(object, ids).await?;
            let values = rows.iter().map(|row| row.get(name)).filter(|value| !value.is_null());
            let (taken, refused): (Vec<&Value>, Vec<&Value>) = values.partition(|value| takes(field, value));
            unfit += refused.len();
            let mut referred: Vec<Uuid> = taken.iter().filter_map(|value| value.as_reference()).collect();
            if let (Type::Reference(Some(target)), false) = (&field.ty, referred.is_empty()) {
                let rows = referred.len();
                referred.sort();
                referred.dedup();
                let target = self.reading.catalog.objects.get(target);
                let there: HashSet<Uuid> = match target {
                    Some(target) => self.load_all(target, &referred).await?.iter().map(Row::id).collect(),
                    None => HashSet::new(),
                };
                let found = taken.iter().filter_map(|value| value.as_reference());
                unfit += rows - found.filter(|id| there.contains(id)).count();
            }
        }
        Ok(unfit as u64)
    }

    /// What records are called.
    pub async fn titles(&self, object: &Arc<Object>, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
        let rows = self.load_all(object, ids).await?;
        Ok(rows.iter().map(|row| (row.id(), title(row))).collect())
    }
}

/// `field == value`; nothing where there is no such field.
fn holds(object: &Object, field: &str, value: Value) -> Option<Expr> {
    let known = object.field(field)?;
    let at = Position::default();
    let step = Step { object: object.name.clone(), field: known.name.clone() };
    let path = Kind::Path(Path { root: Root::Row, steps: vec![step] });
    let left = Expr { kind: path, ty: known.ty.clone(), at };
    let right = Expr { kind: Kind::Literal(value), ty: known.ty.clone(), at };
    let kind = Kind::Compare(CompareOperator::Equal, Box::new(left), Box::new(right));
    Some(Expr { kind, ty: Type::Boolean, at })
}

/// Whether the field's type takes a value that is stored for it.
fn takes(field: &Field, value: &Value) -> bool {
    let kind = field.kind.kind();
    let shown = kind.render(value);
    let mut found = Vec::new();
    match kind.parse(&shown) {
        Ok(value) if !value.is_null() => kind.validate(&value, &mut found),
        _ => return false,
    }
    found.is_empty()
}

/// What a record is called, from its own columns.
pub fn title(row: &Row) -> String {
    let part = |part: &TitlePart| match part {
        TitlePart::Words(words) => words.clone(),
        TitlePart::Field(name) => {
            let field = row.object.field(name).filter(|f| matches!(f.stored, Stored::Column { .. }));
            let json = field.map(|f| f.kind.kind().render(row.get(name)));
            json.map_or(String::new(), |json| match json {
                serde_json::Value::String(text) => text,
                serde_json::Value::Null => String::new(),
                other => other.to_string(),
            })
        }
    };
    row.object.title.parts.iter().map(part).collect::<String>().trim().to_owned()
}

impl Engine {
    /// What a migration needs beside the database.
    pub(crate) fn means(&self) -> Means<'_> {
        Means { clock: Clock { now: self.now(), zone: self.site().time_zone }, secret: self.secret() }
    }

    /// Clock and zone for the engine's own reads: no user.
    pub(crate) fn own_bindings(&self) -> Bindings {
        let time_zone = self.site().time_zone_name.clone();
        Bindings { now: self.now(), time_zone, user: Arc::default() }
    }
}
