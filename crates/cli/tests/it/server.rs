//! Servers as processes of their own, and calls to them.

use crate::Site;
use reqwest::Method;
use reqwest::blocking::Client;
use reqwest::header::HeaderMap;
use serde_json::{Value as Json, json};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The administrator's password on sites whose test does not look at the first start.
pub const ADMIN: &str = "a phrase for the tests";
/// Longest time that anything here is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs.
pub struct Server {
    child: Child,
    /// `http://ADDRESS:PORT`
    pub address: String,
    /// What it said until it served.
    pub said: String,
    log: std::path::PathBuf,
}

impl Server {
    /// Starts it on the site's database and any free port; returns once it says that it serves.
    pub fn start(site: &Site, words: &[&str]) -> Server {
        Server::start_with(site, words, &[])
    }

    /// As [`Server::start`], with an administrator whose password is known.
    pub fn serve(site: &Site, words: &[&str]) -> Server {
        Server::start_with(site, words, &[("LIFELOOM_ADMIN_PASSWORD", ADMIN)])
    }

    /// As [`Server::start`], with variables of its own.
    pub fn start_with(site: &Site, words: &[&str], environment: &[(&str, &str)]) -> Server {
        let listen: &[&str] = if words.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        let words = [&["serve"], listen, words].concat();
        let log = site.path(&format!("server-{}.log", uuid::Uuid::now_v7()));
        let mut command = site.command(&words);
        command.env("LIFELOOM_LOG", "warn").envs(environment.iter().copied());
        command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        let address = loop {
            let Some(line) = lines.next() else {
                let _ = child.wait();
                panic!("ended before it served: {said}{}", std::fs::read_to_string(&log).unwrap());
            };
            let line = line.unwrap();
            said.push_str(&line);
            said.push('\n');
            if let Some(rest) = line.strip_prefix("Lifeloom is served at ") {
                break rest.split(' ').next().unwrap().to_owned();
            }
        };
        Server { child, address, said, log }
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Calls it with a token.
    pub fn api(&self, token: &str) -> Api {
        Api::new(&self.address, token)
    }

    /// Calls it as the administrator, who signs in.
    pub fn admin(&self) -> Api {
        let body = json!({"login": "admin", "password": ADMIN});
        let session = self.api("").post("/session", &body).is(200);
        self.api(session["token"].as_str().unwrap())
    }

    /// Ends it without a word, as a loss of power would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it to stop, and does not wait.
    pub fn terminate(&self) {
        Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
    }

    /// Waits for its end; answers its exit code and what it said on the standard error.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let begin = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < PATIENCE, "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
        (self.child.wait().unwrap().code(), std::fs::read_to_string(&self.log).unwrap())
    }

    /// Tells it to stop and waits for its end.
    pub fn stop(self) -> (Option<i32>, String) {
        self.terminate();
        self.ended()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the server said: {}", std::fs::read_to_string(&self.log).unwrap_or_default());
        }
    }
}

/// Calls to a server.
#[derive(Clone)]
pub struct Api {
    client: Client,
    address: String,
    token: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Json,
    pub took: Duration,
}

impl Answer {
    /// Asserts the status and answers the body.
    #[track_caller]
    pub fn is(self, status: u16) -> Json {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }
}

impl Api {
    /// To the server at this address.
    pub fn new(address: &str, token: &str) -> Api {
        let client = Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Api { client, address: address.to_owned(), token: token.to_owned() }
    }

    /// Sends a request. An error where no answer came.
    pub fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Json>,
    ) -> Result<Answer, reqwest::Error> {
        let root = ["/healthz", "/readyz"].contains(&path);
        let below = if root { "" } else { "/api/v1" };
        let mut request = self.client.request(method, format!("{}{below}{path}", self.address));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let begin = Instant::now();
        let answer = request.send()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text()?;
        let body = serde_json::from_str(&text).unwrap_or(Json::Null);
        Ok(Answer { status, headers, body, took: begin.elapsed() })
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).unwrap()
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Json) -> Answer {
        self.send(Method::POST, path, &[], Some(body)).unwrap()
    }

    #[track_caller]
    pub fn patch(&self, path: &str, body: &Json) -> Answer {
        self.send(Method::PATCH, path, &[], Some(body)).unwrap()
    }

    /// What is there, asked again while the database does not answer: as every client does, and a slow disk under
    /// writers is silent for longer than requests wait.
    #[track_caller]
    fn read(&self, path: &str) -> Json {
        let begin = Instant::now();
        loop {
            let answer = self.get(path);
            if answer.status != 503 || begin.elapsed() > PATIENCE {
                return answer.is(200);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// All records of an object, page by page.
    #[track_caller]
    pub fn all(&self, object: &str, asked: &str) -> Vec<Json> {
        let (mut records, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.read(&format!("/records/{object}?limit=500&{asked}{cursor}"));
            records.extend(page["records"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return records,
            }
        }
    }

    /// How many records meet a filter, which is written as in an address.
    #[track_caller]
    pub fn count(&self, object: &str, filter: &str) -> u64 {
        let page = self.read(&format!("/records/{object}?limit=1&count=exact&fields=id{filter}"));
        page["count"].as_u64().unwrap()
    }

    /// Waits until it is ready; answers how long that took from `begin`.
    #[track_caller]
    pub fn ready(&self, begin: Instant) -> Duration {
        loop {
            if self.send(Method::GET, "/readyz", &[], None).is_ok_and(|answer| answer.status == 200) {
                return begin.elapsed();
            }
            assert!(begin.elapsed() < PATIENCE, "it does not become ready");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
