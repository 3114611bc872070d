//! Entries that were kept long enough go. What is left begins at an anchor: the place and the seal of the last entry
//! that went.

use super::pen::{Pen, SEAL};
use super::seal::{ANCHOR, End};
use super::{Entry, insert, seal};
use crate::error::internal;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Result};
use serde_json::json;
use uuid::Uuid;

/// How many went, and up to which place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Entries.
    pub entries: u64,
    /// The last place that went; 0 where none ever did.
    pub through: i64,
}

/// Removes the sealed entries before the first one that is not older than `before`, and puts that on record. Whoever
/// calls it has verified the chain first.
///
/// # Errors
/// `invalid_configuration` without the key.
pub async fn prune(
    tx: &Tx,
    pen: &Pen,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    by: Option<Uuid>,
) -> Result<Pruned> {
    // Holds the head, so that nobody seals meanwhile.
    seal::seal(tx, pen).await?;
    let Pen::Keyed(secret) = pen else {
        let reason = "the key of encrypted fields is needed, under which the trail was written";
        return Err(Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason)));
    };
    let dialect = tx.dialect();
    let sql = "select sealed_number, seal from sys_audit where sealed_number < coalesce((select min(sealed_number) \
               from sys_audit where at >= $1 and sealed_number is not null), 9223372036854775807) \
               order by sealed_number desc limit 1";
    let Some(last) = tx.row(sql, cells![dialect; before]).await? else { return Ok(Pruned::default()) };
    let (number, sealed): (i64, Option<Vec<u8>>) = (last.get(0)?, last.get(1)?);
    let sealed: [u8; SEAL] = sealed
        .and_then(|sealed| sealed.try_into().ok())
        .ok_or_else(|| internal("pruning the audit trail", "an entry has no seal"))?;
    let newest = "select id from sys_audit where sealed_number <= $1 order by id desc limit 1";
    let newest = tx.row(newest, cells![dialect; number]).await?;
    let newest: Uuid = newest.map_or(Ok(Uuid::nil()), |row| row.get(0))?;
    let entries =
        tx.execute_sql("delete from sys_audit where sealed_number <= $1", cells![dialect; number]).await?;
    End { number, seal: sealed, last: newest }.write(tx, secret, ANCHOR).await?;
    let told = Entry {
        id: Uuid::now_v7(),
        at: now,
        actor: by,
        kind: "audit.pruned".to_owned(),
        object: None,
        record: None,
        request: None,
        detail: json!({"entries": entries, "through": number, "before": before}),
    };
    insert(tx, pen, &[told]).await?;
    Ok(Pruned { entries, through: number })
}
