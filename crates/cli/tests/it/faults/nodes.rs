//! Two servers on one PostgreSQL: rivals get one winner, the others are told, and each request sees one catalog.

use super::{Stop, report, rounds};
use crate::server::{Answer, Api, Server};
use crate::work::{all_done, enqueue};
use crate::{Site, ledger};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use test_support::TestDatabase;

/// A site with two servers.
fn nodes() -> Option<(Site, [Server; 2])> {
    let site = Site::on(TestDatabase::postgres()?);
    ledger::install(&site);
    let servers = [Server::serve(&site, &[]), Server::serve(&site, &[])];
    Some((site, servers))
}

/// Sends the same from all at once; answers how often each status came.
fn race(rivals: &[Api], call: impl Fn(&Api, usize) -> Answer + Sync) -> BTreeMap<u16, usize> {
    let start = Barrier::new(rivals.len());
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let (start, call) = (&start, &call);
        let sent = rivals.iter().enumerate().map(|(n, api)| {
            scope.spawn(move || {
                start.wait();
                call(api, n)
            })
        });
        let sent: Vec<_> = sent.collect();
        sent.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut statuses = BTreeMap::new();
    for answer in &answers {
        assert!(answer.status < 500 || answer.status == 503, "{answer:?}");
        *statuses.entry(answer.status).or_default() += 1;
    }
    statuses
}

fn order(code: &str) -> Json {
    json!({"code": code, "lines": [{"amount": "1"}, {"amount": "2"}]})
}

#[test]
fn rivals_get_one_winner() {
    let Some((site, servers)) = nodes() else { return };
    let [ann, ben, cat] = ["ann", "ben", "cat"].map(|login| ledger::token(&site, login));
    let all = |token: &str| [0, 1, 0, 1].map(|n: usize| servers[n].api(token));
    let clerks = all(&cat);
    let rounds = rounds(4, 2);
    for round in 0..rounds {
        let code = format!("race-{round}");
        let made = race(&clerks, |api, _| api.post("/records/ledger.order", &order(&code)));
        assert_eq!(made, BTreeMap::from([(201, 1), (409, 3)]), "one create of a code wins");
        let record = clerks[0].all("ledger.order", &format!("code={code}")).remove(0);
        let (id, path) = (
            record["id"].as_str().unwrap(),
            format!("/records/ledger.order/{}", record["id"].as_str().unwrap()),
        );
        let seen = format!("\"{}\"", record["version"]);
        let body = json!({"step": 1, "lines": {"create": [{"amount": "4"}]}});
        let changed = race(&clerks, |api, _| {
            api.send(Method::PATCH, &path, &[("If-Match", &seen)], Some(&body)).unwrap()
        });
        assert_eq!(changed, BTreeMap::from([(200, 1), (412, 3)]), "one change of a version wins");
        // Without a version all of them win, one after the other, and the sum stays true.
        let added =
            race(&clerks, |api, _| api.patch(&path, &json!({"lines": {"create": [{"amount": "1"}]}})));
        assert_eq!(added, BTreeMap::from([(200, 4)]));
        let now = clerks[1].get(&path).is(200);
        assert_eq!((&now["line_count"], &now["total"]), (&json!(7), &json!("11.00")), "{now:#}");
        let submission = json!({"record": id});
        let begun = race(&clerks, |api, _| api.post("/workflows/ledger.grant/instances", &submission));
        assert_eq!(begun, BTreeMap::from([(201, 1), (409, 3)]), "a record is submitted once");
        for token in [&ann, &ben] {
            let approvers = all(token);
            let boxed = approvers[0].get("/tasks?box=todo&limit=200").is(200);
            let tasks = boxed["tasks"].as_array().unwrap().iter();
            let task = tasks.clone().find(|task| task.to_string().contains(id)).unwrap()["id"].clone();
            let decide = |n: usize| if n < 2 { "approve" } else { "reject" };
            let path = |n: usize| format!("/tasks/{}/{}", task.as_str().unwrap(), decide(n));
            // The second approval races with a refusal; whoever wins, the others are told.
            let decided = race(&approvers, |api, n| {
                let place = if *token == ann { 0 } else { n };
                api.post(&path(place), &json!({"comment": "decided"}))
            });
            assert_eq!(decided, BTreeMap::from([(200, 1), (409, 3)]), "a task is decided once");
        }
        let status = clerks[0].get(&path_of(id)).is(200)["status"].clone();
        assert!(["granted", "refused"].contains(&status.as_str().unwrap()), "{status}");
    }
    let result = "creates, changes, submissions and decisions: each time 1 of 4 won, 3 were told (409, 412)";
    report("two nodes race on records and tasks", site.system(), rounds, result);
}

fn path_of(id: &str) -> String {
    format!("/records/ledger.order/{id}")
}

#[test]
fn every_job_is_done_once() {
    let Some((site, servers)) = nodes() else { return };
    let rounds = rounds(2, 5);
    for _ in 0..rounds {
        enqueue(&site, 60);
        let jobs = all_done(&servers[0].admin());
        assert!(jobs.iter().all(|job| job["attempts"] == 1), "{jobs:#?}");
    }
    report("two nodes race on jobs", site.system(), rounds, "60 jobs a round, each done once");
}

/// Asserts that all records of an answer have the fields of one and the same version.
fn is_of_one_catalog(records: &[Json]) -> Option<String> {
    let keys = |record: &Json| -> Vec<String> {
        record.as_object().unwrap().keys().filter(|key| key.starts_with("times_")).cloned().collect()
    };
    let first = keys(records.first()?);
    for record in records {
        assert_eq!(keys(record), first, "one answer of two catalogs");
    }
    first.first().cloned()
}

#[test]
fn publishes_follow_one_another_and_each_request_sees_one_catalog() {
    let Some((site, servers)) = nodes() else { return };
    let token = ledger::token(&site, "cat");
    for n in 0..20 {
        servers[0].api(&token).post("/records/ledger.order", &order(&format!("o{n}"))).is(201);
    }
    let rounds = rounds(3, 8);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watching = servers.iter().map(|server| {
            let (api, stop) = (server.api(&token), &stop);
            scope.spawn(move || {
                let (mut requests, mut versions) = (0, Vec::new());
                while !stop.load(Ordering::Relaxed) {
                    let read = api.get("/records/ledger.order?limit=50").is(200);
                    if let Some(version) = is_of_one_catalog(read["records"].as_array().unwrap())
                        && versions.last() != Some(&version)
                    {
                        versions.push(version);
                    }
                    let code = format!("{}-{requests}", api_name(&api));
                    api.post("/records/ledger.order", &order(&code)).is(201);
                    requests += 1;
                }
                (requests, versions)
            })
        });
        let watching: Vec<_> = watching.collect();
        let stopping = Stop(&stop);
        let admins = [0, 1].map(|n: usize| servers[n].admin());
        for version in 1..=rounds {
            ledger::write(&site, version);
            let body = json!({"files": files(&site)});
            // Both publish the same: one does it, the other finds that nothing is left to do or is told to wait.
            let answers = race(&admins, |api, _| api.post("/packs/ledger/upgrade", &body));
            assert!(answers.get(&200).is_some_and(|n| *n >= 1), "{answers:?}");
            let begin = Instant::now();
            for api in &admins {
                let field = format!("times_{version}");
                while api.get("/records/ledger.order?limit=1").is(200)["records"][0].get(&field).is_none() {
                    assert!(
                        begin.elapsed() < Duration::from_secs(5),
                        "a node does not learn of version {version}"
                    );
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        }
        drop(stopping);
        let mut requests = 0;
        for one in watching {
            let (done, versions) = one.join().unwrap();
            let numbers: Vec<usize> =
                versions.iter().map(|field| field.trim_start_matches("times_").parse().unwrap()).collect();
            assert!(numbers.is_sorted(), "a node went back to an older catalog: {numbers:?}");
            requests += done * 2;
        }
        let result = format!("{requests} requests meanwhile, none failed, none saw two catalogs");
        report("two nodes publish and serve", site.system(), rounds, &result);
    });
    let listed = site.run(&["pack", "list"]);
    assert!(listed.out.contains(&format!("ledger 1.{rounds}.0")), "{listed:?}");
}

/// A word that differs between two servers.
fn api_name(api: &Api) -> String {
    format!("{:p}", std::ptr::from_ref(api))
}

/// The files of the ledger as they stand.
fn files(site: &Site) -> Json {
    let names =
        ["pack.yaml", "objects/order.yaml", "objects/line.yaml", "workflows/grant.yaml", "roles/clerk.yaml"];
    let text = |name: &str| std::fs::read_to_string(site.path("ledger").join(name)).unwrap();
    names
        .iter()
        .map(|name| ((*name).to_owned(), Json::from(text(name))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
