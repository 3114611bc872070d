//! Servers whose certificates a company's own authority issued: calls, mails and mailboxes reach those that are what they say,
//! and no others.

use crate::connectors::attempt;
use crate::mail;
use crate::mailboxes::{self, Peer, open_post, poll, set_url, told};
use crate::outbound::{self, answer};
use crate::site::on_each;
use chrono::Utc;
use engine::connectors::Settings;
use engine::identity::Origin;
use engine::mail::Mail;
use engine::outbound::resolve::Addresses;
use engine::outbound::{Bounds, Call, Outbound, Permit, Resolve, Trust};
use engine::{Engine, Mailer};
use serde_json::json;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use uuid::Uuid;

/// What is said of each certificate to whoever trusts the company.
const SAID: [(&str, &str); 4] = [
    ("right", "done"),
    ("wrong", "TLS: the server's certificate is for elsewhere.example, not for "),
    ("expired", "TLS: the server's certificate ended on 2021-01-01: it has to be renewed there"),
    ("stranger", STRANGER),
];
const STRANGER: &str = "TLS: the server's certificate was issued by an authority that is not trusted: name a company's own by --ca-file";

/// All names are this machine.
struct Here;

impl Resolve for Here {
    fn resolve<'a>(&'a self, _: &'a str) -> Addresses<'a> {
        Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
    }
}

fn certificates() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/certificates.sh");
    assert!(Command::new(script).arg(folder.path()).status().unwrap().success());
    folder
}

fn reaching(trust: Trust) -> Outbound {
    let bounds = Bounds { whole: Duration::from_secs(6), ..Bounds::default() };
    Outbound::with(Permit::new(["127.0.0.1"]).unwrap(), Arc::new(Here), bounds).trusting(trust)
}

/// Stands before a server that speaks in the clear; it ends with the test's runtime. Answers its port.
async fn before(port: u16, folder: &Path, name: &str) -> u16 {
    let chain = vec![CertificateDer::from_pem_file(folder.join(format!("{name}.pem"))).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join(format!("{name}.key"))).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let (acceptor, listener) =
        (TlsAcceptor::from(Arc::new(tls)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let at = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Whoever distrusts the certificate hangs up.
                let Ok(mut secret) = acceptor.accept(stream).await else { return };
                let mut plain = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut secret, &mut plain).await;
            });
        }
    });
    at
}

/// What comes of a mail to a server that `--smtp-url` names.
async fn sent(port: u16, trust: &Trust) -> String {
    let mail = Mail {
        to: "ann@example.com".to_owned(),
        subject: "s".to_owned(),
        text: "t".to_owned(),
        ..Mail::default()
    };
    let mailer = Mailer::new(&format!("smtps://127.0.0.1:{port}"), "a@b.example", trust).unwrap();
    match mailer.send(&mail, Uuid::now_v7(), Utc::now()).await {
        Ok(()) => "done".to_owned(),
        Err(why) => format!("{why:?}"),
    }
}

async fn called(url: &str, trust: Trust) -> String {
    let call = Call { method: "GET".into(), url: url.to_owned(), ..Call::default() };
    match reaching(trust).call(&call).await {
        Ok(answer) if answer.status == 200 => "done".to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn calls_and_mails_reach_whom_the_company_vouches_for() {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let (pki, smtp) = (certificates(), mail::Peer::start());
        let http = outbound::Peer::start("127.0.0.1", answer("200 OK", b""), false);
        let trust = Trust::read(&pki.path().join("company.pem")).unwrap();
        for (name, expect) in SAID {
            let port = before(http.address.port(), pki.path(), name).await;
            for host in [&format!("{name}.example"), "127.0.0.1"] {
                let told = called(&format!("https://{host}:{port}/"), trust.clone()).await;
                assert!(told.contains(expect), "https {host}: {told}");
            }
            let told = called(&format!("https://{name}.example:{port}/"), Trust::default()).await;
            assert!(told.contains("TLS: the server's certificate "), "{name}: {told}");
            let port = before(u16::try_from(smtp.port).unwrap(), pki.path(), name).await;
            let told = sent(port, &trust).await;
            assert!(told.contains(expect), "smtps {name}: {told}");
            assert!(name != "right" || sent(port, &Trust::default()).await.contains(STRANGER));
        }
        assert_eq!(smtp.mails(1).len(), 1);
    });
}

/// What comes of reading the mailbox at an address.
async fn read(engine: &Engine, url: &str) -> String {
    set_url(engine, url, mailboxes::PASSWORD).await;
    told(&poll(engine).await).join(" ")
}

#[test]
fn mailboxes_and_connectors_for_mail_too() {
    on_each(async |site| {
        let peer = Peer::start();
        let pki = peer.folder.join("tls");
        let trust = Trust::read(&pki.join("company.pem")).unwrap();
        let (files, engine) = open_post(&site, reaching(trust)).await;
        let smtp = mail::Peer::start();
        let (who, from) = (engine.system(), Origin::default());
        let send = json!({"to": "ann@example.com", "subject": "s", "text": "t"});
        for (name, expect) in SAID {
            for (scheme, port) in [("imaps", peer.secure), ("starttls", peer.port)] {
                let url = format!("{scheme}://{name}.example:{port}");
                peer.deliver(scheme, &format!("From: a@x.example\nMessage-ID: <{scheme}@{name}>"), "x");
                let told = read(&engine, &url).await;
                assert!(told.contains(if name == "right" { "set off" } else { expect }), "{url}: {told}");
            }
            let port = before(u16::try_from(smtp.port).unwrap(), &pki, name).await;
            let url = Some(format!("smtps://{name}.example:{port}"));
            let settings = Settings { url, user: None, from: Some("a@b.example".into()) };
            engine.set_connector(&who, "post.out", settings, &from).await.unwrap();
            let told = attempt(&engine, "post.out", "send", send.clone()).await;
            let told = told.map_or_else(|found| found.to_string(), |_| "done".to_owned());
            assert!(told.contains(expect), "smtp connector {name}: {told}");
        }
        engine.database().close().await.unwrap();
        // Who knows nothing of the company trusts nobody of it.
        let engine = mailboxes::reader(&site, files.path(), reaching(Trust::default())).await;
        let told = read(&engine, &format!("imaps://right.example:{}", peer.secure)).await;
        assert!(told.contains(STRANGER), "{told}");
        let told = read(&engine, &format!("imaps://127.0.0.1:{}", peer.port)).await;
        assert!(told.contains("TLS: "), "what speaks in the clear is no TLS: {told}");
        engine.database().close().await.unwrap();
    });
}

#[test]
fn a_file_of_authorities_is_whole_or_refused() {
    let pki = certificates();
    let place = |name: &str| pki.path().join(name);
    let both = [place("company.pem"), place("nobody.pem")].map(|file| std::fs::read_to_string(file).unwrap());
    std::fs::write(place("both"), both.concat()).unwrap();
    std::fs::write(place("torn"), &both[0][..both[0].len() / 2]).unwrap();
    std::fs::write(place("odd"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    std::fs::write(place("empty"), "").unwrap();
    let rows: [(PathBuf, &str); 7] = [
        (place("company.pem"), "ok"),
        (place("both"), "ok"),
        (place("torn"), "it is no PEM"),
        (place("odd"), "certificate 1 cannot be read"),
        (place("empty"), "it holds no certificate"),
        (place("company.key"), "it holds no certificate"),
        (place("missing"), "No such file"),
    ];
    for (file, expect) in rows {
        let shown = Trust::read(&file).map_or_else(|found| found.to_string(), |_| "ok".to_owned());
        assert!(shown.contains(expect), "{}: {shown}", file.display());
        assert!(expect == "ok" || shown.contains("--ca-file"), "{shown}");
    }
}
