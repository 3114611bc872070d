//! Files: what they are called, what they are, of which parts they are made, and to what they belong. Their bytes lie
//! in [`crate::files`].

use super::stored;
use crate::error::internal;
use crate::{Dialect, Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

stored! {
    /// A file, whole or on its way.
    File in "sys_file" {
        /// Its id.
        id: Uuid = "id",
        /// [`UPLOADING`], [`READY`], [`KEPT`] or [`RELEASED`].
        state: String = "state",
        /// What it is called.
        name: String = "name",
        /// Its media type; empty while it is being uploaded.
        media: String = "media",
        /// Its bytes; while it is being uploaded, how many it will have at most.
        size: i64 = "size",
        /// Bytes that have arrived.
        received: i64 = "received",
        /// [`Part`]s in order.
        parts: Json = "parts",
        /// SHA-256 of its bytes, once it is whole.
        hash: Option<Vec<u8>> = "hash",
        /// Width of a picture.
        width: Option<i64> = "width",
        /// Height of a picture.
        height: Option<i64> = "height",
        /// The record's object.
        object: Option<String> = "object",
        /// The record.
        record: Option<Uuid> = "record",
        /// The column of the field; `None` for an attachment.
        field: Option<String> = "field",
        /// Who uploaded it.
        by: Option<Uuid> = "by_user",
        /// When its upload began.
        created_at: DateTime<Utc> = "created_at",
        /// When it came into its state.
        changed_at: DateTime<Utc> = "changed_at",
    }
}

/// Its bytes come.
pub const UPLOADING: &str = "uploading";
/// Whole, its uploader's alone.
pub const READY: &str = "ready";
/// Part of a record.
pub const KEPT: &str = "kept";
/// Nobody's any more; its bytes go a day later.
pub const RELEASED: &str = "released";

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Under which name its bytes lie.
    pub key: Uuid,
    /// Its bytes.
    pub size: u64,
}

impl File {
    /// The parts in order.
    ///
    /// # Errors
    /// `internal` for a row that is not what was written.
    pub fn parts(&self) -> Result<Vec<Part>> {
        serde_json::from_value(self.parts.clone()).map_err(|error| internal("the parts of a file", &error))
    }
}

/// Begins a file, unless all files would then have more than `quota` bytes.
pub async fn begin(tx: &Tx, file: &File, quota: Option<u64>) -> Result<bool> {
    if let Some(quota) = quota {
        if tx.dialect() == Dialect::Postgres {
            // Of two uploads at the last free place one begins.
            let lock = "select pg_advisory_xact_lock(hashtext('lifeloom files ' || current_schema()))::text";
            tx.row(lock, vec![]).await?;
        }
        let free = quota.saturating_sub(used(tx).await?);
        if u64::try_from(file.size).unwrap_or(u64::MAX) > free {
            return Ok(false);
        }
    }
    stored::insert(tx, std::slice::from_ref(file), "").await.map(|_| true)
}

/// How many uploads of somebody are part of nothing yet.
pub async fn pending(tx: &Tx, by: Option<Uuid>) -> Result<u64> {
    let sql = "select count(*) from sys_file where state in ('uploading', 'ready') and by_user = $1";
    let row = tx.row(sql, cells![tx.dialect(); by]).await?;
    Ok(row.map_or(Ok(0), |row| row.get::<i64>(0))?.try_into().unwrap_or_default())
}

/// Bytes of all files, and of those to come of uploads.
pub async fn used(tx: &Tx) -> Result<u64> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "select coalesce(sum(size), 0) from sys_file where state <> 'released'",
        Dialect::Postgres => "select coalesce(sum(size), 0)::bigint from sys_file where state <> 'released'",
    };
    let row = tx.row(sql, vec![]).await?;
    Ok(row.map_or(Ok(0), |row| row.get::<i64>(0))?.try_into().unwrap_or_default())
}

/// A file by its id.
pub async fn find(tx: &Tx, id: Uuid) -> Result<Option<File>> {
    stored::first(tx, "where id = $1", cells![tx.dialect(); id]).await
}

/// As [`find`], and nobody else changes it before this transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<File>> {
    let rest = format!("where id = $1{}", tx.dialect().for_update());
    stored::first(tx, &rest, cells![tx.dialect(); id]).await
}

/// Writes what changed of a file.
pub async fn update(tx: &Tx, file: &File) -> Result<bool> {
    stored::update(tx, file).await
}

/// The attachments of a record, oldest first.
pub async fn attached(tx: &Tx, object: &str, record: Uuid) -> Result<Vec<File>> {
    let rest = "where object = $1 and record = $2 and field is null and state = 'kept' order by id";
    stored::select(tx, rest, cells![tx.dialect(); object, record]).await
}

/// Lets go of all files of a record.
pub async fn release_of(tx: &Tx, object: &str, record: Uuid, now: DateTime<Utc>) -> Result<u64> {
    let sql = "update sys_file set state = 'released', changed_at = $3 \
               where object = $1 and record = $2 and state = 'kept'";
    tx.execute_sql(sql, cells![tx.dialect(); object, record, now]).await
}

/// Lets go of uploads that nobody put anywhere since `before`.
pub async fn release_left(tx: &Tx, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64> {
    let sql = "update sys_file set state = 'released', changed_at = $2 \
               where state in ('uploading', 'ready') and changed_at < $1";
    tx.execute_sql(sql, cells![tx.dialect(); before, now]).await
}

/// Files that were let go before an instant.
pub async fn released(tx: &Tx, before: DateTime<Utc>, limit: u32) -> Result<Vec<Uuid>> {
    let sql = "select id from sys_file where state = 'released' and changed_at < $1 order by id limit $2";
    let rows = tx.rows(sql, cells![tx.dialect(); before, i64::from(limit)]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Files whose bytes belong into a backup, also those on their way, in the order of their ids.
pub async fn held(tx: &Tx) -> Result<Vec<File>> {
    stored::select(tx, "where state <> 'released' order by id", vec![]).await
}

/// Forgets a file whose bytes are gone.
pub async fn remove(tx: &Tx, id: Uuid) -> Result<u64> {
    tx.execute_sql("delete from sys_file where id = $1", cells![tx.dialect(); id]).await
}
