//! Writing and reading records.

use crate::site::{make_move, on_each, refusal, update};
use engine::records::Command;
use engine::requests::{Asked, Done, Press, Request};
use plan::Precondition;
use serde_json::{Value as Json, json};

#[test]
fn children_and_what_follows_from_them() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let id = site.request(&head, "Two drills").await;
        let record = site.record(&head, "desk.request", id).await.unwrap();
        assert_eq!(record["number"], "R-0001");
        assert_eq!(record["amount"], "200.00");
        assert_eq!(record["owner"]["title"], "head");
        let line = record["lines"][0]["id"].clone();
        let lines = json!({"create": [{"name": "b", "quantity": "0.5", "price": "10.01"}], "update": [{"id": line, "quantity": "3"}]});
        site.engine.write(&head, update("desk.request", id, json!({"lines": lines}))).await.unwrap();
        let record = site.record(&head, "desk.request", id).await.unwrap();
        assert_eq!(record["amount"], "305.01");
        assert_eq!(record["lines"].as_array().unwrap().len(), 2);
        site.engine.write(&head, update("desk.request", id, json!({"lines": []}))).await.unwrap();
        assert_eq!(site.record(&head, "desk.request", id).await.unwrap()["amount"], "0.00");
    });
}

#[test]
fn what_is_refused() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let id = site.request(&head, "A").await;
        let dear = json!({"subject": "dear", "lines": [{"name": "a", "quantity": "2", "price": "600000"}]});
        let create = |body: Json| Command::Create { object: "desk.request".into(), body };
        let stale = Command::Update {
            object: "desk.request".into(),
            id,
            body: json!({"subject": "B"}),
            precondition: Precondition::Version(7),
        };
        let rows = [
            (create(json!({})), "required subject"),
            (create(json!({"subject": "x", "wrong": 1})), "unknown_field wrong"),
            (create(json!({"subject": "x", "amount": "1"})), "read_only_field amount"),
            (
                create(json!({"subject": "x", "lines": [{"quantity": "1", "price": "1"}]})),
                "required lines[0].name",
            ),
            (create(dear), "rule_violated amount"),
            (create(json!({"subject": "forbidden"})), "hook_refused subject"),
            (create(json!({"subject": "x", "status": "approved"})), "read_only_field status"),
            (create(json!({"subject": "x", "topic": {"by": {"code": "none"}}})), "reference_not_found topic"),
            (update("desk.request", id, json!({"subject": null})), "required subject"),
            (update("desk.request", uuid::Uuid::now_v7(), json!({"subject": "x"})), "not_found"),
            (update("desk.nothing", id, json!({})), "not_found"),
            (make_move("desk.request", id, "approve"), "invalid_transition"),
            (stale, "stale_version"),
        ];
        for (command, expect) in rows {
            let told = format!("{command:?}");
            assert_eq!(refusal(site.engine.write(&head, command).await), expect, "{told}");
        }
        assert_eq!(site.count(&head, "desk.request", "").await, 1, "what is refused leaves nothing");
    });
}

#[test]
fn natural_keys_find_records_and_duplicates_name_their_field() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let upsert = |code: &str, name: &str| Command::Upsert {
            object: "desk.topic".into(),
            key: "code".into(),
            values: vec![code.to_owned()],
            body: json!({"name": name}),
        };
        let made = site.engine.write(&head, upsert("N", "New")).await.unwrap();
        assert!(made.created);
        let again = site.engine.write(&head, upsert("N", "Newer")).await.unwrap();
        assert!(!again.created);
        assert_eq!((again.id(), again.row.version()), (made.id(), 2));
        let twice = Command::Create { object: "desk.topic".into(), body: json!({"code": "N", "name": "x"}) };
        assert_eq!(refusal(site.engine.write(&head, twice).await), "duplicate code");
    });
}

#[test]
fn the_bin_keeps_what_was_deleted() {
    on_each(async |site| {
        let clerk = site.user("clerk", &["desk.clerk"], None).await;
        let id = site.request(&clerk, "A").await;
        let object = || "desk.request".into();
        let delete = Command::Delete { object: object(), id, precondition: Precondition::Version(1) };
        site.engine.write(&clerk, delete).await.unwrap();
        assert_eq!(refusal(site.record(&clerk, "desk.request", id).await), "not_found");
        assert_eq!(site.count(&clerk, "desk.request", "").await, 0);
        site.engine.write(&clerk, Command::Restore { object: object(), id }).await.unwrap();
        let record = site.record(&clerk, "desk.request", id).await.unwrap();
        assert_eq!(
            (record["amount"].as_str(), record["lines"].as_array().map(Vec::len)),
            (Some("200.00"), Some(1))
        );
        let purge = Command::Purge { object: object(), id, precondition: Precondition::Waived };
        assert_eq!(refusal(site.engine.write(&clerk, purge).await), "not_permitted");
    });
}

#[test]
fn a_repeated_request_has_one_effect_and_buttons_run_scripts() {
    on_each(async |site| {
        let clerk = site.user("clerk", &["desk.clerk"], None).await;
        let id = site.request(&clerk, "A").await;
        let press = |times: Json| {
            Request::Press(Press {
                object: "desk.request".into(),
                record: Some(id),
                action: "double".into(),
                parameters: json!({"times": times}),
            })
        };
        let asked = |request: Request| Asked { request, key: None, id: "test".into(), address: None };
        let wrong = site.engine.perform(&clerk, asked(press(json!(9)))).await;
        assert_eq!(refusal(wrong), "too_big times");
        let missing = site.engine.perform(&clerk, asked(press(Json::Null))).await;
        assert_eq!(refusal(missing), "required times");
        let done = site.engine.perform(&clerk, asked(press(json!(3)))).await.unwrap();
        assert!(matches!(done, Done::Record { id: answered, .. } if answered == id), "{done:?}");
        assert_eq!(site.record(&clerk, "desk.request", id).await.unwrap()["amount"], "600.00");
    });
}

#[test]
fn lists_are_stable_under_paging() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        for number in 0..25 {
            let body = json!({"subject": format!("S{}", number % 3), "due": (number % 4 != 0).then_some("2026-03-05")});
            site.create(&head, "desk.request", body).await;
        }
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let mut asked =
                vec![("sort".to_owned(), "-due,subject".to_owned()), ("limit".to_owned(), "7".to_owned())];
            asked.extend(cursor.take().map(|cursor| ("cursor".to_owned(), cursor)));
            let page = site.engine.list(&head, "desk.request", &asked).await.unwrap();
            let records: Vec<Json> = serde_json::from_slice(&page.body).unwrap();
            seen.extend(records.iter().map(|r| r["number"].as_str().unwrap().to_owned()));
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), 25);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 25, "no record twice");
    });
}
