//! Who follows a record.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use uuid::Uuid;

stored! {
    /// A person who follows a record.
    Follower in "sys_follower" {
        /// The object's full name.
        object: String = "object",
        /// The record.
        record: Uuid = "record",
        /// Who follows it.
        person: Uuid = "person",
        /// Since when.
        since: DateTime<Utc> = "since",
    }
}

/// Keeps that somebody follows a record; nothing happens where it is known.
pub async fn insert(tx: &Tx, follower: &Follower) -> Result<()> {
    stored::insert(tx, std::slice::from_ref(follower), "on conflict do nothing").await.map(|_| ())
}

/// Forgets it.
pub async fn delete(tx: &Tx, object: &str, record: Uuid, person: Uuid) -> Result<()> {
    let sql = "delete from sys_follower where object = $1 and record = $2 and person = $3";
    tx.execute_sql(sql, cells![tx.dialect(); object, record, person]).await.map(|_| ())
}

/// Who follows a record, the first follower first.
pub async fn list(tx: &Tx, object: &str, record: Uuid) -> Result<Vec<Follower>> {
    let rest = "where object = $1 and record = $2 order by since, person";
    stored::select(tx, rest, cells![tx.dialect(); object, record]).await
}

/// Removes the followers of a record that is purged.
pub async fn purge(tx: &Tx, object: &str, record: Uuid) -> Result<u64> {
    let sql = "delete from sys_follower where object = $1 and record = $2";
    tx.execute_sql(sql, cells![tx.dialect(); object, record]).await
}
