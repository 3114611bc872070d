//! Connectors: what administrators see and set, and what nobody is told.

use crate::check::{check, told};
use crate::site::on_each;
use serde_json::{Value as Json, json};

#[test]
fn what_is_set_is_checked_and_set_by_administrators() {
    on_each(|site| async move {
        let erp = "/api/v1/connectors/shop.erp";
        let secret = json!({"value": "planted-secret"});
        let parameters = json!({"parameters": {"number": "1"}});
        let rows = [
            ("", "GET /api/v1/connectors".to_owned(), Json::Null, "401 unauthenticated"),
            ("sally", "GET /api/v1/connectors".to_owned(), Json::Null, "403 not_permitted"),
            ("sally", format!("GET {erp}"), Json::Null, "403 not_permitted"),
            ("sally", format!("PUT {erp}/settings"), json!({}), "403 not_permitted"),
            ("sally", format!("PUT {erp}/secrets/token"), secret.clone(), "403 not_permitted"),
            ("sally", format!("DELETE {erp}/secrets/token"), Json::Null, "403 not_permitted"),
            ("sally", format!("POST {erp}/operations/quote/call"), parameters.clone(), "403 not_permitted"),
            ("root", "GET /api/v1/connectors/shop.nothing".to_owned(), Json::Null, "404 not_found"),
            ("root", "GET /api/v1/connectors?all=1".to_owned(), Json::Null, "400 unknown_parameter all"),
            ("root", format!("PUT {erp}/secrets/token"), secret, "204"),
            ("root", format!("PUT {erp}/secrets/token"), json!({"value": 1}), "400 invalid_body value"),
            ("root", format!("PUT {erp}/secrets/token"), json!({}), "400 invalid_body value"),
            ("root", format!("PUT {erp}/secrets/other"), json!({"value": "x"}), "404 not_found"),
            ("root", format!("GET {erp}/secrets/token"), Json::Null, "405 method_not_allowed"),
            (
                "root",
                format!("PUT {erp}/settings"),
                json!({"url": "http://10.0.0.1"}),
                "400 invalid_body url",
            ),
            ("root", format!("PUT {erp}/settings"), json!({"uri": "x"}), "400 unknown_parameter uri"),
            ("root", format!("PUT {erp}/settings"), json!({"url": "https://test.erp.invalid/api"}), "204"),
            ("root", format!("POST {erp}/operations/nothing/call"), json!({}), "404 not_found"),
            ("root", format!("POST {erp}/operations/quote/call"), json!({}), "422 required number"),
            (
                "root",
                format!("POST {erp}/operations/quote/call"),
                json!({"with": {}}),
                "400 unknown_parameter with",
            ),
        ];
        let rows: Vec<_> = rows
            .iter()
            .map(|(who, request, body, expect)| (*who, request.as_str(), body.clone(), *expect))
            .collect();
        check(&site, &rows).await;
        site
    });
}

#[test]
fn administrators_set_what_is_told_to_nobody() {
    on_each(|site| async move {
        let erp = "/api/v1/connectors/shop.erp";
        let settings = json!({"url": "https://test.erp.invalid/api"});
        check(
            &site,
            &[
                ("root", &format!("PUT {erp}/secrets/token"), json!({"value": "planted-secret"}), "204"),
                ("root", &format!("PUT {erp}/settings"), settings, "204"),
            ],
        )
        .await;
        let parameters = json!({"parameters": {"number": "1"}});
        let answer =
            site.call("root", "POST", &format!("{erp}/operations/quote/call"), &[], &parameters).await;
        assert_eq!(told(&answer), "502 connector_failed");
        let one = site.get("root", erp).await.json();
        assert_eq!(
            one["settings"],
            json!({"url": "https://test.erp.invalid/api", "user": null, "from": null})
        );
        assert_eq!(one["definition"]["url"], "https://erp.invalid");
        assert_eq!(
            (&one["label"], &one["ready"], &one["kind"]),
            (&json!("ERP"), &json!(true), &json!("http"))
        );
        let secret = &one["secrets"][0];
        assert_eq!(
            (&secret["name"], &secret["set"], &secret["set_by"]["login"]),
            (&json!("token"), &json!(true), &json!("root"))
        );
        assert_eq!((&one["used_operation"], &one["used_outcome"]), (&json!("quote"), &json!("ready")));
        assert_eq!(
            one["operations"],
            json!([{
                "name": "quote", "label": "quote", "description": null, "method": "GET", "path": "/quotes/{number}",
                "retry": "safe",
                "parameters": [{"name": "number", "label": "number", "help": null, "type": "text", "required": true}],
                "answer": [{"name": "id", "label": "id", "type": "text"}],
            }])
        );
        let all = site.get("root", "/api/v1/connectors").await.json();
        assert_eq!(
            (&all["connectors"][0]["name"], &all["connectors"][1]["name"]),
            (&json!("shop.desk"), &json!("shop.erp"))
        );
        let audit = site.get("root", "/api/v1/audit?limit=200").await.json();
        for json in [one, all, audit] {
            assert!(!json.to_string().contains("planted"), "{json}");
        }
        check(
            &site,
            &[
                ("root", &format!("PUT {erp}/settings"), json!({}), "204"),
                ("root", &format!("DELETE {erp}/secrets/token"), Json::Null, "204"),
                ("root", &format!("DELETE {erp}/secrets/token"), Json::Null, "404 not_found"),
            ],
        )
        .await;
        let one = site.get("root", erp).await.json();
        assert_eq!((&one["settings"]["url"], &one["ready"]), (&Json::Null, &json!(false)));
        site
    });
}
