//! Mails about records, as their timelines tell of them.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

stored! {
    /// A mail about a record.
    Mail in "sys_mail" {
        /// The effect that sends it; in the order of time.
        id: Uuid = "id",
        /// The object's full name.
        object: String = "object",
        /// The record.
        record: Uuid = "record",
        /// What the payload is sealed for.
        kind: String = "kind",
        /// To whom and about what.
        payload: Json = "payload",
        /// Who caused it.
        by: Option<Uuid> = "by_user",
        /// When it was written.
        at: DateTime<Utc> = "at",
    }
}

/// Keeps that a mail was written.
pub async fn insert(tx: &Tx, mail: &Mail) -> Result<()> {
    stored::insert(tx, std::slice::from_ref(mail), "").await.map(drop)
}

/// The mail that an effect sends, where it is about a record.
pub async fn find(tx: &Tx, effect: Uuid) -> Result<Option<Mail>> {
    stored::first(tx, "where id = $1", cells![tx.dialect(); effect]).await
}

/// Mails about a record, newest first.
pub async fn list(
    tx: &Tx,
    object: &str,
    record: Uuid,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Mail>> {
    let rest = "where object = $1 and record = $2 and id < $3 order by id desc limit $4";
    let before = before.unwrap_or(Uuid::max());
    stored::select(tx, rest, cells![tx.dialect(); object, record, before, i64::from(limit)]).await
}

/// Removes the mails about a record that is purged.
pub async fn purge(tx: &Tx, object: &str, record: Uuid) -> Result<u64> {
    let sql = "delete from sys_mail where object = $1 and record = $2";
    tx.execute_sql(sql, cells![tx.dialect(); object, record]).await
}
