//! What administrators do about running flows, on both databases.

mod migration;
mod preview;
mod report;
mod works;

use crate::site::{on_each, refusal, update};
use chrono::TimeDelta;
use diagnostic::Locale;
use engine::flow::instances::{FlowFilter, Sought};
use engine::handover::Order as HandOver;
use engine::requests::{Asked, Operation, Request, SeatAct, SeatAction, Submission};
use serde_json::{Value as Json, json};
use works::Works;

fn kinds(trace: &Json) -> Vec<&str> {
    trace["log"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect()
}

#[test]
fn what_failed_is_found_retried_and_skipped() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let record = works.job("risky", 0).await;
        works.work_off().await;
        let instance = works.only("risky").await;
        let found = works.find(FlowFilter { incident: true, ..FlowFilter::default() }).await;
        assert_eq!(found.len(), 1);
        let incident = &found[0]["incidents"][0];
        assert_eq!((&incident["node"], &found[0]["waiting"][0]["node"]), (&json!("say"), &json!("say")));
        assert!(incident["reason"].as_str().unwrap().contains("hundred"), "{incident}");
        let skip = |value: Json| Operation::Skip { token: None, value };
        let rows = [
            ("ini", Operation::Retry(None), "not_found"),
            ("admin", Operation::Retry(Some(7)), "not_found"),
            ("admin", skip(json!(1)), "invalid_value value"),
            ("admin", Operation::Jump("none".to_owned()), "unknown_reference node"),
            ("admin", Operation::Retry(None), "done"),
            ("admin", Operation::Retry(None), "not_found"),
        ];
        for (who, operation, expect) in rows {
            assert_eq!(works.operate(who, instance, operation.clone()).await, expect, "{operation:?}");
        }
        // It fails as before; with what it lacked it succeeds.
        works.work_off().await;
        let seen = works.site.record(&works.who("ini"), "works.job", record).await.unwrap();
        assert_eq!(seen["note"], Json::Null);
        let body = json!({"amount": 1});
        works.site.engine.write(&works.who("ini"), update("works.job", record, body)).await.unwrap();
        assert_eq!(works.operate("admin", instance, Operation::Retry(None)).await, "done");
        works.work_off().await;
        let seen = works.site.record(&works.who("ini"), "works.job", record).await.unwrap();
        assert_eq!((&seen["note"], &seen["tries"]), (&json!("done"), &json!(1)));
        let trace = works.trace("admin", instance).await;
        assert_eq!(trace["state"], "done");
        assert_eq!(kinds(&trace).iter().filter(|kind| **kind == "retried").count(), 2, "{trace:#}");
        assert_eq!(works.operate("admin", instance, Operation::Retry(None)).await, "instance_ended");
        let other = works.job("risky", 0).await;
        works.work_off().await;
        let found = works.find(FlowFilter { record: Some(other), ..FlowFilter::default() }).await;
        let instance = found[0]["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(works.operate("admin", instance, skip(Json::Null)).await, "done");
        works.work_off().await;
        let seen = works.site.record(&works.who("ini"), "works.job", other).await.unwrap();
        assert_eq!((&seen["note"], &seen["tries"]), (&json!("done"), &json!(0)));
    });
}

#[test]
fn a_suspended_flow_stands_until_it_is_resumed() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let record = works.job("slow", 1).await;
        works.work_off().await;
        let slow = works.only("slow").await;
        let pair = works.submit("pair", 1).await;
        for instance in [slow, pair] {
            assert_eq!(works.operate("ini", instance, Operation::Suspend).await, "not_found");
            assert_eq!(
                works.operate("admin", instance, Operation::Resume).await,
                "done",
                "nothing to resume"
            );
            assert_eq!(works.operate("admin", instance, Operation::Suspend).await, "done");
            assert_eq!(works.operate("admin", instance, Operation::Suspend).await, "instance_suspended");
        }
        assert_eq!(works.act("ann+").await, "instance_suspended");
        let withdrawn = works.site.engine.withdraw(&works.who("ini"), pair, None).await;
        assert_eq!(refusal(withdrawn), "instance_suspended");
        works.site.clock.advance(TimeDelta::hours(2));
        works.work_off().await;
        let suspended = FlowFilter { state: Some("suspended".to_owned()), ..FlowFilter::default() };
        assert_eq!(works.find(suspended).await.len(), 2);
        let note = async |record| {
            works.site.record(&works.who("ini"), "works.job", record).await.unwrap()["note"].clone()
        };
        assert_eq!(note(record).await, Json::Null);
        for instance in [slow, pair] {
            assert_eq!(works.operate("admin", instance, Operation::Resume).await, "done");
        }
        // The timer went off while the flow was suspended: it is told now.
        works.work_off().await;
        assert_eq!(note(record).await, "done");
        for word in ["ann+", "cal+", "dan+"] {
            assert_eq!(works.act(word).await, "done", "{word}");
        }
        let trace = works.trace("ini", pair).await;
        let expect = ["started", "suspended", "resumed", "approved", "approved", "approved"];
        assert_eq!(kinds(&trace), expect, "{trace:#}");
        assert_eq!(trace["log"][1]["comment"], "so");
    });
}

#[test]
fn a_flow_is_taken_to_a_step() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let instance = works.submit("pair", 1).await;
        assert_eq!(works.operate("admin", instance, Operation::Jump("boss".to_owned())).await, "done");
        let expect = "running: first.ann=cancelled boss.bea=open";
        assert_eq!(works.shown(instance).await, expect);
        assert_eq!(works.act("bea+").await, "done");
        assert_eq!(works.operate("admin", instance, Operation::Jump("first".to_owned())).await, "done");
        let trace = works.trace("admin", instance).await;
        assert_eq!(kinds(&trace), ["started", "jumped", "approved", "jumped"]);
        assert_eq!(trace["waiting"], json!([{"node": "first", "label": "first"}]));
    });
}

#[test]
fn flows_are_found_by_what_they_are() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let pair = works.submit("pair", 1).await;
        works.site.clock.advance(TimeDelta::hours(1));
        let then = works.site.engine.now();
        let plain = works.submit("plain", 1).await;
        let base = FlowFilter::default;
        let initiator = Some(works.who("ini").actor.id);
        let rows = [
            (base(), vec![plain, pair]),
            (FlowFilter { workflow: Some("works.pair".into()), ..base() }, vec![pair]),
            (FlowFilter { object: Some("works.job".into()), initiator, ..base() }, vec![plain, pair]),
            (FlowFilter { initiator: Some(works.who("ann").actor.id), ..base() }, vec![]),
            (FlowFilter { since: Some(then), ..base() }, vec![plain]),
            (FlowFilter { until: Some(then), ..base() }, vec![pair]),
            (FlowFilter { state: Some("approved".into()), ..base() }, vec![]),
            (FlowFilter { incident: true, ..base() }, vec![]),
        ];
        for (filter, expect) in rows {
            let found = works.find(filter.clone()).await;
            let ids: Vec<Json> = found.iter().map(|entry| entry["id"].clone()).collect();
            assert_eq!(ids, expect.iter().map(|id| json!(id)).collect::<Vec<_>>(), "{filter:?}");
        }
        let asked =
            works.site.engine.instances(&works.who("ini"), &Sought::default(), None, 50, Locale::En).await;
        assert_eq!(asked.err().unwrap().code.name(), "not_found");
    });
}

#[test]
fn flows_are_found_by_where_they_stand() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let pair = works.submit("pair", 1).await;
        works.site.clock.advance(TimeDelta::hours(1));
        let plain = works.submit("plain", 2).await;
        let found = works.find(FlowFilter::default()).await;
        let stands = &found[1]["waiting"][0];
        assert_eq!((&stands["node"], &stands["holders"][0]["login"]), (&json!("first"), &json!("ann")));
        assert_eq!(found[1]["current"], true);
        let at = |node: &str| Sought {
            filter: FlowFilter { node: Some(node.to_owned()), ..FlowFilter::default() },
            ..Sought::default()
        };
        let of = |words: &str| Sought { words: Some(words.to_owned()), ..Sought::default() };
        let outdated = || Sought { outdated: true, ..Sought::default() };
        let ids = |found: Vec<Json>| found.into_iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
        let rows = [
            (at("first"), vec![pair]),
            (at("one"), vec![plain]),
            (at("boss"), vec![]),
            (of(" ASKED "), vec![plain, pair]),
            (of("ked 2"), vec![plain]),
            (of("none"), vec![]),
            (outdated(), vec![]),
        ];
        for (sought, expect) in rows {
            let expect: Vec<Json> = expect.iter().map(|id| json!(id)).collect();
            assert_eq!(ids(works.seek(sought.clone()).await), expect, "{sought:?}");
        }
        let next = |name: &str, rest: &str| match name {
            "pair" => format!("{rest}\n  more: {{approve: {{by: [{{user: bea}}]}}}}"),
            _ => rest.to_owned(),
        };
        works.site.apply(vec![works::pack("1.1.0", next)]).await;
        let behind = works.seek(outdated()).await;
        assert_eq!((behind[0]["current"].clone(), ids(behind)), (json!(false), vec![json!(pair)]));
    });
}

#[test]
fn where_a_flow_may_be_taken_is_told() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let instance = works.submit("pair", 1).await;
        let engine = &works.site.engine;
        let told = engine.jump_targets(&works.who("admin"), instance, Locale::En).await.unwrap();
        let shown = told.iter().map(|target| {
            let leaves =
                target["leaves"].as_array().unwrap().iter().map(|step| step["node"].as_str().unwrap());
            let leaves = leaves.collect::<Vec<_>>().join(",");
            format!("{}-{leaves}-{}", target["node"].as_str().unwrap(), target["tasks"])
        });
        let expect = ["first-first-1", "by_size-first-1", "boss-first-1", "last-first-1"];
        assert_eq!(shown.collect::<Vec<_>>(), expect);
        let asked = engine.jump_targets(&works.who("ini"), instance, Locale::En).await;
        assert_eq!(asked.err().unwrap().code.name(), "not_found");
        let trace = works.trace("admin", instance).await;
        assert_eq!(
            (&trace["tokens"][0]["node"], &trace["tokens"][0]["state"]),
            (&json!("first"), &json!("waiting"))
        );
        assert_eq!((&trace["current"], &trace["variables"]), (&json!(true), &json!([])));
        assert_eq!(works.trace("ini", instance).await["tokens"], Json::Null);
        assert_eq!(works.operate("admin", instance, Operation::Suspend).await, "done");
        let asked = engine.jump_targets(&works.who("admin"), instance, Locale::En).await;
        assert_eq!(asked.err().unwrap().code.name(), "instance_suspended");
    });
}

#[test]
fn why_a_task_came_names_no_hidden_field_whoever_has_it() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let (ann, bea, cal) = (works.who("ann"), works.who("bea"), works.who("cal"));
        let body = json!({"name": "kept", "keeper": {"id": ann.actor.id}});
        let record = works.site.create(&works.who("admin"), "works.job", body).await.id();
        let order = Submission::new("works.kept", record);
        let instance = works.site.engine.submit(&works.who("ini"), order).await.unwrap();
        let task = works.task("ann").await.unwrap();
        let why = async || works.trace("ini", instance).await["tasks"][0]["why"].clone();
        assert_eq!(why().await, "field");
        let give = SeatAction { task, act: SeatAct::Transfer(bea.actor.id), comment: None };
        let asked = Asked { request: Request::Seat(give), key: None, id: "test".into(), address: None };
        works.site.engine.perform(&works.who("admin"), asked).await.unwrap();
        assert_eq!(why().await, "field");
        let order = HandOver { from: bea.actor.id, to: cal.actor.id, deactivate: false };
        works.site.engine.hand_over_now(&works.who("admin"), &order, &|_| ()).await.unwrap();
        assert_eq!(why().await, "field, in the place of somebody who left");
    });
}

#[test]
fn an_administrator_gives_a_task_on() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let instance = works.submit("pair", 1).await;
        let task = works.task("ann").await.unwrap();
        let to = works.who("bea").actor.id;
        // The step does not let its holder give it away.
        for (login, expect) in
            [("cal", "not_found"), ("ann", "not_permitted"), ("admin", "done"), ("admin", "done")]
        {
            let action = SeatAction { task, act: SeatAct::Transfer(to), comment: Some("left".to_owned()) };
            let asked = Asked { request: Request::Seat(action), key: None, id: "test".into(), address: None };
            let done = works.site.engine.perform(&works.who(login), asked).await;
            assert_eq!(refusal(done), expect, "{login}");
        }
        assert_eq!(works.shown(instance).await, "running: first.bea=open");
        let trace = works.trace("admin", instance).await;
        assert_eq!(kinds(&trace)[..2], ["started", "transferred"]);
        assert_eq!(works.act("bea+").await, "done");
    });
}
