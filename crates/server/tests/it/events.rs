//! News over a connection that stays open: who hears what, and when it ends.

use crate::check::told;
use crate::client;
use crate::site::{Site, on_each};
use serde_json::{Value as Json, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Within which news comes.
const SOON: Duration = Duration::from_secs(10);

/// A connection that listens.
struct Listener {
    stream: TcpStream,
    heard: String,
}

impl Listener {
    async fn of(site: &Site, who: &str) -> Listener {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        let token = site.token(who);
        let head = format!(
            "GET /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\naccept-encoding: gzip, br\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut listener = Listener { stream, heard: String::new() };
        listener.hears("retry: ").await;
        listener
    }

    /// Reads on until this is heard.
    async fn hears(&mut self, expect: &str) {
        let reading = async {
            while !self.heard.contains(expect) {
                assert!(self.read().await, "it ended without {expect}: {}", self.heard);
            }
        };
        timeout(SOON, reading).await.unwrap_or_else(|_| panic!("nobody said {expect}"));
        self.heard.clear();
    }

    /// Reads to the end of the answer; the connection itself may be kept for another one.
    async fn ends(&mut self) {
        let reading = async { while !self.heard.ends_with("\r\n0\r\n\r\n") && self.read().await {} };
        timeout(SOON, reading).await.expect("it does not end");
    }

    async fn read(&mut self) -> bool {
        let mut piece = [0; 4096];
        let count = self.stream.read(&mut piece).await.unwrap();
        self.heard += &String::from_utf8_lossy(&piece[..count]);
        count > 0
    }

    /// What came meanwhile.
    async fn waits(&mut self, time: Duration) -> &str {
        let _ = timeout(time, async { while self.read().await {} }).await;
        &self.heard
    }
}

#[test]
fn those_concerned_hear_at_once_and_nobody_else() {
    on_each(|site| async move {
        let mut boss = Listener::of(&site, "boss").await;
        let mut sally = Listener::of(&site, "sally").await;
        let mut saul = Listener::of(&site, "saul").await;
        let id = site.create("sally", "shop.order", json!({"number": "E1"})).await;
        let path = format!("/api/v1/records/shop.order/{id}");
        assert_eq!(site.post("sally", &format!("{path}/moves/send"), Json::Null).await.status, 200);
        let parked = site.post("sally", &format!("{path}/moves/finish"), Json::Null).await;
        let instance = parked.header("location").unwrap().to_owned();
        boss.hears("event: tasks\ndata: {}\n\n").await;
        sally.hears("event: tasks\n").await;
        let urged = site.post("sally", &format!("{instance}/urge"), json!({})).await;
        assert_eq!(urged.status, 200, "{}", urged.text());
        site.engine.deliver_once().await.unwrap();
        boss.hears("event: notifications\n").await;
        let todo = site.get("boss", "/api/v1/tasks?box=todo").await.json();
        let task = todo["tasks"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(site.post("boss", &format!("/api/v1/tasks/{task}/approve"), json!({})).await.status, 200);
        boss.hears("event: tasks\n").await;
        sally.hears("event: tasks\n").await;
        let heard = saul.waits(Duration::from_millis(300)).await;
        assert!(!heard.contains("tasks") && !heard.contains("notifications"), "{heard}");
        site
    });
}

#[test]
fn a_connection_ends_with_its_session_and_with_the_server() {
    on_each(|site| async move {
        let mut boss = Listener::of(&site, "boss").await;
        let mut sally = Listener::of(&site, "sally").await;
        let tokens = site.get("root", &format!("/api/v1/users/{}/tokens", site.users["sally"])).await.json();
        let token = tokens["tokens"][0]["id"].as_str().unwrap();
        let path = format!("/api/v1/users/{}/tokens/{token}", site.users["sally"]);
        assert_eq!(site.call("root", "DELETE", &path, &[], &Json::Null).await.status, 204);
        sally.ends().await;
        // Whoever keeps a session is told that rights may have changed.
        boss.hears("event: rights\n").await;
        let site = site.stopped().await;
        boss.ends().await;
        site
    });
}

#[test]
fn what_is_refused() {
    on_each(|site| async move {
        let refused = site.get("", "/api/v1/events").await;
        assert!(told(&refused).starts_with("401"), "{}", refused.text());
        assert!(told(&site.get("saul", "/api/v1/events?x=1").await).starts_with("400 unknown_parameter"));
        let head = site.call("saul", "HEAD", "/api/v1/events", &[], &Json::Null).await;
        assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
        let mut all = Vec::new();
        for _ in 0..16 {
            all.push(Listener::of(&site, "saul").await);
        }
        let token = format!("Bearer {}", site.token("saul"));
        let more =
            client::send(site.address, "GET", "/api/v1/events", &[("authorization", &token)], b"").await;
        assert!(told(&more).starts_with("429"), "{}", more.text());
        drop(all);
        site
    });
}
