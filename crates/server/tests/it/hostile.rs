//! Requests that mean no good: 400, 401, 404, 405, 413 or 415, never 500, and the server lives.

use crate::client;
use crate::site::on_each;
use serde_json::Value as Json;

const PATHS: [&str; 25] = [
    "//evil.example/",
    "/\\evil.example/",
    "/api/v1/records/shop.order?next=//evil.example",
    "//api/v1/session",
    "/api//v1/session",
    "/api/v1/session/",
    "/API/v1/session",
    "/api/v1/Session",
    "/api/v1/session;x=1",
    "/api/v1/session/..;/records/shop.order",
    "/api/v1/%2e%2e/healthz",
    "/api/v1/../healthz",
    "/api/v1/records/shop.order/..%2f..%2fpacks",
    "/api/v1/records/shop.order%00",
    "/api/v1/records/%ff",
    "/api/v1/records/%",
    "/api/v1/records/shop.order/%zz",
    "/api/v1/records//",
    "/api/v1/records/shop.order/by/",
    "/api/v1/records/shop.order'--",
    "/api/v1/tasks/00000000-0000-0000-0000-000000000000/approve?/webhooks/trigger",
    "/api/v1/records/shop.order?limit=1&limit=2",
    "/api/v1/records/shop.order?filter=%ff",
    "/api/v1/records/shop.order?sort=number;--",
    "/api/v1/records/shop.order?fields=id)%20from%20x--",
];

#[test]
fn hostile_paths_lead_nowhere() {
    on_each(|site| async move {
        for path in PATHS {
            for method in ["GET", "POST", "DELETE", "PATCH", "PUT"] {
                for who in ["", "sally"] {
                    let answer = site.call(who, method, path, &[], &Json::Null).await;
                    let expected = [400, 401, 404, 405, 415];
                    assert!(
                        expected.contains(&answer.status),
                        "{who} {method} {path}: {} {}",
                        answer.status,
                        answer.text()
                    );
                    assert_eq!(answer.header("location"), None, "{method} {path} leads elsewhere");
                }
            }
        }
        site
    });
}

#[test]
fn hostile_bodies_are_refused_with_their_place() {
    on_each(|site| async move {
        let bearer = format!("Bearer {}", site.token("boss"));
        let deep = "[".repeat(5_000);
        let deep_object = r#"{"a":"#.repeat(500);
        let bodies: [(&[u8], u16); 9] = [
            (b"", 400),
            (b"{", 400),
            (b"{\"number\": \"\xff\xfe\"}", 400),
            (b"{\"number\": \"\\ud800\"}", 400),
            (deep.as_bytes(), 400),
            (deep_object.as_bytes(), 400),
            (b"{\"number\": {\"$gt\": \"\"}}", 400),
            (b"{\"id\": \"00000000-0000-0000-0000-000000000001\", \"number\": \"x\"}", 400),
            (b"{\"number\": \"x\", \"created_by\": \"root\", \"version\": 9}", 400),
        ];
        for path in [
            "/api/v1/records/shop.order",
            "/api/v1/query/shop.order",
            "/api/v1/records/shop.order/bulk",
            "/api/v1/packs",
        ] {
            for (body, status) in bodies {
                if path.ends_with("order") && !path.contains("query") || body.len() > 100 || body.len() < 3 {
                    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
                    let answer = client::send(site.address, "POST", path, &headers, body).await;
                    let expected = if path.ends_with("packs") { 403 } else { status };
                    assert_eq!(
                        answer.status,
                        expected,
                        "{path} {}: {}",
                        String::from_utf8_lossy(&body[..body.len().min(60)]),
                        answer.text()
                    );
                }
            }
        }
        site
    });
}

#[test]
fn smuggled_and_broken_requests_do_no_harm() {
    on_each(|site| async move {
        let raw: [&[u8]; 5] = [
            b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET /%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00",
            b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\nconnection: close\r\n\r\n{}",
        ];
        for bytes in raw {
            let answer =
                tokio::time::timeout(std::time::Duration::from_secs(20), client::raw(site.address, bytes))
                    .await
                    .unwrap();
            assert!(answer.status < 500, "{answer:?}");
            assert!(!(200..300).contains(&answer.status), "{answer:?}");
        }
        assert_eq!(site.get("", "/healthz").await.status, 200);
        site
    });
}
