//! What the binding rules say of one write, stage by stage: who does not know an object finds nothing; what no right
//! reaches is not permitted; a field that may not be read is unknown; a row that may not be seen is not there; what
//! it refers to must be visible; what becomes of it must stay within the restrictions.

use crate::matrix::{Attempt, Channel, Verb};
use crate::roles::Right;
use crate::shape::{Kind, shape};
use crate::site::Site;
use crate::world::{Person, Row, World};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is expected.
pub struct Expected {
    /// The codes of the refusal; none where it is permitted.
    pub codes: BTreeSet<&'static str>,
    /// Whether the verb is permitted on the row, whatever is sent.
    pub row: bool,
    /// Fields of the body that may not be given.
    closed: BTreeMap<String, &'static str>,
}

impl Expected {
    /// Whether a field of the body may be given.
    pub fn written(&self, field: &str) -> bool {
        !self.closed.contains_key(field)
    }
}

/// Whether somebody may access a row so, by a request of its own.
pub fn permits(world: &World, who: &Person, access: &str, row: &Row) -> bool {
    let read = world.may(who, "read", row);
    match access {
        "read" => read,
        "purge" => read && world.may(who, "purge", row),
        "restore" => read && row.deleted && world.may(who, "restore", row),
        "assign" => {
            let owned = shape(row.object).owned && world.right(who, row.object, "owner") == Right::Edit;
            owned && read && !row.deleted && world.may(who, "update", row) && world.may(who, "assign", row)
        }
        access => read && !row.deleted && world.may(who, access, row),
    }
}

fn access_of(verb: Verb) -> &'static str {
    match verb {
        Verb::Create | Verb::Update | Verb::Move(_) => "update",
        Verb::Delete => "delete",
        Verb::Restore => "restore",
        Verb::Purge => "purge",
    }
}

pub fn expect(site: &Site, who: &Person, attempt: &Attempt) -> Expected {
    let world = &site.world;
    let closed = closed(world, who, attempt);
    let row_codes = on_row(site, who, attempt);
    let without_row = before_row(world, who, attempt);
    let row = without_row.is_none() && row_codes.is_none();
    let mut codes = BTreeSet::new();
    match door(world, who, attempt) {
        Some(code) => {
            codes.insert(code);
        }
        None => {
            // A file's headers are read before any line.
            let fields: BTreeSet<&'static str> = closed.values().copied().collect();
            let unknown: BTreeSet<&'static str> =
                fields.iter().copied().filter(|code| *code == "unknown_field").collect();
            if attempt.channel.is_file() && !unknown.is_empty() {
                codes = unknown;
            } else if let Some("script_failed") = row_codes {
                codes.insert("script_failed");
            } else if let Some(code) = without_row {
                codes.insert(code);
            } else if !fields.is_empty() {
                codes = fields;
            } else if let Some(code) = row_codes {
                codes.insert(code);
            } else {
                codes = afterwards(site, who, attempt);
            }
        }
    }
    Expected { codes, row, closed }
}

/// What the channel itself asks for.
fn door(world: &World, who: &Person, attempt: &Attempt) -> Option<&'static str> {
    match attempt.channel {
        Channel::Import | Channel::Run if !world.knows(who, attempt.object) => Some("not_found"),
        Channel::Import | Channel::Run if !may_import(world, who, attempt.object) => Some("not_permitted"),
        Channel::Script if !world.knows(who, "order") => Some("not_found"),
        Channel::Script if !world.grants(who, "order").iter().any(|grant| grant.action) => {
            Some("not_permitted")
        }
        _ => None,
    }
}

fn may_import(world: &World, who: &Person, object: &str) -> bool {
    let grants = world.grants(who, object);
    match shape(object).follows {
        Some((above, _, field)) if grants.is_empty() => {
            world.right(who, above, field) == Right::Edit && may_import(world, who, above)
        }
        _ => grants.iter().any(|grant| grant.import),
    }
}

/// What is refused whatever the row.
fn before_row(world: &World, who: &Person, attempt: &Attempt) -> Option<&'static str> {
    let object = attempt.object;
    if !world.knows(who, object) {
        return Some("not_found");
    }
    if let (Channel::Upsert, Some(key)) = (attempt.channel, shape(object).key)
        && !world.reads(who, object, key)
    {
        return Some("not_found");
    }
    if creates(world, who, attempt) {
        return (!world.may_create(who, object)).then_some("not_permitted");
    }
    if let Verb::Move(name) = attempt.verb
        && !world.grants(who, object).iter().any(|grant| grant.moves.contains(&name))
    {
        return Some("not_permitted");
    }
    match (world.reaches(who, access_of(attempt.verb), object), world.reaches(who, "read", object)) {
        (true, _) => None,
        (false, true) => Some("not_permitted"),
        (false, false) => Some("not_found"),
    }
}

/// Whether a new record is asked for: an upsert whose key leads to nothing that is visible is one.
fn creates(world: &World, who: &Person, attempt: &Attempt) -> bool {
    match (attempt.verb, attempt.channel) {
        (Verb::Create, _) => true,
        (Verb::Update, Channel::Upsert) => {
            !world.rows.get(&attempt.id).is_some_and(|row| !row.deleted && world.may(who, "read", row))
        }
        _ => false,
    }
}

/// Fields of the body that may not be given.
fn closed(world: &World, who: &Person, attempt: &Attempt) -> BTreeMap<String, &'static str> {
    let mut closed = BTreeMap::new();
    let creates = creates(world, who, attempt);
    for name in attempt.body.keys() {
        let Some(field) = shape(attempt.object).field(name) else { continue };
        let is_key = attempt.channel == Channel::Upsert && shape(attempt.object).key == Some(field.name);
        // The record that a key found has its value.
        if is_key && !creates {
            continue;
        }
        let right = world.right(who, attempt.object, name);
        let fixed = field.system && name != "owner" || !field.inputs.is_empty();
        let staged = name == "o_status" && !creates && !attempt.channel.is_file();
        if right == Right::Hidden || !world.knows(who, attempt.object) {
            closed.insert(name.clone(), "unknown_field");
        } else if attempt.channel.is_file() && fixed {
            // A column that nobody writes is left out.
        } else if right == Right::Read || fixed || staged {
            closed.insert(name.clone(), "read_only_field");
        }
    }
    closed
}

/// What is refused because of the row.
fn on_row(site: &Site, who: &Person, attempt: &Attempt) -> Option<&'static str> {
    let world = &site.world;
    if creates(world, who, attempt) {
        return None;
    }
    // The script of a move looks the record up and finds nothing to move.
    let looked_up = attempt.channel == Channel::Script && matches!(attempt.verb, Verb::Move(_));
    let missing = Some(if looked_up { "script_failed" } else { "not_found" });
    let Some(row) = world.rows.get(&attempt.id) else { return missing };
    let fits = match attempt.verb {
        Verb::Restore => row.deleted,
        Verb::Purge => true,
        _ => !row.deleted,
    };
    if !fits || !world.may(who, "read", row) {
        return missing;
    }
    (!world.may(who, access_of(attempt.verb), row)).then_some("not_permitted")
}

/// What is refused because of what is referred to, and of what becomes of the row.
fn afterwards(site: &Site, who: &Person, attempt: &Attempt) -> BTreeSet<&'static str> {
    let world = &site.world;
    if !matches!(attempt.verb, Verb::Create | Verb::Update) {
        // Nothing comes back below what lies in the bin.
        let above = shape(attempt.object).follows.map(|(_, via, _)| via);
        let parentless = |row: &Row| above.is_some_and(|via| world.follow(row, via).is_none());
        let lost = attempt.verb == Verb::Restore && world.rows.get(&attempt.id).is_some_and(parentless);
        let named = above.is_some_and(|via| world.reads(who, attempt.object, via));
        let code = if named { "reference_not_found" } else { "hidden_value" };
        return lost.then_some(code).into_iter().collect();
    }
    let creates = creates(world, who, attempt);
    let stored = world.rows.get(&attempt.id).filter(|_| !creates);
    let (references, pairs) = referred(site, who, attempt, stored);
    if !references.is_empty() {
        return references;
    }
    if let Some((_, via, _)) = shape(attempt.object).follows {
        let parent = attempt.body.get(via).and_then(Json::as_str).and_then(|text| text.parse::<Uuid>().ok());
        let moved = parent.filter(|id| stored.and_then(|row| row.reference(via)) != Some(*id));
        if let Some(parent) = moved.and_then(|id| world.rows.get(&id))
            && !world.may(who, "update", parent)
        {
            return BTreeSet::from(["not_permitted"]);
        }
    }
    let mut codes = pairs;
    if creates {
        codes.extend(lacking(world, who, attempt));
    }
    if !stays_open(site, who, attempt, stored) {
        codes.insert("not_permitted");
    }
    codes
}

/// Whether the row stays within the restrictions and with an owner that it may be given.
fn stays_open(site: &Site, who: &Person, attempt: &Attempt, stored: Option<&Row>) -> bool {
    let world = &site.world;
    let owner = attempt.body.get("owner").and_then(Json::as_str).and_then(|text| text.parse::<Uuid>().ok());
    let id = stored.map_or(Uuid::from_u128(99), |row| row.id);
    let mut after = world.clone();
    let mut body = Json::Object(attempt.body.clone());
    if stored.is_none() {
        if shape(attempt.object).owned && owner.is_none() {
            body["owner"] = json!(who.id);
        }
        defaults(attempt.object, &mut body);
    }
    after.put(id, attempt.object, &body, &site.departments);
    let row = &after.rows[&id];
    let (gives, permitted) = match stored {
        Some(stored) => {
            (owner.is_some_and(|owner| stored.owner != Some(owner)), world.may(who, "assign", stored))
        }
        None => (owner.is_some_and(|owner| owner != who.id), after.may(who, "assign", row)),
    };
    after.open(who, row) && (!gives || permitted)
}

/// Codes of references to what is not visible: of single ones, and of lists and pairs, which are looked at later.
type Codes = BTreeSet<&'static str>;

fn referred(site: &Site, who: &Person, attempt: &Attempt, stored: Option<&Row>) -> (Codes, Codes) {
    let (mut single, mut many) = (BTreeSet::new(), BTreeSet::new());
    for (name, value) in &attempt.body {
        let Some(field) = shape(attempt.object).field(name) else { continue };
        // A column that nobody writes is left out of an import.
        if field.system || !field.inputs.is_empty() {
            continue;
        }
        let before = stored.and_then(|row| row.values.get(name)).cloned().unwrap_or(Json::Null);
        match field.kind {
            Kind::To(target) if *value != before => single.extend(seen(site, who, target, value)),
            Kind::ToAny if *value != before => {
                let target = value["object"].as_str().unwrap_or("vault.none").trim_start_matches("vault.");
                single.extend(seen(site, who, target, &value["id"]));
            }
            Kind::Users | Kind::Pairs(_) => {
                let target = if let Kind::Pairs(target) = field.kind { target } else { "base.user" };
                let id_of =
                    |entry: &Json| if entry.is_object() { entry["id"].clone() } else { entry.clone() };
                let kept: Vec<Json> = before.as_array().into_iter().flatten().map(id_of).collect();
                let new = value.as_array().into_iter().flatten().map(id_of).filter(|id| !kept.contains(id));
                many.extend(new.filter_map(|id| seen(site, who, target, &id)));
            }
            _ => {}
        }
    }
    (single, many)
}

/// What a new row must have and has not.
fn lacking(world: &World, who: &Person, attempt: &Attempt) -> BTreeSet<&'static str> {
    let filled = ["level", "closed", "status", "qty"];
    let needed = shape(attempt.object).fields.iter().filter(|field| field.required);
    let needed = needed.filter(|field| !filled.iter().any(|end| field.name.ends_with(end)));
    let missing = needed.filter(|field| attempt.body.get(field.name).is_none_or(Json::is_null));
    let told = |field: &crate::shape::Field| match world.reads(who, attempt.object, field.name) {
        true => "required",
        false => "hidden_value",
    };
    missing.map(told).collect()
}

/// What a new row has where nothing is given.
pub fn defaults(object: &str, body: &mut Json) {
    let given: &[(&str, Json)] = match object {
        "region" => &[("r_level", json!(0))],
        "client" => &[("c_level", json!(0)), ("c_closed", json!(false))],
        "product" => &[("p_level", json!(0))],
        "order" => &[("o_level", json!(0))],
        "line" => &[("l_qty", json!(1))],
        _ => &[("m_level", json!(0))],
    };
    for (name, value) in given {
        if body.get(*name).is_none() {
            body[*name] = value.clone();
        }
    }
}

/// The refusal of a reference to what is not visible.
fn seen(site: &Site, who: &Person, target: &str, value: &Json) -> Option<&'static str> {
    let id: Uuid = value.as_str()?.parse().ok()?;
    let visible = match target {
        // Everybody sees those who have not left, and none of those who have.
        "base.user" => id != site.ghost,
        "base.department" => true,
        _ => site.world.rows.get(&id).is_some_and(|row| !row.deleted && site.world.may(who, "read", row)),
    };
    (!visible).then_some("reference_not_found")
}
