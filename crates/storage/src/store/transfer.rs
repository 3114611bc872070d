//! Imports, exports and large bulk writes: the order, its files in parts, and what each line of an import became,
//! which is what its undo needs.

use super::stored::{self, Stored};
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

stored! {
    /// An import, an export, a large bulk write or a large backtest.
    Transfer in "sys_transfer" {
        /// Its id.
        id: Uuid = "id",
        /// `import export bulk backtest`.
        kind: String = "kind",
        /// The full name of the object, or of the workflow.
        object: String = "object",
        /// `csv xlsx json`.
        format: String = "format",
        /// The name of the file, as whoever sent it calls it.
        name: String = "name",
        /// How far it is: `uploading uploaded check run undo`.
        step: String = "step",
        /// What was asked for.
        asked: Json = "asked",
        /// What became of it.
        report: Json = "report",
        /// The job that works or worked on it.
        job: Option<Uuid> = "job",
        /// Bytes of the file that was sent.
        size: i64 = "size",
        /// The roles of whoever asked; the job has no others.
        roles: Option<Vec<String>> = "roles",
        /// Who asked.
        created_by: Option<Uuid> = "created_by",
        /// When it was made.
        created_at: DateTime<Utc> = "created_at",
        /// Removed then, with its files.
        expires_at: DateTime<Utc> = "expires_at",
    }
}

stored! {
    /// A part of a file.
    Part in "sys_transfer_part" {
        /// Whose.
        transfer: Uuid = "transfer",
        /// Which file: `file rejected result`.
        kind: String = "kind",
        /// Its place, from 0.
        number: i64 = "number",
        /// The bytes.
        body: Vec<u8> = "body",
    }
}

stored! {
    /// A line of an import that was written.
    Line in "sys_transfer_row" {
        /// The import.
        transfer: Uuid = "transfer",
        /// Its place among the written ones.
        number: i64 = "number",
        /// The line of the file.
        line: i64 = "line",
        /// The record.
        record: Uuid = "record",
        /// The version that the write made.
        version: i64 = "version",
        /// The values that were changed, as they were; nothing where the line made the record.
        earlier: Option<Json> = "earlier",
        /// What its undo led to.
        outcome: Option<String> = "outcome",
    }
}

/// Keeps a new one.
pub async fn insert(tx: &Tx, transfer: &Transfer) -> Result<()> {
    stored::insert(tx, std::slice::from_ref(transfer), "").await.map(|_| ())
}

/// The one of this id.
pub async fn get(tx: &Tx, id: Uuid) -> Result<Option<Transfer>> {
    stored::first(tx, "where id = $1", cells![tx.dialect(); id]).await
}

/// As [`get`]; nobody else changes it until this transaction ends.
pub async fn get_to_write(tx: &Tx, id: Uuid) -> Result<Option<Transfer>> {
    let rest = format!("where id = $1{}", tx.dialect().for_update());
    stored::first(tx, &rest, cells![tx.dialect(); id]).await
}

/// The newest of a kind that somebody asked for.
pub async fn list(tx: &Tx, kind: &str, by: Option<Uuid>, limit: u32) -> Result<Vec<Transfer>> {
    let limit = i64::from(limit);
    match by {
        Some(by) => {
            let rest = "where created_by = $1 and kind = $2 order by id desc limit $3";
            stored::select(tx, rest, cells![tx.dialect(); by, kind, limit]).await
        }
        None => {
            let rest = "where created_by is null and kind = $1 order by id desc limit $2";
            stored::select(tx, rest, cells![tx.dialect(); kind, limit]).await
        }
    }
}

/// Bytes of the files that somebody has sent and not yet removed.
pub async fn held_by(tx: &Tx, by: Option<Uuid>) -> Result<i64> {
    let sql = "select coalesce(sum(size), 0) from sys_transfer where created_by = $1";
    let sql = match tx.dialect() {
        crate::Dialect::Sqlite => sql.to_owned(),
        crate::Dialect::Postgres => sql.replace("sum(size), 0)", "sum(size), 0)::bigint"),
    };
    tx.row(sql, cells![tx.dialect(); by]).await?.map_or(Ok(0), |row| row.get(0))
}

/// Writes all of one; whether it exists.
pub async fn update(tx: &Tx, transfer: &Transfer) -> Result<bool> {
    stored::update(tx, transfer).await
}

/// Removes one with its files.
pub async fn remove(tx: &Tx, id: Uuid) -> Result<()> {
    for table in [Part::TABLE, Line::TABLE] {
        tx.execute_sql(format!("delete from {table} where transfer = $1"), cells![tx.dialect(); id]).await?;
    }
    tx.execute_sql("delete from sys_transfer where id = $1", cells![tx.dialect(); id]).await.map(drop)
}

/// Removes some of those whose time has come, with their files; answers how many. Work that is not done keeps its
/// file.
pub async fn sweep(tx: &Tx, now: DateTime<Utc>) -> Result<usize> {
    let rest = "where expires_at < $1 and not exists (select 1 from sys_job where sys_job.id = sys_transfer.job \
                and sys_job.state in ('ready', 'running')) order by expires_at limit 20";
    let ended: Vec<Transfer> = stored::select(tx, rest, cells![tx.dialect(); now]).await?;
    for transfer in &ended {
        remove(tx, transfer.id).await?;
    }
    Ok(ended.len())
}

/// Keeps a part of a file.
pub async fn put_part(tx: &Tx, transfer: Uuid, kind: &str, number: i64, body: Vec<u8>) -> Result<()> {
    let part = Part { transfer, kind: kind.to_owned(), number, body };
    stored::insert(tx, &[part], "").await.map(drop)
}

/// A part of a file.
pub async fn part(tx: &Tx, transfer: Uuid, kind: &str, number: i64) -> Result<Option<Vec<u8>>> {
    let rest = "where transfer = $1 and kind = $2 and number = $3";
    let found: Option<Part> = stored::first(tx, rest, cells![tx.dialect(); transfer, kind, number]).await?;
    Ok(found.map(|part| part.body))
}

/// The first part of a file from a place on: its place and the bytes. Places may be left out.
pub async fn part_from(tx: &Tx, transfer: Uuid, kind: &str, from: i64) -> Result<Option<(i64, Vec<u8>)>> {
    let rest = "where transfer = $1 and kind = $2 and number >= $3 order by number limit 1";
    let found: Option<Part> = stored::first(tx, rest, cells![tx.dialect(); transfer, kind, from]).await?;
    Ok(found.map(|part| (part.number, part.body)))
}

/// Removes a file.
pub async fn remove_parts(tx: &Tx, transfer: Uuid, kind: &str) -> Result<()> {
    let sql = "delete from sys_transfer_part where transfer = $1 and kind = $2";
    tx.execute_sql(sql, cells![tx.dialect(); transfer, kind]).await.map(drop)
}

/// Keeps what lines became.
pub async fn put_lines(tx: &Tx, lines: &[Line]) -> Result<()> {
    stored::insert(tx, lines, "").await.map(drop)
}

/// Lines that are not undone yet, last ones first.
pub async fn lines_to_undo(tx: &Tx, transfer: Uuid, limit: u32) -> Result<Vec<Line>> {
    let rest = "where transfer = $1 and outcome is null order by number desc limit $2";
    stored::select(tx, rest, cells![tx.dialect(); transfer, i64::from(limit)]).await
}

/// Lines behind a place, in their order; of one outcome or of all.
pub async fn lines(
    tx: &Tx,
    transfer: Uuid,
    outcome: Option<&str>,
    behind: i64,
    limit: u32,
) -> Result<Vec<Line>> {
    let rest = "where transfer = $1 and number > $2 and ($3 = '' or outcome = $3) order by number limit $4";
    let values = cells![tx.dialect(); transfer, behind, outcome.unwrap_or_default(), i64::from(limit)];
    stored::select(tx, rest, values).await
}

/// Says what the undo of a line led to.
pub async fn set_outcome(tx: &Tx, line: &Line, outcome: &str) -> Result<()> {
    let sql = "update sys_transfer_row set outcome = $3 where transfer = $1 and number = $2";
    tx.execute_sql(sql, cells![tx.dialect(); line.transfer, line.number, outcome]).await.map(drop)
}

/// What stands in a record now is what stood there before a line wrote it, under another version: the lines before
/// find their own versions so much later.
pub async fn set_version(tx: &Tx, line: &Line, version: i64) -> Result<()> {
    let sql = "update sys_transfer_row set version = version + $4 where transfer = $1 and record = $2 and \
               number < $3 and outcome is null";
    let later = version - (line.version - 1);
    let values = cells![tx.dialect(); line.transfer, line.record, line.number, later];
    tx.execute_sql(sql, values).await.map(drop)
}
