//! Field history: each change of each field, in the transaction of the change.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

stored! {
    /// One change of one field. Values are as on the wire; those of encrypted fields are masked.
    Change in "sys_history" {
        /// Its id, in the order of time.
        id: Uuid = "id",
        /// The object's full name.
        object: String = "object",
        /// The record.
        record: Uuid = "record",
        /// The record's version after the change.
        version: i64 = "version",
        /// The field.
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

/// Keeps changes.
pub async fn insert(tx: &Tx, changes: &[Change]) -> Result<()> {
    stored::insert(tx, changes, "").await.map(|_| ())
}

/// Changes of a record, newest first; `before` is the id of the last one of the page before.
pub async fn list(
    tx: &Tx,
    object: &str,
    record: Uuid,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Change>> {
    let rest = "where object = $1 and record = $2 and id < $3 order by id desc limit $4";
    let values = cells![tx.dialect(); object, record, before.unwrap_or(Uuid::max()), i64::from(limit)];
    stored::select(tx, rest, values).await
}

/// Removes the history of a record that is purged.
pub async fn purge(tx: &Tx, object: &str, record: Uuid) -> Result<u64> {
    let sql = "delete from sys_history where object = $1 and record = $2";
    tx.execute_sql(sql, cells![tx.dialect(); object, record]).await
}
