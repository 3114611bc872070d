//! Past flows under a changed definition.

use super::deals::{Deals, pack};
use crate::site::refusal;
use crate::site::{on_each, update};
use chrono::TimeDelta;
use diagnostic::Locale;
use engine::flow::backtest::{Backtest, LargeBacktest};
use engine::requests::{Asked, Done, Request, Submission, TaskAction};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use uuid::Uuid;
use workflow::decision::DecisionKind;

/// People decide, by size.
const FLOW: &str = "
kind: workflow
name: sale
use: approval
object: deal
start: {by: [button]}
policy: {comment_required: [], withdraw: anytime}
record: {set: {submit: {status: asked}, approve: {status: won}, reject: {status: lost}, withdraw: {status: open}}}
steps:
  check: {approve: {by: [{user: ann}]}, allow: [transfer]}
  by_size:
    choose:
      large: {when: 'record.amount > 100', steps: {boss: {approve: {by: [{user: bea}]}, allow: [return]}}}
      otherwise: {steps: {}}
";

struct Past {
    deals: Deals,
}

impl Past {
    /// Submits a deal; `ann+ bea- bea<check ini~` decide it, `>1h` passes time.
    async fn flow(&self, amount: i64, words: &str) -> (Uuid, Uuid) {
        let (engine, record) = (&self.deals.site.engine, self.deals.deal(amount).await);
        let order = Submission::new("deals.sale", record);
        let instance = engine.submit(&self.deals.who("ini"), order).await.unwrap();
        for word in words.split_whitespace() {
            self.deals.site.clock.advance(TimeDelta::minutes(10));
            let at = word.find(['+', '-', '<', '~']).unwrap();
            let (login, rest) = word.split_at(at);
            let who = self.deals.who(login);
            if rest == "~" {
                engine.withdraw(&who, instance, None).await.unwrap();
                continue;
            }
            let page = engine.task_box(&who, "todo", &Default::default(), None, 50).await.unwrap();
            let task = page.entries.first().unwrap()["id"].as_str().unwrap().parse().unwrap();
            let kind = match &rest[..1] {
                "+" => DecisionKind::Approve,
                "-" => DecisionKind::Reject,
                _ => DecisionKind::Return,
            };
            engine.decide(&who, TaskAction::new(task, kind)).await.unwrap();
        }
        (record, instance)
    }

    fn all() -> Backtest {
        Backtest {
            workflow: "deals.sale".to_owned(),
            since: None,
            until: None,
            before: None,
            limit: 50,
            locale: Locale::En,
        }
    }

    async fn tried(&self, text: &str) -> Json {
        let engine = &self.deals.site.engine;
        let draft = engine.draft(&Deals::draft(text).unwrap()).await.unwrap();
        let order = Past::all();
        engine.backtest(&self.deals.who("admin"), &draft, &order).await.unwrap()
    }
}

/// `same 2 different 1 untold 0 | 500 step: check ann, boss bea approved => check ann approved`
fn shown(seen: &Json) -> String {
    let count = |key: &str| seen["counts"][key].to_string();
    let mut text =
        format!("same {} different {} untold {}", count("same"), count("different"), count("untold"));
    let way = |way: &Json| {
        let mut parts = Vec::new();
        for stop in way["steps"].as_array().unwrap() {
            let people = stop["people"].as_array().unwrap().iter();
            let people: Vec<&str> = people.map(|person| person["login"].as_str().unwrap()).collect();
            parts.push(format!("{} {}", stop["node"].as_str().unwrap(), people.join(" ")));
        }
        format!("{} {}", parts.join(", "), way["outcome"].as_str().unwrap())
    };
    for one in seen["different"].as_array().unwrap() {
        let (title, what) = (one["record"]["title"].as_str().unwrap(), one["what"].as_str().unwrap());
        write!(text, " | {title} {what}: {} => {}", way(&one["old"]), way(&one["new"])).unwrap();
    }
    for one in seen["untold"].as_array().unwrap() {
        write!(text, " | {}", one["reason"].as_str().unwrap()).unwrap();
    }
    text
}

#[test]
fn past_flows_that_would_go_another_way_are_told() {
    on_each(async |site| {
        let past = Past { deals: Deals::open(site.clone()).await };
        site.apply(vec![pack("1.1.0", |_| FLOW.to_owned())]).await;
        past.flow(50, "ann+").await;
        past.flow(200, "ann+ bea< ann+ bea+").await;
        past.flow(500, "ann+ bea-").await;
        let (record, _) = past.flow(700, "ini~").await;
        past.flow(60, "ann-").await;
        past.flow(800, "ann+").await;
        // What became of a record since does not count.
        let body = json!({"amount": 1, "note": "small"});
        site.engine.write(&past.deals.who("ini"), update("deals.deal", record, body)).await.unwrap();
        let before = past.deals.counts().await;
        let at = |from: &str, to: &str| FLOW.replace(from, to);
        let rows = [
            (FLOW.to_owned(), "same 5 different 0 untold 0"),
            (
                at("> 100", "> 300"),
                "same 4 different 1 untold 0 | deal 200 step: check ann, boss bea, check ann, boss bea approved \
                 => check ann approved",
            ),
            (
                at("user: bea", "user: cal"),
                "same 3 different 2 untold 0 | deal 500 people: check ann, boss bea rejected => check ann, boss cal \
                 rejected | deal 200 people: check ann, boss bea, check ann, boss bea approved => check ann, boss cal, \
                 check ann, boss cal approved",
            ),
            (
                at("user: ann", "user: nobody"),
                "same 0 different 5 untold 0 | deal 60 refused: check ann rejected =>  refused | deal 700 refused: \
                 check ann withdrawn =>  refused | deal 500 refused: check ann, boss bea rejected =>  refused | deal 200 \
                 refused: check ann, boss bea, check ann, boss bea approved =>  refused | deal 50 refused: check ann \
                 approved =>  refused",
            ),
            (
                at("  by_size:", "  more: {approve: {by: [{user: dan}]}}\n  by_size:"),
                "same 2 different 3 untold 0 | deal 500 step: check ann, boss bea rejected => check ann, more dan, \
                 boss bea rejected | deal 200 step: check ann, boss bea, check ann, boss bea approved => check ann, \
                 more dan, boss bea, check ann, more dan, boss bea approved | deal 50 step: check ann approved => check \
                 ann, more dan approved",
            ),
        ];
        for (text, expect) in rows {
            assert_eq!(shown(&past.tried(&text).await), expect);
        }
        assert_eq!(past.deals.counts().await, before);
    });
}

#[test]
fn what_cannot_be_told_says_why() {
    on_each(async |site| {
        let past = Past { deals: Deals::open(site.clone()).await };
        site.apply(vec![pack("1.1.0", |_| FLOW.to_owned())]).await;
        let (gone, _) = past.flow(50, "ann+").await;
        let system = site.engine.system();
        past.flow(500, "ann+ bea+").await;
        let delete = engine::records::Command::Delete {
            object: "deals.deal".into(),
            id: gone,
            precondition: plan::Precondition::Waived,
        };
        site.engine.write(&system, delete).await.unwrap();
        assert_eq!(shown(&past.tried(FLOW).await), "same 1 different 0 untold 1 | record_gone");
        // Whoever was asked then is asked no more, by no definition.
        let bea = past.deals.who("bea").actor.id;
        site.engine.write(&system, update("base.user", bea, json!({"active": false}))).await.unwrap();
        let seen = shown(&past.tried(FLOW).await);
        assert_eq!(seen, "same 0 different 0 untold 2 | changed_since | record_gone");
        let ini = past.deals.who("ini").actor.id;
        site.engine.write(&system, update("base.user", ini, json!({"active": false}))).await.unwrap();
        let seen = shown(&past.tried(FLOW).await);
        assert_eq!(seen, "same 0 different 0 untold 2 | initiator_gone | record_gone");
    });
}

/// All results of a job.
async fn results(engine: &engine::Engine, who: &engine::Identity, job: Uuid) -> Vec<Json> {
    let (mut all, mut from) = (Vec::new(), Some(0));
    while let Some(at) = from {
        let (page, next) = engine.results_of_job(who, job, at, 90).await.unwrap();
        all.extend(page);
        from = next;
    }
    all
}

fn order(text: &str) -> Asked {
    let texts = vec![("sale.yaml".to_owned(), text.to_owned())];
    let large = LargeBacktest { which: Past::all(), pack: "deals".to_owned(), texts };
    Asked { request: Request::Backtest(large), key: None, id: "r".into(), address: None }
}

#[test]
fn many_flows_are_walked_by_a_job_whoever_dies() {
    on_each(async |site| {
        let past = Past { deals: Deals::open(site.clone()).await };
        site.apply(vec![pack("1.1.0", |_| FLOW.to_owned())]).await;
        let (gone, _) = past.flow(50, "ann+").await;
        past.flow(200, "ann+ bea+").await;
        for _ in 0..205 {
            past.flow(70, "ini~").await;
        }
        let (engine, admin) = (&site.engine, past.deals.who("admin"));
        let delete = engine::records::Command::Delete {
            object: "deals.deal".into(),
            id: gone,
            precondition: plan::Precondition::Waived,
        };
        engine.write(&engine.system(), delete).await.unwrap();
        let text = FLOW.replace("> 100", "> 300");
        assert_eq!(engine.backtest_size(&admin, &Past::all()).await.unwrap(), 207);
        assert_eq!(
            refusal(engine.backtest_size(&past.deals.who("ann"), &Past::all()).await),
            "not_permitted"
        );
        let asked = engine.perform(&past.deals.who("ann"), order(&text)).await;
        assert_eq!(refusal(asked), "not_permitted");
        // What is the system's own is not the site's.
        let kept = async || {
            let mut counts = past.deals.counts().await;
            counts.retain(|table, _| !table.starts_with("sys_"));
            counts
        };
        let before = kept().await;
        let Done::Job(job) = engine.perform(&admin, order(&text)).await.unwrap() else { panic!("no job") };
        // A process that is to stop stops after a page; the next one goes on there.
        let (_tell, stop) = tokio::sync::watch::channel(true);
        assert_eq!(engine.work_until_stopped("first", &stop).await.unwrap(), 1);
        let seen = engine.job(&admin, job).await.unwrap();
        let told = (&seen["state"], &seen["progress"]["done"], &seen["progress"]["of"]);
        assert_eq!(told, (&json!("ready"), &json!(200), &json!(207)), "{seen}");
        assert_eq!(results(engine, &admin, job).await.len(), 200);
        while engine.work_once("second").await.unwrap() > 0 {}
        let seen = engine.job(&admin, job).await.unwrap();
        let result = json!({
            "workflow": "deals.sale",
            "counts": {"same": 205, "different": 1, "untold": 1},
            "untold": {"record_gone": 1},
            "results": format!("/api/v1/jobs/{job}/results"),
        });
        assert_eq!((&seen["state"], &seen["result"]), (&json!("done"), &result), "{seen}");
        let all = results(engine, &admin, job).await;
        let ways: Vec<&Json> = all.iter().skip(204).map(|one| &one["way"]).collect();
        assert_eq!((all.len(), ways), (207, vec![&json!("same"), &json!("different"), &json!("untold")]));
        assert_eq!(
            (&all[205]["different"]["what"], &all[206]["reason"]),
            (&json!("step"), &json!("record_gone"))
        );
        let found = engine.results_of_job(&past.deals.who("ann"), job, 0, 10).await;
        assert_eq!(refusal(found), "not_found");
        assert_eq!(kept().await, before);
        // What cannot be tried any more is told in the job.
        let Done::Job(job) = engine.perform(&admin, order("kind: nothing")).await.unwrap() else {
            panic!("no job")
        };
        while engine.work_once("second").await.unwrap() > 0 {}
        let seen = engine.job(&admin, job).await.unwrap();
        assert_eq!(seen["state"], "failed", "{seen}");
    });
}
