//! serve, as a process of its own, beside commands.

use crate::Site;
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server that runs.
struct Server {
    child: Child,
    address: String,
    /// What it said until it served.
    said: String,
}

impl Server {
    fn start(site: &Site, words: &[&str]) -> Server {
        let words = [&["serve", "--listen", "127.0.0.1:0", "--packs", "base,fleet"][..], words].concat();
        let mut command = site.command(&words);
        command.env("LIFELOOM_LOG", "warn").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("ended before it served: {said}")).unwrap();
            said.push_str(&line);
            said.push('\n');
            if let Some(rest) = line.strip_prefix("Lifeloom is served at ") {
                break rest.split(' ').next().unwrap().to_owned();
            }
        };
        Server { child, address, said }
    }

    fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        token: Option<&str>,
        body: Option<Json>,
    ) -> (u16, Json) {
        let client = reqwest::blocking::Client::new();
        let mut request = client.request(method, format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().unwrap();
        (answer.status().as_u16(), answer.json().unwrap_or(Json::Null))
    }

    /// Asks it to stop and answers its exit code and what it said on the standard error.
    fn stop(mut self) -> (Option<i32>, String) {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        let begin = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < Duration::from_secs(30), "it does not stop");
            std::thread::sleep(Duration::from_millis(50));
        }
        let err = std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap();
        (self.child.wait().unwrap().code(), err)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn one_time_password(said: &str) -> String {
    let line = said.lines().find_map(|line| line.strip_prefix("│ One-time password: "));
    line.unwrap_or_else(|| panic!("no password in {said}")).to_owned()
}

#[test]
fn a_server_starts_takes_up_changes_and_keeps_its_data() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet"]).is(0, &[]);
    let server = Server::start(&site, &[]);
    let password = one_time_password(&server.said);
    let sign_in = |body: Json| server.call(reqwest::Method::POST, "/api/v1/session", None, Some(body));
    let (status, refused) = sign_in(json!({"login": "admin", "password": password}));
    assert_eq!((status, &refused["code"]), (403, &json!("password_change_required")));
    let (status, session) =
        sign_in(json!({"login": "admin", "password": password, "new_password": "a better phrase"}));
    assert_eq!(status, 200, "{session}");
    let token = session["token"].as_str().unwrap().to_owned();
    // Commands work beside it; another server does not.
    site.run(&["serve", "--listen", "127.0.0.1:0"]).is(3, &["error[database_in_use]", "data"]);
    site.edit("fleet/objects/request.yaml", "  needed_on:", "  urgent: {type: boolean}\n  needed_on:");
    site.run(&["apply", "fleet", "--yes"]).is(0, &[]);
    let body = json!({"subject": "电钻", "urgent": true});
    let begin = Instant::now();
    let created = loop {
        let path = "/api/v1/records/fleet.request";
        let (status, created) = server.call(reqwest::Method::POST, path, Some(&token), Some(body.clone()));
        if status == 201 {
            break created;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "{status} {created}");
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
    let server = Server::start(&site, &[]);
    assert!(!server.said.contains("One-time"), "{}", server.said);
    let (status, listed) =
        server.call(reqwest::Method::GET, "/api/v1/records/fleet.request", Some(&token), None);
    assert_eq!((status, listed["records"].as_array().map(Vec::len)), (200, Some(1)), "{listed}");
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
