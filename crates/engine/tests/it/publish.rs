//! Publishing.

use crate::packs::{changed, desk, shipped};
use crate::site::{on_each, open, refusal, update};
use engine::publish::Change;
use engine::{Engine, Identity};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

const FIELD: (&str, &str) = ("  due: {type: date}", "  due: {type: date}\n  room: {type: text, max: 20}");

#[test]
fn a_field_is_added_and_the_data_stays() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let id = site.request(&head, "A").await;
        let change = Change::Set(vec![changed(desk("1.1.0"), "objects/request.yaml", FIELD.0, FIELD.1)]);
        let preview = site.engine.preview(&change).await.unwrap();
        assert_eq!(preview.files, ["~ desk/objects/request.yaml", "~ desk/pack.yaml"]);
        assert_eq!(preview.steps.len(), 1, "{:?}", preview.steps);
        site.engine.apply(&change, Some(&head)).await.unwrap();
        let head = site.engine.identity(head.actor.id, None).await.unwrap();
        site.engine.write(&head, update("desk.request", id, json!({"room": "5"}))).await.unwrap();
        let record = site.record(&head, "desk.request", id).await.unwrap();
        assert_eq!((&record["room"], &record["subject"]), (&json!("5"), &json!("A")));
        let again = site.engine.apply(&change, None).await.unwrap();
        assert!(again.preview.is_empty(), "what is published already changes nothing");
        let lower = site.engine.apply(&Change::Set(vec![desk("1.0.0")]), None).await;
        assert_eq!(refusal(lower), "lower_version");
    });
}

#[test]
fn what_stands_in_the_way_changes_nothing() {
    on_each(async |site| {
        let before = site.engine.published().number;
        let head = site.user("head", &["desk.head"], None).await;
        site.request(&head, "A rather long subject").await;
        let narrow = changed(desk("1.1.0"), "objects/request.yaml", "max: 200", "max: 5");
        let refused = site.engine.apply(&Change::Set(vec![narrow]), None).await;
        assert_eq!(refusal(refused).split(' ').next(), Some("unsafe_change"));
        let broken = changed(desk("1.1.0"), "objects/request.yaml", "sum: lines.total", "sum: lines.totals");
        let refused = site.engine.apply(&Change::Set(vec![broken]), None).await;
        assert_eq!(refusal(refused), "unknown_reference");
        assert_eq!(site.engine.published().number, before);
        assert_eq!(open(&site.place, site.clock.clone()).await.published().number, before);
    });
}

#[test]
fn seeds_are_brought_once() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        assert_eq!(site.count(&head, "desk.topic", "").await, 2);
        let more = changed(desk("1.1.0"), "seeds/topics.yaml", "name: Travel}", "name: Journeys}");
        site.apply(vec![more]).await;
        let head = site.engine.identity(head.actor.id, None).await.unwrap();
        assert_eq!(site.count(&head, "desk.topic", "").await, 2);
        assert_eq!(site.count(&head, "desk.topic", "code == \"T\" && name == \"Journeys\"").await, 1);
    });
}

/// Works until told to stop; answers how much was done.
async fn keep_working(engine: Engine, who: Arc<Identity>, stop: Arc<AtomicBool>, done: Arc<AtomicU32>) {
    while !stop.load(Ordering::SeqCst) {
        let body = json!({"subject": "while", "lines": [{"name": "a", "quantity": "1", "price": "1"}]});
        let create = engine::records::Command::Create { object: "desk.request".into(), body };
        let written = engine.write(&who, create).await.unwrap_or_else(|found| panic!("{found:#?}"));
        engine
            .record(&who, "desk.request", written.id(), &[])
            .await
            .unwrap_or_else(|found| panic!("{found:#?}"));
        let asked = [("limit".to_owned(), "5".to_owned())];
        engine.list(&who, "desk.request", &asked).await.unwrap_or_else(|found| panic!("{found:#?}"));
        done.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn no_request_fails_while_a_catalog_is_published() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..3 {
            workers.spawn(keep_working(site.engine.clone(), head.clone(), stop.clone(), done.clone()));
        }
        let mut text = FIELD.1.to_owned();
        for number in 1..=3 {
            text.push_str(&format!("\n  extra{number}: {{type: integer}}"));
            let pack = changed(desk(&format!("1.{number}.0")), "objects/request.yaml", FIELD.0, &text);
            site.apply(vec![pack]).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop.store(true, Ordering::SeqCst);
        while let Some(ended) = workers.join_next().await {
            ended.unwrap();
        }
        let all = u64::from(done.load(Ordering::SeqCst));
        assert!(all > 0);
        let head = site.engine.identity(head.actor.id, None).await.unwrap();
        assert_eq!(site.count(&head, "desk.request", "amount == 1").await, all);
    });
}

#[test]
fn another_process_learns_of_a_publish() {
    on_each(async |site| {
        let other = open(&site.place, site.clock.clone()).await;
        let before = other.published().number;
        let pack = changed(desk("1.1.0"), "objects/request.yaml", FIELD.0, FIELD.1);
        site.apply(vec![shipped("base"), pack]).await;
        let began = Instant::now();
        while other.published().number == before {
            assert!(began.elapsed() < Duration::from_secs(10), "the other engine has not heard of it");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let object = other.published().catalog.objects["desk.request"].clone();
        assert!(object.field("room").is_some());
        other.database().close().await.unwrap();
    });
}
