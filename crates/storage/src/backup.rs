//! One file that holds everything and restores to either database: lines of JSON, written from one consistent
//! state while requests go on.
//!
//! The first line says what wrote the file and under which physical names, then each table has a line with its
//! columns followed by one line for each row, and the last line counts the rows and carries the SHA-256 of all
//! lines before it. Full-text search is not in it: it is derived, and rebuilt after a restore.

mod cell;

mod restore;

use crate::dialect::{Dialect, quoted};
use crate::error::internal;
use crate::files::Files;
use crate::migrate::physical_columns;
use crate::store::{file, publish};
use crate::{Database, Tx, cells, system};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::PhysicalNames;
use catalog::names::{Column, Table};
use cell::Kind;
use definition::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use uuid::Uuid;

pub use restore::restore;

/// What the first line says.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    /// The version of this form.
    lifeloom_backup: u32,
    /// The version of the engine's tables.
    schema: i64,
    /// Which database wrote it.
    written_by: String,
    /// The physical names, as text: the order of keys counts.
    names: String,
}

/// The version of the form that this program writes.
const FORM: u32 = 2;

/// Key in `sys_meta`, there while the full-text search was not made anew after a restore.
pub const NOT_SEARCHABLE: &str = "search_missing";

/// What the last line says.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
struct End {
    rows: u64,
    sha256: String,
}

/// The line before the rows of a table.
#[derive(Debug, Serialize, Deserialize)]
struct TableLine {
    table: String,
    columns: Vec<(String, Kind)>,
}

/// How much was written or read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Tables.
    pub tables: u64,
    /// Rows of all tables.
    pub rows: u64,
    /// Parts of files.
    pub parts: u64,
}

/// A part of a file.
#[derive(Debug, Serialize, Deserialize)]
struct PartLine {
    file: Uuid,
    part: Uuid,
    /// Base 64.
    bytes: String,
}

/// Writes a backup, with the bytes of files where `files` says where they lie. It appears under its name once it is
/// whole.
pub async fn backup(database: &Database, file: &Path, files: Option<&Files>) -> Result<Extent> {
    let part = file.with_extension("part");
    let (target, files) = (part.clone(), files.cloned());
    let written = database
        .read_long(move |tx| async move {
            let mut out = Lines::create(&target)?;
            let mut extent = write_all(&tx, &mut out).await?;
            if let Some(files) = files {
                extent.parts = write_files(&tx, &files, &mut out).await?;
            }
            out.finish(extent)
        })
        .await;
    match written {
        Ok(extent) => {
            std::fs::rename(&part, file).map_err(|e| not_written(file, &e))?;
            Ok(extent)
        }
        Err(found) => {
            // What is not whole is of no use to anybody.
            let _ = std::fs::remove_file(&part);
            Err(found)
        }
    }
}

async fn write_all(tx: &Tx, out: &mut Lines) -> Result<Extent> {
    if tx.dialect() == Dialect::Postgres {
        tx.batch("set local statement_timeout = 0").await?;
    }
    let names = publish::names(tx).await?;
    let header = Header {
        lifeloom_backup: FORM,
        schema: system::VERSION,
        written_by: tx.dialect().name().to_owned(),
        names: serde_json::to_string(&names).map_err(|e| internal("writing physical names", &e))?,
    };
    out.line(&header)?;
    let mut extent = Extent::default();
    for line in tables(&names) {
        out.line(&line)?;
        extent.tables += 1;
        extent.rows += write_rows(tx, &line, out).await?;
    }
    Ok(extent)
}

/// The bytes of files. What was let go while the backup ran is still there: it is swept a day later.
async fn write_files(tx: &Tx, files: &Files, out: &mut Lines) -> Result<u64> {
    let mut written = 0;
    for file in file::held(tx).await? {
        for part in file.parts()? {
            let bytes = STANDARD.encode(files.get(file.id, part.key).await?);
            out.line(&PartLine { file: file.id, part: part.key, bytes })?;
            written += 1;
        }
    }
    Ok(written)
}

/// Every table: those of the engine, those of objects, retired ones too, and those of pairs.
fn tables(names: &PhysicalNames) -> Vec<TableLine> {
    let of_engine = system::tables().into_iter().map(|(table, columns)| TableLine {
        table,
        columns: columns.into_iter().map(|(name, ty)| (name, Kind::of_system(ty))).collect(),
    });
    let of_objects = names.tables.values().chain(names.retired.values()).flat_map(object_tables);
    of_engine.chain(of_objects).collect()
}

fn object_tables(table: &Table) -> Vec<TableLine> {
    let all: Vec<&Column> =
        table.columns.values().chain(table.retired.iter().map(|(_, column)| column)).collect();
    let plain = all.iter().flat_map(|column| physical_columns(column));
    let mut lines = vec![TableLine {
        table: table.table.clone(),
        columns: plain.map(|column| (column.name, Kind::of_column(column.ty))).collect(),
    }];
    for pairs in all.iter().filter(|column| column.ty.is_none()) {
        let fixed = [
            ("id", ColumnType::Uuid),
            ("source", ColumnType::Uuid),
            ("target", ColumnType::Uuid),
            ("position", ColumnType::Integer),
        ];
        let attributes = pairs.attributes.values().flat_map(physical_columns);
        let columns = fixed
            .map(|(name, ty)| (name.to_owned(), Kind::of_column(ty)))
            .into_iter()
            .chain(attributes.map(|column| (column.name, Kind::of_column(column.ty))));
        lines.push(TableLine { table: pairs.name.clone(), columns: columns.collect() });
    }
    lines
}

/// How many rows are held in memory at once.
const PAGE: i64 = 1000;

async fn write_rows(tx: &Tx, line: &TableLine, out: &mut Lines) -> Result<u64> {
    let columns: Vec<String> = line.columns.iter().map(|(name, _)| quoted(name)).collect();
    let (columns, table) = (columns.join(", "), quoted(&line.table));
    // A name of its own for each table: the driver keeps what it learned about the rows of a `fetch`.
    let cursor = quoted(&format!("backup of {}", line.table).chars().take(60).collect::<String>());
    if tx.dialect() == Dialect::Postgres {
        tx.batch(&format!("declare {cursor} no scroll cursor for select {columns} from {table}")).await?;
    }
    let mut written = 0;
    let mut last = 0_i64;
    loop {
        let rows = match tx.dialect() {
            Dialect::Sqlite => {
                let sql =
                    format!("select {columns}, rowid from {table} where rowid > $1 order by rowid limit $2");
                tx.rows(sql, cells![Dialect::Sqlite; last, PAGE]).await?
            }
            Dialect::Postgres => tx.rows(format!("fetch {PAGE} from {cursor}"), vec![]).await?,
        };
        for row in &rows {
            let values: Vec<serde_json::Value> = line
                .columns
                .iter()
                .enumerate()
                .map(|(index, (_, kind))| kind.read(row, index))
                .collect::<Result<_>>()?;
            out.line(&values)?;
            written += 1;
        }
        match (rows.last(), tx.dialect()) {
            (None, _) => break,
            (Some(row), Dialect::Sqlite) => last = row.get(line.columns.len())?,
            (Some(_), Dialect::Postgres) => {}
        }
    }
    if tx.dialect() == Dialect::Postgres {
        tx.batch(&format!("close {cursor}")).await?;
    }
    Ok(written)
}

/// A file of lines and the hash of what was written.
struct Lines {
    file: BufWriter<File>,
    path: std::path::PathBuf,
    hash: Sha256,
}

impl Lines {
    fn create(path: &Path) -> Result<Lines> {
        let file = File::create(path).map_err(|e| not_written(path, &e))?;
        Ok(Lines { file: BufWriter::new(file), path: path.to_owned(), hash: Sha256::new() })
    }

    fn line(&mut self, value: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(value).map_err(|e| internal("writing a backup", &e))?;
        line.push(b'\n');
        self.hash.update(&line);
        self.file.write_all(&line).map_err(|e| not_written(&self.path, &e))
    }

    fn finish(mut self, extent: Extent) -> Result<Extent> {
        let end = End { rows: extent.rows, sha256: hexadecimal(&self.hash.clone().finalize()) };
        self.line(&serde_json::json!({ "end": end }))?;
        let path = self.path;
        let file = self.file.into_inner().map_err(|e| not_written(&path, e.error()))?;
        file.sync_all().map_err(|e| not_written(&path, &e))?;
        Ok(extent)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn not_written(path: &Path, error: &std::io::Error) -> Box<Diagnostic> {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Box::new(Diagnostic::new(Code::DiskFull));
    }
    Box::new(Diagnostic::new(Code::ReadOnlyStorage).with("path", path.display()).with("reason", error))
}

#[cfg(test)]
mod tests;
