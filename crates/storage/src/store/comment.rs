//! Comments on records.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use uuid::Uuid;

stored! {
    /// A comment.
    Comment in "sys_comment" {
        /// Its id, in the order of time.
        id: Uuid = "id",
        /// The object's full name.
        object: String = "object",
        /// The record.
        record: Uuid = "record",
        /// Who wrote it.
        author: Uuid = "author",
        /// The words.
        body: String = "body",
        /// When it was written.
        created_at: DateTime<Utc> = "created_at",
        /// When it was last changed.
        updated_at: Option<DateTime<Utc>> = "updated_at",
        /// When it was taken away.
        deleted_at: Option<DateTime<Utc>> = "deleted_at",
    }
}

/// Keeps a comment.
pub async fn insert(tx: &Tx, comment: &Comment) -> Result<()> {
    stored::insert(tx, std::slice::from_ref(comment), "").await.map(|_| ())
}

/// Comments on a record, newest first; `before` is the id of the last one of the page before.
pub async fn list(
    tx: &Tx,
    object: &str,
    record: Uuid,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Comment>> {
    let rest =
        "where object = $1 and record = $2 and id < $3 and deleted_at is null order by id desc limit $4";
    let values = cells![tx.dialect(); object, record, before.unwrap_or(Uuid::max()), i64::from(limit)];
    stored::select(tx, rest, values).await
}

/// The comment of this id, unless it was taken away.
pub async fn find(tx: &Tx, id: Uuid) -> Result<Option<Comment>> {
    stored::first(tx, "where id = $1 and deleted_at is null", cells![tx.dialect(); id]).await
}

/// Changes the words of the author's own comment; whether there was one.
pub async fn update(tx: &Tx, id: Uuid, author: Uuid, body: &str, now: DateTime<Utc>) -> Result<bool> {
    let sql = "update sys_comment set body = $3, updated_at = $4 \
               where id = $1 and author = $2 and deleted_at is null";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); id, author, body, now]).await? == 1)
}

/// Takes the author's own comment away; whether there was one.
pub async fn delete(tx: &Tx, id: Uuid, author: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let sql = "update sys_comment set deleted_at = $3 where id = $1 and author = $2 and deleted_at is null";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); id, author, now]).await? == 1)
}

/// Removes the comments on a record that is purged.
pub async fn purge(tx: &Tx, object: &str, record: Uuid) -> Result<u64> {
    let sql = "delete from sys_comment where object = $1 and record = $2";
    tx.execute_sql(sql, cells![tx.dialect(); object, record]).await
}
