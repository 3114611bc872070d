//! What somebody may not know is, for them, not there.

use crate::check::told;
use crate::site::on_each;
use serde_json::{Value as Json, json};

#[test]
fn a_hidden_field_answers_like_an_unknown_one() {
    on_each(|site| async move {
        let id = site.create("sally", "shop.order", json!({"number": "R1"})).await;
        let one = format!("/api/v1/records/shop.order/{id}");
        let list = "/api/v1/records/shop.order";
        let requests = |field: &str| {
            vec![
                ("GET", format!("{list}?filter={field}%20%3E%201"), Json::Null),
                ("GET", format!("{list}?{field}[gt]=1"), Json::Null),
                ("GET", format!("{list}?sort={field}"), Json::Null),
                ("GET", format!("{list}?fields={field}"), Json::Null),
                ("GET", format!("{one}?fields={field}"), Json::Null),
                ("GET", format!("{list}?expand={field}"), Json::Null),
                ("PATCH", one.clone(), json!({field: "1"})),
                ("POST", list.to_owned(), json!({"number": "R2", field: "1"})),
                ("POST", "/api/v1/query/shop.order".to_owned(), json!({"groups": [field]})),
                ("GET", format!("/api/v1/access/explain?object=shop.order&field={field}"), Json::Null),
            ]
        };
        for (hidden, unknown) in requests("cost").into_iter().zip(requests("coet")) {
            let mut bodies = Vec::new();
            for ((method, path, body), name) in [(hidden, "cost"), (unknown, "coet")] {
                let answer = site.call("sally", method, &path, &[("x-request-id", "same")], &body).await;
                assert!(told(&answer).starts_with("400 unknown_"), "{method} {path}: {}", answer.text());
                bodies.push(answer.text().replace(name, "FIELD"));
            }
            assert_eq!(bodies[0], bodies[1]);
        }
        site
    });
}

#[test]
fn explanations_are_for_oneself_and_administrators() {
    on_each(|site| async move {
        let id = site.create("sally", "shop.order", json!({"number": "E1"})).await;
        let ask = |who: &'static str, rest: String| {
            let site = &site;
            async move { site.get(who, &format!("/api/v1/access/explain?object=shop.order{rest}")).await }
        };
        let own = ask("sally", format!("&record={id}&action=update")).await.json();
        assert_eq!(own["allowed"], true, "{own}");
        assert!(
            own["reasons"]
                .as_array()
                .unwrap()
                .iter()
                .any(|reason| reason["role"] == "shop.seller" && reason["scope"] == "own")
        );
        let other = ask("root", format!("&record={id}&action=update&user=saul")).await.json();
        assert_eq!(other["allowed"], false, "{other}");
        let rows = [
            ("sally", "&user=saul".to_owned(), "403 not_permitted user"),
            ("saul", format!("&record={id}"), "404 not_found"),
            ("root", "&user=nobody".to_owned(), "404 not_found"),
            ("root", "&action=fly".to_owned(), "400 invalid_parameter"),
        ];
        for (who, rest, expect) in rows {
            assert!(told(&ask(who, rest).await).starts_with(expect), "{expect}");
        }
        site
    });
}

#[test]
fn revoked_rights_are_gone_at_once() {
    on_each(|site| async move {
        assert_eq!(site.get("saul", "/api/v1/records/shop.order").await.status, 200);
        let path = format!("/api/v1/records/base.user/{}", site.users["saul"]);
        let answer = site.patch("root", &path, json!({"active": false})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(told(&site.get("saul", "/api/v1/records/shop.order").await), "401 unauthenticated");
        site
    });
}
