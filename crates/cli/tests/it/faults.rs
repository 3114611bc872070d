//! What may go wrong around a server, made to go wrong: kills in the middle of everything, full disks, lost databases,
//! rivals, slow clients, old databases.
//!
//! An ordinary run plays a few rounds of each; `cargo xtask faults --rounds N` plays many and writes what it saw to
//! `docs/faults.md`.

mod approvals;
mod backups;
mod bursts;
mod driven;
mod flows;
mod full;
mod gone;
mod nodes;
mod publishes;
mod slow;
mod stopping;
mod upgrades;

use crate::Site;
use crate::server::{Api, Server};
use serde_json::json;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a fault is played.
const ROUNDS: &str = "LIFELOOM_FAULT_ROUNDS";
/// The file to which figures are added, a line of JSON each.
const REPORT: &str = "LIFELOOM_FAULT_REPORT";

/// How long a job may take that a killed server had taken: its lease, and a little.
const LEASE: Duration = Duration::from_secs(90);

/// How often to play a fault: `usual` times, or as often as a longer run asks for. `share` is how much dearer a round
/// is than one of the cheapest: of 200 rounds those of a share of 4 are played 50 times.
pub fn rounds(usual: usize, share: usize) -> usize {
    let asked = std::env::var(ROUNDS).ok().and_then(|text| text.parse::<usize>().ok());
    asked.map_or(usual, |asked| (asked / share).max(usual))
}

/// Whether this is a longer run.
pub fn is_long() -> bool {
    std::env::var_os(ROUNDS).is_some()
}

/// Keeps what a fault led to for the page of results.
pub fn report(fault: &str, system: &str, rounds: usize, result: &str) {
    eprintln!("{fault}, {system}, {rounds} rounds: {result}");
    if let Some(path) = std::env::var_os(REPORT) {
        let line = json!({"fault": fault, "database": system, "rounds": rounds, "result": result});
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{line}").unwrap();
    }
}

/// How long something may take: as long as is promised in a longer run, which has the machine for itself, and more
/// in an ordinary one beside other tests.
pub fn within(promised: Duration) -> Duration {
    if is_long() { promised + Duration::from_millis(300) } else { promised * 4 }
}

/// Starts a server again and waits until it is ready; answers how long that took.
pub fn again(site: &Site) -> (Server, Duration) {
    let begin = Instant::now();
    let server = Server::serve(site, &[]);
    let took = server.api("").ready(begin);
    assert!(took <= within(Duration::from_secs(3)), "ready only after {took:?}");
    (server, took)
}

/// A moment between two, by luck.
pub fn moment(from: Duration, to: Duration) -> Duration {
    let luck = u64::from(uuid::Uuid::new_v4().as_fields().0);
    let span = u64::try_from((to - from).as_micros()).unwrap().max(1);
    from + Duration::from_micros(luck % span)
}

/// The longest of several times, as a text.
pub fn longest(times: &[Duration]) -> String {
    format!("{:.1} s", times.iter().max().copied().unwrap_or_default().as_secs_f64())
}

/// Asserts that an order of the ledger is whole: lines, steps and sums agree.
#[track_caller]
pub fn is_whole(order: &serde_json::Value) {
    let lines = order["lines"].as_array().unwrap();
    let step = usize::try_from(order["step"].as_i64().unwrap()).unwrap();
    let sum: f64 = lines.iter().map(|line| line["amount"].as_str().unwrap().parse::<f64>().unwrap()).sum();
    let stored = order["total"].as_str().unwrap().parse::<f64>().unwrap();
    assert_eq!(lines.len(), 2 + step, "a step without its line, or a line without its step: {order:#}");
    assert_eq!(order["line_count"].as_u64().unwrap(), lines.len() as u64, "{order:#}");
    assert!((sum - stored).abs() < 0.001, "{order:#}");
}

/// Asserts that SQLite finds no damage in its file, and that the chain of the audit log holds, where there is one.
#[track_caller]
pub fn is_sound(site: &Site) {
    assert_eq!(site.damage(), "ok");
    if site.run(&["--help"]).out.contains("\n  audit ") {
        site.run(&["audit", "verify"]).is(0, &[]);
    }
}

/// Tells others to stop once it goes, also where a test ends early: they would go on for ever.
pub struct Stop<'a>(pub &'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// All orders with their lines.
pub fn orders(api: &Api) -> Vec<serde_json::Value> {
    api.all("ledger.order", "expand=lines")
}
