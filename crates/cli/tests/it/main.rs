//! The real binary in real processes: exit codes, what it says, what it leaves behind.

#![allow(clippy::unwrap_used)] // A test ends where something is not as it must be.

#[macro_use]
mod databases;
mod cluster;
mod data;
mod definitions;
mod environment;
mod faults;
mod hostile;
mod inside;
mod large;
mod ledger;
mod mounted;
mod people;
mod secrets;
mod serve;
mod server;
mod work;

use serde_json::Value as Json;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;
use test_support::TestDatabase;

/// A folder in which commands run, and the database they work on.
struct Site {
    folder: TempDir,
    /// PostgreSQL; without it SQLite in `data` below the folder.
    database: Option<TestDatabase>,
}

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Ended {
    /// Asserts the exit code and that the standard error holds these words.
    #[track_caller]
    fn is(&self, code: i32, words: &[&str]) -> &Ended {
        assert_eq!(self.code, code, "{self:#?}");
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in {self:#?}");
        }
        self
    }

    /// Asserts that the standard output holds these words.
    #[track_caller]
    fn says(&self, words: &[&str]) -> &Ended {
        for word in words {
            assert!(self.out.contains(word), "no {word:?} in {self:#?}");
        }
        self
    }

    /// What a machine reads.
    #[track_caller]
    fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

impl Site {
    fn new() -> Site {
        Site { folder: tempfile::tempdir().unwrap(), database: None }
    }

    /// A site on PostgreSQL.
    fn on(database: TestDatabase) -> Site {
        Site { folder: tempfile::tempdir().unwrap(), database: Some(database) }
    }

    /// The name of its database system.
    fn system(&self) -> &'static str {
        if self.database.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lifeloom"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LIFELOOM_") {
                command.env_remove(name);
            }
        }
        if let Some(database) = &self.database {
            command.env("LIFELOOM_DATABASE", database.url());
        }
        command.args(words).current_dir(self.folder.path()).env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Ended {
        ended(&mut self.command(words))
    }

    fn run_with(&self, words: &[&str], environment: &[(&str, &str)]) -> Ended {
        ended(self.command(words).envs(environment.iter().copied()))
    }

    fn run_fed(&self, words: &[&str], input: &str) -> Ended {
        let mut command = self.command(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        as_ended(output)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces text in a file, which must hold it.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    /// A site with the starter pack `fleet` in its folder and in its database.
    fn with_fleet() -> Site {
        let site = Site::new();
        site.run(&["pack", "new", "fleet"]).is(0, &[]);
        site.run(&["apply", "fleet", "--yes"]).is(0, &[]);
        site
    }
}

fn ended(command: &mut Command) -> Ended {
    as_ended(command.output().unwrap())
}

fn as_ended(output: std::process::Output) -> Ended {
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
