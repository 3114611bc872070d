//! What is answered stands in its thread.

use super::{PASSWORD, Peer, here, pack, poll, reader, set};
use crate::mail::{self, header, sender};
use crate::packs;
use crate::site::on_each;
use engine::publish::PackFiles;
use std::time::Duration;

/// Each mail is answered twice, and passed on.
const ANSWERS: &str = "kind: workflow
use: automation
name: answers
trigger: {mail_received: {mailbox: desk}}
steps:
  first: {send: {by: mail, template: thanks, to_from: record.from}}
  second: {send: {by: mail, template: thanks, to_from: record.from}}
  other: {send: {by: mail, template: thanks, to_from: '\"else@x.example\"'}}
";
const THANKS: &str = "kind: template\nname: thanks\nuse: mail\nsubject: Thanks\n";

fn answering() -> PackFiles {
    let PackFiles { root, mut files } = pack("");
    files.retain(|(path, _)| path != "workflows/heard.yaml");
    let text = "We look into it.";
    let more = [
        ("workflows/answers.yaml", ANSWERS),
        ("templates/thanks.yaml", THANKS),
        ("templates/thanks.text.hbs", text),
    ];
    files.extend(more.map(|(path, text)| (path.to_owned(), text.to_owned())));
    PackFiles { root, files }
}

#[test]
fn a_mail_to_whoever_wrote_stands_in_the_thread() {
    on_each(async |site| {
        let (peer, smtp) = (Peer::start(), mail::Peer::start());
        site.apply(vec![packs::shipped("base"), answering()]).await;
        let files = tempfile::tempdir().unwrap();
        let engine = reader(&site, files.path(), here()).await;
        set(&engine, peer.port, PASSWORD).await;
        let asked = "From: Ann <Ann@x.example>\nMessage-ID: <2@x>\nReferences: <1@x> <odd>\nSubject: Where?";
        peer.deliver("1.mail", asked, "x");
        poll(&engine).await;
        let sending = sender(&site, smtp.mailer(Duration::from_secs(20))).await;
        while sending.deliver_once().await.unwrap() > 0 {}
        let mut sent = smtp.mails(3);
        // Ids are in the order of time.
        let text = |mail: &serde_json::Value| mail["text"].as_str().unwrap().to_owned();
        sent.sort_by_key(|mail| header(&text(mail), "Message-ID").to_owned());
        let texts: Vec<String> = sent.iter().map(text).collect();
        let first = header(&texts[0], "Message-ID");
        let rows = [
            ("Ann@x.example", "<2@x>", "<1@x> <2@x>".to_owned()),
            ("Ann@x.example", first, format!("<1@x> <2@x> {first}")),
            ("else@x.example", "<2@x>", "<1@x> <2@x>".to_owned()),
        ];
        for (text, (to, answers, references)) in texts.iter().zip(rows) {
            assert_eq!(header(text, "To").to_lowercase(), to.to_lowercase());
            assert_eq!((header(text, "In-Reply-To"), header(text, "References")), (answers, &*references));
        }
        for engine in [engine, sending] {
            engine.database().close().await.unwrap();
        }
    });
}
