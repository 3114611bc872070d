//! The audit trail. Rows commit unchained with what they tell of; a sealer chains committed rows afterwards.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

stored! {
    /// Something that someone did.
    Entry in "sys_audit" {
        /// Its id, in the order of time.
        id: Uuid = "id",
        /// When.
        at: DateTime<Utc> = "at",
        /// Who; `None` for the system.
        actor: Option<Uuid> = "actor",
        /// `session.opened`, `record.exported`, `catalog.published` …
        kind: String = "kind",
        /// The object's full name.
        object: Option<String> = "object",
        /// The record.
        record: Option<Uuid> = "record",
        /// The request's number in the log.
        request: Option<String> = "request",
        /// The rest.
        detail: Json = "detail",
    }
}

/// Keeps entries with what they tell of.
pub async fn insert(tx: &Tx, entries: &[Entry]) -> Result<()> {
    stored::insert(tx, entries, "").await.map(|_| ())
}

/// Entries, newest first; `before` is the id of the last one of the page before.
pub async fn list(tx: &Tx, before: Option<Uuid>, limit: u32) -> Result<Vec<Entry>> {
    let values = cells![tx.dialect(); before.unwrap_or(Uuid::max()), i64::from(limit)];
    stored::select(tx, "where id < $1 order by id desc limit $2", values).await
}
