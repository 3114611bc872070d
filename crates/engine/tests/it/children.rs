//! Children and the record they belong to: every write of one is a change of the other.

use crate::site::{Site, on_each, refusal, update};
use engine::Identity;
use engine::publish::PackFiles;
use engine::records::Command;
use engine::requests::{Asked, Bulk, BulkMode, Press, Request};
use plan::Precondition;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

const PLAN: &str = "
kind: object
name: plan
title: name
ownership: user
key: name
fields:
  name: {type: text, required: true, unique: true, max: 40}
  stages: {type: children, of: stage, via: plan}
  visits: {type: children, of: visit, via: plan}
actions:
  push: {label: Push, script: plan.push}
";

const STAGE: &str = "
kind: object
name: stage
title: name
ownership: inherit(plan)
key: code
fields:
  plan: {type: reference, to: plan, required: true, on_delete: cascade}
  code: {type: text, unique: true, max: 40}
  name: {type: text, required: true, max: 40}
  tool: {type: reference, to: tool, on_delete: cascade}
  jobs: {type: children, of: job, via: stage}
";

const JOB: &str = "
kind: object
name: job
title: name
ownership: inherit(stage)
fields:
  stage: {type: reference, to: stage, required: true, on_delete: cascade}
  name: {type: text, required: true, max: 40}
  tool: {type: reference, to: tool, on_delete: clear}
";

const VISIT: &str = "
kind: object
name: visit
title: name
ownership: user
fields:
  plan: {type: reference, to: plan}
  name: {type: text, required: true, max: 40}
";

const TOOL: &str =
    "kind: object\nname: tool\ntitle: name\nownership: shared\nfields:\n  name: {type: text, max: 40}\n";

const SCRIPT: &str = r#"
fn push(record, params, ctx) {
    for stage in record.stages {
        update(stage, #{name: stage.name + "!"});
    }
    create("build.stage", #{plan: record.id, name: "made"});
}
"#;

const OWNER: &str = "
kind: role
name: owner
objects:
  build.plan: {create: true, read: all, update: own, delete: own, restore: own, purge: own, actions: all}
  build.visit: {create: true, read: all, update: all, delete: all, restore: all}
  build.tool: {create: true, read: all, update: all, delete: all}
";

const NAMED: &str = "
kind: role
name: named
objects:
  build.plan: {create: true, read: all, update: own, delete: own}
  build.stage: {create: true, read: all, update: all, delete: all}
  build.job: {create: true, read: all, update: all, delete: all}
";

fn pack() -> PackFiles {
    let files = [
        ("pack.yaml", "kind: pack\nname: build\nversion: 1.0.0\nrequires: {base: '*'}\n"),
        ("objects/plan.yaml", PLAN),
        ("objects/stage.yaml", STAGE),
        ("objects/job.yaml", JOB),
        ("objects/visit.yaml", VISIT),
        ("objects/tool.yaml", TOOL),
        ("scripts/plan.rhai", SCRIPT),
        ("roles/owner.yaml", OWNER),
        ("roles/named.yaml", NAMED),
    ];
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    PackFiles { root: "build".to_owned(), files }
}

struct Yard {
    site: Arc<Site>,
    who: Arc<Identity>,
    plan: Uuid,
    other: Uuid,
    stage: Uuid,
    job: Uuid,
    visit: Uuid,
    tool: Uuid,
}

impl Yard {
    async fn open(site: &Arc<Site>, who: &Arc<Identity>, name: &str) -> Yard {
        let (site, who) = (site.clone(), who.clone());
        let create = async |object: &str, body: Json| site.create(&who, object, body).await.id();
        let tool = create("build.tool", json!({"name": "saw"})).await;
        let plan = create("build.plan", json!({"name": name})).await;
        let other = create("build.plan", json!({"name": format!("{name} 2")})).await;
        let body = json!({"plan": plan, "name": "s", "code": name, "tool": tool});
        let stage = create("build.stage", body).await;
        let job = create("build.job", json!({"stage": stage, "name": "j", "tool": tool})).await;
        let visit = create("build.visit", json!({"plan": plan, "name": "v"})).await;
        Yard { plan, other, stage, job, visit, tool, who: who.clone(), site: site.clone() }
    }

    async fn version(&self, object: &str, id: Uuid) -> i64 {
        self.site.record(&self.who, object, id).await.unwrap()["version"].as_i64().unwrap()
    }

    async fn versions(&self) -> [i64; 2] {
        [self.version("build.plan", self.plan).await, self.version("build.plan", self.other).await]
    }

    async fn write(&self, command: Command) -> diagnostic::Result<()> {
        self.site.engine.write(&self.who, command).await.map(drop)
    }

    async fn ask(&self, request: Request) -> diagnostic::Result<()> {
        let asked = Asked { request, key: None, id: "test".into(), address: None };
        self.site.engine.perform(&self.who, asked).await.map(drop)
    }
}

fn delete(object: &str, id: Uuid) -> Command {
    Command::Delete { object: object.into(), id, precondition: Precondition::Waived }
}

fn restore(object: &str, id: Uuid) -> Command {
    Command::Restore { object: object.into(), id }
}

/// What is done, on a fresh yard.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Create,
    Update,
    Delete,
    Restore,
    Purge,
    Upsert,
    MoveAway,
    Nothing,
    Bulk,
    Script,
    Body,
    BodyOfGrandchild,
    Grandchild,
    CascadeFromTool,
    OwnedAlone,
    OwnedThroughBody,
}

async fn done(yard: &Yard, deed: Deed) -> diagnostic::Result<()> {
    let (plan, stage) = (yard.plan, yard.stage);
    match deed {
        Deed::Create => {
            let body = json!({"plan": plan, "name": "n"});
            yard.write(Command::Create { object: "build.stage".into(), body }).await
        }
        Deed::Update => yard.write(update("build.stage", stage, json!({"name": "x"}))).await,
        Deed::Delete => yard.write(delete("build.stage", stage)).await,
        Deed::Restore => {
            yard.write(delete("build.stage", stage)).await?;
            yard.write(restore("build.stage", stage)).await
        }
        Deed::Purge => {
            let precondition = Precondition::Waived;
            yard.write(Command::Purge { object: "build.stage".into(), id: stage, precondition }).await
        }
        Deed::Upsert => {
            let code = yard.site.record(&yard.who, "build.stage", stage).await?["code"].clone();
            let values = vec![code.as_str().unwrap().to_owned()];
            let (object, key) = ("build.stage".into(), "code".into());
            yard.write(Command::Upsert { object, key, values, body: json!({"name": "up"}) }).await
        }
        Deed::MoveAway => yard.write(update("build.stage", stage, json!({"plan": yard.other}))).await,
        Deed::Nothing => yard.write(update("build.stage", stage, json!({"name": "s"}))).await,
        Deed::Bulk => {
            let object: Arc<str> = "build.stage".into();
            let create = json!({"plan": yard.other, "name": "b"});
            let body = json!([{"update": {"id": stage, "name": "b"}}, {"create": create}]);
            let commands = Bulk::read(&object, body.as_array().unwrap(), |_| Vec::new())?;
            let told = |_: &diagnostic::Diagnostic, _| Json::Null;
            let locale = diagnostic::Locale::En;
            yard.ask(Request::Bulk(Bulk { object, mode: BulkMode::Each, commands, told, locale })).await
        }
        Deed::Script => {
            let (object, action) = ("build.plan".into(), "push".into());
            yard.ask(Request::Press(Press { object, record: Some(plan), action, parameters: Json::Null }))
                .await
        }
        Deed::Body => {
            let body = json!({"stages": {"update": [{"id": stage, "name": "y"}]}});
            yard.write(update("build.plan", plan, body)).await
        }
        Deed::BodyOfGrandchild => {
            let body = json!({"jobs": {"create": [{"name": "k"}]}});
            yard.write(update("build.stage", stage, body)).await
        }
        Deed::Grandchild => yard.write(update("build.job", yard.job, json!({"name": "k"}))).await,
        Deed::CascadeFromTool => yard.write(delete("build.tool", yard.tool)).await,
        Deed::OwnedAlone => yard.write(update("build.visit", yard.visit, json!({"name": "w"}))).await,
        Deed::OwnedThroughBody => {
            let body = json!({"visits": {"update": [{"id": yard.visit, "name": "w"}]}});
            yard.write(update("build.plan", plan, body)).await
        }
    }
}

#[test]
fn every_write_of_a_child_raises_the_version_of_its_parent() {
    on_each(async |site| {
        site.apply(vec![pack()]).await;
        let who = site.user("ann", &["build.owner"], None).await;
        // By how much the versions of the plan and of the other plan rise.
        let rows = [
            (Deed::Create, [1, 0]),
            (Deed::Update, [1, 0]),
            (Deed::Delete, [1, 0]),
            (Deed::Restore, [2, 0]),
            (Deed::Purge, [1, 0]),
            (Deed::Upsert, [1, 0]),
            (Deed::MoveAway, [1, 1]),
            (Deed::Nothing, [0, 0]),
            (Deed::Bulk, [1, 1]),
            (Deed::Script, [2, 0]),
            (Deed::Body, [1, 0]),
            (Deed::BodyOfGrandchild, [1, 0]),
            (Deed::Grandchild, [1, 0]),
            (Deed::CascadeFromTool, [1, 0]),
            // A record that has an owner of its own is none of its parent's, unless it is written through it.
            (Deed::OwnedAlone, [0, 0]),
            (Deed::OwnedThroughBody, [1, 0]),
        ];
        for (index, (deed, rise)) in rows.into_iter().enumerate() {
            let yard = Yard::open(&site, &who, &format!("p{index}")).await;
            let before = yard.versions().await;
            let result = done(&yard, deed).await;
            assert_eq!(refusal(result), "done", "{deed:?}");
            let after = yard.versions().await;
            assert_eq!([after[0] - before[0], after[1] - before[1]], rise, "{deed:?}");
        }
    });
}

#[test]
fn nothing_comes_back_below_what_lies_in_the_bin() {
    on_each(async |site| {
        site.apply(vec![pack()]).await;
        let who = site.user("ann", &["build.owner"], None).await;
        let yard = Yard::open(&site, &who, "p").await;
        yard.write(delete("build.visit", yard.visit)).await.unwrap();
        yard.write(delete("build.stage", yard.stage)).await.unwrap();
        // What goes in the same instant comes back together.
        site.clock.advance(chrono::TimeDelta::seconds(1));
        yard.write(delete("build.plan", yard.plan)).await.unwrap();
        // Whose the stage is, the plan says; one that lies in the bin says nothing.
        assert_eq!(refusal(yard.write(restore("build.stage", yard.stage)).await), "not_permitted");
        yard.write(restore("build.plan", yard.plan)).await.unwrap();
        yard.write(restore("build.stage", yard.stage)).await.unwrap();
    });
}

#[test]
fn who_only_reads_a_record_adds_no_children_to_it() {
    on_each(async |site| {
        site.apply(vec![pack()]).await;
        let ann = site.user("ann", &["build.owner"], None).await;
        let yard = Yard::open(&site, &ann, "p").await;
        // Bob reads Ann's plan and may change his own only. His rights on stages are implied, Nick's are named.
        for (login, role) in [("bob", "build.owner"), ("nick", "build.named")] {
            let who = site.user(login, &[role], None).await;
            let own = site.create(&who, "build.plan", json!({"name": login})).await.id();
            let own_stage = site.create(&who, "build.stage", json!({"plan": own, "name": "s"})).await.id();
            let foreign = json!({"plan": yard.plan, "name": "x"});
            let create = Command::Create { object: "build.stage".into(), body: foreign };
            let job = json!({"stage": yard.stage, "name": "x"});
            let rows = [
                (create, "not_permitted plan"),
                (update("build.stage", own_stage, json!({"plan": yard.plan})), "not_permitted plan"),
                (
                    update("build.plan", yard.plan, json!({"stages": {"create": [{"name": "x"}]}})),
                    "not_permitted",
                ),
                (
                    Command::Create { object: "build.stage".into(), body: json!({"plan": own, "name": "y"}) },
                    "done",
                ),
            ];
            for (command, expect) in rows {
                let shown = format!("{login}: {command:?}");
                assert_eq!(refusal(site.engine.write(&who, command).await), expect, "{shown}");
            }
            // One level further down: named rights on stages let Nick change Ann's stage, and so its jobs.
            let create = Command::Create { object: "build.job".into(), body: job };
            let expect = if login == "nick" { "done" } else { "not_permitted stage" };
            assert_eq!(refusal(site.engine.write(&who, create).await), expect, "{login}");
        }
    });
}
