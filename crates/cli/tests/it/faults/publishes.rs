//! A publish is killed: the database is wholly as before or wholly as after, and trying again heals.

use super::{again, is_sound, moment, report, rounds};
use crate::server::Server;
use crate::{Site, ended, ledger};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Rows that a change of type copies.
const ROWS: usize = 20_000;

/// A ledger of many orders, and how long it takes to publish the next version of its pack.
fn large(site: &Site) -> Duration {
    ledger::install(site);
    site.write("one.csv", "code\nfirst\n");
    site.run(&["import", "ledger.order", "one.csv"]).is(0, &[]);
    site.multiply("ledger.order", ROWS);
    ledger::write(site, 1);
    let begin = Instant::now();
    site.run(&["apply", "ledger", "--yes"]).is(0, &[]).says(&["published as number 2"]);
    let took = begin.elapsed();
    check(site, 1);
    took
}

/// Asserts that a version is in force with all that belongs to it.
#[track_caller]
fn check(site: &Site, version: usize) {
    let filter = match version {
        odd if !odd.is_multiple_of(2) => format!("size == 12 && times_{version} == step + {version}"),
        _ => format!("size == \"12\" && times_{version} == step + {version}"),
    };
    let out = site.run(&["export", "ledger.order", "--fields", "code", "--filter", &filter]);
    out.is(0, &[&format!("{} records", ROWS + 1)]);
    ledger::write(site, version);
    site.run(&["plan", "ledger"]).is(0, &[]).says(&["nothing to change"]);
}

fn version_in_force(site: &Site) -> usize {
    let listed = site.run(&["pack", "list"]);
    listed.is(0, &[]);
    let line = listed.out.lines().find(|line| line.starts_with("ledger ")).unwrap();
    line.split(['.', ' ']).nth(2).unwrap().parse().unwrap()
}

on_both! {
    fn an_apply_that_is_killed_is_wholly_old_or_wholly_new(site: Site) {
        let took = large(&site);
        let rounds = rounds(3, 8);
        let (mut version, mut old) = (1, 0);
        for round in 0..rounds {
            let before = site.shape();
            ledger::write(&site, version + 1);
            let mut command = site.command(&["apply", "ledger", "--yes"]);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // Spread over the time it takes, most of them where the tables are changed.
            let share = 0.3 + 0.7 * (round as f64 + 0.5) / rounds as f64;
            std::thread::sleep(moment(took.mul_f64(share - 0.05), took.mul_f64(share + 0.05)));
            child.kill().unwrap();
            child.wait().unwrap();
            match version_in_force(&site) {
                same if same == version => {
                    old += 1;
                    assert_eq!(site.shape(), before, "half of the publish is there");
                    ledger::write(&site, version + 1);
                    site.run(&["apply", "ledger", "--yes"]).is(0, &[]).says(&["published as number"]);
                }
                next => assert_eq!(next, version + 1),
            }
            version += 1;
            check(&site, version);
        }
        is_sound(&site);
        let result = format!("{old} times wholly old, {} times wholly new, never between", rounds - old);
        report("kill -9 in `apply` with a change of type on 20,000 rows", site.system(), rounds, &result);
    }

    fn a_server_that_is_killed_while_it_publishes_comes_back_whole(site: Site) {
        ledger::install(&site);
        let rounds = rounds(3, 4);
        let (mut server, _) = again(&site);
        let (mut installed, mut old) = (Vec::new(), 0);
        for round in 0..rounds {
            let name = format!("extra_{round}");
            let before = site.shape();
            let body = json!({"files": small_pack(&name)});
            let api = server.admin();
            let token = ledger::token(&site, "cat");
            std::thread::scope(|scope| {
                let (installing, busy) = (api.clone(), server.api(&token));
                let answer = scope.spawn(move || installing.send(Method::POST, "/packs", &[], Some(&body)));
                scope.spawn(move || writes(&busy, round));
                std::thread::sleep(moment(Duration::from_millis(20), Duration::from_millis(700)));
                server.kill();
                // It may have been done, and answered, before.
                if answer.join().unwrap().is_ok_and(|answer| answer.status == 200) {
                    assert!(site.shape().len() > before.len());
                }
            });
            (server, _) = again(&site);
            let listed = server.admin().get("/packs").is(200);
            let there = listed["packs"].as_array().unwrap().iter().any(|pack| pack["name"] == *name);
            match there {
                true => installed.push(name),
                false => {
                    old += 1;
                    assert_eq!(site.shape(), before, "half of the pack is there");
                }
            }
        }
        let api = server.admin();
        for name in &installed {
            let made = api.post(&format!("/records/{name}.thing"), &json!({"name": "there"}));
            assert_eq!(made.is(201)["name"], "there");
        }
        is_sound(&site);
        let result = format!("{old} times not installed at all, {} times whole", installed.len());
        report("kill -9 of a server that installs a pack", site.system(), rounds, &result);
    }
}

/// Writes while the catalog changes, until nobody answers.
fn writes(api: &crate::server::Api, round: usize) {
    for n in 0.. {
        let body = json!({"code": format!("busy-{round}-{n}"), "lines": [{"amount": "1"}, {"amount": "1"}]});
        match api.send(Method::POST, "/records/ledger.order", &[], Some(&body)) {
            Ok(answer) => answer.is(201),
            Err(_) => return,
        };
    }
}

fn small_pack(name: &str) -> Json {
    json!({
        "pack.yaml": format!("kind: pack\nname: {name}\nversion: 1.0.0\nrequires: {{base: '>=1.0.0'}}\n"),
        "objects/thing.yaml": "kind: object\nname: thing\nlabel: Thing\ntitle: name\nownership: shared\nkey: name\n\
            fields:\n  name: {type: text, required: true, max: 40, unique: true, search: true}\n  \
            more: {type: references, to: thing}\n",
        "seeds/things.yaml": "kind: seed\nname: things\nobject: thing\nrecords:\n  one: {name: One}\n  two: {name: Two}\n",
    })
}

/// A publish by a command while a server serves: requests go on, and a kill of the command does not touch them.
#[test]
fn a_server_goes_on_while_a_publish_beside_it_is_killed() {
    let site = Site::new();
    let took = large(&site);
    let server = Server::serve(&site, &[]);
    let api = server.api(&ledger::token(&site, "cat"));
    ledger::write(&site, 2);
    let mut command = site.command(&["apply", "ledger", "--yes"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(took.mul_f64(0.6));
    child.kill().unwrap();
    child.wait().unwrap();
    let body = json!({"code": "after", "lines": [{"amount": "1"}, {"amount": "1"}]});
    api.post("/records/ledger.order", &body).is(201);
    ended(&mut site.command(&["apply", "ledger", "--yes"])).is(0, &[]);
    assert_eq!(api.count("ledger.order", ""), ROWS as u64 + 2);
}
