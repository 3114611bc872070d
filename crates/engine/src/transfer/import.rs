//! Records in.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::transfer::batch::{self, Batch, Seen};
use crate::transfer::cells::{CLEAR, unprotect};
use crate::transfer::charset::Charset;
use crate::transfer::findings::{Became, ImportReport, words};
use crate::transfer::format::{Format, RawRow};
use crate::transfer::mapping::{ImportMode, Mapping};
use crate::transfer::output::{Out, Output, Sink};
use crate::transfer::rows::{Header, REMARK};
use crate::transfer::table::{Source, Table};
use crate::transfer::terms::{LEASE, REJECTED, progress};
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::planner::Mode;
use plan::wording::not_permitted;
use serde_json::json;
use std::sync::Arc;
use storage::store::{job, transfer};
use uuid::Uuid;

/// How an import is done.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// What is done with a line.
    pub mode: ImportMode,
    /// Everything is tried and nothing is kept.
    pub dry_run: bool,
    /// The form of the file.
    pub format: Format,
    /// The characters of a CSV file; found out where nothing is said.
    pub charset: Option<Charset>,
    /// Which column fills what.
    pub mapping: Mapping,
    /// The language of findings.
    pub locale: Locale,
    /// What lines become is kept, so that the import can be undone.
    pub undoable: bool,
}

/// An import on its way.
pub(super) struct Import {
    pub engine: Engine,
    pub identity: Arc<Identity>,
    pub header: Arc<Header>,
    pub options: ImportOptions,
    /// What keeps it: the import, and the job that does it with the number of its lease.
    pub keep: Option<(Uuid, Option<(Uuid, i64)>)>,
    pub report: ImportReport,
    pub seen: Seen,
}

impl Engine {
    /// Reads records from a file whose first line names fields. Each line counts for itself: one that is refused is
    /// reported and, with its reason, written to `rejected`; the others are done. Stage and read-only fields may be
    /// given; rules and hooks hold. `told` hears how many lines are done. A trial (`dry_run`) judges all lines as the
    /// import will: it knows the keys of the lines before.
    ///
    /// # Errors
    /// `not_found`, `not_permitted` without the right to import, `unknown_field` for a header, `invalid_file` for
    /// what cannot be read. What was done before stays.
    pub async fn import(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        file: impl Source,
        options: ImportOptions,
        mut rejected: Option<&mut dyn Sink>,
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<ImportReport> {
        let mut table = Table::open(file, (options.format, options.charset), 0).await?;
        let header = self.import_header(identity, object, &table.header, &options)?;
        let keep = match options.undoable && !options.dry_run {
            true => Some((self.keep_import(identity, &header, &options).await?, None)),
            false => None,
        };
        let mut import = Import::new(self, identity, header, options, keep, ImportReport::default());
        import.report.import = keep.map(|(id, _)| id);
        loop {
            let rows = table.next().await?;
            if rows.is_empty() {
                return Ok(import.report);
            }
            let before = import.report.refused;
            let refused = import.step(rows).await?;
            if let Some(sink) = rejected.as_deref_mut().filter(|_| !refused.is_empty()) {
                if before == 0 {
                    sink.put(import.rejected_head()?).await?;
                }
                sink.put(refused).await?;
            }
            told(import.report.read);
        }
    }

    /// What the columns of a file fill.
    pub(super) fn import_header(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        names: &[String],
        options: &ImportOptions,
    ) -> Result<Arc<Header>> {
        let work = self.reading(identity);
        let known = work.planner().known();
        let object = importable(&known, object)?;
        let how = (&options.mapping, options.format);
        Ok(Arc::new(Header::read(&known, object, names, how, self.site().time_zone)?))
    }
}

/// The object, for who may import into it.
///
/// # Errors
/// `not_found`, `not_permitted`.
pub(super) fn importable<'k>(
    known: &plan::known::Known<'k>,
    object: &str,
) -> Result<&'k Arc<catalog::Object>> {
    let (object, grant) = known.object(object)?;
    match grant.import {
        true => Ok(object),
        false => Err(Box::new(not_permitted(["import into", "导入：", "匯入："], &object.name))),
    }
}

impl Import {
    pub fn new(
        engine: &Engine,
        identity: &Arc<Identity>,
        header: Arc<Header>,
        options: ImportOptions,
        keep: Option<(Uuid, Option<(Uuid, i64)>)>,
        mut report: ImportReport,
    ) -> Import {
        report.ignored = header.ignored.clone();
        let (engine, identity, seen) = (engine.clone(), identity.clone(), Seen::default());
        Import { engine, identity, header, options, keep, report, seen }
    }

    /// Does some lines, in a transaction; the lines that were refused, as CSV.
    pub async fn step(&mut self, rows: Vec<RawRow>) -> Result<Vec<u8>> {
        let rows = Arc::new(rows);
        let (report, refused) = match self.options.dry_run {
            true => self.try_lines(rows).await?,
            false => self.write_lines(rows).await?,
        };
        self.report = report;
        Ok(refused)
    }

    async fn write_lines(&self, rows: Arc<Vec<RawRow>>) -> Result<(ImportReport, Vec<u8>)> {
        let (header, before, keep) = (self.header.clone(), Arc::new(self.report.clone()), self.keep);
        let (mode, locale) = (self.options.mode, self.options.locale);
        let head = self.rejected_head()?;
        let job = move |work: Work| {
            let (header, rows, before, head) = (header.clone(), rows.clone(), before.clone(), head.clone());
            async move {
                let batch = batch::write_all(&work, &header, &rows, mode).await?;
                let mut report = (*before).clone();
                report.add(&rows, &batch.became, locale);
                let refused = rejected(&header, &rows, &batch, locale)?;
                if let Some(keep) = keep {
                    let file = match before.refused == 0 && !refused.is_empty() {
                        true => [head, refused.clone()].concat(),
                        false => refused.clone(),
                    };
                    remember(&work, keep, &batch, (&before, &report), file).await?;
                }
                Ok((report, refused))
            }
        };
        self.engine.transact(self.identity.clone(), Mode::Import, true, job).await
    }

    /// The lines are written, and all of it is taken back.
    async fn try_lines(&mut self, rows: Arc<Vec<RawRow>>) -> Result<(ImportReport, Vec<u8>)> {
        let (engine, identity, header) = (self.engine.clone(), self.identity.clone(), self.header.clone());
        let (of_job, mode) = (rows.clone(), self.options.mode);
        let tried = self.engine.database().rehearse(move |tx| {
            let work = engine.work(&identity, tx, Mode::Import);
            let (header, rows) = (header.clone(), of_job.clone());
            async move { batch::write_all(&work, &header, &rows, mode).await }
        });
        let mut batch = tried.await?;
        self.seen.judge(&self.header, &mut batch, mode);
        let mut report = self.report.clone();
        report.add(&rows, &batch.became, self.options.locale);
        let refused = rejected(&self.header, &rows, &batch, self.options.locale)?;
        Ok((report, refused))
    }

    /// The first line of the file of refused lines.
    pub fn rejected_head(&self) -> Result<Vec<u8>> {
        let names = self.header.names.iter().filter(|name| !name.starts_with(REMARK)).cloned();
        let names = names.chain([format!("{REMARK}line"), format!("{REMARK}error")]);
        let mut output = Output::new(Format::Csv)?;
        output.row(names.map(Out::Number))?;
        output.take()
    }
}

/// Refused lines as they came, each with its place and the reason.
fn rejected(header: &Header, rows: &[RawRow], batch: &Batch, locale: Locale) -> Result<Vec<u8>> {
    let mut output = Output::new(Format::Csv)?;
    // The cells mean again what they meant.
    let cell = |cell: &String| match cell.as_str() {
        CLEAR => Out::Number(CLEAR.to_owned()),
        cell => Out::Text(unprotect(cell).to_owned()),
    };
    let none = String::new();
    for (row, became) in rows.iter().zip(&batch.became) {
        let Became::Refused(found) = became else { continue };
        let named = header.names.iter().enumerate().filter(|(_, name)| !name.starts_with(REMARK));
        let cells = named.map(|(place, _)| cell(row.cells.get(place).unwrap_or(&none)));
        let remarks = [Out::Number(row.line.to_string()), Out::Text(words(found, locale))];
        let more = row.cells.iter().skip(header.names.len()).map(cell);
        output.row(cells.chain(remarks).chain(more))?;
    }
    output.take()
}

/// Keeps, in the transaction of the lines, what they became and how far the import is.
async fn remember(
    work: &Work,
    (id, job): (Uuid, Option<(Uuid, i64)>),
    batch: &Batch,
    (before, report): (&ImportReport, &ImportReport),
    refused: Vec<u8>,
) -> Result<()> {
    let first = i64::try_from(before.read).unwrap_or(i64::MAX);
    let lines = (first..).zip(&batch.written);
    let lines: Vec<transfer::Line> =
        lines.map(|(number, line)| transfer::Line { transfer: id, number, ..line.clone() }).collect();
    transfer::put_lines(&work.tx, &lines).await?;
    if !refused.is_empty() {
        transfer::put_part(&work.tx, id, REJECTED, first, refused).await?;
    }
    let gone = || Box::new(Diagnostic::new(Code::NotFound));
    let mut stored = transfer::get_to_write(&work.tx, id).await?.ok_or_else(gone)?;
    stored.report = json!(report);
    transfer::update(&work.tx, &stored).await?;
    if let Some((job, lease)) = job {
        let until = work.engine.now() + LEASE;
        if !job::progress(&work.tx, job, lease, &progress(report, &stored), until).await? {
            // Somebody else took the job over, or it was cancelled: what was done here is rolled back.
            return Err(Box::new(Diagnostic::new(Code::DatabaseBusy)));
        }
    }
    Ok(())
}
