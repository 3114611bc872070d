//! The scenarios of the shipped packs pass.

use crate::packs;
use engine::scenario::{Outcome, Selection, run};

/// Runs those whose name holds `LIFELOOM_SCENARIO`, on the database of `LIFELOOM_SCENARIO_DATABASE`, where these
/// are set.
#[tokio::test(flavor = "multi_thread")]
async fn of_shipped_packs() {
    // `RUST_LOG=error` shows what an `internal` error was.
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    let _ = tracing_subscriber::fmt().with_env_filter(filter).try_init();
    let selection = Selection {
        filter: std::env::var("LIFELOOM_SCENARIO").ok(),
        database: std::env::var("LIFELOOM_SCENARIO_DATABASE").ok(),
        ..Selection::default()
    };
    let told = |outcome: &Outcome| {
        let word = if outcome.failures.is_empty() { "passed" } else { "FAILED" };
        println!("{word} {} in {:?}", outcome.name, outcome.took);
    };
    let packs = [packs::shipped("base"), packs::shipped("crm")];
    let outcomes = run(&packs, &selection, &told).await.unwrap_or_else(|found| panic!("{found:#?}"));
    let mut failed = Vec::new();
    for outcome in outcomes {
        failed.extend(outcome.failures.iter().map(|found| {
            let place = found.source.as_ref().map_or(String::new(), ToString::to_string);
            format!("{place}: {}: {}", outcome.name, found.render(diagnostic::Locale::En))
        }));
    }
    assert!(failed.is_empty(), "{} failures:\n{}", failed.len(), failed.join("\n"));
}
