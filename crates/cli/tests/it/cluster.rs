//! A PostgreSQL server of a test's own, which it may stop and hold.

use crate::server::PATIENCE;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A cluster of its own, gone with its data when it is dropped.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    pub url: String,
    port: u16,
}

impl Cluster {
    /// Makes and starts one; `None`, with a word about it, where PostgreSQL's server programs are missing.
    pub fn start() -> Option<Cluster> {
        let Some(programs) = programs() else {
            let on_build_server = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!on_build_server, "PostgreSQL's server programs are missing (scripts/install.sh test)");
            eprintln!("PostgreSQL's server programs are missing: this test is skipped");
            return None;
        };
        let made = as_owner(Path::new("mktemp"), &["--directory", "--tmpdir", "lifeloom-cluster.XXXXXX"]);
        let folder = PathBuf::from(String::from_utf8(made.stdout).unwrap().trim());
        let data = folder.join("data").display().to_string();
        let words = ["--pgdata", &data, "--username", "lifeloom", "--auth", "trust", "--encoding", "UTF8"];
        as_owner(&programs.join("initdb"), &[&words[..], &["--locale", "C", "--no-sync"]].concat());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("postgres://lifeloom@127.0.0.1:{port}/postgres");
        let cluster = Cluster { programs, folder, url, port };
        cluster.resume();
        Some(cluster)
    }

    /// Stops the server at once, as a crash would.
    pub fn stop(&self) {
        self.control(&["stop", "--mode", "immediate", "--wait", "--silent"]);
    }

    /// Starts the server again and waits until it takes connections.
    pub fn resume(&self) {
        // fsync off: what is tried here is the loss of a process, not of the machine.
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories='' -c fsync=off \
             -c shared_buffers=32MB",
            self.port
        );
        let log = self.folder.join("log").display().to_string();
        self.control(&["start", "--log", &log, "--wait", "--silent", "--options", &options]);
    }

    /// Holds every process of the server: connections stay and nobody answers.
    pub fn hold(&self) {
        self.signal("-STOP");
    }

    /// Lets them go on.
    pub fn let_go(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let parent = file.lines().next().unwrap().to_owned();
        let children = Command::new("pgrep").args(["--parent", &parent]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        for id in std::iter::once(parent.as_str()).chain(children.lines()) {
            // A process of the server may just have ended by itself.
            let _ = Command::new("kill").args([signal, id]).output();
        }
    }

    fn control(&self, words: &[&str]) {
        let data = self.folder.join("data").display().to_string();
        as_owner(&self.programs.join("pg_ctl"), &[words, &["--pgdata", &data]].concat());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.let_go();
        let data = self.folder.join("data").display().to_string();
        let words = ["stop", "--mode", "immediate", "--wait", "--silent", "--pgdata", &data];
        let _ = owned(&self.programs.join("pg_ctl"), &words).output();
        let _ = owned(Path::new("rm"), &["-rf", &self.folder.display().to_string()]).output();
    }
}

/// The folder of PostgreSQL's programs.
pub fn programs() -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
    let found = Command::new(script).arg("programs").output().ok()?;
    let text = String::from_utf8(found.stdout).ok()?;
    found.status.success().then(|| PathBuf::from(text.trim()))
}

/// The server refuses to run as root, so root runs it as the user that the package made.
fn owned(program: &Path, words: &[&str]) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let mut command = match root {
        true => {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        }
        false => Command::new(program),
    };
    command.args(words).current_dir("/");
    command
}

#[track_caller]
fn as_owner(program: &Path, words: &[&str]) -> Output {
    let begin = Instant::now();
    let output = owned(program, words).output().unwrap();
    assert!(output.status.success(), "{program:?} {words:?}: {output:?}");
    assert!(begin.elapsed() < PATIENCE + Duration::from_secs(30), "{program:?} took {:?}", begin.elapsed());
    output
}
