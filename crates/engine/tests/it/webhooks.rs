//! Messages of other systems: who proves who it is sets off an automation once, and nobody else learns anything.

use crate::effects::caller;
use crate::packs;
use crate::site::{on_each, refusal};
use chrono::TimeDelta;
use diagnostic::Locale;
use engine::identity::Origin;
use engine::publish::PackFiles;
use engine::signature::{Signature, sign};
use serde_json::{Value as Json, json};

const SECRET: &str = "a secret of both sides";
const ORDER: &str = "
kind: object
name: order
title: name
ownership: shared
fields: {name: {type: text, max: 40}, total: {type: decimal, scale: 2}, day: {type: date}}
";
const PAID: &str = "
kind: workflow
use: automation
name: paid
trigger:
  webhook:
    parameters: {name: {type: text, required: true, max: 40}, total: {type: decimal, scale: 2, default: '1'}, day: {type: date}}
steps:
  keep: {create: {object: order, set_from: {name: name, total: total, day: day}}}
";

fn pack() -> PackFiles {
    let files = [
        ("pack.yaml", "kind: pack\nname: in\nversion: 1.0.0\nrequires: {base: '*'}\n"),
        ("objects/order.yaml", ORDER),
        ("workflows/paid.yaml", PAID),
    ];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    PackFiles { root: "in".to_owned(), files }
}

#[test]
fn a_message_sets_off_its_automation_once() {
    on_each(async |site| {
        site.apply(vec![packs::shipped("base"), pack()]).await;
        let engine = caller(&site).await;
        let system = engine.system();
        let from = Origin::default();
        let good = json!({"name": "A", "total": "2.50", "day": "2026-03-01"});
        let signed = |body: &str, secret: &str, late: i64| {
            sign(secret.as_bytes(), engine.now() + TimeDelta::minutes(late), body.as_bytes())
        };
        // Without a secret nothing is taken, an empty one included.
        let body = good.to_string();
        for secret in [SECRET, ""] {
            let said = signed(&body, secret, 0);
            let found = engine.take_message("in.paid", &said, body.as_bytes(), None).await;
            assert_eq!(refusal(found), "invalid_message");
        }
        engine.set_webhook_secret(&system, "in.paid", Some(SECRET), &from).await.unwrap();
        let garbage = Signature { timestamp: "now".to_owned(), signature: "v1=0".to_owned() };
        // The webhook, the body, who signs, how late, the key; what is refused; how many orders there are then.
        let rows = [
            ("in.paid", good.clone(), SECRET, 0, None, "done", 1),
            ("in.paid", good.clone(), SECRET, 0, Some("k"), "done", 1),
            ("in.paid", good.clone(), SECRET, 1, Some("k"), "done", 2),
            ("in.paid", good.clone(), SECRET, 2, Some("k"), "done", 2),
            ("in.paid", good.clone(), SECRET, 3, Some("l"), "done", 3),
            ("in.paid", json!({"name": "B"}), SECRET, 0, None, "done", 4),
            ("in.paid", good.clone(), "another secret than that", 0, None, "invalid_message", 4),
            ("in.paid", good.clone(), SECRET, -6, None, "invalid_message", 4),
            ("in.paid", good.clone(), SECRET, 6, None, "invalid_message", 4),
            ("in.unknown", good.clone(), SECRET, 0, None, "invalid_message", 4),
            ("in.paid", json!({}), SECRET, 0, None, "required name", 4),
            ("in.paid", json!({"name": "B", "more": 1}), SECRET, 0, None, "unknown_field more", 4),
            ("in.paid", json!([1]), SECRET, 0, None, "invalid_body", 4),
        ];
        for (name, body, secret, late, key, refused, orders) in rows {
            let body = body.to_string();
            let said = signed(&body, secret, late);
            let taken = engine.take_message(name, &said, body.as_bytes(), key).await;
            assert_eq!(refusal(taken), refused, "{name} {body} {late}");
            while engine.work_once("test").await.unwrap() > 0 {}
            assert_eq!(site.count(&system, "in.order", "true").await, orders, "{name} {body} {late}");
        }
        let found = engine.take_message("in.paid", &garbage, b"{}", None).await;
        assert_eq!(refusal(found), "invalid_message");
        let told = engine.webhooks(&system, Locale::En).await.unwrap();
        let parameters: Vec<&Json> =
            told[0]["parameters"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!((told.len(), &told[0]["set"]), (1, &json!(true)));
        assert_eq!(parameters, ["name", "total", "day"]);
        assert!(!json!(told).to_string().contains(SECRET));
        engine.set_webhook_secret(&system, "in.paid", None, &from).await.unwrap();
        let said = signed("{}", SECRET, 0);
        let found = engine.take_message("in.paid", &said, b"{}", None).await;
        assert_eq!(refusal(found), "invalid_message");
        let found = engine.set_webhook_secret(&system, "in.paid", Some("short"), &from).await;
        assert_eq!(refusal(found), "invalid_body value");
        let found = engine.set_webhook_secret(&system, "in.other", Some(SECRET), &from).await;
        assert_eq!(refusal(found), "not_found");
        engine.database().close().await.unwrap();
    });
}
