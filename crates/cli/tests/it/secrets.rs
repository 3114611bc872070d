//! Encrypted fields in real processes: what stands where in the clear (nothing), who reads it (who may, on record), and
//! another key while the site is in use.

use crate::Site;
use crate::server::{ADMIN, Api, Server};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const CARD: &str = "kind: object
name: card
label: Card
title: name
key: name
features: [history]
fields:
  name: {type: text, required: true, max: 80, unique: true}
  number: {type: text, max: 80, encrypted: true, mask: last4, lookup: exact, unique: true}
  note: {type: long_text, encrypted: true}
";

const ROLES: [(&str, &str); 2] = [
    ("reader", "kind: role\nname: reader\nobjects:\n  wallet.card: {read: all, update: all, export: all}\n"),
    (
        "auditor",
        "kind: role\nname: auditor\nobjects:\n  wallet.card: {read: all, unmask: 'name != \"closed\"'}\n",
    ),
];

/// How many secrets are looked for afterwards.
const PLANTED: usize = 20;

fn planted(n: usize) -> String {
    format!("PLANTED-{n:02}-{}", 7_919 * (n + 3))
}

fn install(site: &Site) {
    site.write("wallet/pack.yaml", "kind: pack\nname: wallet\nversion: 1.0.0\nrequires: {base: '>=1.0.0'}\n");
    site.write("wallet/objects/card.yaml", CARD);
    for (name, role) in ROLES {
        site.write(&format!("wallet/roles/{name}.yaml"), role);
    }
    site.run(&["apply", "wallet", "--yes"]).is(0, &[]);
    for (login, role) in [("rea", "wallet.reader"), ("aud", "wallet.auditor")] {
        site.run(&["user", "add", login, "--name", login, "--roles", role]).is(0, &[]);
    }
}

fn served(site: &Site) -> Server {
    Server::start_with(site, &[], &[("LIFELOOM_ADMIN_PASSWORD", ADMIN), ("LIFELOOM_LOG", "debug")])
}

fn id(record: &Json) -> &str {
    record["id"].as_str().unwrap()
}

fn unmask(api: &Api, card: &str, fields: &[&str]) -> crate::server::Answer {
    api.post(&format!("/records/wallet.card/{card}/unmask"), &json!({"fields": fields}))
}

/// Plants the secrets; who may reads them, and it is put on record.
fn plant(site: &Site, server: &Server) -> Vec<String> {
    let admin = server.admin();
    let cards: Vec<String> = (0..PLANTED)
        .map(|n| {
            let body = json!({"name": format!("card {n}"), "number": planted(n), "note": planted(n)});
            let made = admin.post("/records/wallet.card", &body).is(201);
            assert!(!made.to_string().contains(&planted(n)), "{made}");
            id(&made).to_owned()
        })
        .collect();
    let [reader, auditor] = ["rea", "aud"].map(|login| server.api(&crate::ledger::token(site, login)));
    let told = unmask(&auditor, &cards[3], &["number", "note"]).is(200);
    assert_eq!(told["values"], json!({"number": planted(3), "note": planted(3)}));
    let refusals = [
        (unmask(&reader, &cards[3], &["number"]).is(403), "not_permitted"),
        (unmask(&auditor, &cards[3], &["name"]).is(400), "invalid_body"),
        (unmask(&auditor, &cards[3], &["nowhere"]).is(400), "unknown_field"),
        (unmask(&auditor, &uuid::Uuid::now_v7().to_string(), &["number"]).is(404), "not_found"),
        (unmask(&auditor, &cards[3], &[]).is(400), "invalid_body"),
    ];
    for (answer, code) in refusals {
        assert_eq!(answer["code"], code, "{answer}");
    }
    admin.patch(&format!("/records/wallet.card/{}", cards[4]), &json!({"name": "closed"})).is(200);
    unmask(&auditor, &cards[4], &["number"]).is(403);
    let entries = admin.get("/audit?kind=record.unmasked").is(200);
    let entries = entries["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!((&entries[0]["actor"]["login"], &entries[0]["record"]), (&json!("aud"), &json!(cards[3])));
    assert_eq!(entries[0]["detail"]["fields"], json!(["number", "note"]));
    assert_eq!(entries[0]["address"], json!("127.0.0.1"));
    assert_eq!(auditor.get("/audit").is(403)["code"], "not_permitted");
    looked_up(&reader);
    cards
}

/// `lookup: exact` finds by the whole value, and keeps it unique; nothing else is answered.
fn looked_up(api: &Api) {
    let count = |filter: &str| api.count("wallet.card", &format!("&filter={filter}"));
    assert_eq!(count(&format!("number == \"{}\"", planted(5))), 1);
    assert_eq!(count(&format!("number in [\"{}\", \"{}\", \"x\"]", planted(5), planted(6))), 2);
    for filter in ["number > \"P\"", "starts_with(number, \"P\")", "note == \"x\"", "contains(note, \"P\")"] {
        api.get(&format!("/records/wallet.card?filter={filter}")).is(400);
    }
    for asked in ["sort=number", "search=PLANTED&sort=note"] {
        api.get(&format!("/records/wallet.card?{asked}")).is(400);
    }
}

/// Changes cards of its own until it is told to stop; answers what was acknowledged.
fn write(api: &Api, name: &str, stop: &AtomicBool) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let first = format!("{name} {n} first");
        let made = api.post("/records/wallet.card", &json!({"name": first, "number": first})).is(201);
        let then = format!("{name} {n} then");
        api.patch(&format!("/records/wallet.card/{}", id(&made)), &json!({"number": then})).is(200);
        known.insert(id(&made).to_owned(), then);
    }
    known
}

/// Changes the key while two write, and is killed in the middle of it.
fn change_key(site: &Site, server: &Server) -> BTreeMap<String, String> {
    let admin = server.admin();
    for page in 0..4 {
        let make = |n: usize| json!({"create": {"name": format!("many {page} {n}"), "number": format!("n {page} {n}")}});
        let operations: Vec<Json> = (0..500).map(make).collect();
        admin.post("/records/wallet.card/bulk", &json!({"operations": operations})).is(200);
    }
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Told to stop also where an assertion fails: the others would go on for ever.
        let _stop = crate::faults::Stop(&stop);
        let writers: Vec<_> = ["one", "two"]
            .map(|name| {
                let (api, stop) = (server.admin(), &stop);
                scope.spawn(move || write(&api, name, stop))
            })
            .into_iter()
            .collect();
        for round in 0..4 {
            let mut rotation =
                site.command(&["key", "rotate"]).stderr(std::process::Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(1600 + 150 * round));
            rotation.kill().unwrap();
            rotation.wait().unwrap();
        }
        site.run(&["key", "rotate"]).is(0, &[]).says(&["were written anew"]);
        stop.store(true, Ordering::Relaxed);
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    })
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Data folder, logs, backup and exports hold none of the planted secrets.
fn stands_nowhere(site: &Site) {
    site.run(&["backup", "site.backup", "--yes"]).is(0, &[]);
    site.run(&["export", "wallet.card", "--out", "cards.csv"]).is(0, &[]);
    site.run(&["audit", "export", "--out", "audit.jsonl"]).is(0, &[]);
    let mut all = Vec::new();
    files(site.folder.path(), &mut all);
    assert!(all.len() > 8, "{all:?}");
    for path in all {
        let bytes = std::fs::read(&path).unwrap();
        for secret in (0..PLANTED).map(planted) {
            let there = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!there, "{secret} stands in {}", path.display());
        }
    }
}

on_both! {
    /// 20 secrets stand nowhere in the clear; the key is changed under load, by commands that are killed.
    fn secrets_stay_secret_under_one_key_and_the_next(site: Site) {
        install(&site);
        let server = served(&site);
        let cards = plant(&site, &server);
        stands_nowhere(&site);
        let written = change_key(&site, &server);
        assert!(written.len() > 5, "they wrote meanwhile: {}", written.len());
        let keys = site.run(&["key", "list", "--format", "json"]);
        let keys = keys.is(0, &[]).json();
        let keys = keys.as_array().unwrap();
        // One that was killed at its very end had done it all; the next one then began with a third key.
        assert!(keys.len() >= 2, "{keys:?}");
        for key in keys {
            let number = key["key"].as_u64().unwrap().to_string();
            let (current, values) = (key["current"] == true, key["values"].as_u64().unwrap_or_default());
            assert_eq!(current, values > 0, "all is under the newest key: {keys:?}");
            let (code, words): (_, &[&str]) = if current { (2, &["in use"]) } else { (0, &[]) };
            site.run(&["key", "remove", &number, "--yes"]).is(code, words);
        }
        // The running server never had to be told, and one that starts anew has only the newest key.
        let admin = server.admin();
        looked_up(&admin);
        server.stop();
        let server = served(&site);
        let admin = server.admin();
        for (n, card) in cards.iter().enumerate() {
            assert_eq!(unmask(&admin, card, &["number"]).is(200)["values"]["number"], json!(planted(n)));
        }
        for (card, value) in &written {
            assert_eq!(&unmask(&admin, card, &["number"]).is(200)["values"]["number"], value);
        }
        looked_up(&admin);
        let twice = json!({"name": "another", "number": planted(1)});
        assert_eq!(admin.post("/records/wallet.card", &twice).is(409)["code"], "duplicate");
        stands_nowhere(&site);
        site.run(&["audit", "verify"]).is(0, &[]).says(&["the trail holds"]);
        server.stop();
    }
}
