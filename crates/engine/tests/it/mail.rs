//! Mails from the outbox to a real mail server.

use crate::site::{Site, monday, on_each};
use chrono::TimeDelta;
use engine::mail::Mail;
use engine::outbound::Trust;
use engine::{Engine, Mailer, MovedClock, Options};
use serde_json::Value as Json;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use storage::Database;
use storage::secret::Secret;
use storage::store::effect;
use uuid::Uuid;

/// A mail server of its own process.
pub struct Peer {
    child: Child,
    /// It ends when this is closed.
    _stdin: ChildStdin,
    pub port: u64,
    told: Mutex<Receiver<Json>>,
}

impl Peer {
    pub fn start() -> Peer {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = here.join("../../target/python/bin/python");
        assert!(python.exists(), "no {}: run scripts/install.sh test", python.display());
        let mut command = Command::new(python);
        command.arg(here.join("tests/smtp_peer.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (tell, told) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = tell.send(serde_json::from_str::<Json>(&line).unwrap());
            }
        });
        let first = told.recv_timeout(Duration::from_secs(60)).unwrap();
        let port = first["port"].as_u64().unwrap();
        Peer { child, _stdin: stdin, port, told: Mutex::new(told) }
    }

    pub fn mailer(&self, session: Duration) -> Mailer {
        mailer(self.port, session)
    }

    /// The mails it took since it was asked last. What it tells of one comes after its answer to the sender, so as many
    /// as there should be are waited for.
    pub fn mails(&self, expected: usize) -> Vec<Json> {
        let told = self.told.lock().unwrap();
        let is_mail = |event: &Json| event["event"] == "mail";
        let mut mails = Vec::new();
        while mails.len() < expected {
            let event = told.recv_timeout(Duration::from_secs(60)).expect("a mail that was delivered");
            mails.extend(Some(event).filter(is_mail));
        }
        mails.extend(told.try_iter().filter(is_mail));
        mails
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn mailer(port: u64, session: Duration) -> Mailer {
    let url = format!("smtp://127.0.0.1:{port}");
    let (from, trust) = ("织机 <no-reply@desk.example>", Trust::default());
    Mailer::with_patience(&url, from, &trust, Duration::from_secs(5), session).unwrap()
}

/// A further engine on the site's database, which sends.
pub async fn sender(site: &Site, mailer: Mailer) -> Engine {
    let options =
        storage::Options { durable: false, connections: 4, ..storage::Options::url(site.place.url()) };
    let database = Database::open(options).await.unwrap();
    let clock: Arc<MovedClock> = site.clock.clone();
    let secret = Some(Secret::new("a key for tests"));
    let options = Options { clock, secret, mailer: Some(mailer), ..Options::default() };
    Engine::open(database, options).await.unwrap()
}

fn to(address: &str) -> Mail {
    Mail {
        to: address.to_owned(),
        name: Some("安娜".to_owned()),
        subject: "您的报价已批准".to_owned(),
        text: "您好！\n.\n报价 QUO-1 已批准。\n".to_owned(),
        html: Some("<p>报价 <b>QUO-1</b> 已批准。</p>".to_owned()),
        ..Mail::default()
    }
}

/// Puts a mail into the outbox; answers the effect's id.
async fn put(site: &Site, mail: &Mail, key: &str) -> Uuid {
    let made = mail.effect(key, Some(&Secret::new("a key for tests")), site.engine.now()).unwrap();
    let id = made.id;
    let write = site.engine.database().write(move |tx| {
        let made = made.clone();
        async move { effect::insert(&tx, &[made]).await }
    });
    write.await.unwrap();
    id
}

/// State, attempts and reason of an effect, as an administrator sees them.
async fn shown(engine: &Engine, id: Uuid) -> (String, i64, String) {
    let shown = engine.effect(&engine.system(), id).await.unwrap();
    let text = |key: &str| shown[key].as_str().unwrap_or_default().to_owned();
    (text("state"), shown["attempts"].as_i64().unwrap(), text("reason"))
}

fn body_of(mail: &Json) -> String {
    mail["text"].as_str().unwrap().to_owned()
}

pub fn header<'m>(text: &'m str, name: &str) -> &'m str {
    let head = text.split("\r\n\r\n").next().unwrap();
    let start = head.find(&format!("{name}: ")).unwrap_or_else(|| panic!("no {name}: {head}"));
    head[start + name.len() + 2..].split("\r\n").next().unwrap()
}

#[test]
fn a_mail_arrives_once_with_all_it_says() {
    on_each(async |site| {
        let peer = Peer::start();
        let engine = sender(&site, peer.mailer(Duration::from_secs(20))).await;
        let id = put(&site, &to("ann@example.com"), "quote/1").await;
        // The same effect a second time is the same.
        put(&site, &to("ann@example.com"), "quote/1").await;
        assert_eq!(engine.deliver_once().await.unwrap(), 1);
        assert_eq!(engine.deliver_once().await.unwrap(), 0);
        let mails = peer.mails(1);
        assert_eq!(mails.len(), 1);
        let text = body_of(&mails[0]);
        assert_eq!(header(&text, "Message-ID"), format!("<{id}@desk.example>"));
        assert_eq!(header(&text, "Date"), "Mon, 02 Mar 2026 01:00:00 +0000");
        assert_eq!(header(&text, "Auto-Submitted"), "auto-generated");
        assert!(header(&text, "From").ends_with("<no-reply@desk.example>"), "{text}");
        assert!(header(&text, "To").ends_with("<ann@example.com>"), "{text}");
        assert!(header(&text, "Subject").starts_with("=?utf-8?b?"), "{text}");
        assert!(text.contains("multipart/alternative"), "{text}");
        assert_eq!(text.matches("Content-Type: text/").count(), 2, "{text}");
        let decoded = decoded(&text);
        assert!(decoded.contains("报价 QUO-1 已批准"), "{decoded}");
        assert!(decoded.contains("<b>QUO-1</b>"), "{decoded}");
        assert_eq!(shown(&engine, id).await, ("done".into(), 1, String::new()));
        engine.database().close().await.unwrap();
    });
}

/// The parts of a mail without what protects them on their way.
fn decoded(text: &str) -> String {
    use base64::Engine as _;
    let mut out = String::new();
    for part in text.split("\r\n\r\n").skip(1) {
        let part: String = part.split("\r\n--").next().unwrap().split_whitespace().collect();
        if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(part) {
            out.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    out
}

#[test]
fn what_a_server_refuses_is_tried_again_or_given_up() {
    on_each(async |site| {
        let peer = Peer::start();
        let engine = sender(&site, peer.mailer(Duration::from_secs(20))).await;
        let rows = [
            ("550@example.com", "failed", "no such mailbox"),
            ("554@example.com", "failed", "looks like spam"),
            ("451@example.com", "ready", "greylisted"),
        ];
        let mut ids = Vec::new();
        for (address, ..) in rows {
            ids.push(put(&site, &to(address), address).await);
        }
        assert_eq!(engine.deliver_once().await.unwrap(), 3);
        for ((address, state, reason), id) in rows.into_iter().zip(&ids) {
            let found = shown(&engine, *id).await;
            assert_eq!((found.0.as_str(), found.1), (state, 1), "{address}: {found:?}");
            assert!(found.2.contains(reason), "{address}: {found:?}");
        }
        assert_eq!(engine.deliver_once().await.unwrap(), 0, "not before its pause is over");
        site.clock.advance(TimeDelta::seconds(30));
        assert_eq!(engine.deliver_once().await.unwrap(), 1);
        assert_eq!(shown(&engine, ids[2]).await, ("done".into(), 2, String::new()));
        let mails = peer.mails(1);
        assert_eq!(mails.len(), 1);
        assert_eq!(header(&body_of(&mails[0]), "Message-ID"), format!("<{}@desk.example>", ids[2]));
        // An administrator has it tried again, others are told nothing.
        let clerk = site.user("clerk", &["desk.clerk"], None).await;
        let from = engine::identity::Origin::default();
        assert!(engine.effects(&clerk, None).await.is_err());
        assert!(engine.settle_effect(&clerk, ids[0], "retry", &from).await.is_err());
        engine.settle_effect(&engine.system(), ids[0], "retry", &from).await.unwrap();
        assert_eq!(engine.deliver_once().await.unwrap(), 1);
        assert_eq!(shown(&engine, ids[0]).await.0, "failed");
        engine.settle_effect(&engine.system(), ids[0], "done", &from).await.unwrap();
        assert_eq!(shown(&engine, ids[0]).await.0, "done");
        assert_eq!(engine.effects(&engine.system(), Some("failed")).await.unwrap().len(), 1);
        engine.database().close().await.unwrap();
    });
}

#[test]
fn slow_and_dead_servers_are_waited_for_within_bounds() {
    on_each(async |site| {
        let peer = Peer::start();
        // Its first session is slow; the others of the same batch are not kept waiting by it.
        let engine = sender(&site, peer.mailer(Duration::from_secs(2))).await;
        let slow = put(&site, &to("slow@example.com"), "slow").await;
        let quick = put(&site, &to("quick@example.com"), "quick").await;
        assert_eq!(engine.deliver_once().await.unwrap(), 2);
        let found = shown(&engine, slow).await;
        assert_eq!((found.0.as_str(), found.1), ("ready", 1), "{found:?}");
        assert!(found.2.contains("longer than 2s"), "{found:?}");
        assert_eq!(shown(&engine, quick).await.0, "done");
        assert_eq!(peer.mails(1).len(), 1);
        drop(peer);
        // Nobody listens any more.
        let dead = put(&site, &to("ann@example.com"), "dead").await;
        assert_eq!(engine.deliver_once().await.unwrap(), 1);
        let found = shown(&engine, dead).await;
        assert_eq!((found.0.as_str(), found.1), ("ready", 1), "{found:?}");
        // A server that takes the connection and says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = u64::from(silent.local_addr().unwrap().port());
        let other = sender(&site, mailer(port, Duration::from_secs(1))).await;
        site.clock.advance(TimeDelta::seconds(30));
        assert_eq!(other.deliver_once().await.unwrap(), 2);
        let found = shown(&other, dead).await;
        assert_eq!((found.0.as_str(), found.1), ("ready", 2), "{found:?}");
        for engine in [&engine, &other] {
            engine.database().close().await.unwrap();
        }
    });
}

#[test]
fn a_worker_that_vanished_or_comes_back_late_sends_nothing_twice() {
    on_each(async |site| {
        let peer = Peer::start();
        let engine = sender(&site, peer.mailer(Duration::from_secs(20))).await;
        let id = put(&site, &to("ann@example.com"), "vanished").await;
        let now = engine.now();
        let claim = engine.database().write(move |tx| async move {
            effect::claim(&tx, &["mail"], 9, TimeDelta::seconds(60), now).await
        });
        let late = claim.await.unwrap().remove(0);
        assert_eq!(engine.deliver_once().await.unwrap(), 0, "another worker has it");
        site.clock.advance(TimeDelta::seconds(61));
        assert_eq!(engine.deliver_once().await.unwrap(), 1);
        let settled = engine.database().write(move |tx| {
            let late = late.clone();
            async move { effect::settle(&tx, &late, "failed", None, monday()).await }
        });
        assert!(!settled.await.unwrap(), "the late one changes nothing");
        assert_eq!(shown(&engine, id).await, ("done".into(), 2, String::new()));
        assert_eq!(peer.mails(1).len(), 1);
        // What is of no use any more is not sent.
        let expired = Mail { until: Some(engine.now()), ..to("ann@example.com") };
        let id = put(&site, &expired, "expired").await;
        assert_eq!(engine.deliver_once().await.unwrap(), 1);
        assert_eq!(shown(&engine, id).await.0, "failed");
        assert_eq!(peer.mails(0).len(), 0);
        engine.database().close().await.unwrap();
    });
}
