//! A pack of jobs whose flows are operated, and the people in them.

use crate::site::{Site, refusal};
use diagnostic::Locale;
use engine::Identity;
use engine::flow::decide::TaskAction;
use engine::flow::instances::{FlowFilter, Sought};
use engine::publish::PackFiles;
use engine::requests::{OperateOrder, Operation, Submission};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use uuid::Uuid;
use workflow::decision::DecisionKind;

const OBJECT: &str = "
kind: object
name: job
title: name
ownership: user
fields:
  number: {type: autonumber, pattern: 'J-{seq:4}'}
  name: {type: text, required: true, max: 60, search: true}
  kind: {type: text, max: 20}
  amount: {type: integer}
  tries: {type: integer, default: 0}
  note: {type: text, max: 60}
  keeper: {type: reference, to: base.user}
rules:
  bounded: {require: tries <= 100, at: tries, error: At most a hundred}
";

const ROLES: [(&str, &str); 2] = [
    (
        "worker",
        "objects:\n  works.job: {create: true, read: all, update: all, delete: all, fields: {keeper: hidden}}",
    ),
    ("checker", "objects:\n  works.job: {read: all}"),
];

/// What sets itself off, by what the kind of a job says; and what is asked for.
pub const FLOWS: [(&str, &str); 5] = [
    (
        "risky",
        "use: automation\ntrigger: {record_created: {when: 'kind == \"risky\"'}}\nsteps:\n  \
         say: {update: {set_from: {tries: 'if amount > 0 { 1 } else { 101 }'}}}\n  \
         done: {update: {set: {note: done}}}",
    ),
    (
        "slow",
        "use: automation\ntrigger: {record_created: {when: 'kind == \"slow\"'}}\nsteps:\n  \
         rest: {wait: {later: {timer: {after: 1h}, steps: {}}}}\n  \
         done: {update: {set: {note: done}}}",
    ),
    (
        "pair",
        "use: approval\nstart: {by: [button]}\npolicy: {withdraw: anytime, comment_required: []}\nsteps:\n  \
         first: {approve: {by: [{user: ann}]}}\n  \
         by_size:\n    choose:\n      \
         large: {when: 'record.amount > 100', steps: {boss: {approve: {by: [{user: bea}]}, allow: [return]}}}\n      \
         otherwise: {steps: {}}\n  \
         last: {approve: {by: [{role: checker}], mode: all}, allow: [return]}",
    ),
    (
        "kept",
        "use: approval\nstart: {by: [button]}\nsteps:\n  one: {approve: {by: [{field: record.keeper}]}}",
    ),
    ("plain", "use: approval\nstart: {by: [button]}\nsteps:\n  one: {approve: {by: [{user: ann}]}}"),
];

/// The pack at a version; `change` may replace what a flow says.
pub fn pack(version: &str, change: impl Fn(&str, &str) -> String) -> PackFiles {
    let about = format!("kind: pack\nname: works\nversion: {version}\nrequires: {{base: '*'}}\n");
    let mut files = vec![("pack.yaml".to_owned(), about), ("objects/job.yaml".to_owned(), OBJECT.to_owned())];
    for (name, rest) in ROLES {
        files.push((format!("roles/{name}.yaml"), format!("kind: role\nname: {name}\n{rest}\n")));
    }
    for (name, rest) in FLOWS {
        let text = format!("kind: workflow\nname: {name}\nobject: job\n{}\n", change(name, rest));
        files.push((format!("workflows/{name}.yaml"), text));
    }
    PackFiles { root: "works".to_owned(), files }
}

/// The site with its people: `ini` starts, `ann`, `bea`, `cal` and `dan` act; the last two are checkers.
pub struct Works {
    pub site: Arc<Site>,
    people: HashMap<&'static str, Arc<Identity>>,
}

impl Works {
    pub async fn open(site: Arc<Site>) -> Works {
        site.apply(vec![pack("1.0.0", |_, rest| rest.to_owned())]).await;
        let mut people = HashMap::new();
        let roles: [(&str, &[&str]); 5] = [
            ("ini", &["works.worker"]),
            ("ann", &["works.worker"]),
            ("bea", &[]),
            ("cal", &["works.checker"]),
            ("dan", &["works.checker"]),
        ];
        for (login, roles) in roles {
            people.insert(login, site.user(login, roles, None).await);
        }
        Works { site, people }
    }

    pub fn who(&self, login: &str) -> Arc<Identity> {
        if login == "admin" { self.site.engine.system() } else { self.people[login].clone() }
    }

    pub async fn job(&self, kind: &str, amount: i64) -> Uuid {
        let body = json!({"name": format!("{kind} {amount}"), "kind": kind, "amount": amount});
        self.site.create(&self.who("ini"), "works.job", body).await.id()
    }

    pub async fn submit(&self, flow: &str, amount: i64) -> Uuid {
        let record = self.job("asked", amount).await;
        let order = Submission::new(format!("works.{flow}"), record);
        self.site.engine.submit(&self.who("ini"), order).await.unwrap()
    }

    /// Workers do all that is due.
    pub async fn work_off(&self) {
        let engine = &self.site.engine;
        while engine.dispatch_once().await.unwrap() + engine.work_once("test").await.unwrap() > 0 {}
    }

    pub async fn find(&self, filter: FlowFilter) -> Vec<Json> {
        self.seek(Sought { filter, ..Sought::default() }).await
    }

    pub async fn seek(&self, sought: Sought) -> Vec<Json> {
        let page = self.site.engine.instances(&self.who("admin"), &sought, None, 50, Locale::En).await;
        page.unwrap().entries
    }

    /// The only flow of this name.
    pub async fn only(&self, flow: &str) -> Uuid {
        let found =
            self.find(FlowFilter { workflow: Some(format!("works.{flow}")), ..FlowFilter::default() }).await;
        assert_eq!(found.len(), 1, "{found:#?}");
        found[0]["id"].as_str().unwrap().parse().unwrap()
    }

    pub async fn trace(&self, login: &str, instance: Uuid) -> Json {
        self.site.engine.instance(&self.who(login), instance, Locale::En).await.unwrap()
    }

    /// `running: first.ann=approved last.cal=open`
    pub async fn shown(&self, instance: Uuid) -> String {
        let trace = self.trace("admin", instance).await;
        let mut text = format!("{}:", trace["state"].as_str().unwrap());
        for task in trace["tasks"].as_array().unwrap() {
            let part = |of: &Json| of.as_str().unwrap().to_owned();
            let (node, login) = (part(&task["node"]), part(&task["assignee"]["login"]));
            write!(text, " {node}.{login}={}", part(&task["state"])).unwrap();
        }
        text
    }

    /// Does something to a flow; answers the refusal.
    pub async fn operate(&self, login: &str, instance: Uuid, operation: Operation) -> String {
        let order = OperateOrder { instance, operation, comment: Some("so".to_owned()) };
        refusal(self.site.engine.operate(&self.who(login), order).await)
    }

    /// The task that lies with somebody, the newest first.
    pub async fn task(&self, login: &str) -> Option<Uuid> {
        let page =
            self.site.engine.task_box(&self.who(login), "todo", &FlowFilter::default(), None, 50).await;
        page.unwrap().entries.first().map(|task| task["id"].as_str().unwrap().parse().unwrap())
    }

    /// `ann+` approves, `bea<` returns the newest task; answers the refusal.
    pub async fn act(&self, word: &str) -> String {
        let (login, what) = word.split_at(word.len() - 1);
        let Some(task) = self.task(login).await else { return "no task".to_owned() };
        let kind = if what == "+" { DecisionKind::Approve } else { DecisionKind::Return };
        let action = TaskAction { comment: Some("so".to_owned()), ..TaskAction::new(task, kind) };
        refusal(self.site.engine.decide(&self.who(login), action).await)
    }
}
