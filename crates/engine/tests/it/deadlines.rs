//! The time people have for their tasks, on both databases: each mark is reached once, late rather than never, and goes
//! with its task.

use crate::packs;
use crate::site::{Site, on_each, open};
use chrono::TimeDelta;
use engine::Engine;
use engine::flow::instances::{FlowFilter, Sought};
use engine::publish::Aliases;
use engine::requests::{Submission, TaskAction};
use engine::scenario::{self, Selection};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::job;
use test_support::Dialect;
use uuid::Uuid;
use workflow::decision::DecisionKind;

/// What comes after the automatic decision finds nobody.
const BROKEN: &str = "
kind: workflow
use: approval
name: broken
object: request
sla: {due: 1h, at: {100%: {decide: approve}}}
steps:
  check: {approve: {by: [{user: bob}]}}
  more: {approve: {by: [{user: nobody}]}}
";

#[test]
fn scenarios_of_deadlines_hold() {
    let packs = [packs::shipped("base"), packs::example("flows")];
    for place in test_support::databases() {
        let server = (place.dialect() == Dialect::Postgres).then(|| place.url().to_owned());
        let (packs_of, filter) = (vec!["flows".to_owned()], Some("deadline".to_owned()));
        let selection = Selection { packs: packs_of, filter, database: server, ..Selection::default() };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let outcomes = runtime.block_on(scenario::run(&packs, &selection, &|_| {})).unwrap();
        assert!(outcomes.len() >= 18, "{} scenarios", outcomes.len());
        for outcome in outcomes {
            let found: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
            assert!(found.is_empty(), "{} on {}: {found:#?}", outcome.name, place.dialect());
        }
    }
}

struct Desk {
    site: Arc<Site>,
    aliases: Aliases,
}

impl Desk {
    async fn open(site: Arc<Site>) -> Desk {
        let mut flows = packs::example("flows");
        flows.files.push(("workflows/broken.yaml".to_owned(), BROKEN.to_owned()));
        site.apply(vec![packs::shipped("base"), flows]).await;
        let aliases = site.engine.load_demo(None, &|_, _| {}).await.unwrap();
        Desk { site, aliases }
    }

    async fn submit(&self, flow: &str) -> Uuid {
        let ann = self.site.engine.identity(self.aliases.0["ann"].1, None).await.unwrap();
        let record = self.site.create(&ann, "flows.request", json!({"subject": "S"})).await.id();
        let workflow = format!("flows.{flow}").into();
        let order = Submission { workflow, record, comment: None, picks: Default::default() };
        self.site.engine.submit(&ann, order).await.unwrap()
    }

    async fn seen(&self, instance: Uuid) -> Json {
        let system = self.site.engine.system();
        self.site.engine.instance(&system, instance, diagnostic::Locale::En).await.unwrap()
    }

    /// What the log says, each with who did it.
    async fn said(&self, instance: Uuid) -> Vec<String> {
        let seen = self.seen(instance).await;
        let line = |line: &Json| format!("{} {}", line["kind"].as_str().unwrap(), line["actor"]["login"]);
        seen["log"].as_array().unwrap().iter().map(line).collect()
    }

    /// Flows that should have ended, or in which a task should have been done.
    async fn late(&self) -> usize {
        let engine = &self.site.engine;
        let filter = FlowFilter { overdue: Some(engine.now()), ..FlowFilter::default() };
        let sought = Sought { filter, ..Sought::default() };
        let page = engine.instances(&engine.system(), &sought, None, 10, diagnostic::Locale::En).await;
        page.unwrap().entries.len()
    }

    /// The marks that are ahead.
    async fn marks(&self) -> usize {
        job::open(&self.site.engine.database().reader(), "flows", "mark").await.unwrap().len()
    }
}

/// Several processes at once, until none finds anything.
async fn work_off(engines: &[Engine]) {
    loop {
        let mut running = tokio::task::JoinSet::new();
        for (place, engine) in engines.iter().cloned().enumerate() {
            running.spawn(async move { engine.work_once(&format!("worker {place}")).await.unwrap() });
        }
        if running.join_all().await.into_iter().sum::<usize>() == 0 {
            return;
        }
    }
}

#[test]
fn each_mark_is_reached_once_however_late() {
    on_each(async |site| {
        let desk = Desk::open(site).await;
        let instance = desk.submit("deadline").await;
        assert_eq!(desk.marks().await, 2);
        let further = open(&desk.site.place, desk.site.clock.clone()).await;
        let engines = [desk.site.engine.clone(), further];
        work_off(&engines).await;
        assert_eq!(desk.said(instance).await, ["started \"ann\""]);
        // Nobody worked for days: both marks come late, each once, in their order.
        desk.site.clock.advance(TimeDelta::days(3));
        work_off(&engines).await;
        let said = ["started \"ann\"", "reminded null", "escalated null"];
        assert_eq!(desk.said(instance).await, said);
        // Clocks are put back, and a further process begins.
        desk.site.clock.advance(TimeDelta::days(-3));
        let third = open(&desk.site.place, desk.site.clock.clone()).await;
        desk.site.clock.advance(TimeDelta::days(4));
        work_off(std::slice::from_ref(&third)).await;
        assert_eq!(desk.said(instance).await, said);
        for engine in [&engines[1], &third] {
            engine.database().close().await.unwrap();
        }
    });
}

#[test]
fn what_nobody_decided_is_nobodys_decision() {
    on_each(async |site| {
        let desk = Desk::open(site).await;
        let instance = desk.submit("deadline_transfer").await;
        desk.site.clock.advance(TimeDelta::hours(8));
        work_off(std::slice::from_ref(&desk.site.engine)).await;
        desk.site.clock.advance(TimeDelta::hours(8));
        work_off(std::slice::from_ref(&desk.site.engine)).await;
        let seen = desk.seen(instance).await;
        let task = &seen["tasks"][0];
        assert_eq!((&seen["state"], &task["state"]), (&json!("approved"), &json!("approved")));
        assert_eq!((&task["automatic"], &task["decided_by"]), (&json!(true), &Json::Null));
        assert_eq!((&task["assignee"]["login"], &task["origin"]), (&json!("cat"), &json!("escalated")));
        assert_eq!(
            (&task["why"], &task["due_at"]),
            (&json!("superior 1 of assignee"), &json!("2026-03-02T09:00:00Z"))
        );
        let said = ["started \"ann\"", "escalated null", "decided_automatically null"];
        assert_eq!(desk.said(instance).await, said);
        let cat = desk.site.engine.identity(desk.aliases.0["cat"].1, None).await.unwrap();
        assert!(
            desk.site
                .engine
                .task_box(&cat, "done", &FlowFilter::default(), None, 10)
                .await
                .unwrap()
                .entries
                .is_empty()
        );
    });
}

#[test]
fn marks_go_with_their_task() {
    on_each(async |site| {
        let desk = Desk::open(site).await;
        let instance = desk.submit("deadline").await;
        let task = desk.seen(instance).await["tasks"][0]["id"].as_str().unwrap().parse().unwrap();
        let bob = desk.site.engine.identity(desk.aliases.0["bob"].1, None).await.unwrap();
        desk.site.engine.decide(&bob, TaskAction::new(task, DecisionKind::Approve)).await.unwrap();
        // Those of the first seat are gone, those of the next one that opened are there.
        assert_eq!(desk.marks().await, 2);
        let ann = desk.site.engine.identity(desk.aliases.0["ann"].1, None).await.unwrap();
        let overdue = async |who| {
            let filter = FlowFilter { overdue: Some(desk.site.engine.now()), ..FlowFilter::default() };
            desk.site.engine.task_box(who, "todo", &filter, None, 10).await.unwrap().entries.len()
        };
        let dan = desk.site.engine.identity(desk.aliases.0["dan"].1, None).await.unwrap();
        assert_eq!(overdue(&dan).await, 0);
        desk.site.clock.advance(TimeDelta::days(1));
        assert_eq!((overdue(&dan).await, overdue(&bob).await, overdue(&ann).await), (1, 0, 0));
        let root = desk.site.engine.identity(desk.aliases.0["root"].1, None).await.unwrap();
        assert_eq!(desk.late().await, 1);
        let cancel = engine::requests::Request::CancelFlow { instance, comment: None };
        let asked = engine::requests::Asked { request: cancel, key: None, id: "test".into(), address: None };
        desk.site.engine.perform(&root, asked).await.unwrap();
        assert_eq!((desk.marks().await, desk.late().await), (0, 0));
        assert_eq!(overdue(&dan).await, 0);
    });
}

#[test]
fn a_whole_flow_has_its_time() {
    on_each(async |site| {
        let desk = Desk::open(site).await;
        let instance = desk.submit("deadline_overall").await;
        assert_eq!(desk.marks().await, 3);
        let due = desk.seen(instance).await["due_at"].clone();
        assert_eq!(due, json!("2026-03-03T10:00:00Z"));
        desk.site.clock.advance(TimeDelta::days(9));
        work_off(std::slice::from_ref(&desk.site.engine)).await;
        let said = ["started \"ann\"", "reminded null", "escalated null", "decided_automatically null"];
        assert_eq!(desk.said(instance).await, said);
        let seen = desk.seen(instance).await;
        assert_eq!((&seen["state"], &seen["due_at"]), (&json!("rejected"), &due));
        let second = desk.submit("deadline_overall").await;
        assert_eq!(desk.late().await, 0);
        desk.site.clock.advance(TimeDelta::days(9));
        assert_eq!(desk.late().await, 1);
        let root = desk.site.engine.identity(desk.aliases.0["root"].1, None).await.unwrap();
        let cancel = engine::requests::Request::CancelFlow { instance: second, comment: None };
        let asked = engine::requests::Asked { request: cancel, key: None, id: "test".into(), address: None };
        desk.site.engine.perform(&root, asked).await.unwrap();
        assert_eq!(desk.marks().await, 0);
    });
}

#[test]
fn a_mark_that_fails_leaves_the_task_as_it_is() {
    on_each(async |site| {
        let desk = Desk::open(site).await;
        let instance = desk.submit("broken").await;
        desk.site.clock.advance(TimeDelta::hours(2));
        work_off(std::slice::from_ref(&desk.site.engine)).await;
        assert_eq!(desk.said(instance).await, ["started \"ann\"", "failed null"]);
        let seen = desk.seen(instance).await;
        assert_eq!((&seen["state"], &seen["tasks"][0]["state"]), (&json!("running"), &json!("open")));
        assert_eq!(desk.marks().await, 0);
    });
}
