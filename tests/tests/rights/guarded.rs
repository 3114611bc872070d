//! Guards that one request each shows: rights on files, comments, children and explanations.

use crate::found::{Scene, create};
use crate::mended::{asked, with};
use crate::roles::{ACCESSES, Grant, Restriction, Right, Role, Scope};
use diagnostic::Locale;
use engine::Asking;
use engine::records::Command;
use engine::requests::unmask::Unmasking;
use engine::requests::{Press, Request};
use engine::transfer::Format;
use plan::Precondition;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

pub fn all() -> Grant {
    let scopes: BTreeMap<&'static str, Scope> = ACCESSES.iter().map(|access| (*access, Scope::All)).collect();
    Grant { create: true, scopes, ..Grant::default() }
}

pub fn scope(roles: &mut [Role], object: &str, access: &'static str, scope: Scope) {
    roles[0].grants.get_mut(object).unwrap().scopes.insert(access, scope);
}

/// Little is exported, nothing is said, lines are only read.
fn readers(roles: &mut [Role]) {
    roles[0].grants.insert("line", Grant { create: false, ..all() });
    scope(roles, "line", "update", Scope::None);
    scope(roles, "line", "delete", Scope::None);
    scope(roles, "client", "export", Scope::None);
    scope(roles, "memo", "export", Scope::Own);
    scope(roles, "order", "comment", Scope::None);
    scope(roles, "order", "history", Scope::None);
    roles[0].grants.get_mut("client").unwrap().fields.insert("c_code", Right::Hidden);
}

async fn export(scene: &Scene, object: &str) -> Result<String, &'static str> {
    let (engine, who) = (&scene.site.engine, &scene.site.identities[0]);
    let mut out = Vec::new();
    match engine.export(who, object, &[], Format::Csv, &mut out, &|_| {}).await {
        Ok(_) => Ok(String::from_utf8(out).unwrap()),
        Err(found) => Err(found.code.name()),
    }
}

pub fn update(object: &str, id: Uuid, body: Json) -> Command {
    Command::Update { object: object.into(), id, body, precondition: Precondition::Waived }
}

#[test]
fn who_reads_may_not_export_comment_or_write_lines() {
    with(
        |roles| readers(roles),
        |scene| async move {
            assert_eq!(export(&scene, "vault.client").await, Err("not_permitted"));
            let own = scene.site.people[0].id;
            let memo =
                |text: &str, owner: Uuid| json!({"m_text": text, "m_order": scene.order, "owner": owner});
            scene.site.make("vault.memo", memo("of my own", own)).await;
            scene.site.make("vault.memo", memo("of others", scene.site.world.users[1])).await;
            let memos = export(&scene, "vault.memo").await.unwrap();
            assert!(memos.contains("of my own") && !memos.contains("of others"), "{memos}");
            let orders = export(&scene, "vault.order").await.unwrap();
            assert!(orders.contains(",o_client,") && !orders.contains("c_code"), "{orders}");

            let words =
                Request::Comment { object: "vault.order".into(), record: scene.order, text: "x".to_owned() };
            let found = scene.site.engine.perform(&scene.site.identities[0], asked(words)).await.unwrap_err();
            assert_eq!(found.code.name(), "not_permitted");
            let who = &scene.site.identities[0];
            let found =
                scene.site.engine.history(who, "vault.order", scene.order, None, 10).await.unwrap_err();
            assert_eq!(found.code.name(), "not_permitted");
            let told = scene.site.engine.timeline(who, "vault.order", scene.order, None, 200, Locale::En);
            let told: Vec<_> = told.await.unwrap().entries.iter().map(|one| one["kind"].clone()).collect();
            assert!(!told.contains(&json!("changes")) && !told.contains(&json!("mail")), "{told:?}");

            let line = json!({"l_order": scene.order, "l_name": "there"});
            let line = scene.site.make("vault.line", line).await;
            let changes = [
                (json!({"create": [{"l_name": "new"}]}), "not_permitted o_lines.create[0]."),
                (json!({"update": [{"id": line, "l_name": "other"}]}), "not_permitted o_lines.update[0]."),
                (json!({"delete": [line]}), "not_permitted o_lines.delete[0]"),
            ];
            for (lines, expect) in changes {
                let found = scene.write(update("vault.order", scene.order, json!({"o_lines": lines}))).await;
                assert_eq!(found, expect);
            }
            scene.site.close().await;
        },
    );
}

/// Rights that hang on what one request can change.
fn conditional(roles: &mut [Role]) {
    roles[0].grants.insert("line", all());
    scope(roles, "order", "assign", Scope::When("o_lines.any(l_qty > 2)"));
    scope(roles, "line", "update", Scope::When("l_order.o_level <= 1"));
}

#[test]
fn rights_are_those_on_what_is_stored() {
    with(
        |roles| conditional(roles),
        |scene| async move {
            let order = json!({"o_code": "two", "o_level": 3, "owner": scene.site.people[0].id});
            let order = scene.site.make("vault.order", order).await;
            let line = scene.site.make("vault.line", json!({"l_order": order, "l_name": "there"})).await;
            let changes = [
                (
                    json!({"owner": scene.site.world.users[1], "o_lines": {"create": [{"l_name": "x", "l_qty": 4}]}}),
                    "not_permitted owner",
                ),
                (
                    json!({"o_level": 0, "o_lines": {"update": [{"id": line, "l_name": "other"}]}}),
                    "not_permitted o_lines.update[0].",
                ),
                (json!({"o_lines": {"create": [{"l_name": "x", "l_qty": 4}]}}), "done"),
            ];
            for (body, expect) in changes {
                assert_eq!(scene.write(update("vault.order", order, body)).await, expect);
            }
            scene.site.close().await;
        },
    );
}

/// Scopes whose conditions speak of what is hidden: a field, some rows behind a reference, some children.
fn unspoken(roles: &mut [Role]) {
    let mut lines = all();
    lines.scopes.insert("read", Scope::When("l_qty <= 2"));
    roles[0].grants.insert("line", lines);
    scope(roles, "region", "read", Scope::When("r_level <= 1"));
    scope(roles, "client", "update", Scope::When("c_level <= 1"));
    scope(roles, "client", "comment", Scope::When("c_region.r_level <= 1"));
    scope(roles, "order", "history", Scope::When("o_lines.count() == 0"));
    roles[0].grants.get_mut("client").unwrap().fields.insert("c_level", Right::Hidden);
}

#[test]
fn explanations_keep_what_conditions_speak_of() {
    with(
        |roles| unspoken(roles),
        |scene| async move {
            let (engine, who) = (&scene.site.engine, &scene.site.identities[0]);
            let (order, open) = (scene.order, scene.open);
            for (object, record, action, expect) in [
                ("vault.client", open, "update", Json::Null),
                ("vault.client", open, "comment", Json::Null),
                ("vault.order", order, "history", Json::Null),
                ("vault.order", order, "update", json!(true)),
            ] {
                let asking = Asking { user: None, object, record: Some(record), action, field: None };
                let told = engine.explain(who, asking).await.unwrap();
                let reasons = told["reasons"].as_array().unwrap();
                let grant = reasons.iter().find(|reason| reason["kind"] == "grant").unwrap();
                assert_eq!(grant["holds"], expect, "{action} {told}");
            }
            let object = "vault.client";
            let field = Asking { user: None, object, record: None, action: "read", field: Some("c_level") };
            assert_eq!(engine.explain(who, field).await.unwrap_err().code.name(), "unknown_field");
            let other = Asking { user: Some("u1"), field: None, ..field };
            assert_eq!(engine.explain(who, other).await.unwrap_err().code.name(), "not_permitted");
            scene.site.close().await;
        },
    );
}

/// Lines of a higher number are hidden, so are orders of a higher level and secrets; the order of a line has no name.
pub fn half_seen(roles: &mut [Role]) {
    let mut lines = all();
    lines.scopes.insert("read", Scope::When("l_qty <= 2"));
    roles[0].grants.insert("line", lines);
    scope(roles, "order", "read", Scope::When("o_level <= 3"));
    scope(roles, "order", "update", Scope::When("o_level <= 1"));
}

#[test]
fn children_and_places_are_those_that_are_seen() {
    with(
        |roles| half_seen(roles),
        |scene| async move {
            let order = scene.order;
            let line = |qty: i64| json!({"l_order": order, "l_name": "there", "l_qty": qty});
            let hidden = scene.site.make("vault.line", line(3)).await;
            let shown = scene.site.make("vault.line", line(1)).await;
            let far = scene.site.make("vault.order", json!({"o_code": "far", "o_level": 3})).await;
            let of_hidden = json!({"o_lines": {"update": [{"id": hidden, "l_name": "other"}]}});
            let found = scene.write(update("vault.order", order, of_hidden)).await;
            assert_eq!(found, "reference_not_found o_lines.update[0].id");
            // Whoever sees the other order only may put nothing under it.
            let moved = scene.write(update("vault.line", shown, json!({"l_order": far}))).await;
            assert_eq!(moved, "not_permitted l_order");
            let values = json!({"l_order": order, "l_name": "new"});
            let body = json!({"object": "vault.line", "values": values, "names": [["position"]]});
            let press = Press {
                object: "vault.order".into(),
                record: None,
                action: "touch".into(),
                parameters: json!({"what": "add", "body": body}),
            };
            // Among those that are seen: what stands before the hidden one counts, what stands behind it does not.
            scene.site.make("vault.line", line(4)).await;
            let who = &scene.site.identities[0];
            let made = scene.site.engine.perform(who, asked(Request::Press(press))).await.unwrap_err();
            assert!(made.render(Locale::En).contains(r#"["3"]"#), "{made:?}");
            scene.site.close().await;
        },
    );
}

#[test]
fn tasks_and_secrets_follow_the_rights_on_their_record() {
    with(
        |roles| {
            half_seen(roles);
            roles[0].grants.get_mut("order").unwrap().fields.insert("o_approver", Right::Hidden);
        },
        |scene| async move {
            let (engine, who) = (&scene.site.engine, &scene.site.identities[0]);
            let order = json!({"o_code": "TOLD", "o_approver": scene.site.people[0].id});
            let order = scene.site.make("vault.order", order).await;
            engine.submit(who, engine::requests::Submission::new("vault.closing", order)).await.unwrap();
            scene.site.write(update("vault.order", order, json!({"o_level": 4}))).await.unwrap();
            let tasks = engine.task_box(who, "todo", &Default::default(), None, 200).await.unwrap();
            let of_order = tasks.entries.iter().find(|task| task["record"]["id"] == json!(order)).unwrap();
            assert_eq!((&of_order["record"]["title"], &of_order["why"]), (&Json::Null, &json!("field")));
            let unmask = async |record: Uuid, field: &str| {
                let asked = Unmasking {
                    object: "vault.client".into(),
                    record,
                    fields: vec![field.to_owned()],
                    request: "r".into(),
                    address: None,
                };
                engine.unmask(who, asked).await.map_err(|found| found.code.name())
            };
            assert_eq!(unmask(scene.open, "c_iban").await, Ok(json!({"c_iban": null})));
            assert_eq!(unmask(scene.closed, "c_iban").await, Err("not_found"));
            scene.site.close().await;
        },
    );
}

/// What an order has of its lines has no name, nor have secrets.
fn unnamed(roles: &mut [Role]) {
    roles[0].grants.insert("line", all());
    roles[0].grants.get_mut("line").unwrap().fields.insert("l_order", Right::Hidden);
    roles[0].grants.get_mut("client").unwrap().fields.insert("c_iban", Right::Hidden);
}

#[test]
fn what_is_hidden_has_no_name() {
    with(
        |roles| unnamed(roles),
        |scene| async move {
            let (engine, who) = (&scene.site.engine, &scene.site.identities[0]);
            let told = engine.definition(who, "object", "vault.order", Locale::En).unwrap();
            assert!(
                told["fields"].get("o_lines").is_some() && !told.to_string().contains("l_order"),
                "{told}"
            );
            let asked = Unmasking {
                object: "vault.client".into(),
                record: scene.open,
                fields: vec!["c_iban".to_owned()],
                request: "r".into(),
                address: None,
            };
            assert_eq!(engine.unmask(who, asked).await.unwrap_err().code.name(), "unknown_field");
            // A line that would come back below what lies in the bin.
            let line = scene.site.make("vault.line", json!({"l_order": scene.order, "l_name": "l"})).await;
            for (object, id) in [("vault.line", line), ("vault.order", scene.order)] {
                let gone = Command::Delete { object: object.into(), id, precondition: Precondition::Waived };
                scene.site.write(gone).await.unwrap();
            }
            let back = Command::Restore { object: "vault.line".into(), id: line };
            assert_eq!(scene.write(back).await, "hidden_value");
            scene.site.close().await;
        },
    );
}

/// Restrictions on what is computed of other records.
fn derived(roles: &mut [Role]) {
    let condition = "(o_exposure ?? 0) <= 10 && o_lines.count() <= 1";
    roles[0].restrictions.push(Restriction { object: "order", condition, exempt: Vec::new() });
}

#[test]
fn restrictions_hold_for_what_is_computed_of_a_write() {
    with(
        |roles| derived(roles),
        |scene| async move {
            let order = |budget: &str, lines: usize| {
                let lines: Vec<Json> = (0..lines).map(|n| json!({"l_name": format!("{n}")})).collect();
                json!({"o_code": format!("new{}", Uuid::now_v7()), "o_client": scene.open, "o_budget": budget, "o_lines": lines})
            };
            let stored = scene.site.make("vault.order", order("1.00", 1)).await;
            let line = json!({"l_order": stored, "l_name": "more"});
            let rows = [
                (create("vault.order", order("2.00", 1)), "done"),
                (create("vault.order", order("9.00", 1)), "not_permitted"),
                (create("vault.order", order("2.00", 2)), "not_permitted"),
                (update("vault.order", stored, json!({"o_budget": "3.00"})), "done"),
                (update("vault.order", stored, json!({"o_budget": "4.00"})), "not_permitted"),
                (
                    update("vault.order", stored, json!({"o_lines": {"create": [{"l_name": "x"}]}})),
                    "not_permitted",
                ),
                (create("vault.line", line), "not_permitted"),
            ];
            for (command, expect) in rows {
                assert_eq!(scene.write(command.clone()).await, expect, "{command:?}");
            }
            scene.site.close().await;
        },
    );
}
