//! Records in.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::transfer::rows::{Header, ImportMode, Line};
use crate::work::Work;
use csv::{Position, StringRecord};
use diagnostic::{Code, Diagnostic, Result};
use plan::planner::Mode;
use plan::wording::not_permitted;
use std::io::{Read, Seek};
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::{Mutex, watch};

/// Lines of one transaction.
const BATCH: usize = 200;

/// How an import is done.
#[derive(Clone, Copy, Debug)]
pub struct ImportOptions {
    /// What is done with a line.
    pub mode: ImportMode,
    /// Everything is tried and nothing is kept.
    pub dry_run: bool,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct ImportReport {
    /// Lines read, without the first.
    pub rows: u64,
    /// Records that are new.
    pub created: u64,
    /// Records that were changed.
    pub updated: u64,
    /// Lines that were refused; all others were done.
    pub failed: Vec<FailedRow>,
    /// Columns that nobody writes, such as `created_at`.
    pub ignored: Vec<String>,
}

/// A line that was refused.
#[derive(Clone, Debug)]
pub struct FailedRow {
    /// The line in the file, from 1.
    pub line: u64,
    /// Why.
    pub found: Diagnostic,
}

/// A line on its way.
type Read1 = (u64, Result<Line>);

/// What became of a line.
enum Became {
    Created,
    Updated,
    Failed(Box<Diagnostic>),
}

/// A file that can be read from its beginning more than once.
pub trait Source: Read + Seek + Send + 'static {}
impl<F: Read + Seek + Send + 'static> Source for F {}

impl Engine {
    /// Reads records from CSV with a first line of field names. Each line counts for itself: one that is refused
    /// is reported, the others are done. Stage and read-only fields may be given; rules and hooks hold. `told`
    /// hears how many lines are done. A trial (`dry_run`) sees its own lines, all of them, as the import will:
    /// it is one transaction that is taken back, so on SQLite other writers wait for its end.
    ///
    /// # Errors
    /// `not_found`, `not_permitted` without the right to import, `unknown_field` for a header, `invalid_body`
    /// for what is no CSV. What was done before stays.
    pub async fn import(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        mut file: impl Source,
        options: ImportOptions,
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<ImportReport> {
        let header = {
            let work = self.reading(identity);
            let known = work.planner().known();
            let (object, grant) = known.object(object)?;
            if !grant.import {
                let words = ["import into", "导入：", "匯入："];
                return Err(Box::new(not_permitted(words, &object.name)));
            }
            let mut reader = from_the_beginning(&mut file)?;
            let first = reader.headers().map_err(|error| unreadable(&error))?;
            Arc::new(Header::read(&known, object, first)?)
        };
        if options.dry_run {
            return self.try_import(identity, header, file, options.mode, told).await;
        }
        let published = self.published();
        let mut report = ImportReport::of(&header);
        let mut reader = from_the_beginning(&mut file)?;
        loop {
            let lines = read_batch(&mut reader, |row| header.line(&published.catalog, row));
            if lines.is_empty() {
                return Ok(report);
            }
            let lines = Arc::new(lines);
            let (of_job, header) = (lines.clone(), header.clone());
            let job = move |work: Work| {
                let (header, lines) = (header.clone(), of_job.clone());
                async move { write_all(&work, &header, &lines, options.mode).await }
            };
            let became = self.transact(identity.clone(), Mode::Import, true, job).await?;
            report.add(&lines, became);
            told(report.rows);
        }
    }

    /// The whole file in one transaction, which is taken back.
    async fn try_import(
        &self,
        identity: &Arc<Identity>,
        header: Arc<Header>,
        file: impl Source,
        mode: ImportMode,
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<ImportReport> {
        let (done, mut heard) = watch::channel(0);
        let (engine, identity, database) = (self.clone(), identity.clone(), self.database().clone());
        // A transaction may run again: the file then is read again.
        let file = Arc::new(Mutex::new(file));
        let trial = database.rehearse(move |tx| {
            let work = engine.work(&identity, tx, Mode::Import);
            let (header, file, done) = (header.clone(), file.clone(), done.clone());
            async move {
                let mut file = file.lock().await;
                let mut reader = from_the_beginning(&mut *file)?;
                let mut report = ImportReport::of(&header);
                loop {
                    let catalog = &work.published.catalog;
                    let lines = read_batch(&mut reader, |row| header.line(catalog, row));
                    if lines.is_empty() {
                        return Ok(report);
                    }
                    let became = write_all(&work, &header, &lines, mode).await?;
                    report.add(&lines, became);
                    done.send_replace(report.rows);
                }
            }
        });
        let mut trial = pin!(trial);
        loop {
            tokio::select! {
                ended = &mut trial => return ended,
                Ok(()) = heard.changed() => told(*heard.borrow_and_update()),
            }
        }
    }
}

impl ImportReport {
    fn of(header: &Header) -> ImportReport {
        ImportReport { ignored: header.ignored.clone(), ..ImportReport::default() }
    }

    fn add(&mut self, lines: &[Read1], became: Vec<Became>) {
        for ((line, _), became) in lines.iter().zip(became) {
            self.rows += 1;
            match became {
                Became::Created => self.created += 1,
                Became::Updated => self.updated += 1,
                Became::Failed(found) => self.failed.push(FailedRow { line: *line, found: *found }),
            }
        }
    }
}

fn from_the_beginning<F: Source>(file: &mut F) -> Result<csv::Reader<&mut F>> {
    file.rewind().map_err(|error| unreadable(&error.into()))?;
    Ok(csv::ReaderBuilder::new().flexible(true).from_reader(file))
}

/// Reads the next lines of the file.
fn read_batch<R: Read>(
    reader: &mut csv::Reader<R>,
    line: impl Fn(&StringRecord) -> Result<Line>,
) -> Vec<Read1> {
    let mut lines = Vec::with_capacity(BATCH);
    let mut row = StringRecord::new();
    while lines.len() < BATCH {
        match reader.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => {
                let number = row.position().map_or(0, Position::line);
                // Spreadsheets leave lines of empty cells at the end.
                if row.iter().any(|cell| !cell.trim().is_empty()) {
                    lines.push((number, line(&row)));
                }
            }
            Err(error) => {
                let number = error.position().map_or(0, Position::line);
                lines.push((number, Err(unreadable(&error))));
                if matches!(error.kind(), csv::ErrorKind::Io(_)) {
                    break;
                }
            }
        }
    }
    lines
}

async fn write_all(work: &Work, header: &Header, lines: &[Read1], mode: ImportMode) -> Result<Vec<Became>> {
    let mut became = Vec::with_capacity(lines.len());
    for (_, line) in lines {
        let line = match line {
            Ok(line) => line,
            Err(found) => {
                became.push(Became::Failed(found.clone()));
                continue;
            }
        };
        let written = work.tx.savepoint(async {
            let command = header.command(work, line, mode).await?;
            work.execute(&command).await
        });
        match written.await {
            Ok(written) if written.created => became.push(Became::Created),
            Ok(_) => became.push(Became::Updated),
            // The database asks for the whole transaction again.
            Err(found) if found.code == Code::DatabaseBusy => return Err(found),
            Err(found) => became.push(Became::Failed(found)),
        }
    }
    Ok(became)
}

fn unreadable(error: &csv::Error) -> Box<Diagnostic> {
    let reason = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8".to_owned(),
        _ => error.to_string(),
    };
    Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason))
}
