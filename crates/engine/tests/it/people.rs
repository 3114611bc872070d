//! Who acts in a step, on both databases: what the example pack promises, and what tasks tell about it.

use crate::packs;
use crate::site::{Site, on_each, refusal};
use engine::Identity;
use engine::publish::Aliases;
use engine::requests::{Submission, TaskAction};
use engine::scenario::{self, Selection};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use test_support::Dialect;
use uuid::Uuid;
use workflow::decision::DecisionKind;

#[test]
fn the_example_does_what_its_scenarios_say() {
    let packs = [packs::shipped("base"), packs::example("approvers")];
    for place in test_support::databases() {
        let server = (place.dialect() == Dialect::Postgres).then(|| place.url().to_owned());
        let only = vec!["approvers".to_owned()];
        let selection = Selection { packs: only, database: server, ..Selection::default() };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let outcomes = runtime.block_on(scenario::run(&packs, &selection, &|_| {})).unwrap();
        assert!(outcomes.len() >= 13, "{} scenarios", outcomes.len());
        for outcome in outcomes {
            let found: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
            assert!(found.is_empty(), "{} on {}: {found:#?}", outcome.name, place.dialect());
        }
    }
}

/// Step → aliases of people.
type Picks<'a> = &'a [(&'a str, &'a [&'a str])];

/// The people and flows of the example.
struct Office {
    site: Arc<Site>,
    aliases: Aliases,
}

impl Office {
    async fn open(site: Arc<Site>) -> Office {
        site.apply(vec![packs::shipped("base"), packs::example("approvers")]).await;
        let aliases = site.engine.load_demo(None, &|_, _| {}).await.unwrap();
        Office { site, aliases }
    }

    fn id(&self, alias: &str) -> Uuid {
        self.aliases.0[alias].1
    }

    async fn who(&self, alias: &str) -> Arc<Identity> {
        self.site.engine.identity(self.id(alias), None).await.unwrap()
    }

    fn named(&self, picks: Picks<'_>) -> BTreeMap<String, Vec<Uuid>> {
        let ids = |people: &[&str]| people.iter().map(|alias| self.id(alias)).collect();
        picks.iter().map(|(step, people)| ((*step).to_owned(), ids(people))).collect()
    }

    async fn submit(&self, flow: &str, amount: i64, picks: Picks<'_>) -> diagnostic::Result<Uuid> {
        let who = self.who("xu").await;
        let body = json!({"name": "P", "amount": amount, "trade": "steel"});
        let record = self.site.create(&who, "approvers.purchase", body).await.id();
        let workflow = format!("approvers.{flow}").into();
        let order = Submission { workflow, record, comment: None, picks: self.named(picks) };
        self.site.engine.submit(&who, order).await
    }

    async fn approve(&self, alias: &str, picks: Picks<'_>) -> String {
        let who = self.who(alias).await;
        let todo =
            self.site.engine.task_box(&who, "todo", &Default::default(), None, 10).await.unwrap().entries;
        let task = todo[0]["id"].as_str().unwrap().parse().unwrap();
        let picks = self.named(picks);
        let action = TaskAction { picks, ..TaskAction::new(task, DecisionKind::Approve) };
        refusal(self.site.engine.decide(&who, action).await)
    }

    async fn tasks(&self, instance: Uuid, as_seen_by: &Arc<Identity>) -> Vec<Json> {
        let locale = diagnostic::Locale::En;
        let trace = self.site.engine.instance(as_seen_by, instance, locale).await.unwrap();
        trace["tasks"].as_array().unwrap().clone()
    }
}

#[test]
fn every_task_tells_why() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let system = office.site.engine.system();
        let rows: [(&str, &[&str]); 4] = [
            ("line", &["superior 1 of initiator", "superior 2 of initiator", "superior 3 of initiator"]),
            ("top", &["superior 2 of owner", "superior 3 of owner"]),
            ("trade", &["condition of the step"]),
            ("several", &["user he.rui", "user gu.an"]),
        ];
        for (flow, expect) in rows {
            let instance = office.submit(flow, 9_000_000, &[]).await.unwrap();
            let tasks = office.tasks(instance, &system).await;
            let why: Vec<&str> = tasks.iter().map(|task| task["why"].as_str().unwrap()).collect();
            assert_eq!(why, expect, "{flow}");
        }
    });
}

#[test]
fn a_substitute_is_told_for_whom() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let (system, lu) = (office.site.engine.system(), office.id("lu"));
        let absence = json!({
            "person": lu, "substitute": office.id("yu"), "starts_on": "2026-03-01", "ends_on": "2026-12-01",
        });
        office.site.create(&system, "base.absence", absence).await;
        let instance = office.submit("covered", 1, &[]).await.unwrap();
        let task = office.tasks(instance, &office.who("yu").await).await.remove(0);
        assert_eq!(task["assignee"]["login"], "yu.fei");
        assert_eq!((&task["origin"], &task["why"]), (&json!("absent"), &json!("superior 1 of initiator")));
        assert_eq!(task["in_place_of"]["person"]["id"], json!(lu));
        assert_eq!(task["in_place_of"]["until"], "2026-12-01");
        // What is decided once stays, whoever comes back: the next step is of others.
        assert_eq!(office.approve("yu", &[]).await, "done");
        let after = office.tasks(instance, &system).await;
        assert_eq!(after[0]["in_place_of"], task["in_place_of"]);
        assert!(after[1..].iter().all(|task| task["in_place_of"] == Json::Null), "{after:#?}");
    });
}

#[test]
fn people_are_named_and_stay_named() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let wrong: [(Picks<'_>, &str); 4] = [
            (&[], "required picks.legal"),
            (&[("legal", &["xu"])], "not_choosable picks.legal"),
            (&[("legal", &["song", "song"]), ("other", &["xu"])], "unknown_parameter picks.other"),
            (&[("legal", &["song", "tang"]), ("tell", &["yu"])], "too_many_children picks.legal"),
        ];
        for (picks, expect) in wrong {
            assert_eq!(refusal(office.submit("named", 5000, picks).await), expect);
        }
        // A branch that is not taken needs nobody, and reached none the less it has nobody.
        office.submit("named", 5, &[]).await.unwrap();
        assert_eq!(office.approve("lu", &[]).await, "done");
        let instance = office.submit("passed_on", 5000, &[]).await.unwrap();
        let lu = office.who("lu").await;
        let todo =
            office.site.engine.task_box(&lu, "todo", &Default::default(), None, 10).await.unwrap().entries;
        let task = todo[0]["id"].as_str().unwrap().parse().unwrap();
        let mut asked = office.site.engine.task(&lu, task).await.unwrap()["picks"].clone();
        for step in asked.as_array_mut().unwrap() {
            // Among whom, by their logins.
            for person in step["among"].as_array_mut().into_iter().flatten() {
                *person = person["login"].clone();
            }
        }
        let expect = json!([
            {"node": "expert", "min": 1, "max": 2, "among": null},
            {"node": "legal", "min": 1, "max": 20, "among": ["song.yi", "tang.er"]},
        ]);
        assert_eq!(asked, expect);
        assert_eq!(office.approve("lu", &[]).await, "required picks.expert, required picks.legal");
        assert_eq!(office.approve("lu", &[("expert", &["yu"]), ("legal", &["tang"])]).await, "done");
        assert_eq!(office.approve("yu", &[]).await, "done");
        let tasks = office.tasks(instance, &office.site.engine.system()).await;
        let last = tasks.last().unwrap();
        assert_eq!((&last["assignee"]["login"], &last["state"]), (&json!("tang.er"), &json!("open")));
        assert_eq!(last["why"], "named by an earlier approver");
    });
}
