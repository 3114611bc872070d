//! What denser requests found: keys, masks, files, answers told again, and requests that give themselves rights.

use crate::found::{Scene, clerk, create};
use crate::roles::{ACCESSES, Grant, Right, Role, Scope};
use diagnostic::Locale;
use engine::Identity;
use engine::requests::{Asked, Bulk, BulkMode, Done, Press, Request, RequestKey};
use engine::transfer::orders::{ExportOrder, ImportOrder, ImportPlan, Step};
use engine::transfer::{Format, ImportMode, ImportOptions};
use plan::Precondition;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use test_support::databases;
use uuid::Uuid;

pub fn with<W: Future<Output = ()>>(change: impl Fn(&mut Vec<Role>), test: impl Fn(Scene) -> W) {
    for place in databases() {
        let mut roles = clerk();
        change(&mut roles);
        crate::on(Some(place), async |place| test(Scene::with(&place, roles.clone()).await).await);
    }
}

fn as_it_is(_: &mut Vec<Role>) {}

pub fn asked(request: Request) -> Asked {
    Asked { request, key: None, id: "mended".into(), address: None }
}

/// The asker with some of its roles.
pub async fn only(scene: &Scene, roles: &[&str]) -> Arc<Identity> {
    let roles = roles.iter().map(|role| Arc::from(*role)).collect();
    scene.site.engine.identity(scene.site.people[0].id, Some(roles)).await.unwrap()
}

#[test]
fn keys_find_among_what_is_seen() {
    with(as_it_is, |scene| async move {
        let client = |code: &str, level: i64| json!({"c_code": code, "c_name": "x", "c_level": level, "c_credit": "33.00"});
        // The hidden one is older, and would be found first.
        scene.site.make("vault.client", client("older", 4)).await;
        scene.site.make("vault.client", client("newer", 0)).await;
        let by = |key: &str, value: &str| json!({"by": {key: value}});
        let order = |client: Json| create("vault.order", json!({"o_code": "by", "o_client": client}));
        assert_eq!(scene.write(order(by("c_credit", "33.00"))).await, "done");
        assert_eq!(scene.write(order(by("c_code", "older"))).await, "reference_not_found o_client");
        // What has no name is nothing to look by, for one record or for several.
        assert_eq!(scene.write(order(by("c_name", "NAMED"))).await, "unknown_field o_client");
        let partners = json!({"o_code": "by", "o_partners": [by("c_name", "NAMED")]});
        assert_eq!(scene.write(create("vault.order", partners)).await, "unknown_field o_partners[0]");
        // What the formula of an order reads of a hidden client is nothing to look for.
        let memo = create("vault.memo", json!({"m_text": "x", "m_order": by("o_exposure", "8.00")}));
        assert_eq!(scene.write(memo).await, "unknown_field m_order");
        scene.site.close().await;
    });
}

#[test]
fn scripts_see_secrets_masked() {
    with(as_it_is, |scene| async move {
        let client = json!({"c_code": "s", "c_name": "x", "c_iban": "DE0012345678"});
        let id = scene.site.make("vault.client", client).await;
        let look = json!({"object": "vault.client", "id": id, "names": [["c_iban"], ["c_level"]]});
        let press = Press {
            object: "vault.order".into(),
            record: None,
            action: "touch".into(),
            parameters: json!({"what": "look", "body": look}),
        };
        let done = scene.site.engine.perform(&scene.site.identities[0], asked(Request::Press(press))).await;
        assert_eq!(done.unwrap(), Done::Answered(json!({"found": ["****5678", "0"]})));
        scene.site.close().await;
    });
}

#[test]
fn a_file_learns_no_name_of_a_hidden_key() {
    let hide = |roles: &mut Vec<Role>| {
        roles[0].grants.get_mut("client").unwrap().fields.insert("c_code", Right::Hidden);
    };
    with(hide, |scene| async move {
        let options = ImportOptions { mode: ImportMode::Upsert, dry_run: true, ..ImportOptions::default() };
        let (engine, who) = (&scene.site.engine, &scene.site.identities[0]);
        let file = std::io::Cursor::new("c_level\n1\n");
        let report = engine.import(who, "vault.client", file, options, None, &|_| {}).await.unwrap();
        let found = &report.failed[0].found;
        assert_eq!(found.code.name(), "hidden_value");
        assert!(!format!("{found:?}").contains("c_code"), "{found:?}");
        scene.site.close().await;
    });
}

/// Imports a file to its end; the import.
async fn import(scene: &Scene, file: &str) -> Uuid {
    let (engine, who) = (&scene.site.engine, &scene.site.identities[0]);
    let import = engine.begin_upload(who, "vault.client", (Format::Csv, None), "").await.unwrap();
    engine.upload_part(import, 0, file.as_bytes().to_vec()).await.unwrap();
    engine.end_upload(who, import, file.len()).await.unwrap();
    take(scene, import, Step::Run).await;
    import
}

async fn take(scene: &Scene, import: Uuid, step: Step) {
    let plan = (step == Step::Run).then(ImportPlan::default);
    let order = ImportOrder { import, step, plan, locale: Locale::En };
    scene.site.engine.perform(&scene.site.identities[0], asked(Request::Import(order))).await.unwrap();
    while scene.site.engine.work_once("mended").await.unwrap() > 0 {}
}

#[test]
fn an_undo_tells_nothing_of_what_is_not_seen_any_more() {
    let own_level = |roles: &mut Vec<Role>| {
        roles[0].grants.get_mut("client").unwrap().fields.clear();
    };
    with(own_level, |scene| async move {
        let engine = &scene.site.engine;
        let imported = import(&scene, "c_code,c_name\nu1,one\nu2,two\n").await;
        let who = &scene.site.identities[0];
        let (lines, _) = engine.import_lines(who, imported, None, -1, 10).await.unwrap();
        assert_eq!(lines.len(), 2, "{:?}", engine.import_of(who, imported).await);
        let first: Uuid = lines[0]["id"].as_str().unwrap().parse().unwrap();
        // The one is out of sight and changed, the other is as it was.
        let body = json!({"c_level": 4});
        let change = engine::records::Command::Update {
            object: "vault.client".into(),
            id: first,
            body,
            precondition: Precondition::Waived,
        };
        scene.site.write(change).await.unwrap();
        take(&scene, imported, Step::Undo).await;
        let undone = engine.import_of(who, imported).await.unwrap()["report"]["undone"].clone();
        assert_eq!((&undone["deleted"], &undone["kept"]), (&json!(1), &json!({"gone": 1})), "{undone}");
        scene.site.close().await;
    });
}

/// A second role, which may export and reads less.
fn second(roles: &mut Vec<Role>) {
    let mut fewer = roles[0].clone();
    fewer.name = "r1".to_owned();
    fewer.grants.get_mut("client").unwrap().fields.insert("c_credit", Right::Hidden);
    roles.push(fewer);
}

#[test]
fn a_file_and_an_answer_are_told_again_under_the_same_rights_only() {
    with(second, |scene| async move {
        let engine = &scene.site.engine;
        let person = scene.site.people[0].id;
        let roles = json!({"roles": {"create": [{"role": "vault.r1"}]}});
        let (object, precondition) = ("base.user".into(), Precondition::Waived);
        let give = engine::records::Command::Update { object, id: person, body: roles, precondition };
        scene.site.write(give).await.unwrap();
        let all = only(&scene, &["vault.r0", "vault.r1"]).await;
        let fewer = only(&scene, &["vault.r1"]).await;
        let order = ExportOrder {
            object: "vault.client".to_owned(),
            format: Format::Csv,
            parameters: Vec::new(),
            locale: Locale::En,
        };
        engine.perform(&all, asked(Request::Export(order))).await.unwrap();
        while engine.work_once("mended").await.unwrap() > 0 {}
        let export: Uuid = engine.exports(&all).await.unwrap()[0]["id"].as_str().unwrap().parse().unwrap();
        assert!(engine.export_file(&all, export).await.is_ok());
        assert_eq!(engine.export_file(&fewer, export).await.unwrap_err().code.name(), "not_permitted");

        let wrong = create("vault.client", json!({"c_code": "b", "c_name": "x", "c_credit": "much"}));
        let bulk = Bulk {
            object: "vault.client".into(),
            mode: BulkMode::Each,
            commands: vec![wrong],
            locale: Locale::En,
            told: |found, _| json!({"status": 400, "error": found.to_string()}),
        };
        let key = RequestKey {
            actor: person,
            method: "POST".to_owned(),
            path: "/bulk".to_owned(),
            key: "k".to_owned(),
            body_hash: vec![1],
        };
        let again = || Asked { key: Some(key.clone()), ..asked(Request::Bulk(bulk.clone())) };
        let first = engine.perform(&all, again()).await.unwrap();
        assert!(format!("{first:?}").contains("c_credit"), "{first:?}");
        assert_eq!(engine.perform(&all, again()).await.unwrap(), first);
        assert_eq!(engine.perform(&fewer, again()).await.unwrap(), Done::Bulk(vec![json!({"status": 400})]));
        scene.site.close().await;
    });
}

/// Lines are named by the role, and what an order has of them is hidden.
fn lines_apart(roles: &mut [Role]) {
    let mut lines = Grant { create: true, ..Grant::default() };
    for access in ACCESSES {
        lines.scopes.insert(access, Scope::All);
    }
    roles[0].grants.insert("line", lines);
    roles[0].grants.get_mut("order").unwrap().fields.insert("o_lines", Right::Hidden);
}

#[test]
fn the_sum_of_hidden_children_is_hidden() {
    with(
        |roles| lines_apart(roles),
        |scene| async move {
            let found = scene.list("vault.order", &[("fields", "o_total")]).await;
            assert_eq!(found.unwrap_err(), "unknown_field");
            scene.site.close().await;
        },
    );
}

/// Orders are seen by what stands in their lines.
fn by_lines(roles: &mut [Role]) {
    let scopes = &mut roles[0].grants.get_mut("order").unwrap().scopes;
    scopes.insert("read", Scope::When("o_lines.any(l_qty > 2)"));
}

#[test]
fn no_request_gives_itself_the_right_to_what_it_asks() {
    with(
        |roles| by_lines(roles),
        |scene| async move {
            let line =
                |qty: i64| create("vault.line", json!({"l_order": scene.order, "l_name": "x", "l_qty": qty}));
            assert_eq!(scene.write(line(4)).await, "reference_not_found l_order");
            scene
                .site
                .make("vault.line", json!({"l_order": scene.order, "l_name": "there", "l_qty": 3}))
                .await;
            assert_eq!(scene.write(line(4)).await, "done");
            scene.site.close().await;
        },
    );
}
