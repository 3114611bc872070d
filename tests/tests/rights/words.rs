//! What refusals say: they name no field, no key and no stage that their reader may not read.

use crate::answer::http;
use crate::found::Scene;
use crate::guarded::{all, scope, update};
use crate::mended::{only, with};
use crate::roles::{Grant, Right, Role, Scope};
use diagnostic::{Diagnostic, Locale};
use engine::Identity;
use engine::records::Command;
use engine::transfer::{ImportMode, ImportOptions, ImportReport, Mapping};
use plan::Precondition;
use plan::planner::Mode;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Each role sees all of a deed but one field; the first sees all.
const HIDDEN: [&str; 7] = ["", "d_share", "d_form", "d_reason", "d_parts", "d_clients", "d_stage"];

fn deeds(hidden: &'static str) -> Grant {
    let mut grant = Grant { import: true, moves: vec!["sign", "void"], ..all() };
    grant.fields.insert(hidden, Right::Hidden);
    grant.fields.remove("");
    grant
}

fn one_each(roles: &mut Vec<Role>) {
    for (place, hidden) in HIDDEN.into_iter().enumerate() {
        let mut role = roles[0].clone();
        role.name = format!("r{place}");
        role.restrictions.clear();
        role.grants.insert("deed", deeds(hidden));
        if place == 0 { roles[0] = role } else { roles.push(role) }
    }
}

/// The asker under each of the roles alone.
async fn readers(scene: &Scene) -> Vec<Arc<Identity>> {
    let names: Vec<String> = (0..HIDDEN.len()).map(|place| format!("vault.r{place}")).collect();
    let roles: Vec<Json> = names[1..].iter().map(|role| json!({"role": role})).collect();
    let roles = json!({"roles": {"create": roles}});
    scene.site.write(update("base.user", scene.site.people[0].id, roles)).await.unwrap();
    let mut readers = Vec::new();
    for name in &names {
        readers.push(only(scene, &[name]).await);
    }
    readers
}

/// Codes and places.
fn told(found: &Diagnostic) -> String {
    let one = |found: &Diagnostic| {
        format!("{} {}", found.code.name(), found.path.as_deref().unwrap_or_default()).trim_end().to_owned()
    };
    match found.details.as_slice() {
        [] => one(found),
        details => details.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

#[test]
fn findings_name_no_hidden_field() {
    with(one_each, |scene| async move {
        let readers = readers(&scene).await;
        let refused = async |hidden: &str, command: Command| {
            let place = HIDDEN.iter().position(|name| *name == hidden).unwrap();
            let who = readers[place].clone();
            scene.site.write_as(who, Mode::Request, command).await.unwrap_err()
        };
        let deed = |case: &str, without: &str| {
            let parts = json!([{"e_text": "x"}]);
            let mut body =
                json!({"d_name": case, "d_case": case, "d_clients": [{"id": scene.open}], "d_parts": parts});
            body.as_object_mut().unwrap().shift_remove(without);
            body
        };
        let create = |body: Json| Command::Create { object: "vault.deed".into(), body };
        let moved = |id: Uuid, name: &str| Command::Move {
            object: "vault.deed".into(),
            id,
            name: name.into(),
            body: Json::Null,
            precondition: Precondition::Waived,
            approved: false,
        };
        let open = scene.site.make("vault.deed", deed("open", "")).await;
        let signed = scene.site.make("vault.deed", deed("signed", "")).await;
        scene.site.write(update("vault.deed", signed, json!({"d_reason": "because"}))).await.unwrap();
        scene.site.write(moved(signed, "sign")).await.unwrap();
        let rows = [
            ("d_share", create(deed("share", "")), "too_big d_share", "hidden_value"),
            ("d_share", create(deed("early", "")), "rule_violated d_share", "rule_violated"),
            ("d_form", create(deed("form", "")), "option_not_offered d_form", "hidden_value"),
            ("d_reason", create(deed("reason", "")), "required d_reason", "hidden_value"),
            ("d_reason", create(deed("late", "")), "rule_violated d_reason", "rule_violated"),
            ("d_parts", create(deed("parts", "d_parts")), "too_few_children d_parts", "hidden_value"),
            ("d_clients", create(deed("clients", "d_clients")), "too_few_children d_clients", "hidden_value"),
            ("d_reason", moved(open, "sign"), "required d_reason", "hidden_value"),
            ("d_stage", moved(open, "void"), "rule_violated d_stage", "rule_violated"),
            ("d_stage", moved(signed, "sign"), "invalid_transition", "invalid_transition"),
        ];
        for (hidden, command, shown, expect) in rows {
            let whole = refused("", command.clone()).await;
            assert_eq!(told(&whole), shown, "{command:?}");
            let found = refused(hidden, command.clone()).await;
            assert_eq!(told(&found), expect, "{command:?}");
            let words = format!("{found:?} {}", found.render(Locale::En));
            assert!(!words.contains(hidden) && !words.contains("signed"), "{words}");
        }
        scene.site.close().await;
    });
}

/// Codes of clients and some regions are hidden.
fn few_keys(roles: &mut [Role]) {
    roles[0].grants.get_mut("client").unwrap().fields.insert("c_code", Right::Hidden);
    scope(roles, "region", "read", Scope::When("r_level <= 1"));
    roles[0].grants.insert("deed", deeds(""));
}

async fn tried(
    scene: &Scene,
    object: &str,
    file: &str,
    key: Option<&str>,
) -> diagnostic::Result<ImportReport> {
    let mapping = Mapping { key: key.map(str::to_owned), ..Mapping::default() };
    let options =
        ImportOptions { mode: ImportMode::Upsert, dry_run: true, mapping, ..ImportOptions::default() };
    let file = std::io::Cursor::new(file.as_bytes().to_vec());
    scene.site.engine.import(&scene.site.identities[0], object, file, options, None, &|_| {}).await
}

#[test]
fn columns_and_keys_of_files_are_those_that_are_known() {
    with(
        |roles| few_keys(roles),
        |scene| async move {
            let rows = [
                ("vault.client", "c_name", None, "unknown_field c_name"),
                // As its label would be.
                ("vault.client", "C Name", None, "unknown_field C Name"),
                ("vault.order", "o_client.c_code", None, "unknown_field o_client.c_code"),
                ("vault.order", "o_client.c_cod", None, "unknown_field o_client.c_cod"),
                ("vault.client", "c_level", Some("c_code"), "unknown_reference key"),
                ("vault.client", "c_level", Some("c_cod"), "unknown_reference key"),
            ];
            for (object, header, key, expect) in rows {
                let found = tried(&scene, object, &format!("{header}\n1\n"), key).await.unwrap_err();
                assert_eq!(told(&found), expect, "{header} {key:?}");
                let words = format!("{found:?}").replace(&format!("\"{header}\""), "");
                let asked = [header.rsplit('.').next(), key];
                let told = |name: &str| !asked.contains(&Some(name)) && words.contains(name);
                assert!(!told("c_name") && !told("c_code"), "{header} {key:?}: {words}");
            }
            let upsert = Command::Upsert {
                object: "vault.client".into(),
                key: "c_code".into(),
                values: vec!["open".to_owned()],
                body: json!({"c_level": 1}),
            };
            assert_eq!(scene.write(upsert).await, "not_found");
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let about = ("GET", "/api/v1/openapi.json", &[][..], &[][..], &Json::Null);
            let about = http(&scene.site, &client, 0, about).await;
            assert!(about.contains("/by/p_code/") && !about.contains("c_code"));
            let hint = tried(&scene, "vault.line", "l_product.p_cod\n1\n", None).await.unwrap_err();
            assert!(format!("{hint:?}").contains("DidYouMean(\"p_code\")"), "{hint:?}");
            // A part of a key that leads to a hidden record leads nowhere.
            for (code, level) in [("HID", 4), ("SEEN", 0)] {
                let region = json!({"r_code": code, "r_name": code, "r_level": level});
                scene.site.make("vault.region", region).await;
            }
            let of = async |region: &str| {
                let file = format!("d_region.r_code,d_name\n{region},x\n");
                let report = tried(&scene, "vault.deed", &file, None).await.unwrap();
                told(&report.failed[0].found)
            };
            let found = [of("HID").await, of("NONE").await, of("SEEN").await];
            let unknown = "unknown_reference d_region";
            assert_eq!(found, [unknown, unknown, "too_few_children d_clients"]);
            scene.site.close().await;
        },
    );
}

#[test]
fn keys_of_a_bulk_write_are_those_that_are_known() {
    with(
        |roles| {
            let mut deeds = deeds("");
            deeds.fields.insert("d_region", Right::Hidden);
            roles[0].grants.insert("deed", deeds);
        },
        |scene| async move {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let told = async |object: &str, key: &str| {
                let body = json!({"operations": [{"upsert": {"by": key}}]});
                let path = format!("/api/v1/records/{object}/bulk");
                let answer = http(&scene.site, &client, 0, ("POST", &path, &[], &[], &body)).await;
                answer.replace(key, "KEY").replace(object, "OBJECT")
            };
            assert_eq!(told("vault.deed", "one_a_region").await, told("vault.deed", "another").await);
            // One that the asker may not know at all.
            assert_eq!(
                told("base.role_assignment", "once_per_user").await,
                told("base.nothing", "once_per_user").await
            );
            scene.site.close().await;
        },
    );
}

/// Regions of a higher level are hidden, their parents are not.
fn some_regions(roles: &mut [Role]) {
    scope(roles, "region", "read", Scope::When("r_level <= 1"));
    roles[0].grants.get_mut("region").unwrap().fields.clear();
}

#[test]
fn a_ring_is_told_alike_whoever_stands_in_between() {
    with(
        |roles| some_regions(roles),
        |scene| async move {
            let who = &scene.site.identities[0];
            let region = async |code: &str, level: i64, above: Option<Uuid>| {
                let body = json!({"r_code": code, "r_name": code, "r_level": level, "r_parent": above});
                scene.site.make("vault.region", body).await
            };
            let under = async |region: Uuid, above: Uuid| {
                let command = update("vault.region", region, json!({"r_parent": above}));
                scene.site.write_as(who.clone(), Mode::Request, command).await.unwrap_err()
            };
            let mut told_of = Vec::new();
            for (name, level) in [("SEEN", 0), ("HID", 4)] {
                let top = region(&format!("{name}1"), 0, None).await;
                let between = region(&format!("{name}2"), level, Some(top)).await;
                let below = region(&format!("{name}3"), 0, Some(between)).await;
                told_of.push((under(top, below).await, told(&*under(top, between).await)));
            }
            assert_eq!(told_of[0].0, told_of[1].0);
            assert_eq!(told(&told_of[1].0), "tree_cycle r_parent");
            assert_eq!(
                (&*told_of[0].1, &*told_of[1].1),
                ("tree_cycle r_parent", "reference_not_found r_parent")
            );
            scene.site.close().await;
        },
    );
}
