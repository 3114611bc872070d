//! What clients are told: definitions and OpenAPI, trimmed to what they may use.

use crate::check::check;
use crate::site::on_each;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

#[test]
fn the_description_is_whole_and_trimmed() {
    on_each(|site| async move {
        let document = site.get("sally", "/api/v1/openapi.json").await.json();
        assert_eq!(document["openapi"], "3.1.0");
        let text = document.to_string();
        assert!(!text.contains("cost") && !text.contains("ledger") && !text.contains("secret"), "trimmed");
        let mut ids = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                assert!(ids.insert(id), "{method} {path}: the id is there twice");
                assert!(!operation["responses"].as_object().unwrap().is_empty());
                let named: BTreeSet<&str> =
                    path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')).collect();
                let empty = Vec::new();
                let parameters = operation["parameters"].as_array().unwrap_or(&empty);
                let given: BTreeSet<&str> = parameters
                    .iter()
                    .filter(|p| p["in"] == "path")
                    .map(|p| p["name"].as_str().unwrap())
                    .collect();
                assert_eq!(named, given, "{method} {path}");
            }
        }
        references(&document, &document);
        insta::assert_json_snapshot!(
            "an_order_for_a_seller",
            json!({
                "read": document["components"]["schemas"]["shop.order"],
                "create": document["components"]["schemas"]["shop.order.create"],
                "update": document["components"]["schemas"]["shop.order.update"],
                "paths": document["paths"].as_object().unwrap().keys().filter(|p| p.contains("shop.order")).collect::<Vec<_>>(),
            })
        );
        site
    });
}

/// Every `$ref` leads somewhere.
fn references(whole: &Json, at: &Json) {
    match at {
        Json::Object(map) => {
            if let Some(target) = map.get("$ref").and_then(Json::as_str) {
                let pointer = target.strip_prefix('#').unwrap();
                assert!(whole.pointer(pointer).is_some(), "{target}");
            }
            map.values().for_each(|value| references(whole, value));
        }
        Json::Array(items) => items.iter().for_each(|item| references(whole, item)),
        _ => {}
    }
}

#[test]
fn definitions_are_trimmed_and_in_the_callers_language() {
    on_each(|site| async move {
        let rows = [
            ("sally", "GET /api/v1/definitions/object/shop.ledger", Json::Null, "404 not_found"),
            ("sally", "GET /api/v1/definitions/page/shop.x", Json::Null, "404 not_found"),
            ("sally", "GET /api/v1/definitions?kind=pages", Json::Null, "400 invalid_parameter kind"),
            ("sally", "GET /api/v1/definitions?kind=object", Json::Null, "200"),
            ("sally", "GET /api/v1/definitions/workflow/shop.finish_approval", Json::Null, "200"),
        ];
        check(&site, &rows).await;
        let headers = [("accept-language", "zh-CN")];
        let mut shown = Vec::new();
        for name in ["object/shop.order", "view/shop.orders", "form/shop.order_main", "app/shop.sales"] {
            let answer = site
                .call("sally", "GET", &format!("/api/v1/definitions/{name}"), &headers, &Json::Null)
                .await;
            assert_eq!(answer.status, 200, "{name}: {}", answer.text());
            shown.push(answer.json());
        }
        assert!(!Json::from(shown.clone()).to_string().contains("cost"), "a hidden field is named nowhere");
        insta::assert_json_snapshot!("definitions_for_a_seller", shown);
        site
    });
}
