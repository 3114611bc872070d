//! A server is killed in the middle of approvals: the request, its tasks and its record agree, and the flow goes on.

use super::{again, is_sound, longest, moment, report, rounds};
use crate::server::Api;
use crate::{Site, ledger};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// Orders on their way at once.
const AT_ONCE: usize = 4;

/// Who takes part.
struct People {
    clerk: Api,
    approvers: [Api; 2],
}

impl People {
    fn at(server: &crate::server::Server, tokens: &[String; 3]) -> People {
        let [ann, ben, cat] = tokens;
        People { clerk: server.api(cat), approvers: [server.api(ann), server.api(ben)] }
    }

    /// Sends an order through both approvals; ends where no answer comes. Answers how many steps were acknowledged:
    /// 1 the order, 2 the submission, 3 and 4 the approvals.
    fn send_through(&self, code: &str) -> usize {
        let body = json!({"code": code, "lines": [{"amount": "1"}, {"amount": "1"}]});
        let Ok(made) = self.clerk.send(Method::POST, "/records/ledger.order", &[], Some(&body)) else {
            return 0;
        };
        let id = made.is(201)["id"].as_str().unwrap().to_owned();
        let body = json!({"record": id});
        let path = "/workflows/ledger.grant/instances";
        let Ok(begun) = self.clerk.send(Method::POST, path, &[], Some(&body)) else { return 1 };
        begun.is(201);
        for (place, approver) in self.approvers.iter().enumerate() {
            let Some(task) = open_task(approver, &id) else { return 2 + place };
            let path = format!("/tasks/{task}/approve");
            match approver.send(Method::POST, &path, &[], Some(&json!({"comment": "fine"}))) {
                Ok(answer) => answer.is(200),
                Err(_) => return 2 + place,
            };
        }
        4
    }
}

/// The open task that somebody has for a record; `None` where no answer comes.
fn open_task(api: &Api, record: &str) -> Option<String> {
    let boxed = api.send(Method::GET, "/tasks?box=todo&limit=200", &[], None).ok()?.is(200);
    let tasks = boxed["tasks"].as_array().unwrap();
    let own = tasks.iter().find(|task| task.to_string().contains(record));
    Some(own.unwrap_or_else(|| panic!("no task for {record}: {boxed:#}"))["id"].as_str().unwrap().to_owned())
}

/// Asserts that a record, its instance and its tasks agree; answers how many approvals are still to come.
fn agrees(people: &People, order: &Json, acknowledged: usize) -> usize {
    let id = order["id"].as_str().unwrap();
    let instances = people.clerk.get(&format!("/records/ledger.order/{id}/instances")).is(200);
    let instances = instances["instances"].as_array().unwrap();
    let status = order["status"].as_str().unwrap();
    let Some(instance) = instances.first() else {
        assert!(status == "draft" && acknowledged <= 1, "{acknowledged} steps were acknowledged: {order:#}");
        return 3;
    };
    assert_eq!(instances.len(), 1, "submitted twice: {instances:#?}");
    let instance = people.clerk.get(&format!("/instances/{}", instance["id"].as_str().unwrap())).is(200);
    let tasks = instance["tasks"].as_array().unwrap();
    let open = tasks.iter().filter(|task| task["state"] == "open").count();
    let decided = tasks.iter().filter(|task| task["state"] == "approved").count();
    assert!(decided + 2 >= acknowledged, "{acknowledged} steps were acknowledged: {instance:#}");
    match decided {
        2 => {
            assert_eq!((status, open), ("granted", 0), "{order:#} {instance:#}");
        }
        _ => {
            assert_eq!((status, open), ("asked", 1), "{order:#} {instance:#}");
        }
    }
    2 - decided
}

on_both! {
    fn approvals_that_are_killed_go_on(site: Site) {
        ledger::install(&site);
        let rounds = rounds(3, 1);
        let (mut server, _) = again(&site);
        let tokens = ["ann", "ben", "cat"].map(|login| ledger::token(&site, login));
        let (mut times, mut cut, mut went_on) = (Vec::new(), 0, 0);
        for round in 0..rounds {
            let people = People::at(&server, &tokens);
            let code = |n: usize| format!("r{round}-{n}");
            let acknowledged: Vec<usize> = std::thread::scope(|scope| {
                let people = &people;
                let sent: Vec<_> =
                    (0..AT_ONCE).map(|n| scope.spawn(move || people.send_through(&code(n)))).collect();
                std::thread::sleep(moment(Duration::from_millis(5), Duration::from_millis(500)));
                server.kill();
                sent.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let took;
            (server, took) = again(&site);
            times.push(took);
            let people = People::at(&server, &tokens);
            for (n, acknowledged) in acknowledged.into_iter().enumerate() {
                let found = people.clerk.all("ledger.order", &format!("code={}", code(n)));
                let Some(order) = found.first() else {
                    assert_eq!(acknowledged, 0, "{} is lost", code(n));
                    continue;
                };
                cut += usize::from(acknowledged < 4);
                let left = agrees(&people, order, acknowledged);
                let id = order["id"].as_str().unwrap();
                if left == 3 {
                    people.clerk.post("/workflows/ledger.grant/instances", &json!({"record": id})).is(201);
                }
                for approver in people.approvers.iter().skip(2 - left.min(2)) {
                    let task = open_task(approver, id).unwrap();
                    approver.post(&format!("/tasks/{task}/approve"), &json!({})).is(200);
                    went_on += 1;
                }
                let done = people.clerk.get(&format!("/records/ledger.order/{id}")).is(200);
                assert_eq!(agrees(&people, &done, 4), 0);
            }
        }
        server.kill();
        is_sound(&site);
        let result = format!(
            "{cut} requests cut, each whole; {went_on} approvals given afterwards; ready after at most {}",
            longest(&times)
        );
        report("kill -9 in approval steps", site.system(), rounds, &result);
    }
}
