//! The workspace's own tasks, run as `cargo xtask <task>`.
//!
//! `tidy` checks rules that the compiler does not know (floors, module cycles, sizes, names, licences, the lock
//! file, generated pages), `codegen` writes the pages and schemas that are made from code, `ci` runs every step
//! that a change must pass, in one order, on a desk and on a server alike, `faults` plays what may go wrong for hours.
//!
//! It never changes a source file that a person wrote, and never talks to the network itself.
//!
//! Read in this order: `finding`, `workspace`, `source`, `tidy` (one file per rule), `codegen`, `snapshots`, `ci`,
//! `faults`.

mod finding;
mod workspace;

mod source;

mod tidy;

mod codegen;

mod snapshots;

mod ci;

mod faults;

use std::process::ExitCode;

use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <task>

  tidy                     check the rules of the workspace; print every finding
  codegen [--check]        write the files that are made from code, or only compare them
  snapshots                check that the last run of all tests used every snapshot
  ci [--list] [--only STEP] [--from STEP]
                           run the steps of CI in order; stop at the first that fails
  faults [--rounds N]      play every fault many times; write what was seen to docs/faults.md
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => Workspace::load().and_then(|workspace| tidy::report(&workspace)),
        ["codegen"] => Workspace::load().and_then(|workspace| codegen::write(&workspace)),
        ["codegen", "--check"] => Workspace::load().and_then(|workspace| codegen::report(&workspace)),
        ["snapshots"] => Workspace::load().and_then(|workspace| snapshots::report(&workspace)),
        ["ci", rest @ ..] => match ci::Selection::parse(rest) {
            Some(selection) => Workspace::load().and_then(|workspace| ci::run(&workspace, &selection)),
            None => return usage(),
        },
        ["faults"] => Workspace::load().and_then(|workspace| faults::run(&workspace, faults::ROUNDS)),
        ["faults", "--rounds", rounds] => match rounds.parse() {
            Ok(rounds) => Workspace::load().and_then(|workspace| faults::run(&workspace, rounds)),
            Err(_) => return usage(),
        },
        _ => return usage(),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(3)
        }
    }
}

fn usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(2)
}
