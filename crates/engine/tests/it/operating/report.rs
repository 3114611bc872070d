//! What lies still, where time goes, and the boxes of people.

use super::works::{Works, pack};
use crate::site::{on_each, update};
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::Locale;
use engine::flow::instances::FlowFilter;
use engine::requests::{Asked, Request, RequestKey, TaskAction, batch};
use serde_json::{Value as Json, json};
use storage::store::job;
use uuid::Uuid;
use workflow::decision::DecisionKind;

/// Without the flows of the desk, which nobody works at.
async fn stuck(works: &Works) -> Json {
    let mut found = works.site.engine.stuck_flows(&works.who("admin"), None, 50, Locale::En).await.unwrap();
    let roles = found["roles"].as_array_mut().unwrap();
    roles.retain(|role| role["workflow"].as_str().unwrap().starts_with("works."));
    found
}

/// How many there are of each.
fn counts(found: &Json) -> [usize; 4] {
    ["leavers", "roles", "still", "incidents"].map(|kind| found[kind].as_array().unwrap().len())
}

#[test]
fn what_lies_still_is_found() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let engine = &works.site.engine;
        works.submit("pair", 1).await;
        works.job("slow", 1).await;
        works.work_off().await;
        assert_eq!(counts(&stuck(&works).await), [0, 0, 0, 0]);
        works.job("risky", 0).await;
        works.work_off().await;
        let asked = engine.stuck_flows(&works.who("ini"), None, 50, Locale::En).await;
        assert_eq!(asked.err().unwrap().code.name(), "not_found");
        assert_eq!(counts(&stuck(&works).await), [0, 0, 0, 1]);
        // The timer of the slow one got lost.
        let slow = works.only("slow").await;
        let key = format!("flow:{slow}:0:later");
        let now = engine.now();
        let gone = engine.database().write(move |tx| {
            let key = key.clone();
            async move { job::cancel_key(&tx, &key, now).await }
        });
        assert!(gone.await.unwrap());
        let found = stuck(&works).await;
        assert_eq!((counts(&found), &found["still"][0]["id"]), ([0, 0, 1, 1], &json!(slow)));
        // Whoever leaves keeps what lies with them; a role that nobody has is told with its step.
        let late = "{due: 1d, at: {100%: {escalate: {by: [{role: nobody}]}}}}";
        let next = |name: &str, rest: &str| match name {
            "plain" => format!(
                "{rest}\n  two: {{approve: {{by: [{{role: nobody}}]}}}}\n  three: {{approve: {{by: [{{user: ann}}]}}, sla: {late}}}"
            ),
            "kept" => rest.replace("steps:", &format!("overall_sla: {late}\nsteps:")),
            _ => rest.to_owned(),
        };
        let mut next = pack("1.1.0", next);
        next.files
            .push(("roles/nobody.yaml".to_owned(), "kind: role\nname: nobody\nobjects: {}\n".to_owned()));
        works.site.apply(vec![next]).await;
        let left = update("base.user", works.who("ann").actor.id, json!({"active": false}));
        engine.write(&works.who("admin"), left).await.unwrap();
        let found = stuck(&works).await;
        assert_eq!(counts(&found), [1, 3, 1, 1]);
        assert_eq!(found["leavers"][0]["node"], "first");
        let roles = found["roles"].as_array().unwrap().iter().map(|one| (&one["node"], &one["role"]));
        let nobody = json!("works.nobody");
        let mut roles: Vec<_> =
            roles.filter(|(_, role)| **role == nobody).map(|(node, _)| node.to_string()).collect();
        roles.sort();
        assert_eq!(roles, ["\"three\"", "\"two\"", "null"]);
        assert_eq!(found["leavers"][0]["label"], "first");
        let other =
            engine.stuck_flows(&works.who("admin"), Some("works.slow"), 50, Locale::En).await.unwrap();
        assert_eq!(counts(&other), [0, 0, 1, 0]);
    });
}

#[test]
fn where_time_goes_is_told() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let clock = &works.site.clock;
        // The first step takes 1, 2, … 10 minutes.
        for minutes in 1..=10 {
            works.submit("pair", 500).await;
            clock.advance(TimeDelta::minutes(minutes));
            assert_eq!(works.act("ann+").await, "done");
        }
        assert_eq!(works.act("bea<").await, "done");
        let span = |from: DateTime<Utc>| (from, works.site.engine.now() + TimeDelta::seconds(1));
        let told = async |from| {
            let (admin, only) = (works.who("admin"), Some("works.pair"));
            let found = works.site.engine.bottlenecks(&admin, only, span(from), Locale::En).await.unwrap();
            let steps = found["steps"].as_array().unwrap().iter().map(|step| {
                let part = |name: &str| step[name].to_string();
                let parts =
                    ["passed", "median", "p90", "longest", "returned", "return_rate", "waiting"].map(part);
                format!("{} {}", step["node"].as_str().unwrap(), parts.join(" "))
            });
            steps.collect::<Vec<_>>().join(" | ")
        };
        let start = crate::site::monday();
        assert_eq!(told(start).await, "first 10 300 540 600 0 0.0 1 | boss 0 null null null 1 1.0 9");
        assert_eq!(
            told(works.site.engine.now() + TimeDelta::milliseconds(1)).await,
            "boss 0 null null null 0 null 9 | first 0 null null null 0 null 1"
        );
        let asked = works.site.engine.bottlenecks(&works.who("ini"), None, span(start), Locale::En).await;
        assert_eq!(asked.err().unwrap().code.name(), "not_found");
    });
}

#[test]
fn boxes_are_narrowed() {
    on_each(async |site| {
        let works = Works::open(site).await;
        for (flow, amount) in [("plain", 1), ("plain", 2), ("pair", 3)] {
            works.submit(flow, amount).await;
            works.site.clock.advance(TimeDelta::minutes(1));
        }
        let base = FlowFilter::default;
        let engine = &works.site.engine;
        let titles = |page: engine::flow::tasks::BoxPage| {
            let title = |entry: &Json| entry["record"]["title"].as_str().unwrap().replace("asked ", "");
            page.entries.iter().map(title).collect::<Vec<_>>().join(" ")
        };
        let read: Uuid = works.task("ann").await.unwrap();
        let mark =
            Asked { request: Request::Read { task: read }, key: None, id: "test".into(), address: None };
        engine.perform(&works.who("ann"), mark).await.unwrap();
        let rows = [
            ("ann", "todo", base(), "3 2 1"),
            ("ann", "todo", FlowFilter { workflow: Some("works.plain".into()), ..base() }, "2 1"),
            ("ann", "todo", FlowFilter { unread: true, ..base() }, "2 1"),
            ("ann", "todo", FlowFilter { task_state: Some("open".into()), ..base() }, "3 2 1"),
            ("ann", "todo", FlowFilter { initiator: Some(works.who("ann").actor.id), ..base() }, ""),
            ("ann", "done", base(), ""),
            ("ini", "started", FlowFilter { state: Some("running".into()), ..base() }, "3 2 1"),
            ("ini", "started", FlowFilter { state: Some("approved".into()), ..base() }, ""),
        ];
        for (who, which, filter, expect) in rows {
            let page = engine.task_box(&works.who(who), which, &filter, None, 10).await.unwrap();
            assert_eq!(titles(page), expect, "{who} {which} {filter:?}");
        }
        for (words, expect) in [("ASKED", "3 2 1"), ("ked 2", "2"), ("nothing", "")] {
            let page =
                engine.search_box(&works.who("ann"), "todo", (&base(), words), None, 10).await.unwrap();
            assert_eq!((page.next, &*titles(page)), (None, expect), "{words}");
        }
        let first =
            engine.search_box(&works.who("ini"), "started", (&base(), "asked"), None, 2).await.unwrap();
        let next = first.next;
        assert_eq!(titles(first), "3 2");
        let second =
            engine.search_box(&works.who("ini"), "started", (&base(), "asked"), next, 2).await.unwrap();
        assert_eq!(titles(second), "1");
    });
}

#[test]
fn several_tasks_are_decided_at_once() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let engine = &works.site.engine;
        let mut tasks = Vec::new();
        for amount in 1..=3 {
            works.submit("plain", amount).await;
            tasks.push(works.task("ann").await.unwrap());
        }
        let ann = works.who("ann");
        engine.decide(&ann, TaskAction::new(tasks[1], DecisionKind::Approve)).await.unwrap();
        tasks.push(Uuid::nil());
        let key = RequestKey {
            actor: ann.actor.id,
            method: "POST".to_owned(),
            path: "/api/v1/tasks/batch".to_owned(),
            key: "once".to_owned(),
            body_hash: vec![1],
        };
        let asked = Asked { request: Request::Nothing, key: Some(key), id: "test".into(), address: None };
        let decision = TaskAction::new(Uuid::nil(), DecisionKind::Approve);
        let tasks: Vec<(Uuid, Option<i64>)> = tasks.into_iter().map(|task| (task, None)).collect();
        // A repetition leads to the same.
        for _ in 0..2 {
            let done = engine.decide_all(&ann, batch::decisions(&tasks, &decision, &asked)).await;
            let codes: Vec<&str> = done
                .iter()
                .map(|done| done.as_ref().err().map_or("done", |found| found.code.name()))
                .collect();
            assert_eq!(codes, ["done", "instance_ended", "done", "not_found"]);
        }
        let ended = FlowFilter { state: Some("approved".into()), ..FlowFilter::default() };
        assert_eq!(works.find(ended).await.len(), 3);
    });
}
