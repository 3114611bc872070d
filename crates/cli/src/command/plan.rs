//! `lifeloom plan`: what a publish would do.

use crate::console::Console;
use crate::failure::Failure;
use crate::packs;
use crate::place::Place;
use clap::Args;
use engine::Engine;
use engine::publish::{Change, Preview};
use serde_json::{Value as Json, json};
use storage::Role;

/// Options of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  lifeloom plan my-packs/crm\n  lifeloom plan my-packs/crm --sql")]
pub struct Plan {
    /// Folders of packs, folders that hold packs, files of packs, or names of built-in packs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// Show the SQL statements too
    #[arg(long)]
    sql: bool,
    #[command(flatten)]
    place: Place,
}

/// Shows what a publish would do. Findings that would refuse it are a failure.
pub async fn run(options: &Plan, console: &Console) -> Result<(), Failure> {
    let packs = packs::read(&options.paths)?;
    // A database that does not exist is not made by looking.
    let empty = tempfile::tempdir();
    let place = match (options.place.is_new(), &empty) {
        (true, Ok(folder)) => {
            &Place { data: folder.path().to_owned(), database: None, key_file: None, files: None }
        }
        _ => &options.place,
    };
    let database = place.database(Role::Command).await?;
    let engine = place.engine(database, Role::Command).await?;
    let roots = packs::Roots::of(&packs.named);
    let preview =
        engine.preview(&change(&engine, packs)).await.map_err(|found| roots.placed(found.into()))?;
    console.answer(&as_json(&preview));
    show(console, &preview, options.sql);
    verdict(console, &preview)
}

/// The named packs, and of those they need the ones that are not installed.
pub fn change(engine: &Engine, packs: packs::Packs) -> Change {
    let published = engine.published();
    let is_installed = |name: String| published.catalog.packs.contains_key(name.as_str());
    let missing = packs.needed.into_iter().filter(|pack| !packs::name(pack).is_some_and(is_installed));
    Change::Set(packs.named.into_iter().chain(missing).collect())
}

/// Shows what would change, for people.
pub fn show(console: &Console, preview: &Preview, sql: bool) {
    if preview.is_empty() {
        return console.say("nothing to change: the database has these definitions");
    }
    for (name, before, after) in &preview.packs {
        console.say(match (before, after) {
            (None, Some(after)) => format!("pack {name}: new, {after}"),
            (Some(before), None) => {
                format!("pack {name}: removed ({before}); its tables stay until `lifeloom purge`")
            }
            (Some(before), Some(after)) if before == after => format!("pack {name}: {after}"),
            (before, after) => {
                let shown = |version: &Option<semver::Version>| {
                    version.as_ref().map_or(String::new(), ToString::to_string)
                };
                format!("pack {name}: {} → {}", shown(before), shown(after))
            }
        });
    }
    section(console, "files", &preview.files);
    section(console, "changes", &changes(preview));
    section(console, "running workflows", &running(preview));
    section(console, "migration", &preview.steps);
    if sql {
        section(console, "statements", &preview.statements);
    }
}

/// What changes, in sentences, with the records that do not meet it.
fn changes(preview: &Preview) -> Vec<String> {
    let lines = preview.changes.iter().map(|told| match told.records {
        Some(1) => format!("{} (1 record does not meet it)", told.what),
        Some(records) => format!("{} ({records} records do not meet it)", told.what),
        None => told.what.clone(),
    });
    lines.collect()
}

/// What could become of running workflows, in sentences: for each workflow, and for each run that cannot go on under the
/// new version.
fn running(preview: &Preview) -> Vec<String> {
    let told = preview.running.iter().flat_map(|of| {
        let looked_at = of.movable + of.stuck.len() as u64;
        let newest = if looked_at < of.flows { format!(" of the newest {looked_at}") } else { String::new() };
        let whole = format!(
            "{}: {} running, {} could go on under the new version{newest}",
            of.workflow, of.flows, of.movable
        );
        let stuck =
            of.stuck.iter().map(|stuck| format!("  {}: {}", stuck.instance, stuck.reasons.join("; ")));
        std::iter::once(whole).chain(stuck)
    });
    told.collect()
}

/// At most so many lines of a section are shown; the rest is counted.
const MOST_LINES: usize = 200;

fn section(console: &Console, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    console.say(format!("\n{title}:"));
    for line in lines.iter().take(MOST_LINES) {
        console.say(format!("  {line}"));
    }
    if lines.len() > MOST_LINES {
        console.say(format!("  … and {} more", lines.len() - MOST_LINES));
    }
}

/// Fails where data stands in the way.
pub fn verdict(console: &Console, preview: &Preview) -> Result<(), Failure> {
    match preview.findings.is_empty() {
        true => Ok(()),
        false if console.is_json() => Err(Failure::Shown(1)),
        false => Err(preview.findings.clone().into()),
    }
}

/// What would change, for machines.
pub fn as_json(preview: &Preview) -> Json {
    let packs = preview
        .packs
        .iter()
        .map(|(name, before, after)| json!({"name": name, "before": before, "after": after}));
    json!({
        "ok": preview.findings.is_empty(),
        "empty": preview.is_empty(),
        "packs": packs.collect::<Vec<_>>(),
        "files": preview.files,
        "changes": changes(preview),
        "running": preview.running,
        "steps": preview.steps,
        "statements": preview.statements,
        "findings": preview.findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
