//! A small shop: its definitions, its people, and a database of rows in memory.

use crate::actor::Actor;
use crate::draft::{Draft, Precondition};
use crate::facts::{Facts, Lock, Needs};
use crate::grants;
use crate::planner::{Finished, Mode, Parked, Planned, Planner, Progress};
use crate::read::Bindings;
use crate::row::Row;
use crate::scene::is_deleted;
use crate::write::Operation;
use catalog::{Catalog, PhysicalNames};
use catalog::{Options, PackSource, build};
use chrono::{TimeZone, Utc};
use diagnostic::{Diagnostic, Locale, Result};
use expression::Value;
use serde_json::Value as Json;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use uuid::Uuid;

const BASE: [(&str, &str); 4] = [
    ("pack.yaml", "kind: pack\nname: base\nversion: 1.0.0\n"),
    (
        "objects/user.yaml",
        "kind: object\nname: user\ntitle: name\nownership: shared\nkey: login\nfields:\n  login: {type: text, required: true, unique: true}\n  name: {type: text, required: true}\n  phone: {type: phone}\n  department: {type: reference, to: department}\n  active: {type: boolean, default: true}\n",
    ),
    (
        "objects/department.yaml",
        "kind: object\nname: department\ntitle: name\nownership: shared\nfields:\n  code: {type: text, required: true, unique: true}\n  name: {type: text, required: true}\n  parent: {type: reference, to: department, tree: true}\n",
    ),
    (
        "roles/roles.yaml",
        "kind: role\nname: employee\nobjects:\n  base.user: {read: all, update: 'id == user.id', fields: {login: read, name: read, department: read, active: read}}\n  base.department: {read: all}\n",
    ),
];

const ADMIN: &str = "kind: role\nname: admin\nadmin: true\n";

const ACCOUNT: &str = r#"
kind: object
name: account
title: name
ownership: user
fields:
  number: {type: text, required: true, unique: true, max: 20}
  name: {type: text, required: true, search: true, max: 40}
  status: {type: select, default: active, options: {active: {}, closed: {}}}
  industry: {type: select, options: {steel: {}, food: {}}}
  size: {type: select, options: {small: {}, large: {when: 'industry == "steel"'}, tiny: {retired: true}}}
  tags: {type: multi_select, options: {vip: {}, furnace: {when: 'industry == "steel"'}, fax: {retired: true}}}
  confidential: {type: boolean, default: false, required: true}
  secret: {type: text, search: true}
"#;

const DEAL: &str = r#"
kind: object
name: deal
title: name
ownership: user
features: [history]
fields:
  number: {type: autonumber, pattern: 'D-{yyyy}-{seq:3}'}
  name: {type: text, required: true, max: 20}
  account: {type: reference, to: account, required: true, choose_where: 'status == "active"', fill: {note: account.name}}
  industry: {type: select, formula: account.industry}
  note: {type: text}
  stage: {type: select, required: true, options: {open: {}, offer: {}, won: {}, lost: {}}}
  estimate: {type: money, min: 0, currency: CNY}
  cost: {type: money, currency: CNY}
  margin: {type: money, currency: CNY, formula: 'estimate - cost'}
  chance: {type: percent, default_from: 'if stage == "open" { 10 } else { 50 }'}
  expected: {type: money, currency: CNY, formula: 'estimate * chance / 100'}
  reason: {type: text, required_when: 'stage == "lost"'}
  card: {type: text, encrypted: true, mask: last4}
  due: {type: date}
  score: {type: integer, readonly: true}
  buyers: {type: references, to: account, max: 2, attributes: {role: {type: text, max: 5}}}
  lines: {type: children, of: line, via: deal, max: 3}
  total: {type: money, currency: CNY, rollup: {sum: lines.amount}}
rules:
  cheap: {when: 'stage == "won"', require: 'estimate <= 1000', error: {en: Too dear, zh-CN: 太贵}, at: estimate}
  balanced: {when: 'stage == "won"', require: 'total == estimate', error: Lines and estimate differ, at: lines}
transitions:
  field: stage
  initial: [open, offer]
  moves:
    propose: {from: [open], to: offer, require: [due], set: {chance: 50}, set_from: {estimate: 'estimate + 1'}}
    win: {from: [offer], to: won, roles: [boss], when: 'estimate > 10'}
    lose: {from: [open, offer], to: lost}
"#;

const LINE: &str = r#"
kind: object
name: line
title: product
ownership: inherit(deal)
fields:
  deal: {type: reference, to: deal, required: true}
  product: {type: text, required: true}
  replaces: {type: reference, to: line}
  price: {type: money, currency: CNY, required: true}
  quantity: {type: integer, default: 1, min: 1}
  amount: {type: money, currency: CNY, formula: 'price * quantity'}
rules:
  not_for_lost: {require: 'deal.stage != "lost"', error: The deal is lost}
"#;

const SELLER: &str = r"
kind: role
name: seller
objects:
  shop.account: {read: department, create: true, update: own, fields: {secret: hidden, confidential: read}}
  shop.deal:
    create: true
    read: own
    update: own
    delete: own
    restore: own
    fields: {cost: hidden, due: edit}
    moves: [propose, win]
    history: true
restrictions:
  shop.account: {where: 'confidential == false', exempt: [boss]}
";

const BOSS: &str = r"
kind: role
name: boss
objects:
  shop.account: {read: all, update: all, create: true}
  shop.deal: {create: true, read: department_tree, update: department_tree, assign: department_tree, moves: all}
";

const VIEWS: [(&str, &str); 2] = [
    (
        "views/big.yaml",
        "kind: view\nname: big\nobject: deal\ncolumns: [name, account.name, cost]\nwhere: 'estimate > 100'\nsort: [-estimate]\n",
    ),
    ("views/dear.yaml", "kind: view\nname: dear\nobject: deal\nwhere: 'cost > 100'\n"),
];

pub static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(|| built(str::to_owned));

/// The same shop, where what is hidden from sellers does not exist at all.
pub static BARE: LazyLock<Arc<Catalog>> = LazyLock::new(|| {
    built(|text| {
        let open =
            |line: &&str| !["  cost:", "  margin:", "  secret:"].iter().any(|name| line.starts_with(name));
        let text: String = text.lines().filter(open).map(|line| format!("{line}\n")).collect();
        text.replace("cost: hidden, ", "").replace("secret: hidden, ", "").replace(", cost]", "]")
    })
});

fn built(change: impl Fn(&str) -> String) -> Arc<Catalog> {
    let file = |(path, text): (&str, &str)| (path.to_owned(), change(text.trim_start()));
    let mut base: Vec<(String, String)> = BASE.into_iter().map(&file).collect();
    base[3].0 = "roles/employee.yaml".to_owned();
    base.push(file(("roles/admin.yaml", ADMIN)));
    let mut shop: Vec<(String, String)> = VIEWS.into_iter().map(&file).collect();
    // In the bare shop there is nothing the second view could be about.
    shop.retain(|(path, _)| path != "views/dear.yaml" || change(DEAL).contains("cost"));
    shop.extend(
        [
            ("pack.yaml", "kind: pack\nname: shop\nversion: 1.0.0\nrequires: {base: '*'}\n"),
            ("objects/account.yaml", ACCOUNT),
            ("objects/deal.yaml", DEAL),
            ("objects/line.yaml", LINE),
            ("roles/seller.yaml", SELLER),
            ("roles/boss.yaml", BOSS),
        ]
        .map(&file),
    );
    let packs = [
        PackSource { root: "base".to_owned(), files: base },
        PackSource { root: "shop".to_owned(), files: shop },
    ];
    match build(&packs, &PhysicalNames::default(), &Options::default()) {
        Ok(built) => Arc::new(built.catalog),
        Err(found) => panic!("{}", found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

pub fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub const LILY: u128 = 0xA1;
pub const BOB: u128 = 0xA2;
pub const CHEN: u128 = 0xA3;
const SALES: u128 = 0xD1;
const NORTH: u128 = 0xD2;

/// Lily sells in the north, Bob in sales above it, Chen is the boss of sales; `root` may do everything.
pub fn actor(login: &str) -> Actor {
    actor_in(&CATALOG, login)
}

/// The same person under another catalog.
pub fn actor_in(catalog: &Catalog, login: &str) -> Actor {
    let (id, department, below, roles): (u128, _, Vec<u128>, &[&str]) = match login {
        "lily" => (LILY, NORTH, vec![NORTH], &["shop.seller"]),
        "bob" => (BOB, SALES, vec![SALES, NORTH], &["shop.seller"]),
        "chen" => (CHEN, SALES, vec![SALES, NORTH], &["shop.boss"]),
        "root" => (0xA9, SALES, vec![], &["base.admin"]),
        _ => (0xA8, NORTH, vec![], &[]),
    };
    let roles: Arc<[Arc<str>]> = roles.iter().map(|role| Arc::from(*role)).collect();
    Actor {
        id: uuid(id),
        login: Arc::from(login),
        name: Arc::from(login),
        locale: Locale::En,
        time_zone: Arc::from("Asia/Shanghai"),
        department: Some(uuid(department)),
        departments: below.into_iter().map(uuid).collect(),
        manager: None,
        admin: grants::is_admin(catalog, &roles),
        grants: Arc::new(grants::unite(catalog, &roles)),
        roles,
    }
}

pub fn bindings(actor: &Actor) -> Bindings {
    let departments = actor.departments.iter().map(|id| Value::Reference(*id)).collect();
    let user = HashMap::from([
        ("id", Value::Reference(actor.id)),
        ("department", Value::from(actor.department)),
        ("departments", Value::List(departments)),
    ]);
    Bindings {
        now: Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap(),
        time_zone: Arc::from("Asia/Shanghai"),
        user: Arc::new(user),
    }
}

/// Rows in memory.
pub struct Store {
    pub rows: Vec<Row>,
    pub locks: HashMap<Uuid, Lock>,
    pub pairs: HashMap<Uuid, Vec<crate::facts::Pair>>,
    next: Cell<u128>,
}

/// What a write came to.
#[derive(Debug)]
pub enum Outcome {
    Written(Box<Planned>),
    Parked(#[allow(dead_code, reason = "shown where a test fails")] Box<Parked>),
}

impl Store {
    /// The people and departments.
    pub fn new() -> Store {
        let mut store =
            Store { rows: Vec::new(), locks: HashMap::new(), pairs: HashMap::new(), next: Cell::new(0x1000) };
        store.put("base.department", SALES, &[("code", "s".into()), ("name", "Sales".into())]);
        let north =
            [("code", "n".into()), ("name", "North".into()), ("parent", Value::Reference(uuid(SALES)))];
        store.put("base.department", NORTH, &north);
        for (id, login, department) in [(LILY, "lily", NORTH), (BOB, "bob", SALES), (CHEN, "chen", SALES)] {
            let department = Value::Reference(uuid(department));
            store.put(
                "base.user",
                id,
                &[("login", login.into()), ("name", login.into()), ("department", department)],
            );
        }
        store
    }

    /// Puts a row there as it is.
    pub fn put(&mut self, object: &str, id: u128, values: &[(&str, Value)]) {
        let mut row = Row::empty(CATALOG.objects[object].clone());
        row.set("id", Value::Reference(uuid(id)));
        row.set("version", Value::Integer(1));
        for (name, value) in values {
            assert!(row.object.field(name).is_some(), "{object}.{name}");
            row.set(name, value.clone());
        }
        self.rows.push(row);
    }

    pub fn row(&self, object: &str, id: Uuid) -> Option<&Row> {
        self.rows.iter().find(|row| *row.object.name == *object && row.id() == id)
    }

    fn read(&self, needs: &Needs, facts: &mut Facts) {
        for (object, id) in &needs.rows {
            facts.add_row(object.clone(), *id, self.row(object, *id).cloned());
        }
        let referring = |key: &crate::facts::Referring| -> Vec<Row> {
            let of = self.rows.iter().filter(|row| row.object.name == key.object);
            let of = of.filter(|row| {
                row.get(&key.field).as_reference() == Some(key.id) && is_deleted(row) == key.deleted
            });
            of.cloned().collect()
        };
        for key in &needs.referring {
            facts.add_referring(key.clone(), referring(key));
        }
        for key in &needs.exists {
            facts.add_exists(key.clone(), !referring(key).is_empty());
        }
        for key in &needs.pairs {
            facts.add_pairs(key.clone(), self.pairs.get(&key.2).cloned().unwrap_or_default());
        }
        for key in &needs.keys {
            let equal = |row: &&Row| key.values.iter().all(|(name, value)| row.get(name) == value);
            let found =
                self.rows.iter().filter(|row| row.object.name == key.object && !is_deleted(row)).find(equal);
            facts.add_key(key.clone(), found.map(Row::id));
        }
        for flow in &needs.locks {
            facts.add_lock(*flow, self.locks.get(flow).cloned().unwrap_or_default());
        }
    }

    /// Plans and carries out a write.
    pub fn write(
        &mut self,
        login: &str,
        mode: Mode,
        begin: impl Fn(&Planner<'_>, &Facts) -> Result<Draft>,
    ) -> Result<Outcome> {
        let actor = actor(login);
        let bindings = bindings(&actor);
        let next = &self.next;
        let new_id = || {
            next.set(next.get() + 1);
            uuid(next.get())
        };
        let planner =
            Planner { catalog: &CATALOG, actor: &actor, bindings: &bindings, new_id: &new_id, mode };
        let mut facts = Facts::default();
        let mut draft = begin(&planner, &facts)?;
        let mut rounds = 0;
        while let Progress::Read(needs) = planner.prepare(&mut draft, &facts)? {
            self.read(&needs, &mut facts);
            rounds += 1;
            assert!(rounds < 50, "the preparation does not end: {needs:?}");
        }
        let planned = loop {
            match planner.finish(&mut draft, &facts)? {
                Finished::Read(needs) => self.read(&needs, &mut facts),
                Finished::Done(planned) => break planned,
                Finished::Parked(parked) => return Ok(Outcome::Parked(parked)),
            }
            rounds += 1;
            assert!(rounds < 100, "the plan does not end");
        };
        let mut after: Vec<Row> = self.rows.clone();
        for write in &planned.writes {
            after.retain(|row| row.id() != write.id);
            if write.operation != Operation::Purge {
                after.push(write.after.clone());
            }
        }
        settle(&mut after);
        for write in &planned.writes {
            for link in &write.links {
                let pairs = self.pairs.entry(write.id).or_default();
                pairs.retain(|(id, ..)| {
                    link.remove.as_ref().is_some_and(|remove| !remove.contains(id))
                        && !link.pairs.iter().any(|(written, ..)| written == id)
                });
                pairs.extend(link.pairs.iter().cloned());
                pairs.sort_by_key(|(_, position, _)| *position);
            }
        }
        let before = std::mem::replace(&mut self.rows, after);
        let mut facts = Facts::default();
        let checked = loop {
            match planner.check_later(&planned.later, &facts) {
                Ok(Some(needs)) => self.read(&needs, &mut facts),
                Ok(None) => break Ok(()),
                Err(found) => break Err(found),
            }
        };
        if checked.is_err() {
            self.rows = before;
        }
        checked.map(|()| Outcome::Written(planned))
    }

    pub fn create(&mut self, login: &str, object: &str, body: Json) -> Result<Uuid> {
        let written = self.write(login, Mode::Request, |planner, _| planner.create(object, &body))?;
        Ok(planned(written).id)
    }

    pub fn update(&mut self, login: &str, object: &str, id: Uuid, body: Json) -> Result<Box<Planned>> {
        let begin =
            |planner: &Planner<'_>, _: &Facts| planner.update(object, id, &body, Precondition::Absent);
        self.write(login, Mode::Request, begin).map(planned)
    }

    /// An account of Lily's and a deal of hers with one line.
    pub fn shop() -> (Store, Uuid, Uuid) {
        let mut store = Store::new();
        let body = serde_json::json!({"number": "A1", "name": "Acme", "industry": "steel"});
        let account = store.create("lily", "shop.account", body).unwrap();
        let line = serde_json::json!({"product": "nut", "price": "2.50", "quantity": 4});
        let body =
            serde_json::json!({"name": "Deal", "account": account, "estimate": "100", "lines": [line]});
        let deal = store.create("lily", "shop.deal", body).unwrap();
        (store, account, deal)
    }
}

/// Rolls up as storage does.
fn settle(rows: &mut [Row]) {
    let totals: Vec<(Uuid, Value)> = rows
        .iter()
        .filter(|row| &*row.object.name == "shop.deal")
        .map(|deal| {
            let lines = rows.iter().filter(|row| &*row.object.name == "shop.line" && !is_deleted(row));
            let own = lines.filter(|line| line.get("deal").as_reference() == Some(deal.id()));
            let total = own.filter_map(|line| line.get("amount").as_decimal()).sum();
            (deal.id(), Value::Decimal(total))
        })
        .collect();
    for (id, total) in totals {
        for row in rows.iter_mut().filter(|row| row.id() == id) {
            row.set("total", total.clone());
        }
    }
}

pub fn planned(outcome: Outcome) -> Box<Planned> {
    match outcome {
        Outcome::Written(planned) => planned,
        Outcome::Parked(parked) => panic!("parked: {parked:?}"),
    }
}

/// `code@path` of every finding.
pub fn codes(found: &Diagnostic) -> String {
    let one = |found: &Diagnostic| match &found.path {
        Some(path) => format!("{}@{path}", found.code),
        None => found.code.to_string(),
    };
    match found.details.is_empty() {
        true => one(found),
        false => found.details.iter().map(one).collect::<Vec<_>>().join(" "),
    }
}
