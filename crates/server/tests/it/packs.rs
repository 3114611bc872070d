//! Packs over HTTP: list, plan, install, upgrade, remove, while the server runs.

use crate::check::{check, told};
use crate::site::{on_each, pack};
use serde_json::{Map, Value as Json, json};
use std::path::Path;

fn shop(change: impl Fn(&mut Map<String, Json>)) -> Json {
    let files = pack(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/shop")).files;
    let mut files: Map<String, Json> = files.into_iter().map(|(path, text)| (path, json!(text))).collect();
    change(&mut files);
    json!({"files": files})
}

#[test]
fn a_pack_grows_a_field_without_a_restart() {
    on_each(|site| async move {
        site.create("boss", "shop.ledger", json!({"name": "one"})).await;
        let grown = shop(|files| {
            let text = files["objects/ledger.yaml"].as_str().unwrap().to_owned() + "  colour: {type: text}\n";
            files["objects/ledger.yaml"] = json!(text);
        });
        let plan = site.post("root", "/api/v1/packs/shop/plan", grown.clone()).await;
        assert_eq!(plan.status, 200, "{}", plan.text());
        assert_eq!(plan.json()["files"], json!(["~ shop/objects/ledger.yaml"]));
        assert_eq!(
            told(&site.get("boss", "/api/v1/records/shop.ledger?fields=colour").await),
            "400 unknown_field fields"
        );
        let applied = site.post("root", "/api/v1/packs/shop/upgrade", grown.clone()).await;
        assert_eq!(applied.status, 200, "{}", applied.text());
        let listed = site.get("boss", "/api/v1/records/shop.ledger?fields=name,colour").await.json();
        assert_eq!(listed["records"][0]["name"], "one", "{listed}");
        let again = site.post("root", "/api/v1/packs", grown).await.json();
        assert_eq!(again["files"], json!([]));
        let broken =
            shop(|files| files["objects/ledger.yaml"] = json!("kind: object\nname: ledger\nfield: {}\n"));
        let refused = site.post("root", "/api/v1/packs", broken).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        let body = refused.json();
        let found = body["errors"].as_array().cloned().unwrap_or_default();
        assert!(found.iter().any(|one| one["source"]["line"] == 3), "{body}");
        let rows = [
            ("root", "POST /api/v1/packs/other/upgrade", shop(|_| {}), "400 invalid_body files"),
            ("root", "POST /api/v1/packs", json!({"files": {"../x.yaml": ""}}), "400 invalid_body ../x.yaml"),
            ("root", "POST /api/v1/packs", json!({"files": {"a": 1}}), "400 invalid_body files"),
            ("root", "DELETE /api/v1/packs/none", Json::Null, "404 not_found"),
            ("root", "DELETE /api/v1/packs/shop", Json::Null, "200"),
            ("boss", "GET /api/v1/records/shop.ledger", Json::Null, "404 not_found"),
        ];
        check(&site, &rows).await;
        let packs = site.get("root", "/api/v1/packs").await.json();
        assert_eq!(packs["packs"].as_array().unwrap().len(), 1, "{packs}");
        site
    });
}

#[test]
fn a_repeated_publish_is_one_publish() {
    on_each(|site| async move {
        let grown = shop(|files| {
            let text = files["objects/ledger.yaml"].as_str().unwrap().to_owned() + "  shade: {type: text}\n";
            files["objects/ledger.yaml"] = json!(text);
        });
        let key = |key: &'static str| [("idempotency-key", key)];
        let send = |path: &'static str, given: &'static str, body: Json| {
            let site = &site;
            async move { site.call("root", "POST", path, &key(given), &body).await }
        };
        for path in ["/api/v1/packs/shop/plan", "/api/v1/packs"] {
            let given = if path.ends_with("plan") { "p" } else { "i" };
            let first = send(path, given, grown.clone()).await;
            let again = send(path, given, grown.clone()).await;
            assert_eq!(first.status, again.status, "{}", again.text());
            assert_eq!(first.json()["files"], json!(["~ shop/objects/ledger.yaml"]));
            assert_eq!(first.json(), again.json(), "{path}");
            assert_eq!(told(&send(path, given, shop(|_| {})).await), "422 idempotency_mismatch", "{path}");
        }
        let upgraded = send("/api/v1/packs/shop/upgrade", "u", shop(|_| {})).await;
        assert_eq!(upgraded.status, 200, "{}", upgraded.text());
        let first = send("/api/v1/packs/shop/remove", "r", Json::Null).await;
        let again = send("/api/v1/packs/shop/remove", "r", Json::Null).await;
        assert_eq!((first.status, again.status), (200, 200), "{}", again.text());
        assert_eq!(first.json(), again.json());
        assert_eq!(told(&send("/api/v1/packs/shop/remove", "r2", Json::Null).await), "404 not_found");
        assert_eq!(
            told(&send("/api/v1/packs/shop/remove", "not a key", Json::Null).await),
            "400 invalid_header"
        );
        site
    });
}
