//! Every way in which people approve, as rows: a flow, what is done, and where that leads.

mod material;

mod paper;

mod refusals;

mod tables;

use crate::site::{Site, make_move, on_each, refusal, update};
use engine::Identity;
use engine::flow::decide::TaskAction;
use engine::requests::{Asked, Request, Submission};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use uuid::Uuid;
use workflow::decision::DecisionKind;

/// The people: `ini` of sales (headed by hank, below a company headed by boss) reports to `mgr`, who reports to
/// `boss`; `fin1` and `fin2` are finance, `fin1` in sales.
struct Office {
    site: Arc<Site>,
    people: HashMap<&'static str, Arc<Identity>>,
    company: Uuid,
    sales: Uuid,
}

impl Office {
    async fn open(site: Arc<Site>) -> Office {
        site.apply(vec![paper::pack("1.0.0", |_, rest| rest.to_owned())]).await;
        let system = site.engine.system();
        let mut ids: HashMap<&str, Uuid> = HashMap::new();
        let people = [
            ("boss", None, vec!["paper.writer"]),
            ("mgr", Some("boss"), vec!["paper.writer"]),
            ("hank", None, vec![]),
            ("ini", Some("mgr"), vec!["paper.writer"]),
            ("fin1", None, vec!["paper.finance"]),
            ("fin2", None, vec!["paper.finance"]),
        ];
        for (login, manager, roles) in people {
            let roles: Vec<Json> = roles.iter().map(|role| json!({"role": role})).collect();
            let manager = manager.map(|manager| ids[manager]);
            let body = json!({"login": login, "name": login, "roles": roles, "manager": manager});
            ids.insert(login, site.create(&system, "base.user", body).await.id());
        }
        let company = json!({"code": "company", "name": "Company", "head": ids["boss"]});
        let company = site.create(&system, "base.department", company).await.id();
        let sales = json!({"code": "sales", "name": "Sales", "head": ids["hank"], "parent": company});
        let sales = site.create(&system, "base.department", sales).await.id();
        for login in ["ini", "fin1"] {
            let body = json!({"department": sales});
            site.engine.write(&system, update("base.user", ids[login], body)).await.unwrap();
        }
        let mut known = HashMap::new();
        for (login, id) in ids {
            known.insert(login, site.engine.identity(id, None).await.unwrap());
        }
        Office { site, people: known, company, sales }
    }

    fn who(&self, login: &str) -> &Arc<Identity> {
        &self.people[login]
    }

    async fn paper(&self, reviewer: Option<&str>, amount: i64) -> Uuid {
        let reviewer = reviewer.map(|login| self.who(login).actor.id);
        // The departments of who reviews, the one above last.
        let units = match reviewer {
            Some(_) => json!([{"id": self.sales}, {"id": self.company}]),
            None => json!([]),
        };
        let lines = json!([{"name": "one"}]);
        let body =
            json!({"name": "P", "amount": amount, "reviewer": reviewer, "units": units, "lines": lines});
        self.site.create(self.who("ini"), "paper.paper", body).await.id()
    }

    async fn submit(&self, flow: &str, record: Uuid) -> diagnostic::Result<Uuid> {
        let flow = format!("paper.{flow}");
        let (comment, picks) = (Some("please".to_owned()), Default::default());
        let order = Submission { workflow: flow.into(), record, comment, picks };
        self.site.engine.submit(self.who("ini"), order).await
    }

    async fn trace(&self, instance: Uuid) -> Json {
        self.site.engine.instance(&self.site.engine.system(), instance, diagnostic::Locale::En).await.unwrap()
    }

    /// `approved: a.fin1=approved a.fin2=cancelled`
    async fn shown(&self, instance: Uuid) -> String {
        let trace = self.trace(instance).await;
        let mut text = format!("{}:", trace["state"].as_str().unwrap());
        for task in trace["tasks"].as_array().unwrap() {
            let part = |of: &Json| of.as_str().unwrap().to_owned();
            let (node, login, state) =
                (part(&task["node"]), part(&task["assignee"]["login"]), part(&task["state"]));
            write!(text, " {node}.{login}={state}").unwrap();
        }
        text
    }

    /// The last task of somebody in an instance, an open or queued one first.
    async fn task(&self, instance: Uuid, login: &str) -> Option<Uuid> {
        let trace = self.trace(instance).await;
        let own = |task: &&Json| task["assignee"]["login"] == login;
        let all: Vec<Json> = trace["tasks"].as_array().unwrap().iter().filter(own).cloned().collect();
        let live = all.iter().rfind(|task| ["open", "queued"].contains(&task["state"].as_str().unwrap()));
        let found = live.or(all.last())?;
        Some(found["id"].as_str().unwrap().parse().unwrap())
    }

    /// Does one word: `mgr+` approves, `mgr-` rejects, `boss<a` returns to a, `mgr?` comments, `ini~` takes back.
    async fn act(&self, instance: Uuid, word: &str) -> String {
        let at = word.find(['+', '-', '<', '?', '~']).unwrap();
        let (login, rest) = word.split_at(at);
        let engine = &self.site.engine;
        let who = self.who(login);
        if rest == "~" {
            return refusal(engine.withdraw(who, instance, Some("back".to_owned())).await);
        }
        let Some(task) = self.task(instance, login).await else { return "no task".to_owned() };
        let decide = |kind: DecisionKind, to: Option<&str>, comment: Option<&str>| {
            let to = to.filter(|to| !to.is_empty()).map(str::to_owned);
            TaskAction { comment: comment.map(str::to_owned), to, ..TaskAction::new(task, kind) }
        };
        match &rest[..1] {
            "+" => refusal(engine.decide(who, decide(DecisionKind::Approve, None, None)).await),
            "-" => refusal(engine.decide(who, decide(DecisionKind::Reject, None, Some("no"))).await),
            "<" => refusal(
                engine.decide(who, decide(DecisionKind::Return, Some(&rest[1..]), Some("again"))).await,
            ),
            _ => refusal(engine.comment_on_task(who, task, "hm".to_owned()).await),
        }
    }

    /// Saves fields at a task.
    async fn save(&self, login: &str, task: Uuid, body: Json) -> String {
        let request = Request::SaveTask { task, body, precondition: plan::Precondition::Absent };
        let asked = Asked { request, key: None, id: "test".into(), address: None };
        refusal(self.site.engine.perform(self.who(login), asked).await)
    }

    /// Submits a fresh paper and does the words; answers the first refusal, or where it led.
    async fn play(&self, flow: &str, amount: i64, reviewer: Option<&str>, words: &str) -> String {
        let record = self.paper(reviewer, amount).await;
        let instance = match self.submit(flow, record).await {
            Ok(instance) => instance,
            refused => return refusal(refused),
        };
        for word in words.split_whitespace() {
            let done = self.act(instance, word).await;
            if done != "done" {
                return format!("{word} {done}");
            }
        }
        self.shown(instance).await
    }
}

#[test]
fn one_all_or_one_after_the_other_decide() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let rows = [
            ("any", "", "running: a.fin1=open a.fin2=open"),
            ("any", "fin2+", "approved: a.fin1=cancelled a.fin2=approved"),
            ("any", "fin1-", "rejected: a.fin1=rejected a.fin2=cancelled"),
            ("any", "fin1+ fin2+", "fin2+ instance_ended"),
            ("all", "fin1+", "running: a.fin1=approved a.fin2=open"),
            ("all", "fin1+ fin1+", "fin1+ task_decided"),
            ("all", "fin1+ fin2+", "approved: a.fin1=approved a.fin2=approved"),
            ("all", "fin1+ fin2-", "rejected: a.fin1=approved a.fin2=rejected"),
            ("turns", "", "running: a.fin1=open a.fin2=queued a.boss=queued"),
            ("turns", "fin2+", "fin2+ not_your_turn"),
            ("turns", "fin1+ boss-", "boss- not_your_turn"),
            ("turns", "fin1+ fin2+", "running: a.fin1=approved a.fin2=approved a.boss=open"),
            ("turns", "fin1+ fin2-", "rejected: a.fin1=approved a.fin2=rejected a.boss=cancelled"),
            ("turns", "fin1+ fin2+ boss+", "approved: a.fin1=approved a.fin2=approved a.boss=approved"),
        ];
        for (flow, words, expect) in rows {
            assert_eq!(office.play(flow, 1, None, words).await, expect, "{flow}: {words}");
        }
    });
}

#[test]
fn every_rule_finds_its_people() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let rows = [
            ("user", None, "", "running: a.boss=open"),
            ("superior", None, "", "running: a.mgr=open"),
            ("second", None, "", "running: a.boss=open"),
            ("head", None, "", "running: a.hank=open"),
            ("heads", None, "", "running: a.boss=open a.hank=open"),
            ("heads_of", Some("hank"), "", "running: a.hank=open a.boss=open"),
            ("heads_of", None, "", "nobody_to_approve"),
            ("field", Some("hank"), "", "running: a.hank=open"),
            ("field", None, "", "nobody_to_approve"),
            ("within", None, "", "running: a.fin1=open"),
            ("nobody", None, "", "rejected:"),
            ("stand_in", None, "", "running: a.boss=open"),
            ("own", None, "mgr+", "running: a.mgr=approved b.mgr=skipped b.boss=open"),
            ("needless", None, "", "running: a.ini=skipped a.boss=open"),
        ];
        for (flow, reviewer, words, expect) in rows {
            assert_eq!(office.play(flow, 1, reviewer, words).await, expect, "{flow}");
        }
    });
}

#[test]
fn returns_withdrawals_and_comments() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let again =
            "running: a.mgr=superseded b.fin1=superseded b.fin2=superseded c.boss=returned a.mgr=open";
        let rows = [
            ("steps", "mgr+ fin1<a", "running: a.mgr=superseded b.fin1=returned b.fin2=cancelled a.mgr=open"),
            ("steps", "mgr+ fin1+ fin2+ boss<a", again),
            (
                "steps",
                "mgr+ fin1+ fin2+ boss<",
                "running: a.mgr=approved b.fin1=superseded b.fin2=superseded c.boss=returned b.fin1=open b.fin2=open",
            ),
            // What was decided before the target stays, and may be returned to later.
            (
                "steps",
                "mgr+ fin1+ fin2+ boss< fin1+ fin2<a",
                "running: a.mgr=superseded b.fin1=superseded b.fin2=superseded c.boss=returned b.fin1=superseded b.fin2=returned a.mgr=open",
            ),
            ("steps", "mgr<", "mgr< invalid_transition"),
            ("steps", "mgr+ fin1<c", "fin1<c invalid_transition"),
            ("steps", "mgr?", "mgr? not_permitted"),
            (
                "steps",
                "mgr+ fin1+ fin2+ boss?",
                "running: a.mgr=approved b.fin1=approved b.fin2=approved c.boss=open",
            ),
            ("never", "ini~", "ini~ withdraw_too_late"),
            ("early", "ini~", "withdrawn: a.fin1=cancelled a.fin2=cancelled"),
            ("early", "fin1+ ini~", "ini~ withdraw_too_late"),
            ("late", "fin1+ ini~", "withdrawn: a.fin1=approved a.fin2=cancelled"),
            ("late", "mgr~", "mgr~ not_found"),
            ("late", "ini~ ini~", "ini~ instance_ended"),
        ];
        for (flow, words, expect) in rows {
            let found = office.play(flow, 1, None, words).await;
            assert_eq!(found, expect, "{flow}: {words}");
        }
    });
}

#[test]
fn branches_writes_and_copies() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let rows = [
            ("branches", 500, "", "running: boss.boss=open"),
            ("branches", 500, "boss+", "running: boss.boss=approved last.mgr=open"),
            ("branches", 5, "", "running: last.mgr=open"),
            ("branches", -5, "", "rejected:"),
            ("copies", 1, "mgr+", "approved: a.mgr=approved tell.hank=open tell.fin1=open tell.fin2=open"),
            ("copies", 1, "mgr-", "rejected: a.mgr=rejected"),
        ];
        for (flow, amount, words, expect) in rows {
            assert_eq!(
                office.play(flow, amount, Some("hank"), words).await,
                expect,
                "{flow} {amount}: {words}"
            );
        }
        let ends = [("", "running"), ("mgr+", "done"), ("mgr-", "refused"), ("ini~", "draft")];
        for (words, status) in ends {
            let record = office.paper(None, 41).await;
            let instance = office.submit("writes", record).await.unwrap();
            for word in words.split_whitespace() {
                assert_eq!(office.act(instance, word).await, "done");
            }
            let seen = office.site.record(office.who("ini"), "paper.paper", record).await.unwrap();
            assert_eq!((&seen["status"], &seen["amount"]), (&json!(status), &json!(42)), "{words}");
            assert_eq!(seen["note"], "seen");
        }
    });
}

#[test]
fn a_copy_is_read_once_and_a_repetition_is_the_same_request() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let record = office.paper(Some("hank"), 1).await;
        let instance = office.submit("copies", record).await.unwrap();
        office.act(instance, "mgr+").await;
        let engine = &office.site.engine;
        let copies =
            engine.task_box(office.who("hank"), "cc", &Default::default(), None, 10).await.unwrap().entries;
        assert_eq!(copies.len(), 1);
        let task: Uuid = copies[0]["id"].as_str().unwrap().parse().unwrap();
        let read = Request::Read { task };
        let asked = Asked { request: read, key: None, id: "test".into(), address: None };
        assert_eq!(refusal(engine.perform(office.who("fin1"), asked.clone()).await), "not_found");
        engine.perform(office.who("hank"), asked.clone()).await.unwrap();
        let first = engine.task(office.who("hank"), task).await.unwrap();
        assert_eq!(first["state"], "read");
        engine.perform(office.who("hank"), asked).await.unwrap();
        let second = engine.task(office.who("hank"), task).await.unwrap();
        assert_eq!((&first["read_at"], &first["version"]), (&second["read_at"], &second["version"]));
    });
}

#[test]
fn a_step_names_the_form_for_its_holders() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let record = office.paper(None, 1).await;
        let instance = office.submit("rights", record).await.unwrap();
        let task = office.task(instance, "fin1").await.unwrap();
        for (login, expect) in [("fin1", json!("paper.short")), ("ini", Json::Null)] {
            let shown = office.site.engine.task(office.who(login), task).await.unwrap();
            assert_eq!(shown["form"], expect, "{login}");
        }
    });
}

#[test]
fn a_step_hides_fields_and_opens_others() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let engine = &office.site.engine;
        let record = office.paper(None, 1).await;
        let client = office.site.create(&engine.system(), "paper.client", json!({"code": "C-1"})).await.id();
        let instance = office.submit("rights", record).await.unwrap();
        let first = office.task(instance, "fin1").await.unwrap();
        let fields = async |login: &str, task: Uuid| {
            let shown = engine.task(office.who(login), task).await.unwrap()["fields"].clone();
            let own = |(name, _): &(&String, &Json)| {
                ["name", "amount", "note", "status", "lines"].contains(&name.as_str())
            };
            let all = shown.as_object().into_iter().flatten().filter(own);
            all.map(|(name, right)| format!("{name}={}", right.as_str().unwrap()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(fields("fin1", first).await, "name=read note=edit status=read lines=edit");
        assert_eq!(fields("ini", first).await, "", "not whose task it is not");
        let rows = [
            (
                "fin1",
                json!({"note": "seen"}),
                "done",
                "the record is locked, and finance may not change it elsewhere",
            ),
            ("fin1", json!({"lines": {"create": [{"name": "two"}]}}), "done", "parts"),
            ("fin1", json!({"name": "x"}), "read_only_field name", "read"),
            ("fin1", json!({"amount": 2}), "read_only_field amount", "hidden"),
            ("fin1", json!({"status": "done"}), "read_only_field status", "a stage is not a field to change"),
            ("fin1", json!({"nothing": 1}), "unknown_field nothing", "no such field"),
            ("fin1", json!({"note": 1}), "invalid_field_value note", "every rule holds"),
            ("fin1", json!({"color": "grey"}), "option_not_offered color", "retired"),
            ("fin1", json!({"client": client}), "reference_not_found client", "what finance does not see"),
            (
                "fin1",
                json!({"client": {"by": {"code": "C-1"}}}),
                "unknown_field client",
                "nor is it found by a key",
            ),
            (
                "fin1",
                json!({"lines": {"create": [{"name": "three", "cost": 1}]}}),
                "unknown_field lines.create[0].cost",
                "nor is more of a part given than is read",
            ),
            ("ini", json!({"note": "x"}), "not_found", "somebody else's task"),
        ];
        for (login, body, expect, case) in rows {
            assert_eq!(office.save(login, first, body).await, expect, "{case}");
        }
        let elsewhere = engine.write(office.who("fin1"), update("paper.paper", record, json!({"note": "x"})));
        assert_ne!(refusal(elsewhere.await), "done");
        let seen = engine.record(office.who("ini"), "paper.paper", record, &[]).await.unwrap();
        let seen: Json = serde_json::from_slice(&seen).unwrap();
        assert_eq!(
            (&seen["note"], &seen["updated_by"]["id"]),
            (&json!("seen"), &json!(office.who("fin1").actor.id))
        );
        office.act(instance, "fin1+").await;
        assert_eq!(office.save("fin1", first, json!({"note": "late"})).await, "task_decided");
        assert_eq!(fields("fin1", first).await, "");
        let second = office.task(instance, "boss").await.unwrap();
        assert_eq!(fields("boss", second).await, "name=edit");
    });
}

#[test]
fn who_saw_a_record_is_told_what_others_changed() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let engine = &office.site.engine;
        let record = office.paper(None, 1).await;
        let instance = office.submit("asked", record).await.unwrap();
        let task = office.task(instance, "fin1").await.unwrap();
        let changed = async || {
            let task = engine.task(office.who("fin1"), task).await.unwrap();
            let all = task["changed"].as_array().unwrap().clone();
            let one = |change: &Json| {
                let by = change["by"]["login"].as_str().unwrap_or("?");
                format!("{} {}→{} {by}", change["field"].as_str().unwrap(), change["old"], change["new"])
            };
            let mut told: Vec<String> = all.iter().map(one).collect();
            told.sort();
            told.join(", ")
        };
        let write = async |login: &str, body: Json| {
            refusal(engine.write(office.who(login), update("paper.paper", record, body)).await)
        };
        assert_eq!(write("ini", json!({"note": "before"})).await, "done");
        assert_eq!(changed().await, "", "nothing was seen yet");
        let request = Request::Read { task };
        let asked = Asked { request, key: None, id: "test".into(), address: None };
        assert_eq!(refusal(engine.perform(office.who("fin1"), asked).await), "done");
        assert_eq!(changed().await, "");
        office.site.clock.advance(chrono::TimeDelta::minutes(1));
        assert_eq!(write("ini", json!({"note": "after", "amount": 5})).await, "done");
        assert_eq!(write("ini", json!({"note": "later"})).await, "done");
        assert_eq!(changed().await, r#"amount 1→5 ini, note "before"→"later" ini"#);
        assert_eq!(write("ini", json!({"amount": 1})).await, "done");
        assert_eq!(changed().await, r#"note "before"→"later" ini"#, "it is again what it was");
    });
}

#[test]
fn only_a_parked_move_is_pending() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let (ini, engine) = (office.who("ini"), &office.site.engine);
        let pending =
            async |record| office.site.record(ini, "paper.paper", record).await.unwrap()["pending"].clone();
        let by_hand = office.paper(None, 1).await;
        office.submit("asked", by_hand).await.unwrap();
        assert_eq!(pending(by_hand).await, Json::Null);
        let parked = office.paper(None, 1).await;
        assert_eq!(pending(parked).await, Json::Null);
        let written = engine.write(ini, make_move("paper.paper", parked, "finish")).await.unwrap();
        assert_eq!(pending(parked).await, json!(written.parked.unwrap()));
        let listed = engine.list(ini, "paper.paper", &[]).await.unwrap();
        let listed: Vec<Json> = serde_json::from_slice(&listed.body).unwrap();
        assert_eq!(listed.iter().filter(|record| !record["pending"].is_null()).count(), 1);
        // A second request is refused under either kind.
        let again = engine.write(ini, make_move("paper.paper", by_hand, "finish")).await;
        assert_eq!(refusal(again), "already_pending");
        office.act(written.parked.unwrap(), "fin1+").await;
        assert_eq!(pending(parked).await, Json::Null);
    });
}

#[test]
fn the_trace_tells_who_said_what() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let record = office.paper(None, 1).await;
        let instance = office.submit("steps", record).await.unwrap();
        for word in ["mgr+", "fin1+", "fin2+", "boss?", "boss<b", "fin1-"] {
            assert_eq!(office.act(instance, word).await, "done", "{word}");
        }
        let trace = office.trace(instance).await;
        let log: Vec<String> = trace["log"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let word = |json: &Json| json.as_str().unwrap_or("-").to_owned();
                let (who, node) = (word(&row["actor"]["login"]), word(&row["node"]));
                format!("{} {who} {node} {}", word(&row["kind"]), word(&row["comment"]))
            })
            .collect();
        let expect = [
            "started ini - please",
            "approved mgr a -",
            "approved fin1 b -",
            "approved fin2 b -",
            "commented boss c hm",
            "returned boss c again",
            "rejected fin1 b no",
        ];
        assert_eq!(log, expect);
        let states: Vec<String> = trace["path"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| format!("{}={}", node["node"].as_str().unwrap(), node["state"].as_str().unwrap()))
            .collect();
        assert_eq!(states, ["a=taken", "b=taken", "c=cancelled"]);
        let tx = office.site.engine.database().reader();
        let logs = storage::store::workflow::verify::verify_logs(&tx).await.unwrap();
        assert!(logs.broken.is_none() && logs.rows >= log.len() as u64, "{logs:?}");
    });
}

#[test]
fn a_running_instance_ends_as_it_began() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let before = office.paper(None, 1).await;
        let old = office.submit("any", before).await.unwrap();
        let newer = "steps:\n  z: {approve: {by: [{user: hank}], mode: any}}\n  y: {approve: {by: [{user: boss}], mode: any}}";
        let changed =
            paper::pack("1.1.0", |name, rest| if name == "any" { newer.to_owned() } else { rest.to_owned() });
        office.site.apply(vec![changed]).await;
        let mut people = HashMap::new();
        for (login, known) in &office.people {
            people.insert(*login, office.site.engine.identity(known.actor.id, None).await.unwrap());
        }
        let office = Office { people, ..office };
        assert_eq!(office.act(old, "fin1+").await, "done");
        assert_eq!(office.shown(old).await, "approved: a.fin1=approved a.fin2=cancelled");
        let nodes: Vec<Json> = office.trace(old).await["path"].as_array().unwrap().clone();
        assert_eq!(nodes.len(), 1, "the trace shows the definition it ran under");
        assert_eq!(office.play("any", 1, None, "hank+").await, "running: z.hank=approved y.boss=open");
    });
}
