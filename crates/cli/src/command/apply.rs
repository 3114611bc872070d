//! `lifeloom apply`: publish definitions.

use crate::command::plan::{as_json, change, show, verdict};
use crate::console::Console;
use crate::failure::Failure;
use crate::packs;
use crate::place::Place;
use clap::Args;
use engine::Engine;
use engine::publish::Change;
use serde_json::json;
use storage::Role;

/// Options of `apply`.
#[derive(Debug, Args)]
#[command(after_help = "A running server takes the new definitions up at once.\n\n\
    Examples:\n  lifeloom apply my-packs/crm\n  lifeloom apply my-packs/crm --yes")]
pub struct Apply {
    /// Folders of packs, folders that hold packs, files of packs, or names of built-in packs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

/// Publishes packs.
pub async fn run(options: &Apply, console: &Console) -> Result<(), Failure> {
    let packs = packs::read(&options.paths)?;
    let database = options.place.database(Role::Command).await?;
    let engine = options.place.engine(database, Role::Command).await?;
    let roots = packs::Roots::of(&packs.named);
    let change = change(&engine, packs);
    carry_out(&engine, &change, options.yes, console).await.map_err(|failure| roots.placed(failure))
}

/// Shows what a change would do, asks, does it.
pub async fn carry_out(
    engine: &Engine,
    change: &Change,
    yes: bool,
    console: &Console,
) -> Result<(), Failure> {
    let preview = engine.preview(change).await?;
    show(console, &preview, false);
    if !preview.findings.is_empty() {
        console.answer(&as_json(&preview));
        return verdict(console, &preview);
    }
    if preview.is_empty() {
        console.answer(&json!({"ok": true, "number": engine.published().number, "plan": as_json(&preview)}));
        return Ok(());
    }
    let question = match console.locale() {
        diagnostic::Locale::En => "Publish this?",
        diagnostic::Locale::ZhCn => "确定发布？",
        diagnostic::Locale::ZhTw => "確定發布？",
    };
    console.confirm(question, yes)?;
    let applied = engine.apply(change, None).await?;
    console.answer(&json!({"ok": true, "number": applied.number, "plan": as_json(&applied.preview)}));
    console.say(format!("\npublished as number {}", applied.number));
    Ok(())
}
