//! The longer run of the tests of faults: many rounds of each, and what they saw on the page of results.

use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::workspace::Workspace;

/// The page of results.
const PAGE: &str = "docs/faults.md";
/// Between these lines of the page stands what the last run saw.
const BEGIN: &str = "<!-- results: written by `cargo xtask faults` -->";
const END: &str = "<!-- end of results -->";
/// Where the tests leave a line of JSON for each fault, below the root.
const REPORT: &str = "target/fault-report.jsonl";
/// Rounds where none are asked for.
pub const ROUNDS: usize = 200;

/// Plays every fault so many times and writes what was seen to the page; false where a test failed.
///
/// # Errors
/// When the tests cannot be started, or leave nothing to report.
pub fn run(workspace: &Workspace, rounds: usize) -> Result<bool> {
    if std::env::var_os("LIFELOOM_TEST_POSTGRES").is_none() {
        bail!("LIFELOOM_TEST_POSTGRES is not set: `make faults` starts a server and sets it");
    }
    let report = workspace.root.join(REPORT);
    let _ = std::fs::remove_file(&report);
    let status = Command::new(workspace.root.join("scripts/cargo-test.sh"))
        .arg("faults::")
        .current_dir(&workspace.root)
        .env("CI", "true")
        .env("LIFELOOM_FAULT_ROUNDS", rounds.to_string())
        .env("LIFELOOM_FAULT_REPORT", &report)
        // One after the other: what is measured is a server, not the tests beside it.
        .env("NEXTEST_TEST_THREADS", "1")
        .env("RUST_TEST_THREADS", "1")
        .status()
        .context("running scripts/cargo-test.sh")?;
    let lines = std::fs::read_to_string(&report).with_context(|| format!("reading {REPORT}"))?;
    let page = workspace.text(PAGE)?.context("the page of results is text")?;
    std::fs::write(workspace.root.join(PAGE), filled(&page, &table(&lines, rounds)?)?)?;
    println!("faults: results in {PAGE}");
    Ok(status.success())
}

/// The lines that the tests left, as a table in the order of the faults' names.
fn table(lines: &str, rounds: usize) -> Result<String> {
    let mut rows = Vec::new();
    for line in lines.lines() {
        let row: Value = serde_json::from_str(line).context("a line of the report")?;
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let played = row["rounds"].as_u64().unwrap_or_default();
        rows.push(format!("| {} | {} | {played} | {} |", text("fault"), text("database"), text("result")));
    }
    ensure!(!rows.is_empty(), "no test left a result");
    rows.sort();
    let mut table = format!("`make faults ROUNDS={rounds}`:\n\n");
    table.push_str("| fault | database | rounds | seen |\n|---|---|---|---|\n");
    for row in rows {
        let _ = writeln!(table, "{row}");
    }
    Ok(table)
}

/// The page with the results in their place.
fn filled(page: &str, results: &str) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).with_context(|| format!("{PAGE} lacks {BEGIN}"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("{PAGE} lacks {END}"))?;
    Ok(format!("{before}{BEGIN}\n\n{results}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_replace_those_of_the_run_before() {
        let lines = r#"{"fault": "full disk", "database": "SQLite", "rounds": 4, "result": "nothing lost"}"#;
        let results = table(lines, 8).unwrap();
        let page = format!("# Faults\n\n{BEGIN}\nold\n{END}\n\nThe rest.\n");
        let new = filled(&page, &results).unwrap();
        assert!(new.contains("| full disk | SQLite | 4 | nothing lost |") && !new.contains("old"), "{new}");
        assert!(new.starts_with("# Faults\n") && new.ends_with("The rest.\n"), "{new}");
        assert_eq!(filled(&new, &results).unwrap(), new);
        assert!(table("", 8).is_err());
        assert!(filled("no place", &results).is_err());
    }
}
