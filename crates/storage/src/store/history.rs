//! Field history: each change of each field, in the transaction of the change. One row holds the changes of
//! one write of one record, so that a new record of thirty fields costs one row.

use super::stored;
use crate::codec::Cell;
use crate::error::internal;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

stored! {
    /// A row: one change of one field, or several of one write as a list `[field, old, new]` in `new`.
    Row in "sys_history" {
        /// Its id, in the order of time.
        id: Uuid = "id",
        /// The object's full name.
        object: String = "object",
        /// The record.
        record: Uuid = "record",
        /// The record's version after the change.
        version: i64 = "version",
        /// The field; [`SEVERAL`] where there are several.
        field: String = "field",
        /// The value before.
        old: Option<Json> = "old",
        /// The value after.
        new: Option<Json> = "new",
        /// When.
        at: DateTime<Utc> = "at",
        /// Who.
        by: Option<Uuid> = "by_user",
    }
}

/// Stands in the place of a field's name where a row holds several changes.
const SEVERAL: &str = "";

/// Rows looked at together when a history is rewritten.
const BATCH: i64 = 500;

/// One write of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The object's full name.
    pub object: String,
    /// The record.
    pub record: Uuid,
    /// The record's version after the write.
    pub version: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Option<Uuid>,
    /// What it changed, in order. Values are as on the wire; those of encrypted fields are masked.
    pub changes: Vec<Changed>,
}

/// One field that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The field.
    pub field: String,
    /// The value before.
    pub old: Option<Json>,
    /// The value after.
    pub new: Option<Json>,
}

/// One change of one field, as it is listed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its place in the order of time.
    pub id: Uuid,
    /// The record's version after the change.
    pub version: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Option<Uuid>,
    /// The field and its values.
    pub changed: Changed,
}

/// Keeps what writes changed; a write that changed nothing leaves nothing. Answers the rows it made.
pub async fn insert(tx: &Tx, entries: &[Entry]) -> Result<Vec<Row>> {
    let rows = rows_of(entries);
    stored::insert(tx, &rows, "").await?;
    Ok(rows)
}

/// The rows that keep what writes changed.
pub fn rows_of(entries: &[Entry]) -> Vec<Row> {
    entries.iter().filter_map(row).collect()
}

/// Rows by their ids; those that are gone are left out.
pub async fn rows(tx: &Tx, ids: &[Uuid]) -> Result<Vec<Row>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|place| format!("${place}")).collect();
    let values = ids.iter().map(|id| id.cell(tx.dialect())).collect();
    stored::select(tx, &format!("where id in ({})", places.join(", ")), values).await
}

fn row(entry: &Entry) -> Option<Row> {
    let (field, old, new) = match entry.changes.as_slice() {
        [] => return None,
        [one] => (one.field.clone(), one.old.clone(), one.new.clone()),
        several => (SEVERAL.to_owned(), None, Some(packed(several))),
    };
    // The changes of a row are told apart by the end of its id.
    let id = Uuid::from_u128(Uuid::now_v7().as_u128() & !0xffff);
    let Entry { record, version, at, by, .. } = *entry;
    Some(Row { id, object: entry.object.clone(), record, version, field, old, new, at, by })
}

fn packed(changes: &[Changed]) -> Json {
    changes.iter().map(|change| serde_json::json!([change.field, change.old, change.new])).collect()
}

impl Row {
    /// The changes it holds, in order.
    ///
    /// # Errors
    /// `internal` for a row that is not what was written.
    pub fn changes(&self) -> Result<Vec<Changed>> {
        if self.field != SEVERAL {
            let (field, old, new) = (self.field.clone(), self.old.clone(), self.new.clone());
            return Ok(vec![Changed { field, old, new }]);
        }
        let list: Vec<(String, Option<Json>, Option<Json>)> =
            serde_json::from_value(self.new.clone().unwrap_or_default())
                .map_err(|error| internal("reading a history", &error))?;
        Ok(list.into_iter().map(|(field, old, new)| Changed { field, old, new }).collect())
    }
}

/// Writes of a record, newest first, each with all that it changed.
pub async fn writes(
    tx: &Tx,
    object: &str,
    record: Uuid,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Row>> {
    let rest = "where object = $1 and record = $2 and id < $3 order by id desc limit $4";
    let before = before.unwrap_or(Uuid::max());
    stored::select(tx, rest, cells![tx.dialect(); object, record, before, i64::from(limit)]).await
}

/// Changes of a record, newest first; `before` is the id of the last one of the page before. Fewer than `limit`
/// are the last ones.
pub async fn list(
    tx: &Tx,
    object: &str,
    record: Uuid,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Change>> {
    let mut found = Vec::new();
    let rows = writes(tx, object, record, before, limit).await?;
    let before = before.unwrap_or(Uuid::max());
    for row in rows {
        for (place, changed) in row.changes()?.into_iter().enumerate().rev() {
            let id = Uuid::from_u128(row.id.as_u128() + place as u128);
            if id < before && found.len() < limit as usize {
                found.push(Change { id, version: row.version, at: row.at, by: row.by, changed });
            }
        }
    }
    Ok(found)
}

/// Removes the history of a record that is purged.
pub async fn purge(tx: &Tx, object: &str, record: Uuid) -> Result<u64> {
    let sql = "delete from sys_history where object = $1 and record = $2";
    tx.execute_sql(sql, cells![tx.dialect(); object, record]).await
}

/// What one round of rewriting did.
pub(crate) struct Rewritten {
    /// Where the next round begins.
    pub after: (Uuid, Uuid),
    /// Rows as they are now.
    pub changed: Vec<Row>,
    /// Rows that are gone.
    pub forgotten: Vec<Uuid>,
}

/// Replaces the values that the next rows of an object's history hold of some fields by what `mask` makes of their
/// text; where it makes nothing, the change is forgotten. `None` behind the last row.
pub(crate) async fn rewrite(
    tx: &Tx,
    object: &str,
    fields: &[String],
    mask: &(dyn Fn(&str) -> Option<String> + Send + Sync),
    after: (Uuid, Uuid),
) -> Result<Option<Rewritten>> {
    let rest = "where object = $1 and (record, id) > ($2, $3) order by record, id limit $4";
    let values = cells![tx.dialect(); object, after.0, after.1, BATCH];
    let rows = stored::select::<Row>(tx, rest, values).await?;
    let Some(last) = rows.last() else { return Ok(None) };
    let mut done = Rewritten { after: (last.record, last.id), changed: Vec::new(), forgotten: Vec::new() };
    for mut row in rows {
        let before = row.changes()?;
        let changes: Vec<Changed> = before.iter().filter_map(|change| masked(change, fields, mask)).collect();
        if changes == before {
            continue;
        }
        if changes.is_empty() {
            tx.execute_sql("delete from sys_history where id = $1", cells![tx.dialect(); row.id]).await?;
            done.forgotten.push(row.id);
            continue;
        }
        // A row keeps its form: its changes keep their places in the order.
        (row.old, row.new) = match changes.as_slice() {
            [one] if row.field != SEVERAL => (one.old.clone(), one.new.clone()),
            several => (None, Some(packed(several))),
        };
        let sql = "update sys_history set old = $1, new = $2 where id = $3";
        let dialect = tx.dialect();
        let values = vec![row.old.clone().cell(dialect), row.new.clone().cell(dialect), row.id.cell(dialect)];
        tx.execute_sql(sql, values).await?;
        done.changed.push(row);
    }
    Ok(Some(done))
}

fn masked(
    change: &Changed,
    fields: &[String],
    mask: &(dyn Fn(&str) -> Option<String> + Send + Sync),
) -> Option<Changed> {
    if !fields.contains(&change.field) {
        return Some(change.clone());
    }
    // Nothing stays nothing; what is no text has no ends that could be shown.
    let value = |value: &Option<Json>| match value {
        None | Some(Json::Null) => Some(None),
        Some(Json::String(text)) => mask(text).map(|text| Some(Json::from(text))),
        Some(other) => mask(&other.to_string()).map(|_| Some(Json::from("****"))),
    };
    // What is forgotten is forgotten in full.
    mask("")?;
    Some(Changed { field: change.field.clone(), old: value(&change.old)?, new: value(&change.new)? })
}
