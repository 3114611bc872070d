//! Events: what happened to records, committed with it, waiting for whoever acts on them. Nobody is told of them: every
//! write leaves some, and PostgreSQL lets commits that notify wait for one another. Who acts on events asks twice a second.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

/// Events that are removed at once: writers wait for it.
const SWEPT: i64 = 1000;

stored! {
    /// Something that happened.
    Event in "sys_event" {
        /// Its id, in the order of time.
        id: Uuid = "id",
        /// `created updated deleted restored moved` …
        kind: String = "kind",
        /// The object's full name.
        object: String = "object",
        /// The record.
        record: Option<Uuid> = "record",
        /// Who did it.
        actor: Option<Uuid> = "actor",
        /// When.
        at: DateTime<Utc> = "at",
        /// The changed fields, the move …
        payload: Json = "payload",
        /// The flows that led to it, outermost first: what keeps a flow from starting itself.
        chain: Json = "chain",
        /// When someone acted on it.
        handled_at: Option<DateTime<Utc>> = "handled_at",
    }
}

/// Keeps what happened.
pub async fn insert(tx: &Tx, events: &[Event]) -> Result<()> {
    tx.saw(events);
    stored::insert(tx, events, "").await.map(drop)
}

/// Keeps what happened, with other rows.
pub async fn insert_together(tx: &Tx, together: &mut stored::Together, events: &[Event]) -> Result<()> {
    tx.saw(events);
    together.insert(tx, events).await
}

/// Whether anything happened that nobody acted on yet.
pub async fn is_open(tx: &Tx) -> Result<bool> {
    Ok(tx.row("select 1 from sys_event where handled_at is null limit 1", Vec::new()).await?.is_some())
}

/// Events nobody acted on yet, oldest first, locked until the transaction ends.
pub async fn open(tx: &Tx, limit: u32) -> Result<Vec<Event>> {
    let rest = format!("where handled_at is null order by id limit $1{}", tx.dialect().skip_locked());
    stored::select(tx, &rest, cells![tx.dialect(); i64::from(limit)]).await
}

/// Says that an event was acted on.
pub async fn handled(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let sql = "update sys_event set handled_at = $2 where id = $1";
    tx.execute_sql(sql, cells![tx.dialect(); id, now]).await.map(|_| ())
}

/// Removes some events from before an instant, whether anybody acted on them or not; answers how many.
pub async fn sweep(tx: &Tx, before: DateTime<Utc>) -> Result<u64> {
    // Ids are in the order of time. The last bits of the least id of an instant are nothing.
    let milliseconds = u64::try_from(before.timestamp_millis()).unwrap_or(0);
    let least = uuid::Builder::from_unix_timestamp_millis(milliseconds, &[0; 10]).into_uuid();
    let sql =
        "delete from sys_event where id in (select id from sys_event where id < $1 order by id limit $2)";
    tx.execute_sql(sql, cells![tx.dialect(); least, SWEPT]).await
}
