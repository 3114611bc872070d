//! `lifeloom import`: records from CSV.

use crate::console::Console;
use crate::failure::{Failure, not_readable};
use crate::place::Place;
use clap::Args;
use diagnostic::{Code, Diagnostic, Source};
use engine::transfer::{ImportMode, ImportOptions};
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Options of `import`.
#[derive(Debug, Args)]
#[command(
    after_help = "The first row names the fields; a reference is a column such as account.number. Records are found by the\n\
    object's key, and made where there is none. An empty cell leaves the field as it is, #N/A clears it ('#N/A\n\
    is that text). Rows that are refused are listed, the others are written.\n\n\
    Example:\n  lifeloom import crm.account accounts.csv --dry-run"
)]
pub struct Import {
    /// The object, as pack.object
    object: String,
    /// The file to read
    file: PathBuf,
    /// Every row is a new record, also where its key is known
    #[arg(long)]
    create: bool,
    /// Try the whole file, keep nothing; on SQLite other writers wait meanwhile
    #[arg(long)]
    dry_run: bool,
    /// Login of the user whose rights apply [default: those of the system]
    #[arg(long, value_name = "LOGIN")]
    user: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Reads records.
pub async fn run(options: &Import, console: &Console) -> Result<(), Failure> {
    let file = File::open(&options.file).map_err(|error| not_readable(&options.file, &error))?;
    let lines = BufReader::new(&file).lines().map_while(Result::ok).count().saturating_sub(1) as u64;
    let file = File::open(&options.file).map_err(|error| not_readable(&options.file, &error))?;
    let engine = options.place.published().await?;
    let identity = match &options.user {
        Some(login) => engine.identity_of_login(&engine.database().reader(), login).await?,
        None => engine.system(),
    };
    let progress = console.progress("import", 1);
    let mode = if options.create { ImportMode::Create } else { ImportMode::Upsert };
    let how = ImportOptions { mode, dry_run: options.dry_run };
    let told = |done: u64| progress.at(done, lines.max(done));
    let report = engine.import(&identity, &options.object, BufReader::new(file), how, &told).await;
    progress.end();
    let shown = options.file.display().to_string();
    // What is wrong with the headings is wrong in the first line.
    let report = report.map_err(|found| match found.code {
        Code::UnknownField => Box::new(placed(*found, &shown, 1)),
        _ => found,
    })?;
    let refused: Vec<Diagnostic> =
        report.failed.into_iter().map(|row| placed(row.found, &shown, row.line)).collect();
    console.answer(&json!({
        "ok": refused.is_empty(),
        "dry_run": options.dry_run,
        "rows": report.rows,
        "created": report.created,
        "updated": report.updated,
        "ignored": report.ignored,
        "errors": console.json_of(&refused),
    }));
    if !report.ignored.is_empty() {
        console.note(format!("columns that nobody writes were left out: {}", report.ignored.join(", ")));
    }
    let tried = if options.dry_run { " (tried only, nothing is kept)" } else { "" };
    console.say(format!(
        "{} created, {} changed, {} refused{tried}",
        report.created,
        report.updated,
        refused.len()
    ));
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
