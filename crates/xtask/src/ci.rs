//! Every step that a change must pass, cheap and telling ones first. The same on a desk and on a server.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::snapshots;
use crate::workspace::Workspace;

/// The variable that names a PostgreSQL server on which tests may create databases.
const POSTGRES: &str = "LIFELOOM_TEST_POSTGRES";

/// A step: its name, what it makes sure of, and the command that does it.
struct Step {
    name: &'static str,
    makes_sure: &'static str,
    command: &'static [&'static str],
    needs_postgres: bool,
}

const fn step(name: &'static str, makes_sure: &'static str, command: &'static [&'static str]) -> Step {
    Step { name, makes_sure, command, needs_postgres: false }
}

const LIFELOOM: &str = "target/debug/lifeloom";

/// With the packages of `scripts/requirements.txt`.
const PYTHON: &str = "target/python/bin/python";

/// In order. All of them build with the one profile `dev`, so that nothing is compiled twice.
const STEPS: &[Step] = &[
    step("format", "the code is formatted", &["cargo", "fmt", "--all", "--check"]),
    step("scripts", "the shell scripts are sound", &["scripts/lint.sh"]),
    step("tidy", "the rules of the workspace hold", &["cargo", "xtask", "tidy"]),
    step(
        "generated",
        "pages and schemas made from code are current",
        &["cargo", "xtask", "codegen", "--check"],
    ),
    step(
        "web",
        "the web application is typed, and its own tests pass",
        &["npm", "--prefix", "web", "run", "--silent", "verify"],
    ),
    // Before the server, which embeds it.
    step(
        "web build",
        "the web application is built, within its budgets",
        &["npm", "--prefix", "web", "run", "--silent", "build"],
    ),
    step(
        "clippy",
        "no warning",
        &["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"],
    ),
    // With the tests, so that the features of libraries, and with them all that is compiled, are those of `tests`.
    step(
        "build",
        "binaries and tests link",
        &["cargo", "build", "--workspace", "--bins", "--tests", "--locked", "--quiet"],
    ),
    step("definitions", "the shipped packs are free of errors", &[LIFELOOM, "check", "definitions"]),
    step(
        "examples",
        "the example packs are free of errors",
        &[
            LIFELOOM,
            "check",
            "definitions",
            "examples/library",
            "examples/approvers",
            "examples/site",
            "examples/bench",
            "examples/showcase",
            "examples/flows",
            "examples/automations",
        ],
    ),
    step("scenarios", "the shipped packs do what their scenarios say", &[LIFELOOM, "test", "definitions"]),
    step(
        "example scenarios",
        "so do the example packs",
        &[
            LIFELOOM,
            "test",
            "examples/library",
            "examples/approvers",
            "examples/flows",
            "examples/automations",
            "examples/site",
        ],
    ),
    Step {
        name: "walk-throughs",
        makes_sure: "the README's curl calls work against a real server, on both databases",
        command: &["examples/run.sh", LIFELOOM],
        needs_postgres: true,
    },
    step(
        "description",
        "a validator from outside finds the description of the interface sound",
        &[PYTHON, "scripts/api.py", LIFELOOM, "validate"],
    ),
    step(
        "generated client",
        "a client generated from it makes, changes and deletes a record of every object",
        &[PYTHON, "scripts/api.py", LIFELOOM, "client"],
    ),
    step(
        "generated requests",
        "three roles get what the description says, and no server error",
        &[PYTHON, "scripts/api.py", LIFELOOM, "fuzz", "--examples", "4"],
    ),
    step(
        "pages",
        "people can work the pages in a browser, on desktop and phone, light and dark",
        &["npm", "--prefix", "web", "run", "--silent", "e2e"],
    ),
    Step {
        name: "tests",
        makes_sure: "every test passes, on SQLite and on PostgreSQL",
        command: &["scripts/cargo-test.sh"],
        needs_postgres: true,
    },
    step("snapshots", "every snapshot belongs to a test", &["cargo", "xtask", "snapshots"]),
];

/// Which steps to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Selection {
    list: bool,
    only: Option<String>,
    from: Option<String>,
}

impl Selection {
    /// Reads the options behind `ci`; `None` when they are not understood.
    pub fn parse(words: &[&str]) -> Option<Self> {
        let named = |name: &str| STEPS.iter().any(|step| step.name == name).then(|| name.to_owned());
        match words {
            [] => Some(Self::default()),
            ["--list"] => Some(Self { list: true, ..Self::default() }),
            ["--only", name] => Some(Self { only: Some(named(name)?), ..Self::default() }),
            ["--from", name] => Some(Self { from: Some(named(name)?), ..Self::default() }),
            _ => None,
        }
    }

    fn steps(&self) -> Vec<&'static Step> {
        let chosen = |step: &&Step| self.only.as_deref().is_none_or(|only| only == step.name);
        let before = |step: &&Step| self.from.as_deref().is_some_and(|from| from != step.name);
        STEPS.iter().skip_while(before).filter(chosen).collect()
    }
}

/// Runs the steps until one fails; prints each with its time.
///
/// # Errors
/// When a step cannot be started, or needs a PostgreSQL server that nobody named.
pub fn run(workspace: &Workspace, selection: &Selection) -> Result<bool> {
    let steps = selection.steps();
    if selection.list {
        for step in &steps {
            println!("{:<18} {:<62} {}", step.name, step.makes_sure, step.command.join(" "));
        }
        return Ok(true);
    }
    if steps.iter().any(|step| step.needs_postgres) && std::env::var_os(POSTGRES).is_none() {
        bail!("{POSTGRES} is not set: `make test` starts a server and sets it, `make postgres` prints it");
    }
    // Tests append to the list of snapshots that they used.
    if steps.iter().any(|step| step.name == "tests") {
        let _ = std::fs::remove_file(workspace.root.join(snapshots::REFERENCES));
    }
    let mut timings = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!(
            "\n== {}/{} {}: {} ({})",
            index + 1,
            steps.len(),
            step.name,
            step.makes_sure,
            step.command.join(" ")
        );
        let started = Instant::now();
        let passed = execute(workspace, step)?;
        timings.push((step.name, started.elapsed()));
        if !passed {
            summary(&timings);
            println!("ci: FAILED at {}; again from there: cargo xtask ci --from '{}'", step.name, step.name);
            return Ok(false);
        }
    }
    summary(&timings);
    println!("ci: {} steps passed", steps.len());
    Ok(true)
}

fn execute(workspace: &Workspace, step: &Step) -> Result<bool> {
    let (program, arguments) = step.command.split_first().context("a step has a command")?;
    let program = if program.contains('/') { workspace.root.join(program) } else { program.into() };
    let mut command = Command::new(&program);
    // CI=true: tests that need a database fail without it; INSTA_UPDATE=no: a changed snapshot fails.
    command.args(arguments).current_dir(&workspace.root).env("CI", "true").env("INSTA_UPDATE", "no");
    command.env("INSTA_SNAPSHOT_REFERENCES_FILE", workspace.root.join(snapshots::REFERENCES));
    let status = command.status().with_context(|| format!("running {}", program.display()))?;
    Ok(status.success())
}

fn summary(timings: &[(&str, Duration)]) {
    let total: Duration = timings.iter().map(|(_, time)| *time).sum();
    println!();
    for (name, time) in timings {
        println!("  {name:<18} {:>7.1} s", time.as_secs_f64());
    }
    println!("  {:<18} {:>7.1} s", "together", total.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_choose_steps() {
        let check = |words: &[&str], expect: Option<&[&str]>| {
            let chosen =
                Selection::parse(words).map(|s| s.steps().iter().map(|s| s.name).collect::<Vec<_>>());
            assert_eq!(chosen.as_deref(), expect, "{words:?}");
        };
        let all: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        check(&[], Some(&all));
        check(&["--only", "tidy"], Some(&["tidy"]));
        check(
            &["--from", "walk-throughs"],
            Some(&[
                "walk-throughs",
                "description",
                "generated client",
                "generated requests",
                "pages",
                "tests",
                "snapshots",
            ]),
        );
        check(&["--only", "tidyness"], None);
        check(&["--fast"], None);
    }
}
