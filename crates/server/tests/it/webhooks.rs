//! Webhooks over HTTP: open to who can sign, closed to all others.

use crate::check::{contract, told};
use crate::site::on_each;
use engine::signature::sign;
use serde_json::{Value as Json, json};

const SECRET: &str = "a secret of both sides";
const ADDRESS: &str = "/api/v1/webhooks/shop.order_heard";

#[test]
fn who_can_sign_sets_off_an_automation() {
    on_each(|site| async move {
        let secret = format!("{ADDRESS}/secret");
        let rows = [
            ("sally", "GET", "/api/v1/webhooks", Json::Null, "403 not_permitted"),
            ("sally", "PUT", secret.as_str(), json!({"value": SECRET}), "403 not_permitted"),
            ("root", "PUT", &secret, json!({"value": "short"}), "400 invalid_body"),
            ("root", "PUT", "/api/v1/webhooks/shop.none/secret", json!({"value": SECRET}), "404 not_found"),
            ("root", "PUT", &secret, json!({"value": SECRET}), "204"),
        ];
        for (who, method, path, body, expect) in rows {
            let answer = site.call(who, method, path, &[], &body).await;
            contract(&answer);
            assert!(told(&answer).starts_with(expect), "{who} {method} {path}: {}", told(&answer));
        }
        let listed = site.get("root", "/api/v1/webhooks").await;
        contract(&listed);
        assert_eq!(listed.json()["webhooks"][0]["set"], json!(true));
        let body = json!({"number": "W1"});
        let signed = sign(SECRET.as_bytes(), chrono::Utc::now(), body.to_string().as_bytes());
        let headers = [
            ("X-Lifeloom-Timestamp", signed.timestamp.as_str()),
            ("X-Lifeloom-Signature", signed.signature.as_str()),
        ];
        for (headers, path, expect) in [
            (&headers[..], ADDRESS, "204"),
            (&headers[..], "/api/v1/webhooks/shop.none", "401 invalid_message"),
            (&headers[..1], ADDRESS, "401 invalid_message"),
            (&[], ADDRESS, "401 invalid_message"),
        ] {
            let answer = site.call("", "POST", path, headers, &body).await;
            contract(&answer);
            assert!(told(&answer).starts_with(expect), "{path}: {}", told(&answer));
        }
        site
    });
}
