//! Running flows go on under the published version.

use super::works::{Works, pack};
use crate::site::{on_each, refusal};
use diagnostic::Locale;
use engine::publish::{Change, PackFiles};
use engine::requests::{Asked, Done, MigrateOrder, OperateOrder, Operation, Renamed, Request};
use serde_json::{Value as Json, json};

/// The answer to an order, or its refusal.
async fn ordered(works: &Works, login: &str, renamed: &[(&str, &str)], trial: bool) -> Result<Json, String> {
    let order = MigrateOrder {
        workflow: "works.pair".to_owned(),
        instances: None,
        renamed: named(renamed),
        trial,
        comment: Some("new rules".to_owned()),
        before: None,
        limit: 50,
        locale: Locale::En,
    };
    let asked = Asked { request: Request::Migrate(order), key: None, id: "test".into(), address: None };
    match works.site.engine.perform(&works.who(login), asked).await {
        Ok(Done::Answered(answer)) => Ok(answer),
        Ok(other) => panic!("{other:?}"),
        Err(found) => Err(refusal::<()>(Err(found))),
    }
}

fn named(renamed: &[(&str, &str)]) -> Renamed {
    renamed.iter().map(|(old, new)| ((*old).into(), (*new).into())).collect()
}

fn ids(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}

/// The pack with `first` renamed and a further step at the end.
fn next() -> PackFiles {
    let next = |name: &str, rest: &str| match name {
        "pair" => {
            format!("{}\n  more: {{approve: {{by: [{{user: bea}}]}}}}", rest.replace("  first:", "  start:"))
        }
        _ => rest.to_owned(),
    };
    pack("1.1.0", next)
}

async fn publish(works: &Works) {
    works.site.apply(vec![next()]).await;
}

#[test]
fn those_go_on_that_can() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let late = works.submit("pair", 1).await;
        assert_eq!(works.act("ann+").await, "done");
        let early = works.submit("pair", 1).await;
        assert_eq!(works.operate("admin", early, Operation::Suspend).await, "done");
        // What a publish says of them before.
        let planned = works.site.engine.preview(&Change::Set(vec![next()])).await.unwrap();
        let [running] = &planned.running[..] else { panic!("{:?}", planned.running) };
        assert_eq!((&*running.workflow, running.flows, running.movable), ("works.pair", 2, 1));
        let stuck: Vec<_> = running.stuck.iter().map(|stuck| (stuck.instance, stuck.reasons.len())).collect();
        assert_eq!(stuck, [(early, 1)]);
        publish(&works).await;
        assert_eq!(ordered(&works, "ini", &[], true).await, Err("not_found".to_owned()));
        let wrong = ordered(&works, "admin", &[("first", "nothing")], true).await;
        assert_eq!(wrong, Err("unknown_reference map.first".to_owned()));
        for trial in [true, false] {
            let answer = ordered(&works, "admin", &[], trial).await.unwrap();
            assert_eq!(answer["moved"], !trial);
            assert_eq!(ids(&answer["movable"]), [late.to_string()]);
            assert_eq!(ids(&answer["stuck"]), [early.to_string()]);
            assert_eq!(answer["stuck"][0]["waiting"][0]["node"], "first");
            assert_eq!(answer["steps"][0], json!({"node": "start", "label": "start"}));
            let obstacle = &answer["stuck"][0]["obstacles"][0];
            assert_eq!(
                (&obstacle["node"], &obstacle["code"]),
                (&json!("first"), &json!("migration_step_gone"))
            );
        }
        // The one that has moved is no longer behind.
        let answer = ordered(&works, "admin", &[("first", "start")], true).await.unwrap();
        assert_eq!((ids(&answer["movable"]), ids(&answer["stuck"])), (vec![&*early.to_string()], vec![]));
        let one = |renamed| Operation::Migrate(named(renamed));
        assert_eq!(works.operate("ini", early, one(&[])).await, "not_found");
        assert_eq!(works.operate("admin", early, one(&[])).await, "migration_step_gone first");
        assert_eq!(works.operate("admin", early, one(&[("first", "start")])).await, "done");
        assert_eq!(works.operate("admin", early, one(&[])).await, "done", "nothing is left to do");
        assert_eq!(works.operate("admin", early, Operation::Resume).await, "done");
        assert_eq!(works.shown(early).await, "suspended: start.ann=open".replace("suspended", "running"));
        assert_eq!(works.act("ann+").await, "done");
        let expect = "running: start.ann=approved last.cal=open last.dan=open";
        assert_eq!(works.shown(early).await, expect);
        for word in ["cal+", "cal+", "dan+", "dan+", "bea+", "bea+"] {
            assert_eq!(works.act(word).await, "done", "{word}");
        }
        let shown = works.shown(late).await;
        assert_eq!(
            shown,
            "approved: first.ann=approved last.cal=approved last.dan=approved more.bea=approved"
        );
        let trace = works.trace("admin", early).await;
        assert_eq!(trace["log"][2]["kind"], "migrated");
        assert_eq!(works.operate("admin", early, one(&[])).await, "instance_ended");
    });
}

#[test]
fn a_flow_whose_version_can_no_longer_be_read_goes_on_under_another() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let instance = works.submit("pair", 1).await;
        let without = |name: &str, rest: &str| match name {
            "pair" => rest.replace("record.amount > 100", "record.tries > 100"),
            "risky" => rest.replace("if amount > 0 { 1 } else { 101 }", "1"),
            _ => rest.to_owned(),
        };
        let mut next = pack("2.0.0", without);
        let object = next.files.iter_mut().find(|(path, _)| path == "objects/job.yaml").unwrap();
        object.1 = object.1.replace("  amount: {type: integer}\n", "");
        works.site.apply(vec![next]).await;
        assert_ne!(works.act("ann+").await, "done", "what it asks for is gone");
        assert_eq!(works.operate("admin", instance, Operation::Migrate(Renamed::new())).await, "done");
        assert_eq!(works.act("ann+").await, "done");
        let expect = "running: first.ann=approved last.cal=open last.dan=open";
        assert_eq!(works.shown(instance).await, expect);
    });
}

#[test]
fn new_variables_and_branches_are_there_for_those_that_go_on() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let record = works.job("slow", 7).await;
        works.work_off().await;
        let instance = works.only("slow").await;
        let next = |name: &str, rest: &str| match name {
            "slow" => rest
                .replace(
                    "steps:\n  rest",
                    "variables: {word: {type: text, max: 60, default: hello}}\nsteps:\n  rest",
                )
                .replace(
                    "rest: {wait: {",
                    "rest: {wait: {called: {record_updated: {when: 'name == \"called\"'}, steps: {}}, ",
                )
                .replace("{set: {note: done}}", "{set_from: {note: word}}"),
            _ => rest.to_owned(),
        };
        works.site.apply(vec![pack("1.1.0", next)]).await;
        assert_eq!(works.operate("admin", instance, Operation::Migrate(Renamed::new())).await, "done");
        let body = json!({"name": "called"});
        works
            .site
            .engine
            .write(&works.who("ini"), crate::site::update("works.job", record, body))
            .await
            .unwrap();
        works.work_off().await;
        assert_eq!(works.trace("admin", instance).await["state"], "done");
        let record = works.site.record(&works.who("ini"), "works.job", record).await.unwrap();
        assert_eq!(record["note"], "hello");
    });
}

#[test]
fn a_restarted_flow_begins_anew_under_the_published_version() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let old = works.submit("pair", 1).await;
        assert_eq!(works.act("ann+").await, "done");
        publish(&works).await;
        assert_eq!(works.operate("ini", old, Operation::Restart).await, "not_found");
        let order =
            OperateOrder { instance: old, operation: Operation::Restart, comment: Some("anew".into()) };
        let new = works.site.engine.operate(&works.who("admin"), order).await.unwrap();
        assert_ne!(new, old);
        assert!(works.shown(old).await.starts_with("cancelled: first.ann=approved"));
        assert_eq!(works.shown(new).await, "running: start.ann=open");
        let [was, is] = [works.trace("admin", old).await, works.trace("admin", new).await];
        assert_eq!((&was["restarts"], &is["restarts"]), (&json!(false), &json!(true)));
        assert_eq!(was["log"].as_array().unwrap().last().unwrap()["kind"], "restarted");
        assert_eq!(is["initiator"]["login"], "ini");
        assert_eq!((&is["log"][0]["kind"], &is["log"][0]["comment"]), (&json!("started"), &json!("anew")));
        assert_eq!(works.operate("admin", old, Operation::Restart).await, "instance_ended");
        // What nobody submitted is not submitted anew.
        works.job("slow", 1).await;
        works.work_off().await;
        let running = works.only("slow").await;
        assert_eq!(works.operate("admin", running, Operation::Restart).await, "not_permitted");
    });
}
