//! Changes everything that somebody may not know, and nothing else: the second of two databases.

use crate::dice::Dice;
use crate::roles::ACCESSES;
use crate::shape::{Kind, SHAPES, shape};
use crate::site::Site;
use crate::world::{Person, Row, World};
use engine::records::Command;
use plan::Precondition;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Changes of hidden values, each of which leaves what the person sees as it is.
pub async fn change(site: &mut Site, dice: &mut Dice, who: &Person) {
    keep_stamps(site).await;
    let seen = view(&site.world, who);
    masked(site, dice, who).await;
    unsaid(site, dice, who).await;
    let rows: Vec<Uuid> = site.world.rows.keys().copied().collect();
    for id in rows {
        match seen.contains_key(&id) {
            true => hidden_fields(site, dice, who, id, &seen).await,
            false => hidden_row(site, dice, who, id, &seen).await,
        }
    }
    new_rows(site, dice, who, &seen).await;
    let ghost = json!({"name": format!("G{}", dice.below(1_000_000)), "title": "gone"});
    let precondition = Precondition::Waived;
    let change = Command::Update { object: "base.user".into(), id: site.ghost, body: ghost, precondition };
    site.write(change).await.unwrap();
    restore_stamps(site).await;
}

/// What somebody sees, and what it may do with each of it. A condition of a right may speak of what is hidden:
/// its author wrote so, and what it permits tells of it. That is no leak; both databases permit the same.
type View = BTreeMap<Uuid, Vec<bool>>;

fn view(world: &World, who: &Person) -> View {
    let rights = |row: &Row| ACCESSES.iter().map(|access| world.may(who, access, row)).collect();
    let seen = world.rows.values().filter(|row| world.may(who, "read", row));
    seen.map(|row| (row.id, rights(row))).collect()
}

/// Whether the state looks the same to somebody.
fn same_view(world: &World, who: &Person, seen: &View) -> bool {
    view(world, who) == *seen
}

/// The body, as far as it leaves what somebody sees as it is.
fn unseen(site: &Site, who: &Person, id: Uuid, body: Map<String, Json>, seen: &View) -> Map<String, Json> {
    let object = site.world.rows[&id].object;
    let mut world = site.world.clone();
    let mut kept = Map::new();
    for (name, value) in body {
        let before = world.rows[&id].clone();
        world.put(id, object, &json!({&name: &value}), &site.departments);
        match same_view(&world, who, seen) {
            true => {
                kept.insert(name, value);
            }
            false => {
                world.rows.insert(id, before);
            }
        }
    }
    kept
}

async fn hidden_fields(site: &mut Site, dice: &mut Dice, who: &Person, id: Uuid, seen: &View) {
    let (object, deleted) = (site.world.rows[&id].object, site.world.rows[&id].deleted);
    // What lies in the recycle bin is not changed by anybody.
    if deleted {
        return;
    }
    let mut body = Map::new();
    for field in shape(object).written() {
        let fixed = field.name == "o_status" || matches!(field.kind, Kind::Children(..));
        if !fixed && !site.world.reads(who, object, field.name) && dice.chance(80) {
            let value = site.value(dice, (object, Some(id)), field);
            body.insert(field.name.to_owned(), value);
        }
    }
    let hides = |name: &str| shape(object).owned && !site.world.reads(who, object, name);
    if hides("owner") && hides("department") {
        body.insert("owner".to_owned(), json!(dice.pick(&site.world.users)));
    }
    body.retain(|name, _| !is_counted(object, name));
    let body = unseen(site, who, id, body, seen);
    if !body.is_empty() {
        site.set(id, Json::Object(body)).await;
    }
}

/// A reference to a parent whose version counts its children is left alone: the version is no hidden value.
fn is_counted(object: &str, name: &str) -> bool {
    matches!((object, name), ("line", "l_order") | ("memo", "m_order"))
}

/// What a mask leaves out, where somebody sees the value masked. Values that requests name stay: whether a value is
/// this one may be asked.
async fn masked(site: &mut Site, dice: &mut Dice, who: &Person) {
    if !site.world.reads(who, "client", "c_iban") {
        return;
    }
    let seen = |row: &&Row| crate::expect::permits(&site.world, who, "read", row);
    let full = |row: &&Row| crate::expect::permits(&site.world, who, "unmask", row);
    let rows = site.world.live("client").filter(seen).filter(|row| !full(row));
    let of = |row: &Row| Some((row.id, row.values.get("c_iban")?.as_str()?.to_owned()));
    let rows: Vec<(Uuid, String)> = rows.filter_map(of).collect();
    for (id, before) in rows {
        if !before.starts_with("DE7") || dice.chance(20) {
            continue;
        }
        let last = &before[before.len() - 4..];
        let body = json!({"c_iban": format!("DE7{}{last}", dice.below(10_000_000))});
        // That it changed would stand in the history.
        let history = site.ids("sys_history", "record", id).await;
        site.set(id, body).await;
        for entry in site.ids("sys_history", "record", id).await {
            if !history.contains(&entry) {
                site.run(format!("delete from sys_history where id = {}", site.literal(entry))).await;
            }
        }
    }
}

/// What is said about records that somebody does not see: comments, and flows that do not concern him.
async fn unsaid(site: &mut Site, dice: &mut Dice, who: &Person) {
    let rows: Vec<Uuid> = site.world.rows.keys().copied().collect();
    for id in rows {
        let row = &site.world.rows[&id];
        if !matches!(row.object, "client" | "order" | "memo")
            || !row.deleted && site.world.may(who, "read", row)
        {
            continue;
        }
        let record = site.literal(id);
        let words = format!("unsaid {}", dice.below(1_000_000));
        site.run(format!("update sys_comment set body = '{words}' where record = {record}")).await;
        for instance in site.ids("workflow_instance", "record", id).await {
            let concerns = site.assignees(instance).await.contains(&who.id);
            if !concerns {
                let instance = site.literal(instance);
                let tasks =
                    format!("update workflow_task set comment = '{words}' where instance = {instance}");
                let start = format!(
                    "update workflow_instance set started_at = '2026-03-01T00:00:00.000000Z' where id = {instance}"
                );
                site.run(tasks).await;
                site.run(start).await;
            }
        }
    }
}

async fn hidden_row(site: &mut Site, dice: &mut Dice, who: &Person, id: Uuid, seen: &View) {
    let row = site.world.rows[&id].clone();
    let object = row.object;
    if row.deleted {
        return;
    }
    if dice.chance(25) {
        let mut world = site.world.clone();
        if let Some(row) = world.rows.get_mut(&id) {
            row.deleted = true;
        }
        let counted = rolls_up(site, who, object, id, "l_qty");
        if !counted && !matches!(object, "order" | "region") && same_view(&world, who, seen) {
            // A pair with what is gone for good is gone too.
            match matches!(object, "memo" | "line") && dice.chance(60) {
                true => site.purge(object, id).await,
                false => site.delete(object, id).await,
            };
        }
        return;
    }
    let mut body = Map::new();
    for field in shape(object).written() {
        let fixed = field.name == "o_status" || matches!(field.kind, Kind::Children(..));
        if !fixed && dice.chance(60) {
            let value = site.value(dice, (object, Some(id)), field);
            body.insert(field.name.to_owned(), value);
        }
    }
    if shape(object).owned && dice.chance(40) {
        body.insert("owner".to_owned(), json!(dice.pick(&site.world.users)));
    }
    body.retain(|name, _| !rolls_up(site, who, object, id, name));
    let body = unseen(site, who, id, body, seen);
    if !body.is_empty() {
        site.set(id, Json::Object(body)).await;
    }
}

/// Declared disclosure: a roll-up counts rows of other scopes. Where somebody reads the sum of an order's lines
/// and not the line, what the line adds to the sum stays.
fn rolls_up(site: &Site, who: &Person, object: &str, id: Uuid, name: &str) -> bool {
    if object != "line" || !matches!(name, "l_order" | "l_qty" | "l_price") {
        return false;
    }
    name == "l_order" || sums(&site.world, who, &site.world.rows[&id])
}

/// Whether somebody reads what the line adds to.
fn sums(world: &World, who: &Person, line: &Row) -> bool {
    let order = world.follow(line, "l_order");
    order.is_some_and(|order| world.may(who, "read", order)) && world.reads(who, "order", "o_total")
}

async fn new_rows(site: &mut Site, dice: &mut Dice, who: &Person, seen: &View) {
    for shape in SHAPES {
        for _ in 0..2 {
            let body = site.body(dice, shape.name);
            let id = Uuid::now_v7();
            let mut world = site.world.clone();
            world.put(id, shape.name, &Json::Object(body.clone()), &site.departments);
            let adds = shape.name == "line" && sums(&world, who, &world.rows[&id]);
            if adds || !same_view(&world, who, seen) {
                continue;
            }
            let body = Json::Object(body);
            let command = Command::Create { object: shape.full().into(), body: body.clone() };
            let id = site.write(command).await.unwrap_or_else(|found| panic!("{body}: {found:#?}"));
            site.world.put(id, shape.name, &body, &site.departments);
        }
    }
}

fn tables(site: &Site) -> Vec<String> {
    let published = site.engine.published();
    let mut tables = vec!["base.user".to_owned()];
    tables.extend(SHAPES.iter().map(crate::shape::Shape::full));
    tables.iter().map(|name| published.catalog.objects[name.as_str()].table.to_string()).collect()
}

/// Version, time and author of the last change are readable and no hidden values: the two databases have the
/// same. They are remembered here and put back afterwards.
async fn keep_stamps(site: &Site) {
    for (place, table) in tables(site).iter().enumerate() {
        let columns = "id, version, updated_at, updated_by";
        let sql = format!("create table kept_{place} as select {columns} from \"{table}\"");
        site.run(sql).await;
    }
}

async fn restore_stamps(site: &Site) {
    for (place, table) in tables(site).iter().enumerate() {
        let of =
            |column: &str| format!("{column} = (select k.{column} from kept_{place} k where k.id = t.id)");
        let set = ["version", "updated_at", "updated_by"].map(of).join(", ");
        let sql = format!(
            "update \"{table}\" as t set {set} where exists (select 1 from kept_{place} k where k.id = t.id)"
        );
        let drop = format!("drop table kept_{place}");
        for sql in [sql, drop] {
            site.run(sql).await;
        }
    }
}
