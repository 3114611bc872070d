//! Failed sign-ins, by the hash of what was given as login: whether anybody has that login makes no difference
//! to what is read and written, so that neither the answer nor its time tells.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Duration, Utc};
use diagnostic::Result;

stored! {
    /// How signing in with a login went lately.
    Attempt in "sys_attempt" {
        /// SHA-256 of the login in small letters.
        login: Vec<u8> = "login",
        /// Failures in a row.
        failures: i64 = "failures",
        /// The last of them.
        last_at: DateTime<Utc> = "last_at",
        /// Nobody is heard until then.
        locked_until: Option<DateTime<Utc>> = "locked_until",
    }
}

/// After how many failures a login rests, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct LockOut {
    /// Failures in a row.
    pub after: i64,
    /// How long it rests.
    pub rest: Duration,
    /// Failures longer ago than this are forgotten.
    pub forget: Duration,
}

/// What is known of a login.
pub async fn find(tx: &Tx, login: &[u8]) -> Result<Option<Attempt>> {
    stored::first(tx, "where login = $1", cells![tx.dialect(); login]).await
}

/// Counts a failure; answers whether the login rests from now on.
pub async fn failed(tx: &Tx, login: &[u8], rule: LockOut, now: DateTime<Utc>) -> Result<bool> {
    let sql = "insert into sys_attempt (login, failures, last_at) values ($1, 1, $2) \
               on conflict (login) do update set last_at = excluded.last_at, \
               failures = case when sys_attempt.last_at < $3 then 1 else sys_attempt.failures + 1 end \
               returning failures";
    let row = tx.row(sql, cells![tx.dialect(); login, now, now - rule.forget]).await?;
    let failures: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    if failures == 0 || failures % rule.after != 0 {
        return Ok(false);
    }
    let sql = "update sys_attempt set locked_until = $2 where login = $1";
    tx.execute_sql(sql, cells![tx.dialect(); login, now + rule.rest]).await?;
    Ok(true)
}

/// Forgets failures after it went well.
pub async fn clear(tx: &Tx, login: &[u8]) -> Result<()> {
    let sql = "delete from sys_attempt where login = $1";
    tx.execute_sql(sql, cells![tx.dialect(); login]).await.map(|_| ())
}

/// Removes what is older than an instant.
pub async fn sweep(tx: &Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute_sql("delete from sys_attempt where last_at < $1", cells![tx.dialect(); before]).await
}
