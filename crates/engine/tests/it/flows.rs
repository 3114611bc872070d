//! Approvals.

use crate::site::{Site, make_move, on_each, refusal, update};
use engine::Identity;
use engine::flow::decide::TaskAction;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;
use workflow::decision::DecisionKind;

async fn todo(site: &Site, who: &Arc<Identity>) -> Vec<Uuid> {
    let page = site.engine.task_box(who, "todo", &Default::default(), None, 50).await.unwrap();
    page.entries.iter().map(|entry| entry["id"].as_str().unwrap().parse().unwrap()).collect()
}

fn action(task: Uuid, kind: DecisionKind, comment: Option<&str>) -> TaskAction {
    TaskAction { comment: comment.map(str::to_owned), ..TaskAction::new(task, kind) }
}

/// A checked request whose approval has been asked for.
async fn parked(site: &Site, who: &Arc<Identity>) -> Uuid {
    let id = site.request(who, "A").await;
    site.engine.write(who, make_move("desk.request", id, "check")).await.unwrap();
    let written = site.engine.write(who, make_move("desk.request", id, "approve")).await.unwrap();
    assert!(written.parked.is_some());
    id
}

#[test]
fn a_move_waits_for_its_approval() {
    on_each(async |site| {
        let clerk = site.user("clerk", &["desk.clerk"], None).await;
        let head = site.user("head", &["desk.head"], None).await;
        let id = parked(&site, &clerk).await;
        let record = site.record(&clerk, "desk.request", id).await.unwrap();
        assert_eq!(record["status"], "checked");
        let instance: Uuid = record["pending"].as_str().unwrap().parse().unwrap();
        let locked = site.engine.write(&clerk, update("desk.request", id, json!({"subject": "B"}))).await;
        assert_eq!(refusal(locked), "record_locked");
        let again = site.engine.write(&clerk, make_move("desk.request", id, "approve")).await;
        assert!(["already_pending", "record_locked"].contains(&refusal(again).as_str()));
        let tasks = todo(&site, &head).await;
        assert_eq!(tasks.len(), 1);
        let foreign = site.engine.decide(&clerk, action(tasks[0], DecisionKind::Approve, None)).await;
        assert_eq!(refusal(foreign), "not_found");
        site.engine.decide(&head, action(tasks[0], DecisionKind::Approve, None)).await.unwrap();
        let record = site.record(&clerk, "desk.request", id).await.unwrap();
        assert_eq!((&record["status"], &record["pending"]), (&json!("approved"), &Json::Null));
        let trace = site.engine.instance(&clerk, instance, diagnostic::Locale::En).await.unwrap();
        assert_eq!(trace["state"], "approved");
        let kinds: Vec<&str> =
            trace["log"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["started", "approved"]);
        assert!(todo(&site, &head).await.is_empty());
    });
}

#[test]
fn a_rejected_move_is_not_made() {
    on_each(async |site| {
        let clerk = site.user("clerk", &["desk.clerk"], None).await;
        let head = site.user("head", &["desk.head"], None).await;
        let id = parked(&site, &clerk).await;
        let task = todo(&site, &head).await[0];
        let silent = site.engine.decide(&head, action(task, DecisionKind::Reject, None)).await;
        assert!(refusal(silent).starts_with("comment_required"));
        site.engine.decide(&head, action(task, DecisionKind::Reject, Some("no"))).await.unwrap();
        let record = site.record(&clerk, "desk.request", id).await.unwrap();
        assert_eq!((&record["status"], &record["pending"]), (&json!("checked"), &Json::Null));
        site.engine.write(&clerk, update("desk.request", id, json!({"subject": "B"}))).await.unwrap();
    });
}

#[test]
fn of_parallel_decisions_one_wins() {
    on_each(async |site| {
        let clerk = site.user("clerk", &["desk.clerk"], None).await;
        let mut heads = Vec::new();
        for number in 0..4 {
            heads.push(site.user(&format!("head{number}"), &["desk.head"], None).await);
        }
        for _ in 0..3 {
            let id = parked(&site, &clerk).await;
            // All tasks are looked up before the first decision takes the others away.
            let mut tasks = Vec::new();
            for head in &heads {
                tasks.push(*todo(&site, head).await.first().unwrap());
            }
            let mut running = tokio::task::JoinSet::new();
            for (place, (head, task)) in heads.iter().zip(tasks).enumerate() {
                let (engine, head) = (site.engine.clone(), head.clone());
                let kind = if place % 2 == 0 { DecisionKind::Approve } else { DecisionKind::Reject };
                running
                    .spawn(async move { refusal(engine.decide(&head, action(task, kind, Some("x"))).await) });
            }
            let mut outcomes = running.join_all().await;
            outcomes.sort();
            let won = outcomes.iter().filter(|outcome| *outcome == "done").count();
            assert_eq!(won, 1, "{outcomes:?}");
            assert!(
                outcomes.iter().all(|o| ["done", "task_decided", "instance_ended"].contains(&o.as_str())),
                "{outcomes:?}"
            );
            let record = site.record(&clerk, "desk.request", id).await.unwrap();
            assert_eq!(record["pending"], Json::Null);
        }
    });
}
