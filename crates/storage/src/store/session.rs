//! Sessions of browsers and tokens of programs. Only the SHA-256 of a token is kept.

use super::stored;
use crate::{Tx, cells, watch};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use uuid::Uuid;

stored! {
    /// A session or token.
    Session in "sys_session" {
        /// Its id, by which it is listed and revoked.
        id: Uuid = "id",
        /// SHA-256 of the token.
        token: Vec<u8> = "token",
        /// Whose it is.
        user: Uuid = "user_id",
        /// `session` or `api`.
        kind: String = "kind",
        /// The roles it is limited to; `None` for all of the user's.
        roles: Option<Vec<String>> = "roles",
        /// What its owner calls it.
        label: Option<String> = "label",
        /// When it was made.
        created_at: DateTime<Utc> = "created_at",
        /// When it ends by itself.
        expires_at: Option<DateTime<Utc>> = "expires_at",
        /// When it was last used, to the minute or so.
        last_used_at: DateTime<Utc> = "last_used_at",
        /// The address it was opened from.
        address: Option<String> = "address",
        /// What opened it called itself.
        agent: Option<String> = "agent",
    }
}

/// Keeps a new one.
pub async fn insert(tx: &Tx, session: &Session) -> Result<()> {
    stored::insert(tx, std::slice::from_ref(session), "").await.map(|_| ())
}

/// The one with this SHA-256 of its token, unless it has ended.
pub async fn find(tx: &Tx, token: &[u8], now: DateTime<Utc>) -> Result<Option<Session>> {
    let rest = "where token = $1 and (expires_at is null or expires_at > $2)";
    stored::first(tx, rest, cells![tx.dialect(); token, now]).await
}

/// Those of a user, newest first.
pub async fn list(tx: &Tx, user: Uuid) -> Result<Vec<Session>> {
    stored::select(tx, "where user_id = $1 order by id desc", cells![tx.dialect(); user]).await
}

/// Remembers that it was used, and until when it lives therefore.
pub async fn touch(tx: &Tx, id: Uuid, now: DateTime<Utc>, expires_at: Option<DateTime<Utc>>) -> Result<()> {
    let sql = "update sys_session set last_used_at = $2, expires_at = $3 where id = $1 and last_used_at < $2";
    tx.execute_sql(sql, cells![tx.dialect(); id, now, expires_at]).await.map(|_| ())
}

/// Ends one of a user; whether there was one.
pub async fn revoke(tx: &Tx, user: Uuid, id: Uuid) -> Result<bool> {
    let sql = "delete from sys_session where user_id = $1 and id = $2";
    let ended = tx.execute_sql(sql, cells![tx.dialect(); user, id]).await? > 0;
    if ended {
        watch::rights_changed(tx).await?;
    }
    Ok(ended)
}

/// Ends all of a user, but for one that goes on.
pub async fn revoke_all(tx: &Tx, user: Uuid, but: Option<Uuid>) -> Result<u64> {
    let sql = "delete from sys_session where user_id = $1 and id <> $2";
    let ended = tx.execute_sql(sql, cells![tx.dialect(); user, but.unwrap_or_default()]).await?;
    watch::rights_changed(tx).await?;
    Ok(ended)
}

/// Ends the sessions of a user, but for one that goes on; tokens of programs stay.
pub async fn revoke_sessions(tx: &Tx, user: Uuid, but: Option<Uuid>) -> Result<u64> {
    let sql = "delete from sys_session where user_id = $1 and id <> $2 and kind = 'session'";
    let ended = tx.execute_sql(sql, cells![tx.dialect(); user, but.unwrap_or_default()]).await?;
    watch::rights_changed(tx).await?;
    Ok(ended)
}

/// Removes those that ended by themselves.
pub async fn sweep(tx: &Tx, now: DateTime<Utc>) -> Result<u64> {
    tx.execute_sql("delete from sys_session where expires_at < $1", cells![tx.dialect(); now]).await
}
