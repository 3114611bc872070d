//! Second factors: the shared secret of an authenticator app, sealed, and the hashes of recovery codes.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use uuid::Uuid;

stored! {
    /// An authenticator app.
    Factor in "sys_factor" {
        /// Whose it is.
        user: Uuid = "user_id",
        /// The shared secret, sealed.
        secret: String = "secret",
        /// When it was made.
        created_at: DateTime<Utc> = "created_at",
        /// When its first code was shown to be right; not in force before.
        confirmed_at: Option<DateTime<Utc>> = "confirmed_at",
        /// The time step of the last code that was taken: none is taken twice.
        last_step: i64 = "last_step",
    }
}

stored! {
    /// A code for when the app is lost.
    Recovery in "sys_recovery" {
        /// SHA-256 of the code.
        hash: Vec<u8> = "hash",
        /// Whose it is.
        user: Uuid = "user_id",
        /// When it was used.
        used_at: Option<DateTime<Utc>> = "used_at",
    }
}

/// The app of a user, in force or not.
pub async fn find(tx: &Tx, user: Uuid) -> Result<Option<Factor>> {
    stored::first(tx, "where user_id = $1", cells![tx.dialect(); user]).await
}

/// Keeps a new app that is not in force yet; `false` where one is in force.
pub async fn begin(tx: &Tx, factor: &Factor) -> Result<bool> {
    let then = "on conflict (user_id) do update set secret = excluded.secret, \
                created_at = excluded.created_at, last_step = excluded.last_step \
                where sys_factor.confirmed_at is null";
    Ok(stored::insert(tx, std::slice::from_ref(factor), then).await? == 1)
}

/// Takes the code of a time step, once; `false` for one that was taken, or an earlier one.
pub async fn take_step(tx: &Tx, user: Uuid, step: i64) -> Result<bool> {
    let sql = "update sys_factor set last_step = $2 where user_id = $1 and last_step < $2";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); user, step]).await? == 1)
}

/// Puts an app into force.
pub async fn confirm(tx: &Tx, user: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let sql = "update sys_factor set confirmed_at = $2 where user_id = $1 and confirmed_at is null";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); user, now]).await? == 1)
}

/// Removes the app and its recovery codes; whether there was one.
pub async fn remove(tx: &Tx, user: Uuid) -> Result<bool> {
    tx.execute_sql("delete from sys_recovery where user_id = $1", cells![tx.dialect(); user]).await?;
    let sql = "delete from sys_factor where user_id = $1";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); user]).await? == 1)
}

/// Puts these recovery codes in the place of all others.
pub async fn keep_codes(tx: &Tx, user: Uuid, hashes: Vec<Vec<u8>>) -> Result<()> {
    tx.execute_sql("delete from sys_recovery where user_id = $1", cells![tx.dialect(); user]).await?;
    let rows: Vec<Recovery> = hashes.into_iter().map(|hash| Recovery { hash, user, used_at: None }).collect();
    stored::insert(tx, &rows, "").await.map(|_| ())
}

/// Takes a recovery code, once.
pub async fn take_code(tx: &Tx, user: Uuid, hash: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let sql = "update sys_recovery set used_at = $3 where hash = $2 and user_id = $1 and used_at is null";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); user, hash, now]).await? == 1)
}

/// How many recovery codes are left.
pub async fn codes_left(tx: &Tx, user: Uuid) -> Result<i64> {
    let sql = "select count(*) from sys_recovery where user_id = $1 and used_at is null";
    tx.row(sql, cells![tx.dialect(); user]).await?.map_or(Ok(0), |row| row.get(0))
}
