//! `lifeloom import`: records from CSV and XLSX.

use crate::console::Console;
use crate::failure::{Failure, not_readable, not_writable};
use crate::place::Place;
use clap::Args;
use diagnostic::{Code, Diagnostic, Source};
use engine::transfer::{Format, ImportMode, ImportOptions, ImportReport, Mapping, Sink, WriteTo};
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Options of `import`.
#[derive(Debug, Args)]
#[command(
    after_help = "The first row names the fields, or what people call them; a reference is a column such as account.number.\n\
    Records are found by the object's key, and made where there is none. An empty cell leaves the field as it is,\n\
    #N/A clears it ('#N/A is that text). Rows that are refused are listed, the others are written.\n\n\
    Examples:\n  lifeloom import crm.account accounts.csv --dry-run\n  \
    lifeloom import crm.account accounts.xlsx --rejected refused.csv"
)]
pub struct Import {
    /// The object, as pack.object
    object: String,
    /// The file to read: .csv or .xlsx
    file: PathBuf,
    /// Every row is a new record, also where its key is known
    #[arg(long)]
    create: bool,
    /// Try the whole file, keep nothing
    #[arg(long)]
    dry_run: bool,
    /// Find records by this unique key [default: the object's own]
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
    /// What columns fill and values stand for, as JSON: {"columns": {"Name": "name"}, "values": {"Kind": {"客户": "customer"}}}
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Write refused rows with their reasons to this file, as CSV
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
    /// Login of the user whose rights apply [default: those of the system]
    #[arg(long, value_name = "LOGIN")]
    user: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl Import {
    fn options(&self, console: &Console) -> Result<ImportOptions, Failure> {
        let name = self.file.display().to_string();
        let Some(format) = Format::of_file(&name) else {
            return Err(Failure::Usage(format!("{name}: a file ending in .csv or .xlsx is expected")));
        };
        let mut mapping = match &self.mapping {
            None => Mapping::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| not_readable(path, &error))?;
                serde_json::from_str(&text)
                    .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?
            }
        };
        mapping.key = self.key.clone().or(mapping.key);
        let mode = if self.create { ImportMode::Create } else { ImportMode::Upsert };
        let locale = console.locale();
        // Whoever it is done for can undo it; nobody signs in as the system.
        let undoable = self.user.is_some();
        let dry_run = self.dry_run;
        Ok(ImportOptions { mode, dry_run, format, charset: None, mapping, locale, undoable })
    }

    /// How many lines there may be, as far as that can be known beforehand.
    fn lines(&self, format: Format) -> Result<u64, Failure> {
        if format != Format::Csv {
            return Ok(0);
        }
        let file = File::open(&self.file).map_err(|error| not_readable(&self.file, &error))?;
        Ok(BufReader::new(&file).split(b'\n').map_while(Result::ok).count().saturating_sub(1) as u64)
    }
}

/// Reads records.
pub async fn run(options: &Import, console: &Console) -> Result<(), Failure> {
    let how = options.options(console)?;
    let lines = options.lines(how.format)?;
    let file = File::open(&options.file).map_err(|error| not_readable(&options.file, &error))?;
    let engine = options.place.published().await?;
    let identity = match &options.user {
        Some(login) => engine.identity_of_login(&engine.database().reader(), login).await?,
        None => engine.system(),
    };
    let mut rejected = match &options.rejected {
        Some(path) => Some(WriteTo(File::create(path).map_err(|error| not_writable(path, &error))?)),
        None => None,
    };
    let progress = console.progress("import", 1);
    let told = |done: u64| progress.at(done, lines.max(done));
    let rejected = rejected.as_mut().map(|to| to as &mut dyn Sink);
    let report = engine.import(&identity, &options.object, BufReader::new(file), how, rejected, &told).await;
    progress.end();
    let shown = options.file.display().to_string();
    // What is wrong with the headings is wrong in the first line.
    let report = report.map_err(|found| match found.code {
        Code::UnknownField => Box::new(placed(*found, &shown, 1)),
        _ => found,
    })?;
    tell(report, options, &shown, console)
}

fn tell(report: ImportReport, options: &Import, shown: &str, console: &Console) -> Result<(), Failure> {
    let refused: Vec<Diagnostic> =
        report.failed.into_iter().map(|row| placed(row.found, shown, row.line)).collect();
    console.answer(&json!({
        "ok": report.refused == 0,
        "dry_run": options.dry_run,
        "rows": report.rows,
        "created": report.created,
        "updated": report.updated,
        "refused": report.refused,
        "ignored": report.ignored,
        "findings": report.findings,
        "import": report.import,
        "errors": console.json_of(&refused),
    }));
    if !report.ignored.is_empty() {
        console.note(format!("columns that nobody writes were left out: {}", report.ignored.join(", ")));
    }
    let tried = if options.dry_run { " (tried only, nothing is kept)" } else { "" };
    let (created, updated, count) = (report.created, report.updated, report.refused);
    console.say(format!("{created} created, {updated} changed, {count} refused{tried}"));
    if let Some(import) = report.import {
        console.note(format!("undo it: POST /api/v1/imports/{import}/undo"));
    }
    let more = count.saturating_sub(refused.len() as u64);
    if more > 0 {
        console.note(format!("{more} more refused rows are not listed: --rejected FILE writes all"));
    }
    match refused.is_empty() {
        true => Ok(()),
        false if console.is_json() => Err(Failure::Shown(1)),
        false => Err(refused.into()),
    }
}

fn placed(found: Diagnostic, file: &str, line: u64) -> Diagnostic {
    found.in_source(Source {
        file: file.to_owned(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: 0,
    })
}
