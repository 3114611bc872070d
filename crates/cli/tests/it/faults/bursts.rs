//! A server is killed while several writers write: what it acknowledged is there, and nothing is there by halves.

use super::{again, is_sound, is_whole, longest, moment, orders, report, rounds};
use crate::server::Api;
use crate::{Site, ledger};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::time::Duration;

/// What a writer knows when its server has gone.
#[derive(Default)]
struct Known {
    /// The steps that were acknowledged, by code; 0 for the create.
    acknowledged: HashMap<String, i64>,
    /// The create whose answer did not come.
    open: Option<Json>,
}

fn order(code: &str) -> Json {
    json!({"code": code, "lines": [{"amount": "1.50"}, {"amount": "2.25"}]})
}

/// Creates orders and adds lines to them until no answer comes.
fn write(api: &Api, name: &str) -> Known {
    let mut known = Known::default();
    for n in 0.. {
        // One word that is no beginning of another, so that the search finds one order by it.
        let code = format!("{name}n{n}z");
        let body = order(&code);
        let key = [("Idempotency-Key", code.as_str())];
        let created = match api.send(Method::POST, "/records/ledger.order", &key, Some(&body)) {
            Ok(answer) => answer.is(201),
            Err(_) => {
                known.open = Some(body);
                return known;
            }
        };
        known.acknowledged.insert(code.clone(), 0);
        let path = format!("/records/ledger.order/{}", created["id"].as_str().unwrap());
        for step in 1..=2 {
            let body = json!({"step": step, "lines": {"create": [{"amount": "0.75"}]}});
            match api.send(Method::PATCH, &path, &[], Some(&body)) {
                Ok(answer) => answer.is(200),
                Err(_) => return known,
            };
            known.acknowledged.insert(code.clone(), step);
        }
    }
    known
}

fn check(api: &Api, known: &[Known]) -> usize {
    let there: HashMap<String, Json> =
        orders(api).into_iter().map(|order| (order["code"].as_str().unwrap().to_owned(), order)).collect();
    there.values().for_each(is_whole);
    let mut acknowledged = 0;
    for (code, step) in known.iter().flat_map(|known| &known.acknowledged) {
        let order = there.get(code).unwrap_or_else(|| panic!("{code} was acknowledged and is lost"));
        assert!(order["step"].as_i64().unwrap() >= *step, "step {step} was acknowledged: {order:#}");
        acknowledged += usize::try_from(*step).unwrap() + 1;
    }
    // What belongs to a write besides its rows: its history, its words in the search, its key.
    for (code, _) in known.iter().flat_map(|known| known.acknowledged.iter().take(3)) {
        let order = &there[code];
        let path = format!("/records/ledger.order/{}/history", order["id"].as_str().unwrap());
        let history = api.get(&path).is(200);
        let steps = history["changes"].as_array().unwrap().iter();
        let steps = steps.filter(|change| change.to_string().contains("\"step\"")).count();
        let expect = usize::try_from(order["step"].as_i64().unwrap()).unwrap();
        assert!(steps >= expect, "{order:#} {history:#}");
        assert_eq!(api.count("ledger.order", &format!("&search={code}")), 1, "{code} is not found");
    }
    for body in known.iter().filter_map(|known| known.open.as_ref()) {
        let code = body["code"].as_str().unwrap();
        let key = [("Idempotency-Key", code)];
        // Whether or not it was done before: now it is done, once.
        api.send(Method::POST, "/records/ledger.order", &key, Some(body)).unwrap().is(201);
        assert_eq!(api.count("ledger.order", &format!("&code={code}")), 1, "{code}");
    }
    acknowledged
}

on_both! {
    fn acknowledged_writes_outlive_a_kill(site: Site) {
        ledger::install(&site);
        let rounds = rounds(3, 1);
        let (mut acknowledged, mut times) = (0, Vec::new());
        let (mut server, _) = again(&site);
        let token = ledger::token(&site, "cat");
        for round in 0..rounds {
            let api = server.api(&token);
            let known: Vec<Known> = std::thread::scope(|scope| {
                let write = |n: usize| {
                    let (api, name) = (api.clone(), format!("r{round}w{n}"));
                    scope.spawn(move || write(&api, &name))
                };
                let writers: Vec<_> = (0..4).map(write).collect();
                std::thread::sleep(moment(Duration::from_millis(100), Duration::from_millis(1200)));
                server.kill();
                writers.into_iter().map(|writer| writer.join().unwrap()).collect()
            });
            let took;
            (server, took) = again(&site);
            times.push(took);
            acknowledged += check(&server.api(&token), &known);
        }
        assert!(acknowledged > rounds, "hardly anything was written: {acknowledged}");
        server.kill();
        is_sound(&site);
        let result = format!(
            "0 of {acknowledged} acknowledged writes lost, 0 half writes, ready after at most {}",
            longest(&times)
        );
        report("kill -9 in write bursts", site.system(), rounds, &result);
    }
}
