//! Mailboxes over HTTP: administrators see them, and release mails that are held back.

use crate::check::{check, contract};
use crate::site::on_each;
use serde_json::{Value as Json, json};

#[test]
fn administrators_see_mailboxes_and_release_mails() {
    on_each(|site| async move {
        let held = json!({
            "mailbox": "shop.desk", "state": "quarantined", "reason": "flood", "subject": "s",
            "received_at": "2026-03-02T01:00:00Z",
        });
        let made = site.post("root", "/api/v1/records/base.mail", held).await;
        let mail = format!("/api/v1/mails/{}/release", made.json()["id"].as_str().unwrap());
        let unknown = "POST /api/v1/mails/00000000-0000-0000-0000-000000000000/release";
        let release = format!("POST {mail}");
        let rows = [
            ("", "GET /api/v1/mailboxes", Json::Null, "401 unauthenticated"),
            ("sally", "GET /api/v1/mailboxes", Json::Null, "403 not_permitted"),
            ("sally", "GET /api/v1/records/base.mail", Json::Null, "404 not_found"),
            ("sally", &release, Json::Null, "403 not_permitted"),
            ("root", unknown, Json::Null, "404 not_found"),
            ("root", "POST /api/v1/mails/x/release", Json::Null, "404 not_found"),
            ("root", &release, Json::Null, "204"),
            ("root", &release, Json::Null, "204"),
            (
                "root",
                "PUT /api/v1/connectors/shop.desk/settings",
                json!({"url": "smtps://x"}),
                "400 invalid_body url",
            ),
            (
                "root",
                "PUT /api/v1/connectors/shop.desk/settings",
                json!({"from": "a@b.example"}),
                "400 invalid_body from",
            ),
            (
                "root",
                "PUT /api/v1/connectors/shop.desk/settings",
                json!({"url": "starttls://x.invalid"}),
                "204",
            ),
        ];
        check(&site, &rows).await;
        let listed = site.get("root", "/api/v1/mailboxes").await;
        contract(&listed);
        let one = &listed.json()["mailboxes"][0];
        assert_eq!(
            (&one["name"], &one["label"], &one["awaited"]),
            (&json!("shop.desk"), &json!("Desk"), &json!(false))
        );
        site
    });
}
