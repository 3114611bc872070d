//! Links that reset a password: only the SHA-256 of what is in the link is kept; each is taken once.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use uuid::Uuid;

stored! {
    /// A link.
    Reset in "sys_reset" {
        /// SHA-256 of the token in the link.
        hash: Vec<u8> = "hash",
        /// Whose password it resets.
        user: Uuid = "user_id",
        /// When it was made.
        created_at: DateTime<Utc> = "created_at",
        /// When it ends by itself.
        expires_at: DateTime<Utc> = "expires_at",
        /// When it was used or taken back.
        used_at: Option<DateTime<Utc>> = "used_at",
    }
}

/// Keeps a new link.
pub async fn insert(tx: &Tx, reset: &Reset) -> Result<()> {
    stored::insert(tx, std::slice::from_ref(reset), "").await.map(|_| ())
}

/// Whose password a link resets, while it may be used.
pub async fn find(tx: &Tx, hash: &[u8], now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let sql = "select user_id from sys_reset where hash = $1 and used_at is null and expires_at > $2";
    tx.row(sql, cells![tx.dialect(); hash, now]).await?.map(|row| row.get(0)).transpose()
}

/// Takes a link, once; whose password it resets.
pub async fn take(tx: &Tx, hash: &[u8], now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let sql = "update sys_reset set used_at = $2 where hash = $1 and used_at is null and expires_at > $2 \
               returning user_id";
    tx.row(sql, cells![tx.dialect(); hash, now]).await?.map(|row| row.get(0)).transpose()
}

/// Takes all links of a user back.
pub async fn revoke_all(tx: &Tx, user: Uuid, now: DateTime<Utc>) -> Result<()> {
    let sql = "update sys_reset set used_at = $2 where user_id = $1 and used_at is null";
    tx.execute_sql(sql, cells![tx.dialect(); user, now]).await.map(|_| ())
}

/// How many links of a user were made since an instant.
pub async fn made_since(tx: &Tx, user: Uuid, since: DateTime<Utc>) -> Result<i64> {
    let sql = "select count(*) from sys_reset where user_id = $1 and created_at > $2";
    tx.row(sql, cells![tx.dialect(); user, since]).await?.map_or(Ok(0), |row| row.get(0))
}

/// Removes those that ended before an instant.
pub async fn sweep(tx: &Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute_sql("delete from sys_reset where expires_at < $1", cells![tx.dialect(); before]).await
}
