//! Reading a backup into an empty database, in one transaction: all of it or nothing.

use super::{End, Extent, FORM, Header, PartLine, TableLine, hexadecimal};
use crate::dialect::quoted;
use crate::files::Files;
use crate::migrate::Migration;
use crate::store::publish::{self, SourceText};
use crate::{Database, Tx, system, watch};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{Catalog, PhysicalNames};
use diagnostic::{Code, Diagnostic, Result};
use sea_orm::Value;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most values bound by one statement.
const MOST_VALUES: usize = 2000;

/// Reads a backup into a database to which nothing was ever published. `build` makes the catalog of the
/// definition texts and physical names in the backup; its indexes are made with the data in place. Afterwards
/// full-text search must be rebuilt.
pub async fn restore<B>(database: &Database, file: &Path, files: Option<&Files>, build: B) -> Result<Extent>
where
    B: Fn(&[SourceText], &PhysicalNames) -> Result<Catalog> + Send + Sync + 'static,
{
    let (file, files, build) = (file.to_owned(), files.cloned(), Arc::new(build));
    database
        .maintain(move |tx| {
            let (file, files, build) = (file.clone(), files.clone(), build.clone());
            async move { read_all(&tx, &file, files.as_ref(), build.as_ref()).await }
        })
        .await
}

async fn read_all<B>(tx: &Tx, file: &Path, files: Option<&Files>, build: &B) -> Result<Extent>
where
    B: Fn(&[SourceText], &PhysicalNames) -> Result<Catalog>,
{
    if publish::serialise(tx).await? != 0 {
        let reason = "the database is not empty: restore into a new folder or database";
        return Err(Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason)));
    }
    let mut lines = Lines::open(file)?;
    let header: Header = lines.parsed()?;
    if header.lifeloom_backup > FORM || header.schema > system::VERSION {
        return Err(Box::new(
            Diagnostic::new(Code::DatabaseTooNew).with("found", header.schema).with("known", system::VERSION),
        ));
    }
    let names: PhysicalNames = serde_json::from_str(&header.names)
        .map_err(|_| lines.damaged("the physical names are not readable"))?;
    let none = PhysicalNames::default();
    for sql in Migration::tables(&none, &names, tx.dialect()).statements() {
        tx.batch(sql).await?;
    }
    for sql in Migration::retired_columns(&names, tx.dialect()).statements() {
        tx.batch(sql).await?;
    }
    let extent = read_tables(tx, &mut lines, files).await?;
    let sources = publish::sources(tx, publish::version(tx).await?).await?;
    let catalog = build(&sources, &names)?;
    for sql in Migration::indexes(&none, &names, &catalog, tx.dialect())?.statements() {
        tx.batch(sql).await?;
    }
    // Kept with the rows: whoever dies before the search is made leaves a word for the next.
    system::set_meta(tx, super::NOT_SEARCHABLE, "", 1).await?;
    watch::announce(tx).await?;
    Ok(extent)
}

async fn read_tables(tx: &Tx, lines: &mut Lines, files: Option<&Files>) -> Result<Extent> {
    let mut extent = Extent::default();
    let mut table: Option<TableLine> = None;
    let mut rows: Vec<Vec<Value>> = Vec::new();
    loop {
        let before = hexadecimal(&lines.hash.clone().finalize());
        let line: Json = lines.parsed()?;
        let full = table.as_ref().is_some_and(|table| (rows.len() + 1) * table.columns.len() > MOST_VALUES);
        if let Some(table) = table.as_ref().filter(|_| full || !line.is_array()) {
            insert(tx, table, std::mem::take(&mut rows)).await?;
        }
        match line {
            Json::Array(values) => {
                let table = table.as_ref().ok_or_else(|| lines.damaged("a row stands before its table"))?;
                let values =
                    bound(tx, table, values).ok_or_else(|| lines.damaged("a row does not fit its table"))?;
                rows.push(values);
                extent.rows += 1;
            }
            Json::Object(mut object) if object.contains_key("end") => {
                let end: End = serde_json::from_value(object.remove("end").unwrap_or_default())
                    .map_err(|_| lines.damaged("its end is not readable"))?;
                if end != (End { rows: extent.rows, sha256: before }) {
                    return Err(lines.damaged("what it holds is not what was written"));
                }
                return Ok(extent);
            }
            Json::Object(object) if object.contains_key("part") => {
                put(files, Json::Object(object))
                    .await?
                    .ok_or_else(|| lines.damaged("a part of a file is not readable"))?;
                extent.parts += 1;
            }
            other => {
                let next =
                    serde_json::from_value(other).map_err(|_| lines.damaged("a line is of no known kind"))?;
                table = Some(next);
                extent.tables += 1;
            }
        }
    }
}

/// Puts a part of a file where files lie; `None` where the line is none.
async fn put(files: Option<&Files>, line: Json) -> Result<Option<()>> {
    let files = files.ok_or_else(|| {
        let reason = "the backup holds files, and no folder of files is configured";
        Diagnostic::new(Code::InvalidConfiguration).with("reason", reason)
    })?;
    let Ok(PartLine { file, part, bytes }) = serde_json::from_value(line) else { return Ok(None) };
    let Ok(bytes) = STANDARD.decode(bytes) else { return Ok(None) };
    files.put(file, part, bytes.into()).await.map(Some)
}

fn bound(tx: &Tx, table: &TableLine, values: Vec<Json>) -> Option<Vec<Value>> {
    if values.len() != table.columns.len() {
        return None;
    }
    let bound =
        values.into_iter().zip(&table.columns).map(|(value, (_, kind))| kind.bound(value, tx.dialect()));
    bound.collect()
}

async fn insert(tx: &Tx, table: &TableLine, rows: Vec<Vec<Value>>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let width = table.columns.len();
    let columns: Vec<String> = table.columns.iter().map(|(name, _)| quoted(name)).collect();
    let places: Vec<String> = (0..rows.len())
        .map(|row| {
            let places: Vec<String> = (1..=width).map(|place| format!("${}", row * width + place)).collect();
            format!("({})", places.join(", "))
        })
        .collect();
    // The new database has its own version of the engine's tables, and keeps it.
    let then = match table.table.as_str() {
        "sys_meta" => {
            " on conflict (key) do update set value = excluded.value, number = excluded.number \
             where sys_meta.key <> 'schema_version'"
        }
        _ => "",
    };
    let sql = format!(
        "insert into {} ({}) values {}{then}",
        quoted(&table.table),
        columns.join(", "),
        places.join(", ")
    );
    tx.execute_sql(sql, rows.into_iter().flatten().collect()).await.map(|_| ())
}

/// A file of lines and the hash of what was read.
struct Lines {
    file: BufReader<File>,
    path: PathBuf,
    hash: Sha256,
    number: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Lines> {
        let file = File::open(path).map_err(|e| not_readable(path, &e.to_string()))?;
        Ok(Lines { file: BufReader::new(file), path: path.to_owned(), hash: Sha256::new(), number: 0 })
    }

    fn parsed<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        let mut line = Vec::new();
        self.number += 1;
        let read = self.file.read_until(b'\n', &mut line);
        match read {
            Err(e) => Err(not_readable(&self.path, &e.to_string())),
            Ok(0) => Err(self.damaged("it ends too early")),
            Ok(_) => {
                self.hash.update(&line);
                serde_json::from_slice(&line).map_err(|_| self.damaged("it is no line of a backup"))
            }
        }
    }

    fn damaged(&self, reason: &str) -> Box<Diagnostic> {
        not_readable(&self.path, &format!("line {}: {reason}", self.number))
    }
}

fn not_readable(path: &Path, reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::FileNotReadable).with("path", path.display()).with("reason", reason))
}
