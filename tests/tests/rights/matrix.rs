//! Every write of every channel is permitted or refused as the naive reading says, with the code it says, and
//! `access/explain` says the same.

use crate::dice::{Dice, setting};
use crate::expect::{Expected, expect};
use crate::roles::{ACCESSES, Right};
use crate::shape::{Field, Kind, SHAPES, Shape, shape};
use crate::site::{Site, Size};
use crate::world::Person;
use diagnostic::{Code, Diagnostic, Locale};
use engine::records::Command;
use engine::requests::{Asked, Bulk, BulkMode, Press, Request};
use engine::transfer::orders::{ImportOrder, ImportPlan, Step};
use engine::transfer::{Format, ImportMode, ImportOptions};
use engine::{Asking, Identity};
use plan::Precondition;
use plan::planner::Mode;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use test_support::TestDatabase;
use uuid::Uuid;

const SIZE: Size = Size { people: 8, roles: 10 };

#[test]
fn writes_are_permitted_as_the_rules_say_sqlite() {
    run(Some(TestDatabase::sqlite()));
}

#[test]
fn writes_are_permitted_as_the_rules_say_postgres() {
    run(TestDatabase::postgres());
}

fn run(place: Option<TestDatabase>) {
    let Some(place) = place else { return };
    let dialect = place.dialect();
    let seed = setting("LIFELOOM_RIGHTS_SEED", 1);
    let mut place = Some(place);
    for round in 0..setting("LIFELOOM_RIGHTS_ROUNDS", 1) {
        crate::on(place.take(), |place| judge(place, seed + round));
        place = crate::again(dialect);
    }
}

/// What is done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Create,
    Update,
    Delete,
    Restore,
    Purge,
    Move(&'static str),
}

/// The way it comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Single,
    Bulk,
    Upsert,
    /// A file that is tried.
    Import,
    /// A file whose lines stay, by a job.
    Run,
    Script,
}

impl Channel {
    /// Whether it comes in a file.
    pub fn is_file(self) -> bool {
        matches!(self, Channel::Import | Channel::Run)
    }
}

/// One write.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub object: &'static str,
    pub verb: Verb,
    pub channel: Channel,
    pub id: Uuid,
    pub body: Map<String, Json>,
}

async fn judge(place: TestDatabase, seed: u64) {
    let mut site = Site::open(&place, seed, &SIZE).await;
    let mut dice = Dice::new(seed ^ 0x0BAD);
    let count = setting("LIFELOOM_RIGHTS_WRITES", 700) as usize;
    let (mut wrong, mut permitted, mut explained) = (Vec::new(), 0, 0);
    for number in 0..count {
        let person = number % site.people.len();
        let attempt = attempt(&mut dice, &mut site, person);
        let who = site.people[person].clone();
        let expected = expect(&site, &who, &attempt);
        explained += explanations(&site, &who, &attempt, &expected, &mut wrong).await;
        let found = match attempt.channel {
            Channel::Run => ran(&mut site, person, &attempt).await,
            _ => outcome(&site, person, &attempt).await,
        };
        permitted += usize::from(found.is_empty());
        if found != expected.codes {
            wrong.push(format!(
                "{} {attempt:?}\nexpected {:?}, found {found:?}",
                told(&site, &who),
                expected.codes
            ));
        }
    }
    println!(
        "{} seed {seed}: {count} writes, {permitted} permitted, {explained} explanations",
        place.dialect()
    );
    site.close().await;
    let shown: Vec<&str> =
        wrong.iter().take(setting("LIFELOOM_RIGHTS_SHOWN", 8) as usize).map(String::as_str).collect();
    let dialect = place.dialect();
    assert!(
        wrong.is_empty(),
        "seed {seed} on {dialect}: {} wrong\n{}",
        wrong.len(),
        shown.join("\n==========\n")
    );
    assert!(permitted * 10 > count, "hardly anything was permitted");
}

fn told(site: &Site, who: &Person) -> String {
    match setting("LIFELOOM_RIGHTS_ROLES", 0) {
        0 => who.login.clone(),
        _ => {
            let roles = who.roles.iter().map(|place| crate::roles::yaml(&site.world.roles[*place]));
            format!(
                "{} {:?} {:?}\n{}",
                who.login,
                who.id,
                who.department,
                roles.collect::<Vec<_>>().join("\n")
            )
        }
    }
}

fn attempt(dice: &mut Dice, site: &mut Site, person: usize) -> Attempt {
    let of: &'static Shape = dice.pick(SHAPES);
    let verb = match dice.below(20) {
        0..=5 => Verb::Create,
        6..=12 => Verb::Update,
        13 | 14 => Verb::Delete,
        15 => Verb::Restore,
        16 => Verb::Purge,
        _ if of.name == "order" => Verb::Move(dice.pick::<&str>(&crate::roles::MOVES)),
        _ => Verb::Update,
    };
    let channel = match verb {
        Verb::Create | Verb::Update => match dice.below(8) {
            0 | 1 => Channel::Bulk,
            2 if of.key.is_some() => Channel::Upsert,
            3 if dice.chance(70) => Channel::Import,
            3 => Channel::Run,
            4 if scripted(of.name, verb) => Channel::Script,
            _ => Channel::Single,
        },
        Verb::Delete | Verb::Restore if dice.chance(40) => Channel::Bulk,
        Verb::Move("check") if dice.chance(30) => Channel::Script,
        _ => Channel::Single,
    };
    let rows: Vec<Uuid> = match verb {
        Verb::Restore => {
            site.world.all(of.name).filter(|row| row.deleted || dice.chance(5)).map(|row| row.id).collect()
        }
        _ => {
            site.world.all(of.name).filter(|row| !row.deleted || dice.chance(15)).map(|row| row.id).collect()
        }
    };
    let nobody = Uuid::from_u128(11);
    // What hangs below a record in the bin comes back with it, and is not judged by itself.
    let hangs = |id: &Uuid| {
        let row = &site.world.rows[id];
        of.follows.is_none_or(|(_, via, _)| site.world.follow(row, via).is_some())
    };
    let rows: Vec<Uuid> = rows.into_iter().filter(hangs).collect();
    let likely: Vec<Uuid> = {
        let who = &site.people[person];
        let access = match verb {
            Verb::Delete => "delete",
            Verb::Restore => "restore",
            Verb::Purge => "purge",
            _ => "update",
        };
        let open = |id: &&Uuid| crate::expect::permits(&site.world, who, access, &site.world.rows[*id]);
        rows.iter().filter(open).copied().collect()
    };
    let rows = if likely.is_empty() || dice.chance(40) { rows } else { likely };
    let id = if rows.is_empty() || dice.chance(3) { nobody } else { *dice.pick(&rows) };
    let mut body = match verb {
        Verb::Create | Verb::Update => body(dice, site, person, of, verb, channel),
        _ => Map::new(),
    };
    if channel == Channel::Upsert {
        let key = of.key.unwrap_or_default();
        let stored =
            site.world.rows.get(&id).filter(|row| !row.deleted).and_then(|row| row.values.get(key)).cloned();
        let code = stored.filter(|_| verb == Verb::Update);
        let code = code.unwrap_or_else(|| json!(site.code(dice)));
        body.insert(key.to_owned(), code);
    }
    Attempt { object: of.name, verb, channel, id, body }
}

fn scripted(object: &str, verb: Verb) -> bool {
    match verb {
        Verb::Create => matches!(object, "order" | "client"),
        _ => matches!(object, "order" | "client" | "memo" | "line"),
    }
}

/// A body, mostly of what the person may give.
pub fn body(
    dice: &mut Dice,
    site: &mut Site,
    person: usize,
    of: &Shape,
    verb: Verb,
    channel: Channel,
) -> Map<String, Json> {
    let mut body = Map::new();
    let rare = if verb == Verb::Create { 12 } else { 25 };
    for field in shape(of.name).fields {
        let wanted = (verb == Verb::Create && field.required) || dice.chance(rare) && sent(dice, field);
        // An empty cell of a file leaves the field as it is.
        let value = if wanted { site.value(dice, (of.name, None), field) } else { Json::Null };
        let plain =
            !channel.is_file() || !matches!(field.kind, Kind::Pairs(_) | Kind::Options(_) | Kind::Users);
        let stage = channel.is_file() && field.name == "o_status";
        // Most of what is sent may be given; the rest is there to be refused.
        let right = site.world.right(&site.people[person], of.name, field.name);
        let wanted = wanted && (right == Right::Edit || dice.chance(if field.required { 60 } else { 15 }));
        if wanted && plain && !stage && (!value.is_null() || !channel.is_file()) && field.name != "r_parent" {
            body.insert(field.name.to_owned(), value);
        }
    }
    if of.owned && dice.chance(30) {
        let own = site.people[person].id;
        let owner = if dice.chance(40) { own } else { *dice.pick(&site.world.users) };
        body.insert("owner".to_owned(), json!(owner));
    }
    if body.is_empty() {
        let fields: Vec<&Field> = of.written().filter(|field| field.required).collect();
        let field = *dice.pick(&fields);
        let value = site.value(dice, (of.name, None), field);
        body.insert(field.name.to_owned(), value);
    }
    body
}

/// Fields of the engine and derived ones are sent now and then, to be refused.
fn sent(dice: &mut Dice, field: &Field) -> bool {
    let given = !field.system && field.inputs.is_empty() && !matches!(field.kind, Kind::Children(..));
    given || (dice.chance(8) && !matches!(field.kind, Kind::Id | Kind::Children(..)) && field.name != "owner")
}

/// Undoes what was permitted.
fn undone() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::TaskDecided))
}

/// The codes of the refusal; none where it was permitted. Nothing of it stays.
async fn outcome(site: &Site, person: usize, attempt: &Attempt) -> BTreeSet<&'static str> {
    let who = site.identities[person].clone();
    match attempt.channel {
        Channel::Single | Channel::Upsert => {
            let command = command(attempt);
            let job = move |work: engine::work::Work| {
                let command = command.clone();
                async move { work.execute(&command).await.and_then(|_| Err::<(), _>(undone())) }
            };
            codes(site.engine.transact(who, Mode::Request, true, job).await.err())
        }
        Channel::Bulk => bulk(site, who, attempt).await,
        Channel::Script => script(site, who, attempt).await,
        Channel::Import | Channel::Run => import(site, &who, attempt).await,
    }
}

fn command(attempt: &Attempt) -> Command {
    let (id, body) = (attempt.id, Json::Object(attempt.body.clone()));
    let object: Arc<str> = shape(attempt.object).full().into();
    let precondition = Precondition::Waived;
    match attempt.verb {
        Verb::Create | Verb::Update if attempt.channel == Channel::Upsert => {
            let key = shape(attempt.object).key.unwrap_or_default();
            let mut rest = attempt.body.clone();
            let value = rest.shift_remove(key).and_then(|value| value.as_str().map(str::to_owned));
            let values = vec![value.unwrap_or_default()];
            Command::Upsert { object, key: key.into(), values, body: Json::Object(rest) }
        }
        Verb::Create => Command::Create { object, body },
        Verb::Update => Command::Update { object, id, body, precondition },
        Verb::Delete => Command::Delete { object, id, precondition },
        Verb::Restore => Command::Restore { object, id },
        Verb::Purge => Command::Purge { object, id, precondition },
        Verb::Move(name) => {
            Command::Move { object, id, name: name.into(), body: Json::Null, precondition, approved: false }
        }
    }
}

async fn bulk(site: &Site, who: Arc<Identity>, attempt: &Attempt) -> BTreeSet<&'static str> {
    let object: Arc<str> = shape(attempt.object).full().into();
    let nothing = Command::Restore { object: object.clone(), id: Uuid::from_u128(13) };
    let commands = vec![command(attempt), nothing];
    let bulk = Bulk { object, mode: BulkMode::Atomic, commands, locale: Locale::En, told: |_, _| Json::Null };
    let asked = Asked { request: Request::Bulk(bulk), key: None, id: "bulk".into(), address: None };
    match site.engine.perform(&who, asked).await {
        // The second operation undoes the first.
        Err(found) if found.path.as_deref() == Some("operations[1].restore") => BTreeSet::new(),
        other => codes(other.err()),
    }
}

async fn script(site: &Site, who: Arc<Identity>, attempt: &Attempt) -> BTreeSet<&'static str> {
    let what = match (attempt.verb, attempt.object) {
        (Verb::Move(_), _) => "move".to_owned(),
        (Verb::Create, "order") => "create".to_owned(),
        (Verb::Create, object) => format!("create_{object}"),
        (_, "order") => "update".to_owned(),
        (_, object) => format!("update_{object}"),
    };
    let parameters = json!({"what": what, "id": attempt.id, "body": attempt.body});
    let press = Press { object: "vault.order".into(), record: None, action: "touch".into(), parameters };
    let asked = Asked { request: Request::Press(press), key: None, id: "script".into(), address: None };
    let found = site.engine.perform(&who, asked).await.err();
    let carried_out = |found: &Diagnostic| found.render(Locale::En).contains("carried out");
    match found {
        Some(found) if carried_out(&found) => BTreeSet::new(),
        other => codes(other),
    }
}

/// The file of a write.
fn file(attempt: &Attempt) -> String {
    let mut headers: Vec<&str> = attempt.body.keys().map(String::as_str).collect();
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        Json::Object(map) => format!("{}:{}", map["object"].as_str().unwrap(), map["id"].as_str().unwrap()),
        other => other.to_string(),
    };
    let mut cells: Vec<String> = attempt.body.values().map(text).collect();
    if attempt.verb == Verb::Update {
        headers.push("id");
        cells.push(attempt.id.to_string());
    }
    format!("{}\n{}\n", headers.join(","), cells.join(","))
}

fn mode(attempt: &Attempt) -> ImportMode {
    if attempt.verb == Verb::Update { ImportMode::Upsert } else { ImportMode::Create }
}

async fn import(site: &Site, who: &Arc<Identity>, attempt: &Attempt) -> BTreeSet<&'static str> {
    let (file, mode) = (file(attempt), mode(attempt));
    let options = ImportOptions { mode, dry_run: true, ..ImportOptions::default() };
    let object = shape(attempt.object).full();
    match site.engine.import(who, &object, std::io::Cursor::new(file), options, None, &|_| {}).await {
        Err(found) => codes(Some(found)),
        Ok(report) => codes(report.failed.into_iter().next().map(|row| Box::new(row.found))),
    }
}

/// Sends the file and has a job write it: what is permitted stays.
async fn ran(site: &mut Site, person: usize, attempt: &Attempt) -> BTreeSet<&'static str> {
    let (who, object) = (site.identities[person].clone(), shape(attempt.object).full());
    let engine = site.engine.clone();
    let import = match engine.begin_upload(&who, &object, (Format::Csv, None), "").await {
        Ok(import) => import,
        Err(found) => return codes(Some(found)),
    };
    let bytes = file(attempt).into_bytes();
    let size = bytes.len();
    engine.upload_part(import, 0, bytes).await.unwrap();
    engine.end_upload(&who, import, size).await.unwrap();
    let plan = Some(ImportPlan { mode: mode(attempt), ..ImportPlan::default() });
    let order = ImportOrder { import, step: Step::Run, plan, locale: Locale::En };
    let asked = Asked { request: Request::Import(order), key: None, id: "run".into(), address: None };
    if let Err(found) = engine.perform(&who, asked).await {
        return codes(Some(found));
    }
    while engine.work_once("rights").await.unwrap() > 0 {}
    let (lines, _) = engine.import_lines(&who, import, None, -1, 10).await.unwrap();
    if let Some(id) = lines.first().and_then(|line| line["id"].as_str()?.parse().ok()) {
        let body: Map<String, Json> =
            attempt.body.clone().into_iter().filter(|(name, _)| is_written(attempt.object, name)).collect();
        let person = site.people[person].clone();
        site.keep(&person, id, attempt.object, Json::Object(body));
    }
    let told = engine.import_of(&who, import).await.unwrap();
    let found = told["report"]["findings"].as_array().unwrap().iter();
    let found = found.filter_map(|one| Code::ALL.iter().copied().find(|code| one["code"] == code.name()));
    found.filter(|code| !is_of_state(*code)).map(Code::name).collect()
}

/// A column that nobody writes is left out.
fn is_written(object: &str, name: &str) -> bool {
    let field = shape(object).field(name);
    field.is_some_and(|field| field.inputs.is_empty() && (!field.system || name == "owner"))
}

/// The codes of a refusal, without those that speak of the record's state and not of rights.
fn codes(found: Option<Box<Diagnostic>>) -> BTreeSet<&'static str> {
    let Some(found) = found else { return BTreeSet::new() };
    let all: Vec<Code> = match found.details.as_slice() {
        [] => vec![found.code],
        details => details.iter().map(|detail| detail.code).collect(),
    };
    all.into_iter().filter(|code| !is_of_state(*code)).map(Code::name).collect()
}

fn is_of_state(code: Code) -> bool {
    let state = [
        Code::TaskDecided,
        Code::InvalidTransition,
        Code::AlreadyPending,
        Code::ReferencedElsewhere,
        Code::Duplicate,
    ];
    state.contains(&code)
}

/// Asks why; answers how often.
async fn explanations(
    site: &Site,
    who: &Person,
    attempt: &Attempt,
    expected: &Expected,
    wrong: &mut Vec<String>,
) -> usize {
    let action = match attempt.verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Delete => "delete",
        Verb::Restore => "restore",
        Verb::Purge => "purge",
        Verb::Move(name) => name,
    };
    // What an upsert comes to hangs on its key, of which nothing can be asked.
    if attempt.channel == Channel::Upsert {
        return 0;
    }
    let object = shape(attempt.object).full();
    let exists = site.world.rows.contains_key(&attempt.id);
    let record = (attempt.verb != Verb::Create && exists).then_some(attempt.id);
    let mut asked = 0;
    let mut ask = async |action: &str, record: Option<Uuid>, field: Option<&str>, allowed: bool| {
        let asking = Asking { user: Some(&who.login), object: &object, record, action, field };
        let found = site.engine.explain(&site.engine.system(), asking).await.unwrap();
        if found["allowed"] != allowed {
            wrong.push(format!(
                "{} is {action} of {object} {record:?} {field:?} permitted: {allowed}, explained {found}",
                told(site, who)
            ));
        }
        asked += 1;
    };
    if attempt.verb == Verb::Create || exists {
        ask(action, record, None, expected.row).await;
    }
    if let (Verb::Create | Verb::Update, Some((name, _))) = (attempt.verb, attempt.body.iter().next())
        && !attempt.channel.is_file()
        && (attempt.verb == Verb::Create || exists)
    {
        ask(action, record, Some(name), expected.row && expected.written(name)).await;
    }
    if let Some(row) = site.world.rows.get(&attempt.id) {
        let access = ACCESSES[asked_for(attempt.id) % ACCESSES.len()];
        let allowed = crate::expect::permits(&site.world, who, access, row);
        ask(access, Some(row.id), None, allowed).await;
        let field =
            shape(attempt.object).fields[asked_for(attempt.id) % shape(attempt.object).fields.len()].name;
        let reads = site.world.may(who, "read", row) && site.world.reads(who, attempt.object, field);
        ask("read", Some(row.id), Some(field), reads).await;
    }
    asked
}

fn asked_for(id: Uuid) -> usize {
    id.as_bytes().iter().map(|byte| usize::from(*byte)).sum()
}
