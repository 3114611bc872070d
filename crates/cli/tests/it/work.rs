//! worker, openapi, demo, import and export, purge: what they print and what they do.

use crate::serve::DEMO;
use crate::server::{PATIENCE, Server};
use crate::{Site, ledger};
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use storage::store::job::{self, Job};

/// A worker that works.
pub struct Worker(Child);

impl Worker {
    pub fn start(site: &Site) -> Worker {
        let mut command = site.command(&["worker"]);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let first = BufReader::new(child.stderr.take().unwrap()).lines().next().unwrap().unwrap();
        assert_eq!(first, "working; stop: Ctrl-C");
        Worker(child)
    }

    /// Tells it to stop; answers its exit code.
    pub fn stop(mut self) -> Option<i32> {
        Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        let begin = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < PATIENCE, "the worker does not stop");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        self.0.wait().unwrap().code()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Puts jobs into the queue that compute nothing anew, and so are done as soon as somebody takes them.
pub fn enqueue(site: &Site, jobs: usize) {
    site.inside(move |tx| async move {
        for _ in 0..jobs {
            let now = chrono::Utc::now();
            job::enqueue(&tx, &Job::new("engine", "settle", json!({"work": []}), now)).await?;
        }
        Ok(())
    });
}

/// Waits until no job is open; answers all of them.
#[track_caller]
pub fn all_done(api: &crate::server::Api) -> Vec<Json> {
    let begin = Instant::now();
    loop {
        let jobs = api.get("/jobs").is(200)["jobs"].as_array().unwrap().clone();
        if jobs.iter().all(|job| job["state"] == "done") {
            return jobs;
        }
        assert!(begin.elapsed() < PATIENCE, "{jobs:#?}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn workers_do_what_the_server_leaves_to_them() {
    let Some(database) = test_support::TestDatabase::postgres() else { return };
    let site = Site::on(database);
    site.run(&["apply", "base", "--yes"]).is(0, &[]);
    let server = Server::serve(&site, &["--no-worker"]);
    enqueue(&site, 3);
    let api = server.admin();
    std::thread::sleep(std::time::Duration::from_secs(3));
    let jobs = api.get("/jobs").is(200);
    assert!(jobs["jobs"].as_array().unwrap().iter().all(|job| job["state"] == "ready"), "{jobs:#}");
    let workers = [Worker::start(&site), Worker::start(&site)];
    let jobs = all_done(&api);
    assert_eq!(jobs.len(), 3);
    assert!(jobs.iter().all(|job| job["attempts"] == 1), "{jobs:#?}");
    for worker in workers {
        assert_eq!(worker.stop(), Some(0));
    }
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn on_sqlite_the_server_does_its_own_work() {
    let site = Site::with_fleet();
    let server = Server::serve(&site, &[]);
    site.run(&["worker"]).is(3, &["error[database_in_use]"]);
    enqueue(&site, 2);
    assert_eq!(all_done(&server.admin()).len(), 2);
}

on_both! {
    fn the_api_of_this_site_is_described(site: Site) {
        site.run(&["pack", "new", "fleet"]).is(0, &[]);
        site.run(&["apply", "fleet", "--yes"]).is(0, &[]);
        let printed = site.run(&["openapi"]);
        let document = printed.is(0, &[]).json();
        assert_eq!(document["openapi"], "3.1.0");
        assert!(document["paths"]["/api/v1/records/fleet.request"]["post"].is_object());
        site.run(&["openapi", "--out", "openapi.json"]).is(0, &[]);
        assert_eq!(std::fs::read_to_string(site.path("openapi.json")).unwrap(), printed.out);
        let server = Server::serve(&site, &[]);
        assert_eq!(server.admin().get("/openapi.json").is(200)["info"], document["info"]);
    }

    fn demo_data_comes_and_goes(site: Site) {
        site.run(&["pack", "new", "fleet"]).is(0, &[]);
        site.write("fleet/demo/requests.yaml", DEMO);
        let person = "kind: demo\nname: people\nobject: base.user\nkey: login\nrecords:\n  \
                      mei: {login: mei.lin, name: 林美, roles: [{role: fleet.member}]}\n";
        site.write("fleet/demo/people.yaml", person);
        site.run(&["apply", "fleet", "--yes"]).is(0, &[]);
        let nothing = site.run(&["demo", "remove", "--yes"]);
        nothing.is(0, &[]).says(&["0 records removed, 0 kept"]);
        site.run(&["demo", "load", "request"]).is(1, &["one of: fleet.people, fleet.requests"]);
        let one = site.run(&["demo", "load", "requests"]);
        one.is(0, &["demo data: 2/2"]).says(&["demo data: 2 records"]);
        let weak = [("LIFELOOM_DEMO_PASSWORD", "short")];
        site.run_with(&["demo", "load"], &weak).is(1, &["error[weak_password]"]);
        let all = site.run(&["demo", "load"]);
        all.is(0, &[]).says(&["demo data: 3 records", "Demo users: mei.lin", "Password of all of them: "]);
        let again = site.run(&["demo", "load", "--format", "json"]).is(0, &[]).json();
        assert_eq!((&again["records"], &again["logins"]), (&json!(3), &json!([])));
        assert_eq!(site.run(&["export", "fleet.request"]).out.lines().count(), 3);
        site.run(&["demo", "remove"]).is(2, &["--yes"]);
        // What somebody added that refers to demo data keeps it.
        let filled = "subject,owner.login\nMine,mei.lin\n";
        site.write("mine.csv", filled);
        site.run(&["import", "fleet.request", "mine.csv"]).is(0, &[]);
        site.run(&["demo", "remove", "--yes"])
            .is(0, &[])
            .says(&["2 records removed, 1 kept because others refer to them"]);
        assert_eq!(site.run(&["export", "fleet.request", "--fields", "subject"]).out, "subject\nMine\n");
    }

    fn files_go_in_and_out_with_progress(site: Site) {
        site.run(&["pack", "new", "fleet"]).is(0, &[]);
        site.run(&["apply", "fleet", "--yes"]).is(0, &[]);
        let rows = (0..500).map(|n| format!("Request {n},{n},TOOL\n")).collect::<String>();
        site.write("requests.csv", &format!("subject,price,category.code\n{rows}"));
        let tried = site.run(&["import", "fleet.request", "requests.csv", "--dry-run"]);
        tried.is(0, &["import: 200/500", "import: 500/500"]).says(&[
            "500 created, 0 changed, 0 refused (tried only, nothing is kept)",
        ]);
        site.run(&["export", "fleet.request"]).is(0, &["0 records"]);
        let done = site.run(&["import", "fleet.request", "requests.csv"]);
        done.is(0, &["import: 200/500", "import: 500/500"]).says(&["500 created, 0 changed, 0 refused"]);
        let out = site.run(&["export", "fleet.request", "--out", "out.csv", "--filter", "price >= 100"]);
        out.is(0, &["export: 400/400", "400 records"]);
        let text = std::fs::read_to_string(site.path("out.csv")).unwrap();
        assert_eq!(text.lines().count(), 401);
        // A cell clears a field; the rest of the line stays as it is.
        let first = text.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
        site.write("clear.csv", &format!("id,price,category.code,subject\n{first},#N/A,#N/A,\n"));
        site.run(&["import", "fleet.request", "clear.csv"]).is(0, &[]).says(&["0 created, 1 changed, 0 refused"]);
        let filter = "is_empty(price) && is_empty(category)";
        let cleared = site.run(&["export", "fleet.request", "--fields", "id", "--filter", filter]);
        assert_eq!(cleared.out, format!("id\n{first}\n"));
        let told = site.run(&["import", "fleet.request", "clear.csv", "--format", "json"]).json();
        assert_eq!((&told["ok"], &told["updated"], &told["errors"]), (&json!(true), &json!(1), &json!([])));
    }

    fn what_left_the_definitions_is_purged_by_name(site: Site) {
        ledger::install(&site);
        ledger::write(&site, 1);
        site.edit("ledger/objects/order.yaml", "  step:", "  note: {type: text, max: 9}\n  step:");
        site.run(&["apply", "ledger", "--yes"]).is(0, &[]);
        ledger::write(&site, 2);
        site.run(&["apply", "ledger", "--yes"]).is(0, &[]);
        let listed = site.run(&["purge", "--list", "--format", "json"]).is(0, &[]).json();
        let retired = listed["retired"].as_array().unwrap();
        assert!(retired.contains(&json!("ledger.order.note")), "{retired:?}");
        site.run(&["purge", "ledger.order.nots", "--yes"]).is(1, &["did you mean `ledger.order.note`?"]);
        let server = Server::serve(&site, &[]);
        let api = server.admin();
        let made = api.post("/records/ledger.order", &json!({"code": "kept", "lines": [{"amount": "2"}]})).is(201);
        let before = site.shape();
        let done = site.run(&["purge", "ledger.order.note", "--yes"]);
        done.is(0, &[]).says(&["retired: ledger.order.note", "drop what ledger.order.note held"]);
        assert_ne!(site.shape(), before);
        let again = site.run(&["purge", "--list", "--format", "json"]).json();
        assert!(!again["retired"].as_array().unwrap().contains(&json!("ledger.order.note")), "{again}");
        // Whoever serves goes on.
        let path = format!("/records/ledger.order/{}", made["id"].as_str().unwrap());
        assert_eq!(api.get(&path).is(200)["total"], "2.00");
        api.patch(&path, &json!({"step": 1})).is(200);
    }
}

#[test]
fn a_new_pack_passes_its_own_check_and_scenarios() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet"]).is(0, &[]).says(&["lifeloom test ./fleet"]);
    site.run(&["check", "fleet"]).is(0, &[]).says(&["no errors"]);
    let played = site.run(&["test", "fleet"]);
    played.is(0, &[]).says(&["ok   ", "passed, 0 failed"]);
    assert!(!played.out.contains("\n0 passed"), "{played:?}");
    // A scenario that does not hold is said with its place.
    let scenario = std::fs::read_dir(site.path("fleet/scenarios")).unwrap().next().unwrap().unwrap();
    let name = format!("fleet/scenarios/{}", scenario.file_name().to_string_lossy());
    site.edit(&name, "fields: {status: done}", "fields: {status: open}");
    let wrong = site.run(&["test", "fleet"]);
    wrong.is(1, &["fleet/scenarios/"]).says(&["FAIL", "1 failed"]);
}
