//! What clients are told: definitions and OpenAPI, trimmed to what they may use.

use crate::check::{check, told};
use crate::site::on_each;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

#[test]
fn the_description_is_whole_and_trimmed() {
    on_each(|site| async move {
        let document = site.get("sally", "/api/v1/openapi.json").await.json();
        assert_eq!(document["openapi"], "3.1.0");
        let paths = document["paths"].as_object().unwrap().iter();
        let schemas = document["components"]["schemas"].as_object().unwrap().iter();
        let own = paths.chain(schemas).filter(|(name, _)| name.contains("shop."));
        let text: String = own.map(|(name, one)| format!("{name} {one}")).collect();
        assert!(text.contains("quantity"), "{text}");
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

#[test]
fn every_answer_with_a_body_says_what_it_holds() {
    on_each(|site| async move {
        let document = site.get("root", "/api/v1/openapi.json").await.json();
        let mut described = 0;
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                // A script answers what it likes.
                if path.contains("/actions/") {
                    continue;
                }
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    let schema = &answer["content"]["application/json"]["schema"];
                    let open = *schema == json!({"type": "object"});
                    let bare =
                        answer["content"].is_null() && !matches!(status.as_str(), "204" | "304" | "default");
                    assert!(!open && !bare, "{method} {path}: {status} says nothing of what it holds");
                    described += usize::from(schema.is_object());
                }
            }
        }
        assert!(described > 150, "{described}");
        // Only what belongs to the site's own objects differs from one asker to the next.
        let trimmed = site.get("sally", "/api/v1/openapi.json").await.json();
        for (name, schema) in server::openapi::answers::schemas() {
            assert_eq!(&trimmed["components"]["schemas"][name], schema, "{name}");
        }
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
fn what_a_role_grants_is_told_to_administrators() {
    on_each(|site| async move {
        let path = "/api/v1/definitions/role/shop.seller";
        let whole = site.get("root", path).await.json();
        let orders = &whole["objects"]["shop.order"];
        let told =
            json!([orders["create"], orders["read"], orders["purge"], orders["fields"], orders["actions"]]);
        assert_eq!(told, json!([true, "own", "none", {"cost": "hidden"}, ["double", "greet"]]), "{whole}");
        assert_eq!(site.get("sally", path).await.json()["objects"], Json::Null);
        site
    });
}

#[test]
fn definitions_are_trimmed_and_in_the_callers_language() {
    on_each(|site| async move {
        let rows = [
            ("sally", "GET /api/v1/definitions/object/shop.ledger", Json::Null, "404 not_found"),
            ("sally", "GET /api/v1/definitions/page/shop.x", Json::Null, "404 not_found"),
            ("sally", "GET /api/v1/definitions/page/shop.books", Json::Null, "404 not_found"),
            ("sally", "GET /api/v1/definitions?kind=pages", Json::Null, "400 invalid_parameter kind"),
            ("sally", "GET /api/v1/definitions?kind=object", Json::Null, "200"),
            ("sally", "GET /api/v1/definitions/workflow/shop.finish_approval", Json::Null, "200"),
        ];
        check(&site, &rows).await;
        let headers = [("accept-language", "zh-CN")];
        let mut shown = Vec::new();
        for name in [
            "object/shop.order",
            "view/shop.orders",
            "form/shop.order_main",
            "page/shop.order",
            "page/shop.customer",
            "app/shop.sales",
        ] {
            let answer = site
                .call("sally", "GET", &format!("/api/v1/definitions/{name}"), &headers, &Json::Null)
                .await;
            assert_eq!(answer.status, 200, "{name}: {}", answer.text());
            shown.push(answer.json());
        }
        assert!(!Json::from(shown.clone()).to_string().contains("cost"), "a hidden field is named nowhere");
        insta::assert_json_snapshot!("definitions_for_a_seller", shown);
        // A condition is told to who may read all that it reads: the seller may not read the cost.
        let boss = site.get("boss", "/api/v1/definitions/object/shop.order").await.json();
        let sally = site.get("sally", "/api/v1/definitions/object/shop.order").await.json();
        for (condition, told_to_sally) in [
            ("/fields/customer/choose_where", false),
            ("/fields/way/required_when", false),
            ("/fields/way/options/post/when", false),
            ("/fields/way/options/van/when", true),
        ] {
            let told = [&boss, &sally].map(|order| order.pointer(condition).is_some_and(Json::is_object));
            assert_eq!(told, [true, told_to_sally], "{condition}");
        }
        site
    });
}

#[test]
fn an_administrator_sees_what_another_sees_and_changes_nothing() {
    on_each(|site| async move {
        let mine = site.create("sally", "shop.order", json!({"number": "V1"})).await;
        site.create("root", "shop.order", json!({"number": "V2"})).await;
        let sally =
            site.get("sally", "/api/v1/session").await.json()["user"]["id"].as_str().unwrap().to_owned();
        let view = async |who: &str, request: &str, user: &str| {
            let (method, path) = request.split_once(' ').unwrap();
            site.call(who, method, path, &[("x-view-as", user)], &json!({})).await
        };
        let orders = "GET /api/v1/records/shop.order";
        for request in [orders, "GET /api/v1/session", "GET /api/v1/definitions/object/shop.order"] {
            let own = site.get("sally", request.split_once(' ').unwrap().1).await.json();
            let seen = view("root", request, &sally).await.json();
            let same = ["user", "records", "fields", "objects"].map(|key| own[key] == seen[key]);
            assert_eq!(same, [true; 4], "{request}: {seen}");
        }
        let one = format!("/api/v1/records/shop.order/{mine}");
        let rows = [
            ("root", "POST /api/v1/query/shop.order".to_owned(), sally.as_str(), "200"),
            ("root", "GET /api/v1/records/shop.ledger".to_owned(), &sally, "404 not_found"),
            ("root", format!("PATCH {one}"), &sally, "403 not_permitted"),
            ("root", format!("DELETE {one}"), &sally, "403 not_permitted"),
            ("root", "DELETE /api/v1/session".to_owned(), &sally, "403 not_permitted"),
            ("root", orders.to_owned(), "sally", "400 invalid_parameter x-view-as"),
            ("root", orders.to_owned(), "01970000-0000-7000-8000-000000000000", "404 not_found"),
            ("sally", orders.to_owned(), &sally, "403 not_permitted"),
            ("sally", orders.to_owned(), "sally", "403 not_permitted"),
        ];
        for (who, request, user, expect) in rows {
            let answer = view(who, &request, user).await;
            assert_eq!(told(&answer), expect, "{who}: {request} as {user}");
        }
        site
    });
}
