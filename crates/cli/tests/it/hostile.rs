//! Hostile scripts, templates and packs against a server that serves others meanwhile.

use crate::Site;
use crate::server::Server;
use serde_json::{Map, Value as Json, json};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use test_support::corpus::{Case, read};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../script/tests/hostile/scripts.txt");
const TEMPLATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../script/tests/hostile/templates.txt");
const PACKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/tests/hostile/packs.txt");

/// Scripts that compile, as one function each.
fn runnable() -> Vec<Case> {
    let all = read(SCRIPTS).into_iter();
    all.filter(|c| c.expect != "script_error" && !c.text.contains("\nfn ") && !c.text.contains("fn main("))
        .collect()
}

/// A pack with a button for each hostile script.
fn buttons(site: &Site, scripts: &[Case]) {
    let mut object = "kind: object\nname: thing\nfields: {name: {type: text}}\nactions:\n".to_owned();
    let mut text = String::new();
    for (index, case) in scripts.iter().enumerate() {
        writeln!(object, "  h{index}: {{label: x, script: evil.h{index}, on: object}}").unwrap();
        writeln!(text, "fn h{index}(record, params, ctx) {{ {}\n}}", case.text).unwrap();
    }
    site.write("evil/pack.yaml", "kind: pack\nname: evil\nversion: 1.0.0\nrequires: {base: '*'}\n");
    site.write("evil/objects/thing.yaml", &object);
    site.write("evil/scripts/evil.rhai", &text);
}

/// The files of a pack as the API takes them.
fn files(pairs: &[(String, String)]) -> Json {
    let files: Map<String, Json> = pairs.iter().map(|(path, text)| (path.clone(), json!(text))).collect();
    json!({"files": files})
}

fn of_template(case: &Case) -> Json {
    let pair = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    files(&[
        pair("pack.yaml", "kind: pack\nname: bad\nversion: 1.0.0\n"),
        pair("templates/a.yaml", "kind: template\nname: a\nuse: print\n"),
        pair("templates/a.html.hbs", &case.text),
    ])
}

fn of_pack(case: &Case) -> Json {
    let mut pairs = vec![("pack.yaml".to_owned(), "kind: pack\nname: bad\nversion: 1.0.0\n".to_owned())];
    for part in format!("\n{}", case.text).split("\n--- ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        pairs.retain(|(known, _)| known != path);
        pairs.push((path.to_owned(), text.to_owned()));
    }
    files(&pairs)
}

#[test]
fn hostile_scripts_templates_and_packs_leave_the_server_and_its_others_alone() {
    let site = Site::new();
    let scripts = runnable();
    assert!(scripts.len() >= 60, "{}", scripts.len());
    buttons(&site, &scripts);
    let server = Server::serve(&site, &["--packs", "base,evil"]);
    let (pid, admin) = (server.id(), server.admin());
    for n in 0..5 {
        admin.post("/records/evil.thing", &json!({"name": format!("thing {n}")})).is(201);
    }
    let (over, served) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut wrong = Vec::new();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (other, over, served) = (admin.clone(), &over, &served);
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let listed = other.get("/records/evil.thing?sort=name").is(200);
                    assert_eq!(listed["records"].as_array().unwrap().len(), 5);
                    served.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for (index, case) in scripts.iter().enumerate() {
            let answer = admin.post(&format!("/records/evil.thing/actions/h{index}"), &Json::Null);
            // The world is another one than in the fixture: what is there to be read and written differs.
            if answer.status >= 500 || (case.expect == "script_limit" && answer.status < 400) {
                wrong.push(format!("{}: {} {}", case.name, answer.status, answer.body));
            }
        }
        for case in read(TEMPLATES).iter().filter(|case| case.expect == "template_error").step_by(2) {
            let answer = admin.post("/packs/bad/plan", &of_template(case));
            if !(400..500).contains(&answer.status) {
                wrong.push(format!("{}: {} {}", case.name, answer.status, answer.body));
            }
        }
        for case in read(PACKS).iter().filter(|case| case.expect != "fit").step_by(2) {
            let answer = admin.post("/packs/bad/plan", &of_pack(case));
            if !(400..500).contains(&answer.status) {
                wrong.push(format!("{}: {} {}", case.name, answer.status, answer.body));
            }
        }
        over.store(true, Ordering::SeqCst);
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(served.load(Ordering::SeqCst) > 20, "others were served meanwhile");
    assert_eq!(server.id(), pid);
    assert_eq!(admin.count("evil.thing", ""), 5, "nothing was written");
    let (code, _) = server.stop();
    assert_eq!(code, Some(0), "the same process ends as it should");
}
