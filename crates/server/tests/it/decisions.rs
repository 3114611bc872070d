//! Decisions: asked as the caller, about nothing that the caller may not see.

use crate::check::{check, contract, told};
use crate::site::{Site, on_each};
use serde_json::{Value as Json, json};

fn path(name: &str) -> String {
    format!("/api/v1/decisions/shop.{name}/evaluate")
}

/// Who, which decision, the body, and what comes back: an answer, or a refusal.
async fn ask(site: &Site, rows: &[(&str, &str, Json, Json)]) {
    for (who, name, body, expect) in rows {
        let answer = site.call(who, "POST", &path(name), &[], body).await;
        contract(&answer);
        let found = if answer.status == 200 { answer.json() } else { json!(told(&answer)) };
        assert_eq!(found, *expect, "{who}: {name} {body}: {}", answer.text());
    }
}

#[test]
fn tables_answer_about_records_and_given_values() {
    on_each(|site| async move {
        let far = json!({"code": "C1", "name": "Far", "city": "Lhasa"});
        let far = site.create("sally", "shop.customer", far).await;
        let many = json!({"number": "D1", "quantity": 100, "customer": far, "lines": [{"what": "x", "price": "1500.50"}, {"what": "x", "price": "0.25"}]});
        let many = site.create("sally", "shop.order", many).await;
        let bare = site.create("sally", "shop.order", json!({"number": "D2"})).await;
        let huge = json!({"number": "D3", "quantity": 101, "note": "all", "lines": [{"what": "x", "price": "1500.50"}]});
        let huge = site.create("sally", "shop.order", huge).await;
        let told = |level: &str, limit: Json, rules: &[i64]| json!({"outputs": {"level": level, "limit": limit}, "rules": rules});
        let ways = |ways: &[&str], rules: &[i64]| json!({"outputs": ways.iter().map(|way| json!({"way": way})).collect::<Vec<_>>(), "rules": rules});
        let rows = [
            ("sally", "order_risk", json!({"record": many}), told("middle", json!("500.00"), &[2])),
            ("sally", "order_risk", json!({"record": {"id": many}}), told("middle", json!("500.00"), &[2])),
            ("sally", "order_risk", json!({"record": bare}), told("low", Json::Null, &[])),
            ("sally", "order_risk", json!({"record": huge}), told("middle", json!("1000.00"), &[3])),
            (
                "boss",
                "order_risk",
                json!({"record": huge, "inputs": {"urgent": true}}),
                told("high", json!("3001.00"), &[1]),
            ),
            (
                "boss",
                "order_margin",
                json!({"record": huge}),
                json!({"outputs": {"fine": false}, "rules": [3]}),
            ),
            (
                "sally",
                "shipping",
                json!({"inputs": {"weight": "1.5", "zone": "near"}}),
                ways(&["post", "van"], &[1, 2]),
            ),
            ("sally", "shipping", json!({"inputs": {"weight": 2.5, "zone": "far"}}), ways(&["air"], &[3])),
            ("sally", "shipping", json!({"inputs": {"weight": 3}}), ways(&[], &[])),
            (
                "root",
                "house_rules",
                json!({"inputs": {"n": 3}}),
                json!({"outputs": {"hits": 2}, "rules": [1, 2]}),
            ),
        ];
        ask(&site, &rows).await;
        site
    });
}

#[test]
fn questions_are_refused_where_they_go_wrong() {
    on_each(|site| async move {
        let order = site.create("sally", "shop.order", json!({"number": "D1"})).await;
        let shipping = |inputs: Json| json!({"inputs": inputs});
        let rows = [
            ("sally", "nothing", json!({}), json!("404 not_found")),
            ("sally", "order_risk", json!({}), json!("400 invalid_body record")),
            ("sally", "order_risk", json!({"record": 5}), json!("400 invalid_body record")),
            ("sally", "order_risk", json!({"record": order, "inputs": []}), json!("400 invalid_body inputs")),
            (
                "sally",
                "order_risk",
                json!({"record": order, "input": {}}),
                json!("400 unknown_parameter input"),
            ),
            (
                "sally",
                "order_risk",
                json!({"record": order, "inputs": {"quantity": 5}}),
                json!("400 unknown_field inputs.quantity"),
            ),
            (
                "sally",
                "order_risk",
                json!({"record": order, "inputs": {"urgent": "yes"}}),
                json!("400 invalid_field_value inputs.urgent"),
            ),
            ("sally", "shipping", json!({"record": order}), json!("400 invalid_body record")),
            ("sally", "shipping", json!({}), json!("422 required inputs.weight")),
            (
                "sally",
                "shipping",
                shipping(json!({"weight": "heavy"})),
                json!("400 invalid_field_value inputs.weight"),
            ),
            (
                "sally",
                "shipping",
                shipping(json!({"weight": -1})),
                json!("400 invalid_field_value inputs.weight"),
            ),
            (
                "sally",
                "shipping",
                shipping(json!({"weight": 1, "zone": "moon"})),
                json!("422 unknown_option inputs.zone"),
            ),
        ];
        ask(&site, &rows).await;
        let method =
            [("sally", "GET /api/v1/decisions/shop.shipping/evaluate", Json::Null, "405 method_not_allowed")];
        check(&site, &method).await;
        site
    });
}

#[test]
fn what_is_hidden_is_not_asked_about() {
    on_each(|site| async move {
        let own = site.create("sally", "shop.order", json!({"number": "D1", "quantity": 20})).await;
        let other = site.create("saul", "shop.order", json!({"number": "D2", "quantity": 20})).await;
        let seen = site.create("sally", "shop.parcel", json!({"code": "P1", "order": own})).await;
        let blind = site.create("saul", "shop.parcel", json!({"code": "P2", "order": other})).await;
        let empty = site.create("saul", "shop.parcel", json!({"code": "P3"})).await;
        let nowhere = uuid::Uuid::now_v7().to_string();
        let hidden = || json!("404 not_found");
        let way = |way: &str, rule: i64| json!({"outputs": {"way": way}, "rules": [rule]});
        let rows = [
            // A record, an input's field, a record behind a reference that the asker may not see.
            ("sally", "order_risk", json!({"record": other}), hidden()),
            ("sally", "order_risk", json!({"record": nowhere}), hidden()),
            ("sally", "order_margin", json!({"record": own}), hidden()),
            ("sally", "order_margin", json!({"record": nowhere}), hidden()),
            ("sally", "parcel_way", json!({"record": seen}), way("van", 1)),
            ("sally", "parcel_way", json!({"record": blind}), hidden()),
            ("saul", "parcel_way", json!({"record": blind}), way("van", 1)),
            ("sally", "parcel_way", json!({"record": empty}), way("post", 2)),
            // Without an object: the roles that it names, and administrators.
            ("boss", "shipping", json!({"inputs": {"weight": 1}}), hidden()),
            (
                "root",
                "shipping",
                json!({"inputs": {"weight": 1}}),
                json!({"outputs": [{"way": "post"}], "rules": [1]}),
            ),
            ("sally", "house_rules", json!({"inputs": {"n": 3}}), hidden()),
        ];
        ask(&site, &rows).await;
        site
    });
}

#[test]
fn the_description_has_the_decisions_of_the_asker() {
    on_each(|site| async move {
        let mut told = Vec::new();
        for who in ["sally", "boss", "root"] {
            let document = site.get(who, "/api/v1/openapi.json").await.json();
            let paths =
                document["paths"].as_object().unwrap().keys().filter(|path| path.contains("/decisions/"));
            let names: Vec<&str> = paths.filter_map(|path| path.split('/').nth(4)).collect();
            told.push(format!("{who}: {}", names.join(" ")));
        }
        assert_eq!(
            told,
            [
                "sally: shop.order_risk shop.parcel_way shop.shipping",
                "boss: shop.order_margin shop.order_risk",
                "root: shop.house_rules shop.order_margin shop.order_risk shop.parcel_way shop.shipping",
            ]
        );
        let headers = [("accept-language", "zh-CN")];
        let document = site.call("sally", "GET", "/api/v1/openapi.json", &headers, &Json::Null).await.json();
        let shown: Vec<&Json> =
            ["order_risk", "shipping"].iter().map(|name| &document["paths"][path(name)]["post"]).collect();
        insta::assert_json_snapshot!("decisions_for_a_seller", shown);
        site
    });
}
