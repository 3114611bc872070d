//! Backups under load, and kills in the middle of backups and restores.

use super::{Stop, is_whole, moment, orders, report, rounds};
use crate::server::{Api, Server};
use crate::{Site, ledger};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use test_support::TestDatabase;

/// Writes until it is told to stop; answers how many writes were acknowledged.
fn load(api: &Api, name: &str, stop: &AtomicBool) -> usize {
    let mut written = 0;
    while !stop.load(Ordering::Relaxed) {
        let body = json!({"code": format!("{name}n{written}z"), "lines": [{"amount": "1"}, {"amount": "2"}]});
        let made = api.send(Method::POST, "/records/ledger.order", &[], Some(&body)).unwrap().is(201);
        let path = format!("/records/ledger.order/{}", made["id"].as_str().unwrap());
        api.patch(&path, &json!({"step": 1, "lines": {"create": [{"amount": "3"}]}})).is(200);
        written += 1;
    }
    written
}

/// The rows of a backup, each with its table, in an order of their own: in a table they stand as they came.
fn rows(site: &Site, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(site.path(name)).unwrap();
    let (mut table, mut rows) = (String::new(), Vec::new());
    // The first line says where it was written; a restore that was cut leaves a word to the next server.
    let kept = |line: &&str| !line.contains("\"sha256\"") && !line.contains("search_missing");
    for line in text.lines().skip(1).filter(kept) {
        match line.starts_with('{') {
            true => line.clone_into(&mut table),
            false => {
                // PostgreSQL keeps the keys of JSON in an order of its own.
                let mut row: Json = serde_json::from_str(line).unwrap();
                row.sort_all_objects();
                rows.push(format!("{table} {row}"));
            }
        }
    }
    rows.sort();
    rows
}

/// The options of a place beside the site's own.
struct Beside {
    database: TestDatabase,
    data: String,
}

impl Beside {
    fn new(site: &Site, database: TestDatabase) -> Beside {
        let data = format!("beside-{}", uuid::Uuid::now_v7());
        std::fs::create_dir(site.path(&data)).unwrap();
        std::fs::copy(site.path("data/secret.key"), site.path(&data).join("secret.key")).unwrap();
        if database.file().is_some() {
            // The key of a SQLite file lies beside it.
            std::fs::copy(site.path("data/secret.key"), database.folder().join("secret.key")).unwrap();
        }
        Beside { database, data }
    }

    fn words<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        [words, &["--data", &self.data, "--database", self.database.url()]].concat()
    }
}

on_both! {
    fn a_backup_under_load_restores_row_by_row(site: Site) {
        ledger::install(&site);
        let server = Server::serve(&site, &[]);
        let token = ledger::token(&site, "cat");
        let stop = AtomicBool::new(false);
        let rounds = rounds(1, 10);
        std::thread::scope(|scope| {
            let load = |n: usize| {
                let (api, stop) = (server.api(&token), &stop);
                scope.spawn(move || load(&api, &format!("w{n}"), stop))
            };
            let writers: Vec<_> = (0..3).map(load).collect();
            let stopping = Stop(&stop);
            std::thread::sleep(Duration::from_millis(500));
            let mut all = 0;
            for round in 0..rounds {
                let (one, two) = (format!("{round}.backup"), format!("{round}.again.backup"));
                site.run(&["backup", &one]).is(0, &[]).says(&["rows of"]);
                // On whichever database there is, whichever wrote it.
                for database in test_support::databases() {
                    let beside = Beside::new(&site, database);
                    site.run(&beside.words(&["restore", &one])).is(0, &[]).says(&["restored"]);
                    site.run(&beside.words(&["backup", &two, "--yes"])).is(0, &[]);
                    let written = rows(&site, &one);
                    let again = rows(&site, &two);
                    let differs = written.iter().zip(&again).find(|(one, two)| one != two);
                    assert!(differs.is_none() && written.len() == again.len(), "{differs:#?}");
                    all += written.len();
                    let listed = site.run(&beside.words(&["user", "list"]));
                    assert!(listed.is(0, &[]).out.contains("ann"), "{listed:?}");
                    if round == 0 {
                        let restored = Server::serve(&site, &beside.words(&[])[..]);
                        let api = restored.api(&token);
                        let orders = orders(&api);
                        assert!(!orders.is_empty());
                        orders.iter().for_each(is_whole);
                        let code = orders[0]["code"].as_str().unwrap();
                        assert_eq!(api.count("ledger.order", &format!("&search={code}")), 1);
                    }
                }
            }
            drop(stopping);
            let written: usize = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
            let result = format!("{all} rows equal after restores to both databases, during {written} writes");
            report("backup under load, restored", site.system(), rounds, &result);
        });
    }

    fn a_backup_or_restore_that_is_killed_leaves_nothing_by_halves(site: Site) {
        ledger::install(&site);
        site.write("one.csv", "code\nfindable\n");
        site.run(&["import", "ledger.order", "one.csv"]).is(0, &[]);
        site.multiply("ledger.order", 4000);
        let begin = Instant::now();
        site.run(&["backup", "whole.backup"]).is(0, &[]);
        let took = begin.elapsed();
        let rounds = rounds(2, 8);
        let whole = rows(&site, "whole.backup");
        for round in 0..rounds {
            let share = (round as f64 + 1.0) / (rounds as f64 + 0.5);
            kill_after(&site, &["backup", "whole.backup", "--yes"], took.mul_f64(share));
            // The backup of before, or the new one: never a half.
            assert!(rows(&site, "whole.backup") == whole, "the backup is not whole");
        }
        site.run(&["backup", "whole.backup", "--yes"]).is(0, &[]);
        let (mut undone, mut done) = (0, 0);
        let system = || match site.database {
            None => TestDatabase::sqlite(),
            Some(_) => TestDatabase::postgres().unwrap(),
        };
        let beside = Beside::new(&site, system());
        let begin = Instant::now();
        site.run(&beside.words(&["restore", "whole.backup"])).is(0, &[]);
        let took = begin.elapsed();
        for round in 0..rounds {
            let beside = Beside::new(&site, system());
            let share = 0.4 + 0.6 * (round as f64 + 0.5) / rounds as f64;
            kill_after(&site, &beside.words(&["restore", "whole.backup"]), took.mul_f64(share));
            let again = site.run(&beside.words(&["restore", "whole.backup"]));
            match again.code {
                0 => undone += 1,
                _ => {
                    done += 1;
                    assert!(again.err.contains("not empty"), "{again:?}");
                }
            }
            site.run(&beside.words(&["backup", "second.backup", "--yes"])).is(0, &[]);
            assert!(rows(&site, "second.backup") == whole, "what was restored is not what was backed up");
            // The search is made after the rows: it must not be missing where that was cut.
            let server = Server::serve(&site, &beside.words(&[]));
            let api = server.admin();
            let begin = Instant::now();
            while api.count("ledger.order", "&search=findable") != 1 {
                assert!(begin.elapsed() < Duration::from_secs(30), "the search does not find what is there");
                std::thread::sleep(Duration::from_millis(200));
            }
        }
        let result = format!("backups stayed whole; restores: {undone} undone and repeated, {done} whole");
        report("kill -9 in backup and in restore", site.system(), rounds, &result);
    }
}

/// Starts a command and kills it after a while, unless it has ended before.
fn kill_after(site: &Site, words: &[&str], time: Duration) {
    let mut child = site.command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment(time.mul_f64(0.9), time.mul_f64(1.1)));
    let _ = child.kill();
    child.wait().unwrap();
}
