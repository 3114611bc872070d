//! serve, as a process of its own, beside commands.

use crate::Site;
use crate::server::Server;
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

const FLEET: [&str; 2] = ["--packs", "base,fleet"];

fn one_time_password(said: &str) -> String {
    let line = said.lines().find_map(|line| line.strip_prefix("│ One-time password: "));
    line.unwrap_or_else(|| panic!("no password in {said}")).to_owned()
}

#[test]
fn a_server_starts_takes_up_changes_and_keeps_its_data() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet"]).is(0, &[]);
    let server = Server::start(&site, &FLEET);
    let password = one_time_password(&server.said);
    let sign_in = |body: Json| server.api("").post("/session", &body);
    let refused = sign_in(json!({"login": "admin", "password": password})).is(403);
    assert_eq!(refused["code"], "password_change_required");
    let chosen = json!({"login": "admin", "password": password, "new_password": "a better phrase"});
    let session = sign_in(chosen).is(200);
    let token = session["token"].as_str().unwrap().to_owned();
    // Commands work beside it; another server does not.
    site.run(&["serve", "--listen", "127.0.0.1:0"]).is(3, &["error[database_in_use]", "data"]);
    site.edit("fleet/objects/request.yaml", "  needed_on:", "  urgent: {type: boolean}\n  needed_on:");
    site.run(&["apply", "fleet", "--yes"]).is(0, &[]);
    let body = json!({"subject": "电钻", "urgent": true});
    let begin = Instant::now();
    let created = loop {
        let answer = server.api(&token).post("/records/fleet.request", &body);
        if answer.status == 201 {
            break answer.body;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "{answer:?}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(created["urgent"], true);
    let (code, _) = server.stop();
    assert_eq!(code, Some(0));
    // What is on disk differs now from what is in the database, and the database is not changed.
    site.edit(
        "fleet/objects/request.yaml",
        "urgent: {type: boolean}",
        "urgent: {type: boolean, label: Urgent}",
    );
    let server = Server::start(&site, &FLEET);
    assert!(!server.said.contains("One-time"), "{}", server.said);
    assert_eq!(server.api(&token).all("fleet.request", "").len(), 1);
    let (_, err) = server.stop();
    assert!(err.contains("pack fleet: 1 file differs") && err.contains("lifeloom apply fleet"), "{err}");
}

#[test]
fn what_a_start_needs_is_looked_at_before_anything_is_made() {
    let site = Site::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    site.run(&["serve", "--listen", &address]).is(3, &["error[port_in_use]", &address]);
    site.run(&["serve", "--listen", "nonsense"]).is(2, &["--listen nonsense"]);
    site.run(&["serve", "--packs", "base,crn"]).is(1, &["error[pack_not_found]", "did you mean `crm`?"]);
    let weak = [("LIFELOOM_ADMIN_PASSWORD", "short")];
    site.run_with(&["serve", "--listen", "127.0.0.1:0"], &weak).is(1, &["error[weak_password]"]);
    assert!(!site.path("data").exists());
}

#[test]
fn an_address_is_never_free_between_the_probe_and_the_server() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet"]).is(0, &[]);
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listen = address.to_string();
    let words = ["--listen", &listen, "--packs", "base,fleet"];
    let (mut taken, mut freed) = (false, 0);
    let server = std::thread::scope(|scope| {
        let starting = scope.spawn(|| Server::start(&site, &words));
        while !starting.is_finished() {
            // Before the process has come to it nobody must be in its way.
            taken = taken || TcpStream::connect(address).is_ok();
            freed += usize::from(taken && TcpListener::bind(address).is_ok());
        }
        starting.join().unwrap()
    });
    assert!(taken && freed == 0, "{freed} times somebody else could have taken {address}");
    assert_eq!(server.address, format!("http://{address}"));
    let mut refused = site.command(&["serve", "--listen", &listen, "--data", "other"]);
    let refused = crate::ended(&mut refused);
    refused.is(3, &["error[port_in_use]", &listen]);
    assert!(!site.path("other").exists());
}

#[test]
fn a_second_start_with_demo_data_keeps_what_people_did() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet"]).is(0, &[]);
    site.write("fleet/demo/requests.yaml", DEMO);
    let words = ["--packs", "base,fleet", "--demo"];
    let first = Server::serve(&site, &words);
    assert!(first.said.contains("demo data: 2 records"), "{}", first.said);
    let api = first.admin();
    let drill = api.all("fleet.request", "subject=Drill").remove(0);
    let path = format!("/records/fleet.request/{}", drill["id"].as_str().unwrap());
    api.patch(&path, &json!({"quantity": 7})).is(200);
    let saw = api.all("fleet.request", "subject=Saw").remove(0);
    let gone = format!("/records/fleet.request/{}", saw["id"].as_str().unwrap());
    assert_eq!(api.send(Method::DELETE, &gone, &[], None).unwrap().status, 204);
    api.post("/records/fleet.request", &json!({"subject": "Ladder"})).is(201);
    assert_eq!(first.stop().0, Some(0));
    let second = Server::serve(&site, &words);
    assert!(!second.said.contains("demo data"), "{}", second.said);
    let mut there: Vec<(String, i64)> = (second.admin().all("fleet.request", "").iter())
        .map(|one| (one["subject"].as_str().unwrap().to_owned(), one["quantity"].as_i64().unwrap()))
        .collect();
    there.sort();
    assert_eq!(there, [("Drill".to_owned(), 7), ("Ladder".to_owned(), 1)]);
}

/// Two records to try things with.
pub const DEMO: &str = "kind: demo
name: requests
object: request
records:
  drill: {subject: Drill, category: {by: {code: TOOL}}}
  saw: {subject: Saw, category: {by: {code: TOOL}}}
";
