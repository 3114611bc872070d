//! Demo data.

use crate::packs::{desk, shipped};
use crate::site::on_each;
use engine::publish::PackFiles;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};

fn with_demo() -> PackFiles {
    let mut pack = desk("1.1.0");
    let topics = "
kind: demo
name: topics_more
object: topic
records:
  food: {code: F, name: Food}
";
    let requests = "
kind: demo
name: requests
object: request
after: [topics_more]
file: requests.csv
";
    let rows =
        "alias,subject,topic.code,due,status\nfirst,One,F,today-1,approved\nsecond,Two,T,today+3,draft\n";
    pack.files.push(("demo/topics_more.yaml".to_owned(), topics.to_owned()));
    pack.files.push(("demo/requests.yaml".to_owned(), requests.to_owned()));
    pack.files.push(("demo/requests.csv".to_owned(), rows.to_owned()));
    pack
}

#[test]
fn demo_data_comes_and_goes() {
    on_each(async |site| {
        site.apply(vec![shipped("base"), with_demo()]).await;
        let head = site.user("head", &["desk.head"], None).await;
        let told = AtomicUsize::new(0);
        let tell = |done: usize, all: usize| {
            assert!(done <= all);
            told.store(done, Ordering::SeqCst);
        };
        let aliases = site.engine.load_demo(None, &tell).await.unwrap_or_else(|found| panic!("{found:#?}"));
        let desk_records = ["food", "first", "second", "travel"];
        assert!(desk_records.iter().all(|alias| aliases.0.contains_key(*alias)), "{aliases:?}");
        assert!(told.load(Ordering::SeqCst) >= 3);
        let record = site.record(&head, "desk.request", aliases.0["first"].1).await.unwrap();
        assert_eq!((&record["status"], &record["due"]), (&json!("approved"), &json!("2026-03-01")));
        assert_eq!(record["topic"]["title"], "Food");
        site.engine.load_demo(None, &|_, _| {}).await.unwrap();
        assert_eq!(site.count(&head, "desk.request", "").await, 2, "what is there is not loaded again");
        // A record of a user that refers to demo data keeps it.
        site.create(&head, "desk.request", json!({"subject": "Mine", "topic": {"by": {"code": "F"}}})).await;
        let (removed, kept) = site.engine.remove_demo().await.unwrap();
        assert!(removed >= 2, "{removed} removed, {kept} kept");
        assert_eq!(site.count(&head, "desk.request", "").await, 1);
        assert_eq!(site.count(&head, "desk.request", "topic.code == \"F\"").await, 1);
        assert_eq!(site.count(&head, "desk.topic", "code == \"T\"").await, 1, "seeds stay");
    });
}
