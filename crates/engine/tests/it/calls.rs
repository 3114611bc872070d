//! Flows that ask other systems: a real peer answers, refuses, is away or is cut off.

use crate::effects::{caller, waiting};
use crate::outbound::{Peer, answer};
use crate::packs;
use crate::site::{Site, on_each};
use chrono::TimeDelta;
use engine::Engine;
use engine::connectors::Settings;
use engine::identity::Origin;
use engine::publish::PackFiles;
use serde_json::{Value as Json, json};
use storage::store::effect;
use uuid::Uuid;

const CONNECTOR: &str = "
kind: connector
name: erp
http: {timeout: 5s}
operations:
  keyed: {path: /orders, parameters: {name: {type: text}}, body_from: {name: name}, answer: {id: {type: text, required: true}}}
  once: {path: /once, method: POST, retry: never}
";
const ORDER: &str = "
kind: object
name: order
title: name
ownership: shared
fields: {name: {type: text, max: 40}, way: {type: text}, number: {type: text}, state: {type: text}}
";
const ASKS: &str = "
kind: workflow
use: automation
name: asks
object: order
trigger: {record_created: {}}
steps:
  way:
    choose:
      once:
        when: 'way == \"once\"'
        steps: {one: {call: {connector: erp.once}, on_error: {steps: {no: {update: {set: {state: failed}}}, stop: {end: done}}}}}
      keyed:
        when: 'way == \"keyed\"'
        steps:
          push: {call: {connector: erp.keyed, with_from: {name: record.name}}, into: made, retry: {max: 1, backoff: 1m}, on_error: {steps: {sad: {update: {set: {state: failed}}}, over: {end: done}}}}
          keep: {update: {set_from: {number: made.id}}}
  end: {update: {set: {state: done}}}
";

fn pack() -> PackFiles {
    let files = [
        ("pack.yaml", "kind: pack\nname: out\nversion: 1.0.0\nrequires: {base: '*'}\n"),
        ("objects/order.yaml", ORDER),
        ("connectors/erp.yaml", CONNECTOR),
        ("workflows/asks.yaml", ASKS),
    ];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    PackFiles { root: "out".to_owned(), files }
}

async fn work(engine: &Engine) {
    while engine.dispatch_once().await.unwrap() + engine.work_once("test").await.unwrap() > 0 {}
}

async fn at(engine: &Engine, url: String) {
    let set = Settings { url: Some(url), ..Settings::default() };
    engine.set_connector(&engine.system(), "out.erp", set, &Origin::default()).await.unwrap();
}

async fn state(site: &Site, id: Uuid) -> (Json, Json) {
    let row = site.record(&site.engine.system(), "out.order", id).await.unwrap();
    // Only what people decide about can wait for that.
    assert_eq!(row.get("pending"), None);
    (row["state"].clone(), row["number"].clone())
}

fn key(heard: &str) -> Option<&str> {
    heard.lines().find_map(|line| line.strip_prefix("idempotency-key: "))
}

#[test]
fn a_flow_goes_on_with_what_another_system_answers() {
    on_each(async |site| {
        site.apply(vec![packs::shipped("base"), pack()]).await;
        let engine = caller(&site).await;
        let system = engine.system();
        let good = || answer("201 Created", br#"{"id": "A-1"}"#);
        let refused = || answer("400 Bad", b"no");
        // The way, what the peer says one time after another, how the record ends; how many keys the peer has heard.
        let rows = [
            ("keyed", vec![good()], json!("done"), json!("A-1"), 1),
            // Cut off: the outbox asks again, under the same key.
            ("keyed", vec![Vec::new(), good()], json!("done"), json!("A-1"), 1),
            ("keyed", vec![answer("503 Busy", b""), good()], json!("done"), json!("A-1"), 1),
            // Refused: the step asks anew.
            ("keyed", vec![refused(), good()], json!("done"), json!("A-1"), 2),
            ("keyed", vec![refused(), refused()], json!("failed"), Json::Null, 2),
            // Done, and its answer is not as it should be: that counts as refused.
            ("keyed", vec![answer("200 OK", b"{}"), good()], json!("done"), json!("A-1"), 2),
            ("once", vec![answer("200 OK", b"")], json!("done"), Json::Null, 0),
            ("once", vec![answer("503 Busy", b"")], json!("failed"), Json::Null, 0),
        ];
        for (way, answers, ended, number, keys) in rows {
            let order = site.create(&system, "out.order", json!({"name": "N", "way": way})).await.id();
            work(&engine).await;
            let mut heard = Vec::new();
            for said in answers {
                let peer = Peer::start("127.0.0.1", said, false);
                at(&engine, peer.url("")).await;
                assert_eq!(engine.deliver_once().await.unwrap(), 1, "{way}");
                heard.extend(peer.heard());
                work(&engine).await;
                site.clock.advance(TimeDelta::hours(2));
                work(&engine).await;
            }
            assert_eq!(state(&site, order).await, (ended, number), "{way}: {heard:?}");
            let mut known: Vec<&str> = heard.iter().filter_map(|call| key(call)).collect();
            known.dedup();
            assert_eq!(known.len(), keys, "{heard:?}");
            assert!(waiting(&site).await.is_empty());
        }
        engine.database().close().await.unwrap();
    });
}

#[test]
fn a_person_says_what_became_of_a_call_that_nobody_knows() {
    on_each(async |site| {
        site.apply(vec![packs::shipped("base"), pack()]).await;
        let engine = caller(&site).await;
        let system = engine.system();
        for (verdict, ended) in [("done", "done"), ("failed", "failed")] {
            let order = site.create(&system, "out.order", json!({"name": "N", "way": "once"})).await.id();
            work(&engine).await;
            let asked = waiting(&site).await.pop().unwrap();
            let peer = Peer::start("127.0.0.1", Vec::new(), false);
            at(&engine, peer.url("")).await;
            engine.deliver_once().await.unwrap();
            work(&engine).await;
            let kept = effect::get(&engine.database().reader(), asked.id).await.unwrap().unwrap();
            assert_eq!(kept.state, "unknown");
            assert_eq!(state(&site, order).await.0, Json::Null);
            engine.settle_effect(&system, asked.id, verdict, &Origin::default()).await.unwrap();
            work(&engine).await;
            assert_eq!(state(&site, order).await.0, json!(ended), "{verdict}");
        }
        engine.database().close().await.unwrap();
    });
}
