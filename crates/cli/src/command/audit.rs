//! `lifeloom audit`: whether the audit trail is what was written, its entries for elsewhere, and how long they are kept.

use crate::console::Console;
use crate::failure::{Failure, not_writable};
use crate::place::Place;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Args, Subcommand};
use diagnostic::Diagnostic;
use serde_json::json;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use storage::store::audit::verify::{Broken, Known};

/// Options of `audit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Every entry is marked with a key that is not in the database, and chained to the one before it.\n\n\
    Examples:\n  lifeloom audit verify\n  lifeloom audit export --from 2026-03-01 --out march.jsonl\n  \
    lifeloom audit prune --older-than 180d"
)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Check every entry and the chain; exit code 1 names the first entry that does not hold
    Verify(Verify),
    /// Write entries as lines of JSON
    Export(Export),
    /// Remove old entries; what is left still verifies
    Prune(Prune),
}

#[derive(Debug, Args)]
struct Verify {
    /// What an earlier run printed, as NUMBER:SEAL: the chain must still hold it
    #[arg(long, value_name = "NUMBER:SEAL", value_parser = known)]
    expect: Option<Known>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Export {
    /// Only entries from this instant or day on
    #[arg(long, value_name = "TIME", value_parser = instant)]
    from: Option<DateTime<Utc>>,
    /// Only entries before this instant or day
    #[arg(long, value_name = "TIME", value_parser = instant)]
    until: Option<DateTime<Utc>>,
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Prune {
    /// Days that entries are kept, such as 180d
    #[arg(long, value_name = "DAYS", value_parser = days)]
    older_than: u32,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

/// Does what is asked of the trail.
pub async fn run(options: &Audit, console: &Console) -> Result<(), Failure> {
    match &options.what {
        What::Verify(options) => verify(&options.place, options.expect.clone(), console).await,
        What::Export(options) => export(options, console).await,
        What::Prune(options) => prune(options, console).await,
    }
}

async fn verify(place: &Place, expect: Option<Known>, console: &Console) -> Result<(), Failure> {
    let report = place.published().await?.verify_audit(expect).await?;
    let (first, last) = report.range;
    let broken = report.broken.as_ref();
    console.answer(&json!({
        "ok": broken.is_none(),
        "first": first,
        "last": last,
        "waiting": report.waiting,
        "history": report.history,
        "flows": report.flows,
        "seal": report.seal,
        "broken": broken.map(|it| json!({"number": it.number, "id": it.id, "what": it.what})),
    }));
    if let Some(broken) = broken {
        console.note(said(broken));
        return Err(Failure::Shown(1));
    }
    console.say(format!(
        "the trail holds: entries {first} to {last}, {} wait for their seal, {} rows of the history, {} of the logs of flows",
        report.waiting, report.history, report.flows
    ));
    if last > 0 {
        console.say(format!("keep elsewhere, to compare with --expect: {last}:{}", report.seal));
    }
    Ok(())
}

fn said(broken: &Broken) -> String {
    let place = match (broken.number, broken.id) {
        (Some(number), Some(id)) => format!("entry {number} ({id}) "),
        (Some(number), None) => format!("entry {number} "),
        (None, Some(id)) => format!("an entry without a place ({id}) "),
        (None, None) => String::new(),
    };
    format!("the trail is broken: {place}{}", broken.what)
}

async fn export(options: &Export, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let path = options.out.clone().unwrap_or_else(|| PathBuf::from("-"));
    let mut file: Box<dyn Write + Send> = match &options.out {
        Some(path) => {
            Box::new(BufWriter::new(std::fs::File::create(path).map_err(|error| not_writable(path, &error))?))
        }
        None => Box::new(BufWriter::new(std::io::stdout())),
    };
    let refused =
        |path: &Path, error: &std::io::Error| -> Box<Diagnostic> { Box::new(not_writable(path, error)) };
    let target = path.clone();
    // `None` behind the last: what is not on the disk yet may still be refused.
    let out = move |entry: Option<&serde_json::Value>| {
        let written = match entry {
            Some(entry) => writeln!(file, "{entry}"),
            None => file.flush(),
        };
        written.map_err(|error| refused(&target, &error))
    };
    let count = engine.export_audit(options.from, options.until, out).await?;
    if options.out.is_some() {
        console.answer(&json!({"ok": true, "entries": count, "file": path}));
    }
    console.note(format!("{count} entries"));
    Ok(())
}

async fn prune(options: &Prune, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    // What is broken must not be swept away.
    let report = engine.verify_audit(None).await?;
    if let Some(broken) = &report.broken {
        console.note(said(broken));
        return Err(Failure::Shown(1));
    }
    let before = engine.now() - TimeDelta::days(i64::from(options.older_than));
    console.confirm(
        &format!("Remove the entries from before {before}? An export is the only way back."),
        options.yes,
    )?;
    let pruned = engine.prune_audit(before, None).await?;
    console.answer(&json!({"ok": true, "removed": pruned.entries, "through": pruned.through}));
    console.say(format!("{} entries were removed", pruned.entries));
    Ok(())
}

/// `180d`, at least one day: what is younger may still be in the middle of its transaction.
fn days(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('d').unwrap_or(text).parse::<u32>().ok().filter(|days| *days >= 1);
    number.ok_or_else(|| "expected days, such as 180d".to_owned())
}

fn known(text: &str) -> Result<Known, String> {
    let parts = text.split_once(':').and_then(|(number, seal)| Some((number.parse().ok()?, seal)));
    let (number, seal) =
        parts.ok_or_else(|| "expected what `audit verify` printed, NUMBER:SEAL".to_owned())?;
    Ok(Known { number, seal: seal.to_owned() })
}

/// A day or an instant.
pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let day = text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0)).map(|at| at.and_utc());
    let at = day.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc)));
    at.ok_or_else(|| "expected a day or an instant, such as 2026-03-02 or 2026-03-02T09:00:00Z".to_owned())
}
