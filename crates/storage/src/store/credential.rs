//! Password hashes, apart from the records of users so that no field right can ever show one.

use super::stored;
use crate::{Tx, cells, watch};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use uuid::Uuid;

stored! {
    /// How a user signs in.
    Credential in "sys_credential" {
        /// Whose it is.
        user: Uuid = "user_id",
        /// The argon2 hash in its text form.
        hash: String = "hash",
        /// A one-time password: to be changed before anything else.
        must_change: bool = "must_change",
        /// When it was set.
        changed_at: DateTime<Utc> = "changed_at",
    }
}

/// Sets a user's password. (The columns for failures are of the first version; attempts are counted by login now.)
pub async fn set(tx: &Tx, user: Uuid, hash: &str, must_change: bool, now: DateTime<Utc>) -> Result<()> {
    let sql = "insert into sys_credential (user_id, hash, must_change, changed_at, failures) \
               values ($1, $2, $3, $4, 0) on conflict (user_id) do update set hash = excluded.hash, \
               must_change = excluded.must_change, changed_at = excluded.changed_at, failures = 0, \
               locked_until = null";
    tx.execute_sql(sql, cells![tx.dialect(); user, hash, must_change, now]).await?;
    watch::rights_changed(tx).await
}

/// A user's password, if one was ever set.
pub async fn find(tx: &Tx, user: Uuid) -> Result<Option<Credential>> {
    stored::first(tx, "where user_id = $1", cells![tx.dialect(); user]).await
}
