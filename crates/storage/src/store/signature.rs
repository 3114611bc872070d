//! Signatures of others that were taken: the same one is not taken twice.

use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;

/// Takes a signature, by a digest of it and of what it was for; `false` where it was taken before. Commits and is
/// rolled back with what the signed message causes.
pub async fn take(tx: &Tx, digest: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let sql = "insert into sys_signature (digest, at) values ($1, $2) on conflict (digest) do nothing";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); digest.to_vec(), now]).await? == 1)
}

/// Forgets those that were taken before an instant.
pub async fn sweep(tx: &Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute_sql("delete from sys_signature where at < $1", cells![tx.dialect(); before]).await
}
