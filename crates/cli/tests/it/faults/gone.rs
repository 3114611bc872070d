//! PostgreSQL goes away and comes back: refusals come at once and say when to ask again, and afterwards everything
//! goes on by itself.

use super::{Stop, is_long, is_whole, orders, report, rounds, within};
use crate::cluster::Cluster;
use crate::server::{Api, Server};
use crate::work::{all_done, enqueue};
use crate::{Site, ledger};
use reqwest::Method;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use test_support::TestDatabase;

/// How soon a refusal must come.
const REFUSED_WITHIN: Duration = Duration::from_secs(2);
/// How soon after the return of the database the server must be ready.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// Whichever comes: what was acknowledged, how often it was refused, the longest answer that was a refusal.
#[derive(Default)]
struct Seen {
    acknowledged: Vec<String>,
    refused: usize,
    slowest: Duration,
}

/// Reads and writes until it is told to stop. Every answer is one of those that are promised.
fn load(api: &Api, name: &str, stop: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let code = format!("{name}-{n}");
        let body = json!({"code": code, "lines": [{"amount": "1"}, {"amount": "2"}]});
        let wrote = api.post("/records/ledger.order", &body);
        let read = api.get("/records/ledger.order?limit=5");
        if wrote.status == 201 {
            seen.acknowledged.push(code);
        }
        for answer in [wrote, read] {
            match answer.status {
                200 | 201 => {}
                503 => {
                    assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
                    assert!(answer.took < within(REFUSED_WITHIN), "{answer:?}");
                    seen.refused += 1;
                    seen.slowest = seen.slowest.max(answer.took);
                    std::thread::sleep(Duration::from_millis(50));
                }
                _ => panic!("{answer:?}"),
            }
        }
    }
    seen
}

fn gone(fault: &str, take: impl Fn(&Cluster), give_back: impl Fn(&Cluster)) {
    let Some(cluster) = Cluster::start() else { return };
    let site = Site::on(TestDatabase::at(&cluster.url));
    ledger::install(&site);
    let server = Server::serve(&site, &[]);
    let token = ledger::token(&site, "cat");
    let admin = server.admin();
    let rounds = rounds(1, 40);
    let away = Duration::from_secs(if is_long() { 30 } else { 4 });
    let (mut ready, mut refused, mut slowest, mut acknowledged) = (Vec::new(), 0, Duration::ZERO, 0);
    for round in 0..rounds {
        enqueue(&site, 20);
        let stop = AtomicBool::new(false);
        let seen: Vec<Seen> = std::thread::scope(|scope| {
            let load = |n: usize| {
                let (api, stop) = (server.api(&token), &stop);
                scope.spawn(move || load(&api, &format!("{round}-{n}"), stop))
            };
            let loads: Vec<_> = (0..4).map(load).collect();
            let stopping = Stop(&stop);
            std::thread::sleep(Duration::from_millis(500));
            take(&cluster);
            let begin = Instant::now();
            std::thread::sleep(Duration::from_secs(1));
            while begin.elapsed() < away {
                let looked = admin.send(Method::GET, "/readyz", &[], None).unwrap();
                assert_eq!(looked.status, 503, "{looked:?}");
                assert!(looked.took < within(REFUSED_WITHIN), "{looked:?}");
                let lives = admin.send(Method::GET, "/healthz", &[], None).unwrap();
                assert!(lives.status == 200 && lives.took < within(Duration::from_secs(1)), "{lives:?}");
                std::thread::sleep(Duration::from_millis(300));
            }
            give_back(&cluster);
            let took = admin.ready(Instant::now());
            assert!(took < within(READY_WITHIN), "ready only {took:?} after the database came back");
            ready.push(took);
            // It serves again, everybody: a write of each writer from now on is acknowledged.
            std::thread::sleep(Duration::from_secs(2));
            drop(stopping);
            loads.into_iter().map(|load| load.join().unwrap()).collect()
        });
        let there = orders(&server.api(&token));
        there.iter().for_each(is_whole);
        for seen in seen {
            for code in &seen.acknowledged {
                assert!(there.iter().any(|order| order["code"] == **code), "{code} is lost");
            }
            assert!(seen.refused > 0, "nobody noticed that the database was away");
            refused += seen.refused;
            slowest = slowest.max(seen.slowest);
            acknowledged += seen.acknowledged.len();
        }
        let body = json!({"code": format!("after-{round}"), "lines": [{"amount": "1"}, {"amount": "2"}]});
        server.api(&token).post("/records/ledger.order", &body).is(201);
        all_done(&admin);
    }
    let result = format!(
        "away for {} s: {refused} requests refused by 503, the slowest after {:.1} s; ready {} after its return; \
         0 of {acknowledged} acknowledged writes and no job lost",
        away.as_secs(),
        slowest.as_secs_f64(),
        super::longest(&ready)
    );
    report(fault, site.system(), rounds, &result);
}

#[test]
fn a_database_that_is_stopped_comes_back() {
    gone("PostgreSQL stopped", Cluster::stop, Cluster::resume);
}

#[test]
fn a_database_that_hangs_comes_back() {
    gone("PostgreSQL hangs", Cluster::hold, Cluster::let_go);
}
