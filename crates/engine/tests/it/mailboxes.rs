//! Mailboxes on a real IMAP server: each mail sets off its automation once, whatever breaks off, and what no person wrote
//! sets nothing off.

mod moved;
mod news;
mod thread;

use crate::packs;
use crate::site::{Site, on_each, refusal};
use chrono::TimeDelta;
use diagnostic::Locale;
use engine::identity::Origin;
use engine::mailboxes::poll::Polled;
use engine::mailboxes::take::Taken;
use engine::outbound::{Bounds, Outbound, Permit, SystemResolver};
use engine::publish::PackFiles;
use engine::{Engine, Options};
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use storage::Database;
use storage::files::Files;
use storage::secret::Secret;
use storage::store::mail;
use uuid::Uuid;

const BOX: &str = "post.desk";
pub const PASSWORD: &str = "secret of the desk";

/// An IMAP server of its own process, with the mailbox of `desk`.
pub struct Peer {
    child: Child,
    pub folder: PathBuf,
    /// In the clear at first, and
    pub port: u16,
    /// secret from the start.
    pub secure: u16,
}

impl Peer {
    pub fn start() -> Peer {
        Peer::told("")
    }

    /// One that is told a line more.
    fn told(line: &str) -> Peer {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/dovecot.sh");
        let mut command = Command::new(script);
        let mut child =
            command.args(["run", line]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let told: Vec<&str> = said.split_whitespace().collect();
        let [folder, port, secure] = told[..] else { panic!("Dovecot: run scripts/install.sh test") };
        let (port, secure) = (port.parse().unwrap(), secure.parse().unwrap());
        let peer = Peer { child, folder: folder.into(), port, secure };
        for _ in 0..200 {
            if std::net::TcpStream::connect(("127.0.0.1", peer.port)).is_ok() {
                return peer;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("Dovecot does not listen");
    }

    fn mails(&self, state: &str) -> PathBuf {
        self.folder.join("mail/desk").join(state)
    }

    pub fn deliver(&self, name: &str, head: &str, body: &str) {
        let text = format!("{head}\r\n\r\n{body}\r\n").replace("\r\n", "\n").replace('\n', "\r\n");
        std::fs::write(self.mails("new").join(name), text).unwrap();
    }

    /// The mails that are marked as read.
    fn seen(&self) -> usize {
        let all = std::fs::read_dir(self.mails("cur")).unwrap();
        all.filter(|one| one.as_ref().unwrap().file_name().to_string_lossy().ends_with('S')).count()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// With further keys of the mailbox.
fn pack(keys: &str) -> PackFiles {
    let connector = format!(
        "kind: connector\nname: desk\nimap:\n  auth: {{user: desk, secret: password}}\n  largest: 1\n  most_per_hour: 4\n{keys}"
    );
    let case = "kind: object\nname: case\ntitle: name\nownership: shared\nfields: {name: {type: text, max: 500}, mail: {type: reference, to: base.mail}}\n";
    let flow = "kind: workflow\nuse: automation\nname: heard\ntrigger: {mail_received: {mailbox: desk, when: 'subject != \"quiet\"'}}\nsteps:\n  keep: {create: {object: case, set_from: {name: subject, mail: record.id}}}\n";
    let files = [
        ("pack.yaml", "kind: pack\nname: post\nversion: 1.0.0\nrequires: {base: '*'}\n"),
        ("connectors/desk.yaml", &connector),
        ("connectors/out.yaml", "kind: connector\nname: out\nsmtp: {}\n"),
        ("objects/case.yaml", case),
        ("workflows/heard.yaml", flow),
    ];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    PackFiles { root: "post".to_owned(), files }
}

/// A way to this machine.
fn here() -> Outbound {
    let bounds = Bounds { whole: Duration::from_secs(6), ..Bounds::default() };
    Outbound::with(Permit::new(["127.0.0.1"]).unwrap(), Arc::new(SystemResolver), bounds)
}

/// A further engine on the site's database, that may reach this machine.
pub async fn reader(site: &Site, files: &Path, outbound: Outbound) -> Engine {
    let options =
        storage::Options { durable: false, connections: 4, ..storage::Options::url(site.place.url()) };
    let database = Database::open(options).await.unwrap();
    let (secret, files) = (Some(Secret::new("a key for tests")), Some(Files::folder(files.to_owned())));
    let options = Options { clock: site.clock.clone(), secret, outbound, files, ..Options::default() };
    Engine::open(database, options).await.unwrap()
}

async fn set(engine: &Engine, port: u16, password: &str) {
    set_url(engine, &format!("imap://127.0.0.1:{port}"), password).await;
}

pub async fn set_url(engine: &Engine, url: &str, password: &str) {
    let (system, from) = (engine.system(), Origin::default());
    let settings = serde_json::from_value(json!({"url": url})).unwrap();
    engine.set_connector(&system, BOX, settings, &from).await.unwrap();
    engine.set_connector_secret(&system, BOX, "password", password, &from).await.unwrap();
}

/// Looks into the mailbox, whenever it is due, and does what follows.
pub async fn poll(engine: &Engine) -> Polled {
    let polled = engine.poll_mailbox(BOX, engine.now() + TimeDelta::days(1)).await.unwrap();
    while engine.work_once("test").await.unwrap() > 0 {}
    polled
}

pub fn told(polled: &Polled) -> Vec<String> {
    let Polled::Read(taken) = polled else { return vec![format!("{polled:?}")] };
    let one = |taken: &Taken| match taken {
        Taken::SetOff(_) => "set off".to_owned(),
        Taken::Quarantined(_, reason) => reason.name().to_owned(),
        Taken::Known => "known".to_owned(),
    };
    taken.iter().map(one).collect()
}

async fn the_mail(engine: &Engine, filter: &str) -> Json {
    let asked = vec![("filter".to_owned(), filter.to_owned())];
    let found = engine.list(&engine.system(), "base.mail", &asked).await.unwrap();
    let body: Json = serde_json::from_slice(&found.body).unwrap();
    body[0].clone()
}

/// A mail of this site about a record, which somebody may answer.
async fn told_ann(engine: &Engine, about: Uuid) -> Uuid {
    let kept = mail::Mail {
        id: Uuid::now_v7(),
        object: "base.user".to_owned(),
        record: about,
        kind: "mail".to_owned(),
        payload: json!({}),
        by: None,
        at: engine.now(),
    };
    let sent = kept.id;
    let insert = move |tx| {
        let kept = kept.clone();
        async move { mail::insert(&tx, &kept).await }
    };
    engine.database().write(insert).await.unwrap();
    sent
}

/// Mails, and what becomes of each.
fn mails(sent: Uuid) -> Vec<(String, String, &'static str)> {
    let answer = format!(
        "From: a@x.example\nMessage-ID: <2@x>\nSubject: Re: hello\nIn-Reply-To: <{sent}@desk.example>"
    );
    let own = format!("From: site@desk.example\nMessage-ID: <{sent}@desk.example>\nSubject: hello");
    let parts = "From: b@x.example\nMessage-ID: <3@x>\nSubject: =?gb2312?B?xPq6ww==?=\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B";
    let files_of = "--B\nContent-Type: text/html; charset=utf-8\n\n<p>One <b>two</b><script>x()</script></p>\n--B\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"../../a.pdf\"\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--B\nContent-Type: application/x-odd\nContent-Disposition: attachment; filename=odd\n\n\u{1}\u{2}\u{fffd}\n--B--";
    let large = "x".repeat(1_200_000);
    let rows: [(&str, &str, &'static str); 19] = [
        ("From: Ann <A@x.example>\nMessage-ID: <1@x>\nSubject: hello", "Good day", "set off"),
        (&answer, "Good day", "set off"),
        (parts, files_of, "set off"),
        ("From: c@x.example\nMessage-ID: <1@x>\nSubject: other", "x", "duplicate"),
        ("From: c@x.example\nSubject: no id", "x", "set off"),
        ("From: c@x.example\nMessage-ID: <4@x>\nAuto-Submitted: auto-replied (vacation)", "x", "auto_reply"),
        ("From: c@x.example\nMessage-ID: <5@x>\nAuto-Submitted: no\nSubject: by hand", "x", "set off"),
        ("From: d@x.example\nMessage-ID: <6@x>\nX-Auto-Response-Suppress: All", "x", "auto_reply"),
        ("From: d@x.example\nMessage-ID: <7@x>\nPrecedence: bulk", "x", "auto_reply"),
        ("Return-Path: <>\nFrom: d@x.example\nMessage-ID: <8@x>", "x", "auto_reply"),
        ("From: MAILER-DAEMON@x.example\nMessage-ID: <9@x>", "x", "auto_reply"),
        ("From: e@x.example\nMessage-ID: <10@x>\nX-Lifeloom-Mail: 1", "x", "loop"),
        (&own, "x", "loop"),
        ("From: e@x.example\nMessage-ID: <11@x>\nSubject: large", &large, "too_large"),
        ("Subject: from nobody", "x", "broken"),
        ("\u{0}\u{1}\u{fffd}", "Content-Type: multipart/mixed; boundary=", "broken"),
        (
            "From: f@x.example\nMessage-ID: <12@x>\nSubject: odd\nContent-Type: multipart/mixed; boundary=B",
            "--B\n--B\n--B",
            "set off",
        ),
        ("From: A@x.example\nMessage-ID: <13@x>\nSubject: quiet", "x", "set off"),
        ("From: A@x.example\nMessage-ID: <14@x>\nSubject: fourth", "x", "set off"),
    ];
    rows.map(|(head, body, expect)| (head.to_owned(), body.to_owned(), expect)).to_vec()
}

/// A folder for files, and an engine that reads for the pack.
pub async fn open_post(site: &Site, outbound: Outbound) -> (tempfile::TempDir, Engine) {
    site.apply(vec![packs::shipped("base"), pack("")]).await;
    let files = tempfile::tempdir().unwrap();
    let engine = reader(site, files.path(), outbound).await;
    (files, engine)
}

#[test]
fn a_mail_sets_off_its_automation_unless_a_machine_sent_it() {
    on_each(async |site| {
        let (peer, (_files, engine)) = (Peer::start(), open_post(&site, here()).await);
        set(&engine, peer.port, PASSWORD).await;
        let system = engine.system();
        let about = site.user("ann", &[], None).await.actor.id;
        let sent = told_ann(&engine, about).await;
        let rows = mails(sent);
        let mut expected = 0;
        for (place, (head, body, expect)) in rows.iter().enumerate() {
            peer.deliver(&format!("{place}.mail"), head, body);
            assert_eq!(told(&poll(&engine).await), [*expect], "{head}");
            expected += u64::from(*expect == "set off" && !head.contains("quiet"));
            assert_eq!(site.count(&system, "post.case", "true").await, expected, "{head}");
        }
        peer.deliver("flood", "From: a@x.example\nMessage-ID: <15@x>\nSubject: fifth", "x");
        assert_eq!(told(&poll(&engine).await), ["flood"]);
        assert_eq!(peer.seen(), rows.len() + 1, "all are marked as read");
        let answered = the_mail(&engine, "message_id == \"2@x\"").await;
        assert_eq!(answered["about"]["id"], json!(about), "{answered}");
        let whole = the_mail(&engine, "message_id == \"3@x\"").await;
        assert_eq!(whole["subject"], "您好");
        assert!(!whole["text"].as_str().unwrap().contains('<'), "{whole}");
        let id = whole["id"].as_str().unwrap().parse().unwrap();
        let kept = engine.attachments(&system, "base.mail", id).await.unwrap();
        assert_eq!((kept.len(), &kept[0]["name"], &whole["left_out"]), (1, &json!("a.pdf"), &json!("odd")));
        let large = the_mail(&engine, "reason == \"too_large\"").await;
        assert_eq!((&large["subject"], &large["text"]), (&json!("large"), &Json::Null));
        released(&site, &engine).await;
        engine.database().close().await.unwrap();
    });
}

/// An administrator releases what is held back: once.
async fn released(site: &Site, engine: &Engine) {
    let (system, from) = (engine.system(), Origin::default());
    let before = site.count(&system, "post.case", "true").await;
    let held = the_mail(engine, "reason == \"flood\"").await["id"].as_str().unwrap().parse().unwrap();
    let ann = site.user("bob", &[], None).await;
    assert_eq!(refusal(engine.release_mail(&ann, held, &from).await), "not_permitted");
    assert_eq!(refusal(engine.release_mail(&system, Uuid::nil(), &from).await), "not_found");
    for _ in 0..2 {
        engine.release_mail(&system, held, &from).await.unwrap();
        while engine.work_once("test").await.unwrap() > 0 {}
        assert_eq!(site.count(&system, "post.case", "true").await, before + 1);
    }
}

#[test]
fn nothing_is_lost_or_doubled_whenever_a_reader_dies() {
    on_each(async |site| {
        let (peer, (files, engine)) = (Peer::start(), open_post(&site, here()).await);
        set(&engine, peer.port, PASSWORD).await;
        let system = engine.system();
        let mut died = 0;
        for writes in 1..12 {
            let sender = format!("From: s{writes}@x.example\nMessage-ID: <{writes}@x>\nSubject: s");
            peer.deliver(&format!("{writes}.mail"), &sender, "x");
            let mortal = reader(&site, files.path(), here()).await;
            mortal.database().fuse().cut_after(writes);
            let _ = mortal.poll_mailbox(BOX, engine.now() + TimeDelta::days(1)).await;
            died += u64::from(mortal.database().fuse().is_cut());
            drop(mortal);
            // Nobody reads for the one that is gone until its lease has run out.
            site.clock.advance(TimeDelta::minutes(61));
            let polled = poll(&engine).await;
            assert!(matches!(polled, Polled::Read(_)), "{polled:?}");
            let taken = u64::try_from(writes).unwrap();
            assert_eq!(site.count(&system, "base.mail", "true").await, taken, "after {writes} writes");
            assert_eq!(site.count(&system, "post.case", "true").await, taken, "after {writes} writes");
            assert_eq!(peer.seen() as u64, taken, "after {writes} writes");
        }
        assert!(died > 2, "{died}");
        // Of two that look at once one reads.
        peer.deliver("both", "From: both@x.example\nMessage-ID: <both@x>\nSubject: s", "x");
        let other = reader(&site, files.path(), here()).await;
        let due = engine.now() + TimeDelta::days(1);
        let (a, b) = tokio::join!(engine.poll_mailbox(BOX, due), other.poll_mailbox(BOX, due));
        let read = [a.unwrap(), b.unwrap()].iter().flat_map(told).filter(|one| one == "set off").count();
        assert_eq!(read, 1);
        // A folder that is numbered anew brings nothing anew.
        let _ = std::fs::remove_file(peer.folder.join("mail/desk/dovecot-uidlist"));
        for entry in std::fs::read_dir(peer.folder.join("mail/desk")).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with("dovecot") {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        site.clock.advance(TimeDelta::minutes(10));
        let again = told(&poll(&engine).await);
        assert!(again.iter().all(|one| one == "known"), "{again:?}");
        while engine.work_once("test").await.unwrap() > 0 {}
        assert_eq!(site.count(&system, "post.case", "true").await, 12);
        other.database().close().await.unwrap();
        engine.database().close().await.unwrap();
    });
}

#[test]
fn a_mailbox_that_cannot_be_read_is_told_of_and_recovers() {
    on_each(async |site| {
        let (peer, (_files, engine)) = (Peer::start(), open_post(&site, here()).await);
        let system = engine.system();
        peer.deliver("first", "From: a@x.example\nMessage-ID: <1@x>\nSubject: s", "x");
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let dead = {
            let closed = TcpListener::bind("127.0.0.1:0").unwrap();
            closed.local_addr().unwrap().port()
        };
        let polled = poll(&engine).await;
        assert_eq!(polled, Polled::Failed("its secret `password` is not set".to_owned()));
        let rows = [
            (
                peer.port,
                "wrong password",
                "the server refuses: [AUTHENTICATIONFAILED] Authentication failed.",
            ),
            (dead, PASSWORD, "connecting"),
            (silent.local_addr().unwrap().port(), PASSWORD, "did not answer within"),
        ];
        for (port, password, expect) in rows {
            set(&engine, port, password).await;
            let Polled::Failed(reason) = poll(&engine).await else { panic!("{expect}") };
            assert!(reason.contains(expect) && !reason.contains(password), "{expect}: {reason}");
            let listed = engine.mailboxes(&system, Locale::En).await.unwrap();
            assert_eq!((&listed[0]["name"], &listed[0]["failure"]), (&json!(BOX), &json!(reason)));
        }
        set(&engine, peer.port, PASSWORD).await;
        assert_eq!(engine.poll_mailbox(BOX, engine.now()).await.unwrap(), Polled::NotNow, "it waits longer");
        assert_eq!(told(&poll(&engine).await), ["set off"]);
        let listed = engine.mailboxes(&system, Locale::En).await.unwrap();
        assert_eq!((&listed[0]["failure"], &listed[0]["awaited"]), (&Json::Null, &json!(true)));
        // Where nothing inwards is permitted, nothing inwards is reached.
        let closed = crate::site::open(&site.place, site.clock.clone()).await;
        let Polled::Failed(reason) = poll(&closed).await else { panic!("it was reached") };
        assert!(reason.contains("--allow-outbound"), "{reason}");
        closed.database().close().await.unwrap();
        engine.database().close().await.unwrap();
    });
}
