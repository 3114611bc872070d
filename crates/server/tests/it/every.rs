//! What holds for every address of the description: reading changes nothing, nothing is open by the form of its address,
//! and no other site's page changes anything.

use crate::client;
use crate::site::{Site, on_each};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Method and path of every operation, with what stands in braces filled by something that is there where that can be.
async fn operations(site: &Site) -> Vec<(String, String, Json)> {
    let document = site.get("root", "/api/v1/openapi.json").await.json();
    let customer = site.create("boss", "shop.customer", json!({"code": "C1", "name": "One"})).await;
    let order = site.create("boss", "shop.order", json!({"number": "O1", "customer": customer})).await;
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let id = match path.contains("/shop.customer/") {
            true => customer.clone(),
            false if path.contains("/shop.order/") => order.clone(),
            false if path.contains("/base.user/") || path.contains("/users/") => {
                site.users["sally"].to_string()
            }
            false => uuid::Uuid::now_v7().to_string(),
        };
        let mut filled = path
            .replace("{id}", &id)
            .replace("{held}", &id)
            .replace("{code}", "C1")
            .replace("{number}", "O1");
        filled = filled.replace("{kind}", "object").replace("/objects/", "/object/");
        while let (Some(from), Some(to)) = (filled.find('{'), filled.find('}')) {
            filled.replace_range(from..=to, "shop.order");
        }
        for (method, operation) in methods.as_object().unwrap() {
            all.push((method.to_uppercase(), filled.clone(), operation.clone()));
        }
    }
    assert!(all.len() > 150, "{} operations", all.len());
    all
}

/// Every row of every table. (When a session was last used is written down after minutes only.)
async fn everything(site: &Site) -> BTreeSet<String> {
    let path = std::env::temp_dir().join(format!("lifeloom-every-{}.backup", uuid::Uuid::now_v7()));
    storage::backup::backup(site.engine.database(), &path, None).await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
}

#[test]
fn reading_changes_nothing() {
    on_each(|site| async move {
        let operations = operations(&site).await;
        let before = everything(&site).await;
        assert!(before.len() > 20);
        let mut read = 0;
        // A connection that stays open has no end to wait for.
        let reads = |(method, _, operation): &&(String, String, Json)| {
            method == "GET" && operation["operationId"] != "listen"
        };
        for (method, path, operation) in operations.iter().filter(reads) {
            let path = match operation["operationId"].as_str().unwrap() {
                "search" => format!("{path}?q=one"),
                "explain_access" => format!("{path}?object=shop.order"),
                _ => path.clone(),
            };
            for who in ["root", "sally", ""] {
                let answer = site.call(who, method, &path, &[], &Json::Null).await;
                assert!(answer.status < 500, "{path}: {}", answer.text());
                read += usize::from(answer.status == 200);
                let head = site.call(who, "HEAD", &path, &[], &Json::Null).await;
                assert!(head.body.is_empty() && head.status < 500, "{path}");
            }
        }
        assert!(read > 40, "{read} were answered");
        let after = everything(&site).await;
        let changed: Vec<_> = before.symmetric_difference(&after).take(5).collect();
        assert!(changed.is_empty(), "{changed:#?}");
        site
    });
}

#[test]
fn nothing_is_open_by_the_form_of_its_address() {
    on_each(|site| async move {
        let operations = operations(&site).await;
        let before = everything(&site).await;
        let mut closed = 0;
        for (method, path, operation) in &operations {
            let open = operation["security"].as_array().is_some_and(Vec::is_empty);
            let media = if operation["operationId"] == "upload" { "text/csv" } else { "application/json" };
            let send = async |path: &str| {
                client::send(site.address, method, path, &[("content-type", media)], b"{}").await.status
            };
            if !open {
                assert_eq!(send(path).await, 401, "{method} {path}");
                closed += 1;
            }
            let last = path.rsplit('/').next().unwrap();
            let twisted = [
                format!("{path}?/webhooks/trigger"),
                format!("{path}?security=none&/healthz"),
                format!("{path};x=/healthz"),
                format!("{path}/"),
                format!("{path}/."),
                format!("{path}/%2e%2e/{last}"),
                format!("/healthz/..{path}"),
                path.replacen("/api", "//api", 1),
                path.replacen("/api/v1", "/API/V1", 1),
                path.replacen("/api/v1/", "/api/v1//", 1),
                format!("{path}%00"),
                format!("{path}%2f"),
            ];
            for twisted in twisted.iter().filter(|_| !open) {
                let status = send(twisted).await;
                assert!(matches!(status, 400 | 401 | 404 | 405), "{method} {twisted}: {status}");
            }
        }
        assert!(closed > 140, "{closed} are closed");
        assert_eq!(before.symmetric_difference(&everything(&site).await).count(), 0);
        site
    });
}

#[test]
fn pages_of_other_sites_change_nothing() {
    on_each(|site| async move {
        let operations = operations(&site).await;
        let before = everything(&site).await;
        let cookie = format!("lifeloom_session={}", site.token("root"));
        let mut refused = 0;
        for (method, path, operation) in operations.iter().filter(|(method, ..)| method != "GET") {
            let open = operation["security"].as_array().is_some_and(Vec::is_empty);
            if open {
                continue;
            }
            for sign in [
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
                ("referer", "https://evil.example/"),
            ] {
                let headers = [("cookie", cookie.as_str()), ("content-type", "application/json"), sign];
                let answer = client::send(site.address, method, path, &headers, b"{}").await;
                assert_eq!(
                    (answer.status, &answer.json()["code"]),
                    (403, &json!("cross_site")),
                    "{method} {path} {sign:?}"
                );
                refused += 1;
            }
        }
        assert!(refused > 200, "{refused}");
        assert_eq!(before.symmetric_difference(&everything(&site).await).count(), 0);
        site
    });
}
