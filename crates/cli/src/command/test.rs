//! `lifeloom test`: the scenarios that packs ship.

use crate::console::Console;
use crate::failure::Failure;
use crate::packs;
use clap::Args;
use diagnostic::Diagnostic;
use engine::scenario::{self, Outcome, Selection};
use serde_json::json;
use std::time::Instant;

/// Options of `test`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each scenario plays in a throw-away database of its own, with a clock that it moves itself.\n\n\
    Examples:\n  lifeloom test definitions/crm\n  lifeloom test my-packs/fleet --filter approval\n  \
    lifeloom test definitions --database postgres://lifeloom@localhost/test"
)]
pub struct Test {
    /// Folders of packs, folders that hold packs, files of packs, or names of built-in packs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// Only scenarios whose name holds this
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Play each scenario again for each of its writes: cut off there as by a crash, opened anew and played to its end
    #[arg(long)]
    crashes: bool,
    /// PostgreSQL server on which each scenario gets a schema of its own [default: SQLite in temporary folders]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Plays the scenarios of the named packs.
pub async fn run(options: &Test, console: &Console) -> Result<(), Failure> {
    let packs = packs::read(&options.paths)?;
    let selection = Selection {
        packs: packs.named.iter().filter_map(packs::name).collect(),
        filter: options.filter.clone(),
        crashes: options.crashes,
        database: options.database.clone(),
    };
    let began = Instant::now();
    let told = |outcome: &Outcome| {
        let word = if outcome.failures.is_empty() { "ok  " } else { "FAIL" };
        let crashes = match outcome.crashes {
            0 => String::new(),
            count => format!(", {count} crashes"),
        };
        console.say(format!("{word} {} ({} ms{crashes})", outcome.name, outcome.took.as_millis()));
    };
    let outcomes = scenario::run(&packs.all(), &selection, &told).await?;
    let failed = outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).count();
    let shown = outcomes.iter().map(|outcome| {
        json!({
            "name": outcome.name,
            "file": outcome.file,
            "ok": outcome.failures.is_empty(),
            "crashes": outcome.crashes,
            "milliseconds": u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX),
            "errors": console.json_of(&outcome.failures),
        })
    });
    console.answer(&json!({"ok": failed == 0, "scenarios": shown.collect::<Vec<_>>()}));
    let passed = outcomes.len() - failed;
    let crashes: i64 = outcomes.iter().map(|outcome| outcome.crashes).sum();
    if crashes > 0 {
        console.say(format!("{crashes} crashes"));
    }
    console.say(format!("{passed} passed, {failed} failed, {:.1} s", began.elapsed().as_secs_f32()));
    match failed {
        0 => Ok(()),
        _ if console.is_json() => Err(Failure::Shown(1)),
        _ => {
            Err(outcomes.into_iter().flat_map(|outcome| outcome.failures).collect::<Vec<Diagnostic>>().into())
        }
    }
}
