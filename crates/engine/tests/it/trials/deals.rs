//! A pack of deals whose flow does a bit of everything, and the people in it.

use crate::site::{Site, refusal};
use diagnostic::Locale;
use engine::Identity;
use engine::flow::draft::Draft;
use engine::flow::simulate::{Simulation, Which};
use engine::flow::walk::script::Script;
use engine::publish::PackFiles;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;
use uuid::Uuid;

const OBJECT: &str = "
kind: object
name: deal
title: name
ownership: user
key: number
features: [history]
fields:
  number: {type: autonumber, pattern: 'D-{seq:4}'}
  name: {type: text, required: true, max: 60, search: true}
  amount: {type: integer}
  status: {type: select, options: {open: {}, asked: {}, won: {}, lost: {}}, default: open}
  note: {type: text, max: 60}
  mobile: {type: text, max: 60}
rules:
  bounded: {require: amount >= 0, at: amount, error: At least nothing}
";

const CONNECTOR: &str = "
kind: connector
name: erp
http: {timeout: 5s}
operations:
  book: {path: /orders, parameters: {name: {type: text}}, body_from: {name: name}, answer: {id: {type: text, required: true}}}
";

const TEMPLATE: &str = "
kind: template
name: told
use: mail
object: deal
subject: {en: 'About {{record.name}}'}
";

/// One after the other: people by size and in time, a rest, another flow, another system.
pub const FLOW: &str = "
kind: workflow
name: sale
use: approval
object: deal
start: {by: [button], when: 'amount > 0'}
policy: {comment_required: [reject, return], withdraw: anytime}
record: {lock: all, set: {submit: {status: asked}, approve: {status: won}, reject: {status: lost}, withdraw: {status: open}}}
steps:
  check:
    approve: {by: [{user: ann}]}
    allow: [return]
    sla: {due: 8h, at: {50%: remind, 100%: {decide: approve}}}
  by_size:
    choose:
      large: {when: 'record.amount > 100', steps: {boss: {approve: {by: [{user: bea}]}, allow: [return]}}}
      huge: {when: 'record.amount > 1000', steps: {board: {approve: {by: [{user: cal}]}}}}
      otherwise: {steps: {}}
  write: {send: {by: mail, template: told, to_from: record.mobile}}
  rest: {wait: {later: {timer: {after: 3d}, steps: {}}, paid: {record_updated: {when: 'note == \"paid\"'}, steps: {thank: {cc: {by: [{user: ini}]}}}}}}
  book: {call: {connector: erp.book, with_from: {name: record.name}}, into: made, retry: {max: 1, backoff: 1h}}
  child: {create: {object: deal, set_from: {name: record.number, amount: record.amount}}, into: copy}
  more: {sub: {workflow: after, wait: true}}
  keep: {update: {set_from: {note: made.id}}}
";

const AFTER: &str = "
kind: workflow
name: after
use: automation
object: deal
trigger: {button: {}}
steps:
  sleep: {wait: {later: {timer: {after: 1h}, steps: {}}}}
  look: {handle: {by: [{user: dan}]}}
";

pub fn pack(version: &str, change: impl Fn(&str) -> String) -> PackFiles {
    let about = format!("kind: pack\nname: deals\nversion: {version}\nrequires: {{base: '*'}}\n");
    let worker = "kind: role\nname: worker\nobjects:\n  deals.deal: {create: true, read: all, update: all, delete: all}\n";
    let files = [
        ("pack.yaml", about.as_str()),
        ("objects/deal.yaml", OBJECT),
        ("connectors/erp.yaml", CONNECTOR),
        ("templates/told.yaml", TEMPLATE),
        ("templates/told.text.hbs", "It is decided."),
        ("roles/worker.yaml", worker),
        ("workflows/sale.yaml", &change(FLOW)),
        ("workflows/after.yaml", AFTER),
    ];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    PackFiles { root: "deals".to_owned(), files }
}

/// The site with its people: `ini` starts, the others act; `admin` administers.
pub struct Deals {
    pub site: Arc<Site>,
    people: HashMap<&'static str, Arc<Identity>>,
}

impl Deals {
    pub async fn open(site: Arc<Site>) -> Deals {
        Deals::open_with(site, &[]).await
    }

    /// With further workflows.
    pub async fn open_with(site: Arc<Site>, more: &[&str]) -> Deals {
        let mut deals = pack("1.0.0", str::to_owned);
        let texts = more.iter().enumerate();
        deals.files.extend(texts.map(|(at, text)| (format!("workflows/more{at}.yaml"), (*text).to_owned())));
        site.apply(vec![deals]).await;
        let mut people = HashMap::new();
        for login in ["ini", "ann", "bea", "cal", "dan"] {
            people.insert(login, site.user(login, &["deals.worker"], None).await);
        }
        people.insert("admin", site.user("admin", &["base.admin"], None).await);
        Deals { site, people }
    }

    pub fn who(&self, login: &str) -> Arc<Identity> {
        self.people[login].clone()
    }

    pub async fn deal(&self, amount: i64) -> Uuid {
        let body = json!({"name": format!("deal {amount}"), "amount": amount, "mobile": "a@b.example"});
        self.site.create(&self.who("ini"), "deals.deal", body).await.id()
    }

    pub fn order(&self, record: Uuid, decisions: Json) -> Simulation {
        Simulation {
            workflow: "deals.sale".to_owned(),
            record: Which::Id(record),
            initiator: None,
            picks: BTreeMap::new(),
            script: Script::read(&decisions).unwrap(),
            at: None,
            draft: None,
            locale: Locale::En,
        }
    }

    pub async fn simulate(&self, login: &str, order: Simulation) -> Result<Json, String> {
        let seen = self.site.engine.simulate(&self.who(login), order).await;
        seen.map_err(|found| refusal::<()>(Err(found)))
    }

    /// A draft of the flow.
    pub fn draft(text: &str) -> Option<Draft> {
        let texts = vec![("sale.yaml".to_owned(), text.to_owned())];
        Some(Draft::Texts { pack: "deals".to_owned(), texts })
    }

    /// How many rows each table holds.
    pub async fn counts(&self) -> BTreeMap<String, i64> {
        let tx = self.site.engine.database().reader();
        let sql = match tx.dialect() {
            storage::Dialect::Sqlite => {
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            }
            storage::Dialect::Postgres => {
                "select table_name::text from information_schema.tables where table_schema = current_schema()"
            }
        };
        let mut counts = BTreeMap::new();
        for row in tx.rows(sql, Vec::new()).await.unwrap() {
            let name: String = row.get(0).unwrap();
            let count =
                tx.row(format!("select count(*) from \"{name}\""), Vec::new()).await.unwrap().unwrap();
            counts.insert(name, count.get::<i64>(0).unwrap());
        }
        counts
    }
}

/// Lines such as `+8h decided check ann approve > by_size -large +otherwise | mail a@b.example | status: asked`.
pub fn shown(seen: &Json) -> Vec<String> {
    let start: chrono::DateTime<chrono::Utc> = seen["started_at"].as_str().unwrap().parse().unwrap();
    let mut lines = lines(&seen["steps"], start, "");
    for (key, what) in [("incidents", "incident"), ("waiting", "waits")] {
        for one in seen[key].as_array().unwrap() {
            lines.push(format!("{what} {}", text(&one["node"])));
        }
    }
    match &seen["halted"] {
        Json::Null => lines.push(text(&seen["outcome"])),
        halted => lines.push(format!("halted {} {}", text(&halted["node"]), text(&halted["code"]))),
    }
    lines
}

fn text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Null => "?".to_owned(),
        other => other.to_string(),
    }
}

fn lines(steps: &Json, start: chrono::DateTime<chrono::Utc>, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for step in steps.as_array().unwrap() {
        let at: chrono::DateTime<chrono::Utc> = step["at"].as_str().unwrap().parse().unwrap();
        let mut line = format!("{indent}+{}h {}", (at - start).num_hours(), text(&step["what"]));
        for key in ["node", "decision", "by"] {
            if let Some(word) = step[key].as_str() {
                write!(line, " {word}").unwrap();
            }
        }
        if let Some(login) = step["person"]["login"].as_str() {
            write!(line, " by {login}").unwrap();
        }
        for entered in step["entered"].as_array().unwrap() {
            write!(line, " > {}", text(&entered["node"])).unwrap();
            for person in entered["people"].as_array().unwrap() {
                write!(line, " {} ({})", text(&person["person"]["login"]), text(&person["why"])).unwrap();
            }
        }
        for branch in step["branches"].as_array().unwrap() {
            for case in branch["cases"].as_array().unwrap() {
                let sign = if case["taken"] == true { "+" } else { "-" };
                write!(line, " {sign}{}:{}", text(&case["name"]), text(&case["why"])).unwrap();
            }
        }
        for change in step["changes"].as_array().unwrap() {
            for field in change["fields"].as_array().unwrap() {
                write!(
                    line,
                    " | {} {}={}",
                    text(&change["operation"]),
                    text(&field["field"]),
                    text(&field["after"])
                )
                .unwrap();
            }
        }
        for effect in step["effects"].as_array().unwrap() {
            let to = effect["to"]["login"].as_str().map_or_else(|| text(&effect["to"]), str::to_owned);
            write!(line, " | {} {to} {}", text(&effect["kind"]), text(&effect["subject"])).unwrap();
        }
        lines.push(line);
        if step["below"].is_object() {
            lines.extend(self::lines(&step["below"]["steps"], start, "  "));
        }
        for automation in step["automations"].as_array().unwrap() {
            let (workflow, title) = (text(&automation["workflow"]), text(&automation["record"]["title"]));
            let end = automation["outcome"].as_str().unwrap_or("stands");
            lines.push(format!("{indent}  {workflow} {title} {end}"));
            lines.extend(self::lines(&automation["steps"], start, &format!("{indent}    ")));
            for (key, what) in [("incidents", "incident"), ("waiting", "waits")] {
                let all = automation[key].as_array().unwrap().iter();
                lines.extend(all.map(|one| format!("{indent}    {what} {}", text(&one["node"]))));
            }
        }
    }
    lines
}
