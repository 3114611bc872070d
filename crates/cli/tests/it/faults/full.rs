//! The disk of a running server fills: nothing is acknowledged that is not kept, reads go on, and with room again so do
//! writes, by themselves.

use super::{again, is_sound, is_whole, orders, report, rounds};
use crate::mounted::Disk;
use crate::server::Api;
use crate::{Site, ledger};
use reqwest::Method;
use serde_json::json;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// Writes orders until several in a row were refused; keeps the codes of those acknowledged.
fn fill(api: &Api, name: &str, acknowledged: &mut HashSet<String>) {
    let mut refused = 0;
    let padding = "x".repeat(60);
    for n in 0.. {
        let code = format!("{name}-{n}-{padding}");
        let body = json!({"code": code, "lines": [{"amount": "1"}, {"amount": "2"}]});
        let answer = api.post("/records/ledger.order", &body);
        match answer.status {
            201 => {
                acknowledged.insert(code);
                refused = 0;
            }
            status => {
                assert!([503, 507].contains(&status), "{answer:?}");
                assert!(answer.took < Duration::from_secs(8), "{answer:?}");
                refused += 1;
            }
        }
        assert!(n < 20_000, "the disk does not fill");
        if refused == 5 {
            return;
        }
    }
}

#[test]
fn a_full_disk_loses_nothing_and_recovers() {
    let site = Site::new();
    let Some(disk) = Disk::mount(site.path("data"), "64m") else { return };
    ledger::install(&site);
    let (mut server, _) = again(&site);
    let token = ledger::token(&site, "cat");
    let rounds = rounds(2, 10);
    let ballast = disk.path.join("ballast");
    let mut acknowledged = HashSet::new();
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        let api = server.api(&token);
        fill_up(&ballast, 400 * 1024, &disk);
        fill(&api, &format!("r{round}"), &mut acknowledged);
        // Reads, and signing in fails at worst with the same words.
        assert_eq!(api.get("/records/ledger.order?limit=50").status, 200);
        assert_eq!(api.get("/healthz").status, 200);
        let last = acknowledged.iter().next().unwrap();
        assert_eq!(api.count("ledger.order", &format!("&code={last}")), 1);
        std::fs::remove_file(&ballast).unwrap();
        let begin = Instant::now();
        for n in 0.. {
            let body =
                json!({"code": format!("after-{round}-{n}"), "lines": [{"amount": "1"}, {"amount": "2"}]});
            let answer = api.send(Method::POST, "/records/ledger.order", &[], Some(&body)).unwrap();
            if answer.status == 201 {
                acknowledged.insert(format!("after-{round}-{n}"));
                break;
            }
            assert!(begin.elapsed() < Duration::from_secs(10), "it does not recover: {answer:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
        slowest = slowest.max(begin.elapsed());
        server.kill();
        (server, _) = again(&site);
        let there = orders(&server.api(&token));
        there.iter().for_each(is_whole);
        let codes: HashSet<&str> = there.iter().map(|order| order["code"].as_str().unwrap()).collect();
        let lost = acknowledged.iter().filter(|code| !codes.contains(code.as_str())).count();
        assert_eq!(lost, 0, "acknowledged and lost");
    }
    server.kill();
    is_sound(&site);
    let result = format!(
        "0 of {} acknowledged writes lost, reads went on, writing again {:.1} s after there was room",
        acknowledged.len(),
        slowest.as_secs_f64()
    );
    report("disk full", site.system(), rounds, &result);
}

/// Leaves so many bytes of a disk free.
fn fill_up(ballast: &std::path::Path, left: u64, disk: &Disk) {
    let output = std::process::Command::new("df")
        .args(["--block-size=1", "--output=avail"])
        .arg(&disk.path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let free: u64 = text.lines().nth(1).unwrap().trim().parse().unwrap();
    std::fs::write(ballast, vec![0u8; usize::try_from(free.saturating_sub(left)).unwrap()]).unwrap();
}
