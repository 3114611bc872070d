//! Signing in, statuses, languages, headers.

use crate::check::{check, contract, told};
use crate::client;
use crate::site::{PASSWORD, on_each};
use serde_json::{Value as Json, json};

/// A request line, its headers, and what is answered.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

#[test]
fn signing_in_and_out() {
    on_each(|site| async move {
        let sign_in = json!({"login": "sally", "password": PASSWORD});
        let answer = site.post("", "/api/v1/session", sign_in).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        contract(&answer);
        let (body, cookie) = (answer.json(), answer.header("set-cookie").unwrap().to_owned());
        assert_eq!(body["user"]["login"], "sally");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure"));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let bearer = format!("Bearer {}", body["token"].as_str().unwrap());
        let rows: [Row<'_>; 8] = [
            ("GET /api/v1/session", &[("authorization", &bearer)], "200"),
            ("GET /api/v1/session", &[("cookie", &cookie)], "200"),
            ("GET /api/v1/session", &[("cookie", "lifeloom_session=llm_00")], "401 unauthenticated"),
            ("GET /api/v1/session", &[("authorization", "Basic eDp5")], "401 unauthenticated"),
            ("GET /api/v1/session", &[], "401 unauthenticated"),
            (
                "DELETE /api/v1/session",
                &[("cookie", &cookie), ("origin", "http://evil.example")],
                "403 cross_site",
            ),
            ("DELETE /api/v1/session", &[("cookie", &cookie), ("sec-fetch-site", "same-origin")], "204"),
            ("GET /api/v1/session", &[("authorization", &bearer)], "401 unauthenticated"),
        ];
        for (request, headers, expect) in rows {
            let (method, path) = request.split_once(' ').unwrap();
            let answer = site.call("", method, path, headers, &Json::Null).await;
            assert_eq!(told(&answer), expect, "{request} {headers:?}");
            contract(&answer);
        }
        let who = site.get("sally", "/api/v1/session").await.json();
        assert_eq!(who["kind"], "api");
        assert_eq!(who["objects"]["shop.order"]["may"], json!(["create", "read", "update", "delete"]));
        assert!(who["objects"]["shop.ledger"].is_null());
        site
    });
}

#[test]
fn a_wrong_password_and_an_unknown_login_answer_alike_until_it_is_too_often() {
    on_each(|site| async move {
        let attempt = |login: &str| json!({"login": login, "password": "wrong wrong wrong"});
        let known = site.post("", "/api/v1/session", attempt("sally")).await;
        let unknown = site.post("", "/api/v1/session", attempt("nobody")).await;
        assert_eq!(
            (told(&known), told(&unknown)),
            ("401 invalid_credentials".into(), "401 invalid_credentials".into())
        );
        let plain = |answer: &client::Answer| {
            let mut body = answer.json();
            body["trace_id"] = Json::Null;
            body
        };
        assert_eq!(plain(&known), plain(&unknown));
        // After eight in a row it rests.
        for _ in 0..7 {
            assert_eq!(site.post("", "/api/v1/session", attempt("nobody")).await.status, 401);
        }
        // Neither a header nor the case of the login opens a second account of attempts.
        let headers = [("x-forwarded-for", "203.0.113.9")];
        let refused = site.call("", "POST", "/api/v1/session", &headers, &attempt("NOBODY")).await;
        assert_eq!(told(&refused), "429 too_many_requests");
        assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
        site
    });
}

#[test]
fn every_status_has_its_cause() {
    on_each(|site| async move {
        let order = site.create("boss", "shop.order", json!({"number": "A1"})).await;
        let ledger = site.create("boss", "shop.ledger", json!({"name": "one"})).await;
        let at = |path: &str| path.replace("{order}", &order).replace("{ledger}", &ledger);
        let rows = [
            ("boss", "GET /api/v1/nothing", Json::Null, "404 unknown_route"),
            ("", "GET /nothing", Json::Null, "404 unknown_route"),
            ("boss", "PUT /api/v1/session", json!({}), "405 method_not_allowed"),
            ("boss", "GET /api/v1/records/shop.nothing", Json::Null, "404 not_found"),
            ("sally", "GET /api/v1/records/shop.ledger", Json::Null, "404 not_found"),
            ("boss", "GET /api/v1/records/shop.order/1", Json::Null, "404 not_found"),
            ("sally", "GET /api/v1/records/shop.order/{order}", Json::Null, "404 not_found"),
            ("boss", "GET /api/v1/records/shop.order?limit=0", Json::Null, "400 invalid_parameter limit"),
            (
                "boss",
                "GET /api/v1/records/shop.order/{order}?limit=1",
                Json::Null,
                "400 unknown_parameter limit",
            ),
            ("boss", "GET /api/v1/search?words=x", Json::Null, "400 unknown_parameter words"),
            ("boss", "POST /api/v1/records/shop.order", json!([]), "400 invalid_body"),
            (
                "boss",
                "POST /api/v1/records/shop.order",
                json!({"number": "A2", "colour": 1}),
                "400 unknown_field colour",
            ),
            ("boss", "POST /api/v1/records/shop.order", json!({}), "422 required number"),
            ("boss", "POST /api/v1/records/shop.order", json!({"number": "A1"}), "409 duplicate number"),
            ("sally", "POST /api/v1/records/shop.ledger", json!({"name": "x"}), "404 not_found"),
            (
                "boss",
                "PATCH /api/v1/records/shop.ledger/{ledger}",
                json!({"name": "two"}),
                "428 precondition_required",
            ),
            ("sally", "GET /api/v1/packs", Json::Null, "403 not_permitted"),
            ("sally", "POST /api/v1/packs", json!({"files": {}}), "403 not_permitted"),
        ];
        let rows: Vec<_> =
            rows.into_iter().map(|(who, request, body, expect)| (who, at(request), body, expect)).collect();
        let rows: Vec<_> =
            rows.iter().map(|(who, request, body, e)| (*who, request.as_str(), body.clone(), *e)).collect();
        check(&site, &rows).await;
        let wrong_method = site.call("boss", "PUT", "/api/v1/session", &[], &json!({})).await;
        assert_eq!(wrong_method.header("allow"), Some("POST, GET, HEAD, DELETE"));
        let path = format!("/api/v1/records/shop.ledger/{ledger}");
        for (tag, expect) in [
            ("\"9\"", "412 stale_version"),
            ("\"x\"", "412 stale_version"),
            ("x", "400 invalid_header"),
            ("\"1\"", "200"),
        ] {
            let answer =
                site.call("boss", "PATCH", &path, &[("if-match", tag)], &json!({"name": "two"})).await;
            assert_eq!(told(&answer), expect, "{tag}: {}", answer.text());
        }
        let xml = [("content-type", "application/xml")];
        let answer = site.call("boss", "POST", "/api/v1/records/shop.order", &xml, &json!({})).await;
        assert_eq!(told(&answer), "415 unsupported_media_type");
        let large = json!({"number": "x".repeat(3 * 1024 * 1024)});
        assert_eq!(told(&site.post("boss", "/api/v1/records/shop.order", large).await), "413 too_large");
        site
    });
}

#[test]
fn refusals_are_told_in_the_language_of_the_caller() {
    on_each(|site| async move {
        let mut told = Vec::new();
        for language in ["en", "zh-CN,zh;q=0.9", "zh-TW"] {
            let headers = [("accept-language", language), ("x-request-id", "r-1")];
            let body = json!({"quantity": 200, "number": "x".repeat(21)});
            let answer = site.call("boss", "POST", "/api/v1/records/shop.order", &headers, &body).await;
            contract(&answer);
            assert_eq!(answer.header("x-request-id"), Some("r-1"));
            told.push(answer.json());
        }
        insta::assert_json_snapshot!("a_refusal_in_three_languages", told);
        site
    });
}

#[test]
fn nothing_but_signing_in_and_health_is_open() {
    on_each(|site| async move {
        let document = site.get("root", "/api/v1/openapi.json").await.json();
        let mut closed = 0;
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys() {
                let open = path == "/readyz"
                    || (path == "/api/v1/session" && method == "post")
                    || path.starts_with("/api/v1/password-reset")
                    // Who sends proves it by a signature.
                    || path == "/api/v1/webhooks/{workflow}";
                if open {
                    continue;
                }
                let filled: String = path
                    .split('/')
                    .map(|part| if part.starts_with('{') { "x" } else { part })
                    .collect::<Vec<_>>()
                    .join("/");
                let answer = site.call("", &method.to_uppercase(), &filled, &[], &Json::Null).await;
                assert_eq!(told(&answer), "401 unauthenticated", "{method} {path}");
                closed += 1;
            }
        }
        assert!(closed > 60, "{closed}");
        for path in ["/", "/healthz", "/readyz"] {
            assert_eq!(site.get("", path).await.status, 200, "{path}");
        }
        let head = site.call("", "HEAD", "/healthz", &[], &Json::Null).await;
        assert_eq!((head.status, head.body.len()), (200, 0));
        let packed = site
            .call("root", "GET", "/api/v1/openapi.json", &[("accept-encoding", "gzip")], &Json::Null)
            .await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        site
    });
}

#[test]
fn a_taken_port_is_said_with_its_address() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let _entered = runtime.enter();
    let taken = server::bind("127.0.0.1:0").unwrap();
    let listen = taken[0].local_addr().unwrap().to_string();
    let found = server::bind(&listen).unwrap_err();
    assert_eq!(found.code, diagnostic::Code::PortInUse);
    assert!(found.to_string().contains(&listen), "{found}");
}
