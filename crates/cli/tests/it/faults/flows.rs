//! Rivals over the tasks of flows, branches that end together, and timers of servers that are killed.

use super::{LEASE, again, is_long, longest, moment, report, rounds};
use crate::server::{Api, PATIENCE, Server};
use crate::{Site, ledger};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use test_support::TestDatabase;

/// Clients of each node.
const CLIENTS: usize = 8;

const FILES: [(&str, &str); 6] = [
    ("pack.yaml", "kind: pack\nname: relay\nversion: 1.0.0\nrequires: {base: '>=1.0.0'}\n"),
    (
        "objects/job.yaml",
        "kind: object
name: job
label: Job
title: code
ownership: user
fields:
  code: {type: text, required: true, max: 80, unique: true}
  status: {type: select, default: draft, options: {draft: {}, asked: {}, granted: {}, refused: {}}}
",
    ),
    (
        "objects/mark.yaml",
        "kind: object
name: mark
label: Mark
title: code
ownership: shared
fields:
  code: {type: text, max: 80}
",
    ),
    (
        "roles/clerk.yaml",
        "kind: role
name: clerk
objects:
  relay.job: {create: true, read: all, update: all, delete: all, history: true}
  relay.mark: {read: all}
workflows: {one: {start: true}, both: {start: true}}
",
    ),
    (
        "workflows/one.yaml",
        "kind: workflow
name: one
use: approval
object: job
start: {by: [button], roles: [clerk]}
record: {set: {submit: {status: asked}, approve: {status: granted}, reject: {status: refused}}}
steps:
  first: {approve: {by: [{user: ann}], mode: any}}
  say: {create: {object: mark, set_from: {code: record.code}}}
",
    ),
    (
        "workflows/both.yaml",
        "kind: workflow
name: both
use: approval
object: job
start: {by: [button], roles: [clerk]}
record: {set: {submit: {status: asked}, approve: {status: granted}, reject: {status: refused}}}
steps:
  both:
    parallel:
      left: {steps: {one: {approve: {by: [{user: ann}]}}}}
      right: {steps: {two: {approve: {by: [{user: ben}]}}}}
  say: {create: {object: mark, set_from: {code: record.code}}}
",
    ),
];

/// Rings four seconds after a job was made.
const RING: &str = "kind: workflow
name: ring
use: automation
label: Ring
object: job
trigger: {record_created: {}}
steps:
  later: {wait: {soon: {timer: {after: 4s}}}}
  say: {create: {object: mark, set_from: {code: record.code}}}
";

fn install(site: &Site, rings: bool) {
    for (path, text) in FILES {
        site.write(&format!("relay/{path}"), text);
    }
    if rings {
        site.write("relay/workflows/ring.yaml", RING);
    }
    site.run(&["apply", "relay", "--yes"]).is(0, &[]);
    for login in ["ann", "ben", "cat"] {
        site.run(&["user", "add", login, "--name", login, "--roles", "relay.clerk"]).is(0, &[]);
    }
}

/// Does the same for each of these, shared out among clients of all nodes.
fn share_out<T: Sync, R: Send>(apis: &[Api], all: &[T], work: impl Fn(&Api, &T) -> R + Sync) -> Vec<R> {
    std::thread::scope(|scope| {
        let work = &work;
        let parts = apis.iter().enumerate().map(|(n, api)| {
            let own = all.iter().skip(n).step_by(apis.len());
            scope.spawn(move || own.map(|one| work(api, one)).collect::<Vec<_>>())
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

/// The clients of somebody: as many on each node.
fn clients(servers: &[Server], token: &str) -> Vec<Api> {
    (0..CLIENTS).flat_map(|_| servers.iter().map(|server| server.api(token))).collect()
}

/// Makes jobs and submits them; answers the instances.
fn submit(clerks: &[Api], flow: &str, count: usize) -> Vec<String> {
    let codes: Vec<String> = (0..count).map(|n| format!("{flow}-{n}")).collect();
    share_out(clerks, &codes, |api, code| {
        let job = api.post("/records/relay.job", &json!({"code": code})).is(201);
        let begun = api.post(&format!("/workflows/relay.{flow}/instances"), &json!({"record": job["id"]}));
        begun.is(201)["id"].as_str().unwrap().to_owned()
    })
}

/// The open tasks of an instance.
fn open_tasks(api: &Api, instance: &str) -> Vec<String> {
    let seen = api.get(&format!("/instances/{instance}")).is(200);
    let tasks = seen["tasks"].as_array().unwrap().iter();
    tasks.filter(|task| task["state"] == "open").map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

/// Asserts that each flow came to its end once.
fn came_to_their_end(api: &Api, instances: &[String]) {
    // What a flow does after a decision is done by whoever works in the background.
    let begin = Instant::now();
    while api.count("relay.job", "&filter=status%20%3D%3D%20%22granted%22") < instances.len() as u64 {
        assert!(begin.elapsed() < PATIENCE, "a flow has not come to its end");
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut marks: Vec<String> = api
        .all("relay.mark", "fields=code")
        .iter()
        .map(|mark| mark["code"].as_str().unwrap().into())
        .collect();
    let all = marks.len();
    marks.sort_unstable();
    marks.dedup();
    assert_eq!((marks.len(), all), (instances.len(), instances.len()), "what follows is done once");
    for instance in instances {
        assert_eq!(api.get(&format!("/instances/{instance}")).is(200)["state"], "approved");
    }
}

fn nodes() -> Option<(Site, [Server; 2])> {
    let site = Site::on(TestDatabase::postgres()?);
    install(&site, false);
    let servers = [Server::serve(&site, &[]), Server::serve(&site, &[])];
    Some((site, servers))
}

#[test]
fn of_all_who_decide_a_task_at_once_one_wins() {
    let Some((site, servers)) = nodes() else { return };
    let [ann, cat] = ["ann", "cat"].map(|login| ledger::token(&site, login));
    let instances = submit(&clients(&servers, &cat), "one", rounds(5, 1) * 5);
    let rivals = clients(&servers, &ann);
    let tasks = share_out(&rivals, &instances, |api, instance| open_tasks(api, instance).remove(0));
    let start = Barrier::new(rivals.len());
    let begin = Instant::now();
    let decided: Vec<Vec<Json>> = std::thread::scope(|scope| {
        let (start, tasks) = (&start, &tasks);
        let decide = |api: &Api, task: &str| {
            start.wait();
            let answer = api.post(&format!("/tasks/{task}/approve"), &json!({}));
            match answer.status {
                200 => Json::Null,
                409 => answer.body,
                _ => panic!("{answer:?}"),
            }
        };
        let all = rivals
            .iter()
            .map(|api| scope.spawn(move || tasks.iter().map(|task| decide(api, task)).collect()));
        let all: Vec<_> = all.collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let took = begin.elapsed();
    let mut told = BTreeMap::<String, usize>::new();
    for task in 0..tasks.len() {
        let won = decided.iter().filter(|answers| answers[task].is_null()).count();
        assert_eq!(won, 1, "winners of a task");
        for lost in decided.iter().map(|answers| &answers[task]).filter(|answer| !answer.is_null()) {
            assert!(lost["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{lost}");
            *told.entry(lost["code"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    came_to_their_end(&rivals[0], &instances);
    let result = format!(
        "{} clients each, {} tasks: {} winners, the others were told {told:?}, in {:.0} s",
        CLIENTS,
        tasks.len(),
        tasks.len(),
        took.as_secs_f64()
    );
    report("two nodes decide each task at once", site.system(), tasks.len(), &result);
}

#[test]
fn branches_that_end_together_lose_no_join() {
    let Some((site, servers)) = nodes() else { return };
    let [ann, ben, cat] = ["ann", "ben", "cat"].map(|login| ledger::token(&site, login));
    let clerks = clients(&servers, &cat);
    let instances = submit(&clerks, "both", rounds(5, 1) * 5);
    // One branch each on another node, at the same moment.
    let both = [servers[0].api(&ann), servers[1].api(&ben)];
    share_out(&clerks, &instances, |clerk, instance| {
        let tasks = open_tasks(clerk, instance);
        assert_eq!(tasks.len(), 2);
        let start = Barrier::new(2);
        std::thread::scope(|scope| {
            for api in &both {
                let (start, tasks) = (&start, &tasks);
                scope.spawn(move || {
                    let own = tasks.iter().find(|task| api.get(&format!("/tasks/{task}")).status == 200);
                    start.wait();
                    api.post(&format!("/tasks/{}/approve", own.unwrap()), &json!({})).is(200);
                });
            }
        });
    });
    came_to_their_end(&clerks[0], &instances);
    let result = format!("{} joins, none lost, none twice", instances.len());
    report("two nodes end branches together", site.system(), instances.len(), &result);
}

/// Waits until this many flows stand at their timer.
fn all_wait(admin: &Api, count: usize) {
    let begin = Instant::now();
    loop {
        let open = admin.get("/instances?state=running&workflow=relay.ring&limit=100").is(200);
        let open = open["instances"].as_array().unwrap();
        if open.iter().filter(|one| one["waiting"][0]["node"] == "later").count() == count {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "{open:#?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

on_both! {
    fn timers_of_killed_servers_ring_once(site: Site) {
        install(&site, true);
        let rounds = rounds(1, 20);
        let token = ledger::token(&site, "cat");
        let (mut server, _) = again(&site);
        let (mut made, mut times) = (0, Vec::new());
        for round in 0..rounds {
            let codes: Vec<String> = (0..40).map(|n| format!("r{round}-{n}")).collect();
            let clerks: Vec<Api> = (0..4).map(|_| server.api(&token)).collect();
            share_out(&clerks, &codes, |api, code| api.post("/records/relay.job", &json!({"code": code})).is(201));
            made += codes.len() as u64;
            if is_long() {
                std::thread::sleep(moment(Duration::ZERO, Duration::from_millis(5000)));
            } else {
                // What a killed server had taken waits for its lease, for which an ordinary run has no time.
                all_wait(&server.admin(), codes.len());
            }
            server.kill();
            let took;
            (server, took) = again(&site);
            times.push(took);
        }
        let api = server.api(&token);
        let begin = Instant::now();
        while api.count("relay.mark", "") < made {
            assert!(begin.elapsed() < LEASE, "{} of {made} rang", api.count("relay.mark", ""));
            std::thread::sleep(Duration::from_millis(100));
        }
        // Whoever rings twice does so now.
        std::thread::sleep(Duration::from_secs(1));
        let mut marks: Vec<String> =
            api.all("relay.mark", "fields=code").iter().map(|mark| mark["code"].to_string()).collect();
        marks.sort_unstable();
        marks.dedup();
        assert_eq!((api.count("relay.mark", ""), marks.len() as u64), (made, made), "each rings once");
        let result = format!("{made} timers, each rang once; ready again after at most {}", longest(&times));
        report("killed before and while timers ring", site.system(), rounds, &result);
    }
}
