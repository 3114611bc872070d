//! Ten flows of different forms, each driven to its end over HTTP while the server is killed again and again: they end
//! as they do when nobody kills it.

use super::{LEASE, Stop, again, is_long, longest, moment, report, rounds};
use crate::Site;
use crate::server::{Api, Server};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The flows of `examples/flows`, and what a request is for each to have something to do.
const FLOWS: [(&str, &str); 10] = [
    ("sequence", "{}"),
    ("parallel_split", "{}"),
    ("discriminator", "{}"),
    ("nested_merge", r#"{"amount": "5000", "urgent": true, "note": "n"}"#),
    ("multi_choice", r#"{"amount": "5000", "urgent": true}"#),
    ("structured_loop", "{}"),
    ("for_each_together", r#"{"parts": ["hardware", "software"]}"#),
    ("static_partial", r#"{"parts": ["hardware", "software"]}"#),
    ("three_people", "{}"),
    ("share_of", "{}"),
];
/// Who decides, in this order.
const PEOPLE: [&str; 7] = ["bob", "cat", "dan", "eve", "fay", "gil", "ann"];

/// The server as it is now: others start it again.
struct Place<'s> {
    address: &'s Mutex<String>,
    tokens: &'s [(&'static str, String)],
}

impl Place<'_> {
    /// Asks until an answer comes; the key makes a repetition harmless.
    fn ask(&self, who: &str, method: &Method, path: &str, body: Option<&Json>) -> Json {
        let key = uuid::Uuid::now_v7().to_string();
        let (begin, mut last) = (Instant::now(), Json::Null);
        let token = &self.tokens.iter().find(|(login, _)| *login == who).unwrap().1;
        loop {
            let api = Api::new(&self.address.lock().unwrap().clone(), token);
            let head: &[(&str, &str)] = if body.is_some() { &[("Idempotency-Key", &key)] } else { &[] };
            match api.send(method.clone(), path, head, body) {
                Ok(answer) if answer.status < 300 => return answer.body,
                // The first of two is still being answered, or the server is not ready yet.
                Ok(answer) if [409, 503].contains(&answer.status) => last = answer.body,
                Ok(answer) => panic!("{path}: {answer:?}"),
                Err(_) => {}
            }
            assert!(begin.elapsed() < LEASE, "{path} is never answered: {last:#}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn get(&self, who: &str, path: &str) -> Json {
        self.ask(who, &Method::GET, path, None)
    }

    fn post(&self, who: &str, path: &str, body: &Json) -> Json {
        self.ask(who, &Method::POST, path, Some(body))
    }

    /// Sends a request through a flow; answers what became of it.
    fn drive(&self, flow: &str, given: &str) -> Json {
        let mut body: Json = serde_json::from_str(given).unwrap();
        body["subject"] = json!(flow);
        let record = self.post("ann", "/records/flows.request", &body);
        let submitted =
            self.post("ann", &format!("/workflows/flows.{flow}/instances"), &json!({"record": record["id"]}));
        let path = format!("/instances/{}", submitted["id"].as_str().unwrap());
        let begin = Instant::now();
        let ended = loop {
            let seen = self.get("ann", &path);
            let Some((who, task)) = next(&seen) else {
                if !seen["ended_at"].is_null() {
                    break seen;
                }
                assert!(begin.elapsed() < LEASE, "{flow} does not go on: {seen:#}");
                std::thread::sleep(Duration::from_millis(20));
                continue;
            };
            self.post(&who, &format!("/tasks/{task}/approve"), &json!({"comment": "fine"}));
        };
        let record = self.get("ann", &format!("/records/flows.request/{}", record["id"].as_str().unwrap()));
        outcome(&ended, &record)
    }
}

/// The open task whose turn it is, and who has it.
fn next(seen: &Json) -> Option<(String, String)> {
    let open = seen["tasks"].as_array().unwrap().iter().filter(|task| task["state"] == "open");
    let rank = |task: &&Json| {
        let login = task["assignee"]["login"].as_str().unwrap_or_default().to_owned();
        (
            PEOPLE.iter().position(|known| *known == login),
            task["created_at"].to_string(),
            task["id"].to_string(),
        )
    };
    let task = open.min_by_key(rank)?;
    Some((task["assignee"]["login"].as_str()?.to_owned(), task["id"].as_str()?.to_owned()))
}

/// What does not depend on when something happened.
fn outcome(instance: &Json, record: &Json) -> Json {
    let mut tasks: Vec<String> = instance["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| format!("{} {} {}", task["node"], task["assignee"]["login"], task["state"]))
        .collect();
    tasks.sort_unstable();
    let mut said: Vec<String> = instance["log"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| format!("{} {}", line["kind"], line["node"]))
        .collect();
    said.sort_unstable();
    json!({"state": instance["state"], "status": record["status"], "total": record["total"], "tasks": tasks, "log": said})
}

/// Kills the server and starts it again, until told to stop and at most so often; then it is left alone. Answers how long
/// each start took.
fn kill_now_and_then(
    site: &Site,
    first: Server,
    address: &Mutex<String>,
    most: usize,
    stop: &AtomicBool,
) -> Vec<Duration> {
    let (mut server, mut times) = (first, Vec::new());
    while !stop.load(Ordering::Relaxed) {
        if times.len() == most {
            std::thread::sleep(Duration::from_millis(50));
            continue;
        }
        std::thread::sleep(moment(Duration::from_millis(30), Duration::from_millis(500)));
        server.kill();
        let took;
        (server, took) = again(site);
        server.address.clone_into(&mut address.lock().unwrap());
        times.push(took);
    }
    times
}

on_both! {
    fn flows_whose_server_is_killed_end_as_others_do(site: Site) {
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/flows");
        site.run(&["apply", examples, "--yes"]).is(0, &[]);
        site.run(&["demo", "load"]).is(0, &[]);
        let tokens = PEOPLE.map(|login| (login, crate::ledger::token(&site, login)));
        let (server, _) = again(&site);
        let address = Mutex::new(server.address.clone());
        let place = Place { address: &address, tokens: &tokens };
        let usual: Vec<Json> = FLOWS.iter().map(|(flow, given)| place.drive(flow, given)).collect();
        assert!(usual.iter().all(|outcome| outcome["tasks"].as_array().is_some_and(|tasks| !tasks.is_empty())));
        let stop = AtomicBool::new(false);
        // An ordinary run has time for a part of them.
        let rounds = rounds(1, 20);
        let flows = if is_long() { &FLOWS[..] } else { &FLOWS[..4] };
        // Where other servers may live, what a killed one had taken waits for its lease.
        let most = if is_long() || site.system() == "SQLite" { usize::MAX } else { 1 };
        let times = std::thread::scope(|scope| {
            let (site, address, stop) = (&site, &address, &stop);
            let killing = scope.spawn(move || kill_now_and_then(site, server, address, most, stop));
            let stopping = Stop(stop);
            for _ in 0..rounds {
                for ((flow, given), usual) in flows.iter().zip(&usual) {
                    assert_eq!(&place.drive(flow, given), usual, "{flow}");
                }
            }
            drop(stopping);
            killing.join().unwrap()
        });
        let result = format!("{} flows end as without kills, over {} kills; ready after at most {}",
            flows.len() * rounds, times.len(), longest(&times));
        report("killed while flows are driven", site.system(), rounds, &result);
    }
}
