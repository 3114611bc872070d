//! A record that somebody may not see answers every request as one that is nowhere, byte for byte.

use crate::answer::http;
use crate::guarded::{all, half_seen, update};
use crate::mended::with;
use crate::roles::Role;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Every request about one order: `METHOD path`, with `{}` for its id.
fn requests(id: Uuid) -> Vec<(&'static str, Json)> {
    let file = Uuid::from_u128(21);
    vec![
        ("GET /records/vault.order/{}", Json::Null),
        ("GET /records/vault.order/{}?bin=any", Json::Null),
        ("GET /records/vault.order/{}/history", Json::Null),
        ("GET /records/vault.order/{}/timeline", Json::Null),
        ("GET /records/vault.order/{}/comments", Json::Null),
        ("GET /records/vault.order/{}/moves", Json::Null),
        ("GET /records/vault.order/{}/actions", Json::Null),
        ("GET /records/vault.order/{}/instances", Json::Null),
        ("GET /records/vault.order/{}/attachments", Json::Null),
        ("GET /records/vault.order/{}/files/o_code", Json::Null),
        ("GET /access/explain?object=vault.order&record={}", Json::Null),
        ("GET /records/vault.order?filter=id%20%3D%3D%20%22{}%22&count=exact", Json::Null),
        ("GET /records/vault.line?filter=l_order%20%3D%3D%20%22{}%22&count=exact", Json::Null),
        ("POST /records/vault.order/{}/comments", json!({"body": "x"})),
        ("POST /records/vault.order/{}/attachments", json!({"file": file})),
        ("POST /records/vault.order/{}/moves/check", Json::Null),
        ("POST /records/vault.order/{}/actions/peek", json!({})),
        ("POST /records/vault.order/{}/restore", Json::Null),
        ("POST /workflows/vault.closing/instances", json!({"record": id})),
        ("POST /records/vault.memo", json!({"m_order": id, "m_text": "x"})),
        ("POST /records/vault.line", json!({"l_order": id, "l_name": "x"})),
        ("PATCH /records/vault.order/{}", json!({"o_subject": "x"})),
        ("DELETE /records/vault.order/{}", Json::Null),
        ("DELETE /records/vault.order/{}?purge=true", Json::Null),
    ]
}

fn presser(roles: &mut [Role]) {
    half_seen(roles);
    roles[0].grants.insert("memo", all());
}

#[test]
fn a_hidden_record_answers_as_one_that_is_nowhere() {
    with(
        |roles| presser(roles),
        |scene| async move {
            let (site, client) = (&scene.site, reqwest::Client::builder().no_proxy().build().unwrap());
            let approver = site.world.users[1];
            let made = async |code: &str, level: i64| {
                let order = site.make("vault.order", json!({"o_code": code, "o_approver": approver})).await;
                site.engine
                    .submit(&site.identities[0], engine::requests::Submission::new("vault.closing", order))
                    .await
                    .unwrap();
                site.make("vault.line", json!({"l_order": order, "l_name": "l", "l_qty": 1})).await;
                site.write(update("vault.order", order, json!({"o_level": level}))).await.unwrap();
                order
            };
            let (hidden, seen, nowhere) = (made("HID", 4).await, made("SEEN", 0).await, Uuid::now_v7());
            let ask = async |id: Uuid, (line, body): (&str, Json)| {
                let (method, path) = line.split_once(' ').unwrap();
                let path = format!("/api/v1{}", path.replace("{}", &id.to_string()));
                let told = http(site, &client, 0, (method, &path, &[], &[], &body)).await;
                told.replace(&id.to_string(), "ID")
            };
            for (of_hidden, of_nowhere) in requests(hidden).into_iter().zip(requests(nowhere)) {
                let line = of_hidden.0;
                assert_eq!(ask(hidden, of_hidden).await, ask(nowhere, of_nowhere).await, "{line}");
            }
            // All of these lead somewhere.
            let (mut told, lacking) = (0, ["attachments", "files/", "/restore", "/instances"]);
            for request in requests(seen) {
                let line = request.0;
                if !(line.starts_with("POST") || line.starts_with("GET"))
                    || lacking.iter().any(|end| line.contains(end))
                {
                    continue;
                }
                let answer = ask(seen, request).await;
                assert!(answer.starts_with('2'), "{line}: {answer}");
                told += 1;
            }
            assert!(told > 10, "{told}");
            let instances = site.engine.instances_of(&site.identities[0], "vault.order", seen).await.unwrap();
            assert_eq!(instances.len(), 1);
            scene.site.close().await;
        },
    );
}
