//! Accounts over HTTP: signing in, sessions, tokens, second factors, resets; limits and where requests come from.

use crate::check::{check, contract, told};
use crate::client::{self, Answer};
use crate::site::{PASSWORD, Site, on_each, on_each_with};
use engine::identity::totp;
use serde_json::{Value as Json, json};
use server::Config;

/// Sends a request with these headers and a JSON body.
async fn send(site: &Site, request: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
    let (method, path) = request.split_once(' ').unwrap();
    site.call("", method, path, headers, body).await
}

async fn sign_in(site: &Site, login: &str) -> String {
    let body = json!({"login": login, "password": PASSWORD});
    let answer = send(site, "POST /api/v1/session", &[], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["token"].as_str().unwrap().to_owned()
}

async fn by(site: &Site, token: &str, request: &str, body: Json) -> Answer {
    let bearer = format!("Bearer {token}");
    let answer = send(site, request, &[("authorization", &bearer)], &body).await;
    contract(&answer);
    answer
}

#[test]
fn a_wrong_password_and_an_unknown_login_answer_byte_by_byte_alike() {
    on_each(|site| async move {
        let mut answers = Vec::new();
        for login in ["sally", "stranger"] {
            let mut of_login = Vec::new();
            for _ in 0..10 {
                let body = json!({"login": login, "password": "wrong horse battery"});
                let answer = send(&site, "POST /api/v1/session", &[("x-request-id", "same")], &body).await;
                let names =
                    ["retry-after", "ratelimit-limit", "ratelimit-remaining", "content-length", "set-cookie"];
                let headers: Vec<Option<String>> =
                    names.iter().map(|name| answer.header(name).map(str::to_owned)).collect();
                let headers = if answer.status == 429 { Vec::new() } else { headers };
                of_login.push((answer.status, headers, answer.text()));
            }
            answers.push(of_login);
        }
        assert_eq!(answers[0], answers[1]);
        let statuses: Vec<u16> = answers[0].iter().map(|(status, ..)| *status).collect();
        assert_eq!(statuses[..8], [401; 8]);
        assert_eq!(statuses[8..], [429; 2]);
        for login in ["sally", "stranger"] {
            let body = json!({"login": login});
            let answer = send(&site, "POST /api/v1/password-reset", &[("x-request-id", "same")], &body).await;
            assert_eq!((answer.status, answer.text()), (204, String::new()));
        }
        site
    });
}

#[test]
fn limits_are_told_and_not_dodged_by_headers() {
    on_each(|site| async move {
        let attempt = |login: String, forwarded: String| {
            let site = &site;
            async move {
                let body = json!({"login": login, "password": "x"});
                let headers = [
                    ("x-forwarded-for", forwarded.as_str()),
                    ("forwarded", "for=203.0.113.77"),
                    ("x-real-ip", forwarded.as_str()),
                    ("x-client-ip", forwarded.as_str()),
                ];
                send(site, "POST /api/v1/session", &headers, &body).await
            }
        };
        let first = attempt("who0".into(), "203.0.113.0".into()).await;
        assert_eq!(first.header("ratelimit-limit"), Some("10"), "{first:?}");
        assert_eq!(first.header("ratelimit-remaining"), Some("9"));
        assert!(first.header("ratelimit-reset").is_some());
        assert_eq!(first.header("ratelimit-policy"), Some("10;w=60"));
        // Another login each time, another address in every header: it is one client all the same.
        let mut refused = None;
        for number in 1..80 {
            let answer = attempt(format!("who{number}"), format!("203.0.113.{number}")).await;
            if answer.status == 429 {
                refused = Some((number, answer));
                break;
            }
        }
        let (number, answer) = refused.expect("the limit of the client holds");
        assert_eq!(number, 60);
        assert_eq!(told(&answer), "429 too_many_requests");
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait));
        assert_eq!(answer.header("ratelimit-remaining"), Some("0"));
        site
    });
}

#[test]
fn behind_a_trusted_proxy_the_client_counts() {
    let behind = |config: Config| Config { trusted_proxies: vec!["127.0.0.0/8".to_owned()], ..config };
    on_each_with(behind, |site| async move {
        for number in 0..70 {
            let body = json!({"login": format!("who{number}"), "password": "x"});
            // What the client itself wrote before the proxy does not count.
            let forwarded = format!("192.0.2.{number}, 203.0.113.{number}");
            let answer = send(&site, "POST /api/v1/session", &[("x-forwarded-for", &forwarded)], &body).await;
            assert_eq!(answer.status, 401, "{number}: {}", answer.text());
        }
        let mut refused = 0;
        for number in 0..70 {
            let body = json!({"login": format!("other{number}"), "password": "x"});
            let forwarded = format!("192.0.2.{number}, 203.0.113.250");
            let answer = send(&site, "POST /api/v1/session", &[("x-forwarded-for", &forwarded)], &body).await;
            refused += usize::from(answer.status == 429);
        }
        assert_eq!(refused, 10);
        site
    });
}

#[test]
fn requests_of_a_user_are_limited_where_that_is_configured() {
    on_each_with(
        |config| Config { per_minute: Some(5), ..config },
        |site| async move {
            for left in (0..5).rev() {
                let answer = site.get("boss", "/api/v1/session").await;
                assert_eq!(answer.status, 200);
                assert_eq!(answer.header("ratelimit-remaining"), Some(left.to_string().as_str()));
            }
            let refused = site.get("boss", "/api/v1/session").await;
            assert_eq!(told(&refused), "429 too_many_requests");
            assert!(refused.header("retry-after").is_some());
            assert_eq!(site.get("sally", "/api/v1/session").await.status, 200, "each has an own count");
            // Who is nobody is counted by the address, whatever token is tried.
            for number in 0..5 {
                let forged = format!("Bearer llm_{number}");
                let headers = [("authorization", forged.as_str()), ("x-forwarded-for", "203.0.113.9")];
                let answer = site.call("", "GET", "/api/v1/tasks", &headers, &Json::Null).await;
                assert_eq!(told(&answer), "401 unauthenticated");
                let left = (4 - number).to_string();
                assert_eq!(answer.header("ratelimit-remaining"), Some(left.as_str()));
            }
            assert_eq!(told(&site.get("", "/api/v1/tasks").await), "429 too_many_requests");
            assert_eq!(
                site.get("sally", "/api/v1/session").await.status,
                200,
                "who signed in is not hit by it"
            );
            site
        },
    );
}

#[test]
fn sessions_are_listed_and_ended_over_http() {
    on_each(|site| async move {
        let (first, second) = (sign_in(&site, "sally").await, sign_in(&site, "sally").await);
        let listed = by(&site, &first, "GET /api/v1/sessions", Json::Null).await.json();
        let listed = listed["sessions"].as_array().unwrap().clone();
        assert_eq!(listed.len(), 2);
        let current: Vec<&Json> = listed.iter().map(|one| &one["current"]).collect();
        assert_eq!(current, [&json!(false), &json!(true)]);
        assert!(listed.iter().all(|one| one["address"] == "127.0.0.1"), "{listed:?}");
        assert!(!listed[0].to_string().contains("llm_"), "no token is ever listed");
        let other = listed[0]["id"].as_str().unwrap();
        assert_eq!(
            told(
                &by(
                    &site,
                    &sign_in(&site, "saul").await,
                    &format!("DELETE /api/v1/sessions/{other}"),
                    Json::Null
                )
                .await
            ),
            "404 not_found"
        );
        assert_eq!(
            by(&site, &first, &format!("DELETE /api/v1/sessions/{other}"), Json::Null).await.status,
            204
        );
        assert_eq!(told(&by(&site, &second, "GET /api/v1/session", Json::Null).await), "401 unauthenticated");
        let third = sign_in(&site, "sally").await;
        assert_eq!(by(&site, &first, "DELETE /api/v1/sessions", Json::Null).await.status, 204);
        assert_eq!(told(&by(&site, &third, "GET /api/v1/session", Json::Null).await), "401 unauthenticated");
        assert_eq!(by(&site, &first, "GET /api/v1/session", Json::Null).await.status, 200);
        // An administrator's view of others.
        let sally = site.users["sally"];
        let path = format!("/api/v1/users/{sally}/sessions");
        let rows = [
            ("sally", format!("GET {path}"), Json::Null, "403 not_permitted"),
            ("sally", format!("DELETE {path}"), Json::Null, "403 not_permitted"),
            ("sally", format!("POST /api/v1/users/{sally}/password"), Json::Null, "403 not_permitted"),
            ("sally", format!("DELETE /api/v1/users/{sally}/totp"), Json::Null, "403 not_permitted"),
            (
                "sally",
                format!("POST /api/v1/users/{sally}/handover"),
                json!({"to": sally}),
                "403 not_permitted",
            ),
            (
                "root",
                "GET /api/v1/users/0198c0de-0000-7000-8000-000000000000/sessions".into(),
                Json::Null,
                "404 not_found",
            ),
            ("root", format!("GET {path}"), Json::Null, "200"),
            ("root", format!("DELETE {path}"), Json::Null, "204"),
        ];
        for (who, request, body, expect) in rows {
            check(&site, &[(who, &request, body, expect)]).await;
        }
        assert_eq!(told(&by(&site, &first, "GET /api/v1/session", Json::Null).await), "401 unauthenticated");
        assert_eq!(site.get("sally", "/api/v1/session").await.status, 200, "the API token goes on");
        check(&site, &[("root", &format!("DELETE {path}?tokens=true"), Json::Null, "204")]).await;
        assert_eq!(told(&site.get("sally", "/api/v1/session").await), "401 unauthenticated");
        site
    });
}

#[test]
fn tokens_are_made_listed_and_ended_over_http() {
    on_each(|site| async move {
        let session = sign_in(&site, "sally").await;
        let rows = [
            (json!({}), "400 invalid_body label"),
            (json!({"label": " "}), "400 invalid_body label"),
            (json!({"label": "t", "roles": "x"}), "400 invalid_body roles"),
            (json!({"label": "t", "roles": ["base.admin"]}), "403 not_permitted roles"),
            (json!({"label": "t", "days": 0}), "400 invalid_body days"),
            (json!({"label": "t", "days": 1, "expires_at": "2030-01-01T00:00:00Z"}), "400 invalid_body days"),
            (json!({"label": "t", "expires_at": "2001-01-01T00:00:00Z"}), "400 invalid_body expires_at"),
            (json!({"label": "t", "admin": true}), "400 unknown_parameter admin"),
        ];
        for (body, expect) in rows {
            let answer = by(&site, &session, "POST /api/v1/tokens", body.clone()).await;
            assert_eq!(told(&answer), expect, "{body}");
        }
        let bearer = format!("Bearer {session}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", "t1")];
        let body = json!({"label": "nightly", "roles": ["shop.seller"], "days": 30});
        let made = send(&site, "POST /api/v1/tokens", &headers, &body).await;
        let again = send(&site, "POST /api/v1/tokens", &headers, &body).await;
        assert_eq!((made.status, again.status), (201, 201), "{}", made.text());
        assert_eq!(made.json()["id"], again.json()["id"]);
        assert_eq!(again.json()["token"], Json::Null, "a token is shown once");
        let token = made.json()["token"].as_str().unwrap().to_owned();
        assert_eq!(by(&site, &token, "GET /api/v1/records/shop.order", Json::Null).await.status, 200);
        // A program manages no account.
        let rows = [
            ("POST /api/v1/tokens", json!({"label": "x"})),
            ("DELETE /api/v1/sessions", Json::Null),
            (
                "POST /api/v1/session/password",
                json!({"password": PASSWORD, "new_password": "another good phrase"}),
            ),
            ("POST /api/v1/session/totp", json!({"password": PASSWORD})),
        ];
        for (request, body) in rows {
            assert_eq!(told(&by(&site, &token, request, body).await), "403 not_permitted", "{request}");
        }
        let listed = by(&site, &session, "GET /api/v1/tokens", Json::Null).await;
        assert!(!listed.text().contains("llm_"));
        let listed = listed.json();
        assert_eq!(listed["tokens"][0]["label"], "nightly", "{listed}");
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(by(&site, &session, &format!("DELETE /api/v1/tokens/{id}"), Json::Null).await.status, 204);
        assert_eq!(told(&by(&site, &token, "GET /api/v1/session", Json::Null).await), "401 unauthenticated");
        for forged in ["", "llm_", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.", "null", "llm_' or 1=1--"] {
            let answer = by(&site, forged, "GET /api/v1/session", Json::Null).await;
            assert_eq!(told(&answer), "401 unauthenticated", "{forged}");
        }
        site
    });
}

#[test]
fn a_second_factor_over_http() {
    on_each(|site| async move {
        let session = sign_in(&site, "sally").await;
        let begun = by(&site, &session, "POST /api/v1/session/totp", json!({"password": PASSWORD})).await;
        assert_eq!(begun.status, 201, "{}", begun.text());
        let secret = totp::from_base32(begun.json()["secret"].as_str().unwrap()).unwrap();
        let code = |ahead: i64| totp::code_at(&secret, site.engine.now() + chrono::TimeDelta::seconds(ahead));
        let wrong = by(&site, &session, "POST /api/v1/session/totp/confirm", json!({"code": "abc"})).await;
        assert_eq!(told(&wrong), "403 invalid_otp");
        let confirmed =
            by(&site, &session, "POST /api/v1/session/totp/confirm", json!({"code": code(0)})).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.text());
        let codes = confirmed.json()["recovery_codes"].clone();
        assert_eq!(codes.as_array().unwrap().len(), 10);
        assert_eq!(
            by(&site, &session, "GET /api/v1/session", Json::Null).await.json()["second_factor"],
            true
        );
        let next = code(30);
        let rows = [
            (json!({"login": "sally", "password": PASSWORD}), "401 otp_required"),
            (json!({"login": "sally", "password": PASSWORD, "otp": "000000"}), "401 invalid_credentials"),
            (json!({"login": "sally", "password": PASSWORD, "otp": {}}), "400 invalid_body otp"),
            (json!({"login": "sally", "password": PASSWORD, "otp": next}), "200"),
            (json!({"login": "sally", "password": PASSWORD, "otp": next}), "401 invalid_credentials"),
            (json!({"login": "sally", "password": PASSWORD, "otp": codes[0]}), "200"),
        ];
        for (body, expect) in rows {
            let answer = send(&site, "POST /api/v1/session", &[], &body).await;
            assert_eq!(told(&answer), expect, "{body}");
        }
        let body = json!({"password": PASSWORD});
        let renewed = by(&site, &session, "POST /api/v1/session/totp/recovery-codes", body).await.json();
        let old = json!({"password": PASSWORD, "code": codes[1]});
        let refused = by(&site, &session, "POST /api/v1/session/totp/remove", old).await;
        assert_eq!(told(&refused), "401 invalid_credentials", "other codes took their place");
        let body = json!({"password": PASSWORD, "code": renewed["recovery_codes"][0]});
        assert_eq!(by(&site, &session, "POST /api/v1/session/totp/remove", body).await.status, 204);
        sign_in(&site, "sally").await;
        site
    });
}

#[test]
fn a_link_leads_to_the_configured_address_whatever_a_request_says() {
    on_each(|site| async move {
        let path = format!("/api/v1/records/base.user/{}", site.users["sally"]);
        assert_eq!(site.patch("root", &path, json!({"email": "sally@example.com"})).await.status, 200);
        let text = json!({"login": "sally"}).to_string();
        let length = text.len();
        let forged = format!(
            "POST /api/v1/password-reset HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\n\
             x-forwarded-proto: http\r\nforwarded: host=evil.example\r\nreferer: https://evil.example/\r\n\
             x-original-url: //evil.example\r\ncontent-type: application/json\r\n\
             sec-fetch-site: same-origin\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{text}"
        );
        assert_eq!(client::raw(site.address, forged.as_bytes()).await.status, 204);
        while site.engine.work_once("test").await.unwrap() > 0 {}
        let now = site.engine.now();
        let taken = site.engine.database().write(move |tx| async move {
            storage::store::effect::claim(&tx, &["mail"], 9, chrono::TimeDelta::minutes(1), now).await
        });
        let taken = taken.await.unwrap();
        assert_eq!(taken.len(), 1);
        let secret = storage::secret::Secret::new("a key for tests");
        let mail = engine::outbox::Mail::of(&taken[0], Some(&secret)).unwrap();
        assert!(mail.text.contains("http://shop.example/reset-password#token="), "{}", mail.text);
        assert!(!mail.text.contains("evil"), "{}", mail.text);
        let token = mail.text.split("#token=").nth(1).unwrap().split_whitespace().next().unwrap();
        let rows = [
            (json!({"token": "x", "password": "another good phrase"}), "401 invalid_reset_link"),
            (json!({"token": token, "password": "short"}), "422 weak_password password"),
            (json!({"token": {}, "password": "another good phrase"}), "400 invalid_body token"),
            (json!({"token": token, "password": "another good phrase"}), "204"),
            (json!({"token": token, "password": "another good phrase"}), "401 invalid_reset_link"),
        ];
        for (body, expect) in rows {
            let answer = send(&site, "POST /api/v1/password-reset/confirm", &[], &body).await;
            assert_eq!(told(&answer), expect, "{body}");
        }
        assert_eq!(told(&site.get("sally", "/api/v1/session").await), "401 unauthenticated");
        let body = json!({"login": "sally", "password": "another good phrase"});
        assert_eq!(send(&site, "POST /api/v1/session", &[], &body).await.status, 200);
        site
    });
}

#[test]
fn a_page_of_another_site_changes_nothing_with_a_cookie() {
    on_each(|site| async move {
        let cookie = format!("lifeloom_session={}", sign_in(&site, "root").await);
        let sally = site.users["sally"];
        let requests = [
            "POST /api/v1/records/shop.customer".to_owned(),
            format!("PATCH /api/v1/records/base.user/{sally}"),
            format!("DELETE /api/v1/records/base.user/{sally}"),
            "POST /api/v1/packs".to_owned(),
            "POST /api/v1/session/password".to_owned(),
            "POST /api/v1/session/totp".to_owned(),
            "POST /api/v1/tokens".to_owned(),
            "DELETE /api/v1/sessions".to_owned(),
            format!("POST /api/v1/users/{sally}/password"),
            format!("POST /api/v1/users/{sally}/handover"),
            "POST /api/v1/query/shop.order".to_owned(),
        ];
        let foreign = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("referer", "https://evil.example/form"),
        ];
        for request in &requests {
            for header in foreign {
                let headers = [("cookie", cookie.as_str()), header];
                let answer = send(&site, request, &headers, &json!({})).await;
                assert_eq!(told(&answer), "403 cross_site", "{request} {header:?}");
            }
        }
        for request in
            ["POST /api/v1/session", "POST /api/v1/password-reset", "POST /api/v1/password-reset/confirm"]
        {
            let answer =
                send(&site, request, &[("origin", "https://evil.example")], &json!({"login": "x"})).await;
            assert_eq!(told(&answer), "403 cross_site", "{request}");
        }
        // Own pages may, and so may those at the configured address.
        for header in [("sec-fetch-site", "same-origin"), ("origin", "http://shop.example")] {
            let headers = [("cookie", cookie.as_str()), header];
            let answer = send(&site, "POST /api/v1/records/shop.customer", &headers, &json!({})).await;
            assert_eq!(answer.status, 422, "{}", answer.text());
        }
        site
    });
}

#[test]
fn an_administrator_gives_a_password_and_hands_records_over() {
    on_each(|site| async move {
        let (sally, saul) = (site.users["sally"], site.users["saul"]);
        let order = site.create("sally", "shop.order", json!({"number": "H1"})).await;
        let given = site.post("root", &format!("/api/v1/users/{sally}/password"), Json::Null).await;
        let one_time = given.json()["one_time_password"].as_str().unwrap().to_owned();
        assert_eq!(told(&site.get("sally", "/api/v1/session").await), "401 unauthenticated");
        let rows = [
            (json!({"login": "sally", "password": PASSWORD}), "401 invalid_credentials"),
            (json!({"login": "sally", "password": one_time}), "403 password_change_required"),
            (json!({"login": "sally", "password": one_time, "new_password": "another good phrase"}), "200"),
        ];
        for (body, expect) in rows {
            assert_eq!(told(&send(&site, "POST /api/v1/session", &[], &body).await), expect, "{body}");
        }
        let path = format!("/api/v1/users/{sally}/handover");
        let rows = [
            ("root", format!("POST {path}"), json!({"to": "x"}), "400 invalid_body to"),
            ("root", format!("POST {path}"), json!({"to": sally}), "422 reference_not_found to"),
            (
                "root",
                format!("POST {path}"),
                json!({"to": saul, "deactivate": "yes"}),
                "400 invalid_body deactivate",
            ),
        ];
        for (who, request, body, expect) in rows {
            check(&site, &[(who, &request, body, expect)]).await;
        }
        let held = site.get("root", &path).await.json();
        assert_eq!((&held["records"]["shop.order"], &held["tasks"]), (&json!(1), &json!(0)), "{held}");
        let account = site.get("root", &format!("/api/v1/users/{sally}/account")).await.json();
        assert_eq!(account, json!({"second_factor": false}));
        let key = [("idempotency-key", "h1")];
        let body = json!({"to": saul, "deactivate": true});
        let first = site.call("root", "POST", &path, &key, &body).await;
        let again = site.call("root", "POST", &path, &key, &body).await;
        assert_eq!((first.status, again.status), (202, 202), "{}", first.text());
        assert_eq!(first.header("location"), again.header("location"));
        while site.engine.work_once("test").await.unwrap() > 0 {}
        let job = site.get("root", first.header("location").unwrap()).await.json();
        assert_eq!(
            (&job["state"], &job["result"]["records"]["shop.order"]),
            (&json!("done"), &json!(1)),
            "{job}"
        );
        let seen = site.get("saul", &format!("/api/v1/records/shop.order/{order}")).await.json();
        assert_eq!(seen["owner"]["id"], json!(saul), "{seen}");
        assert_eq!(
            site.get("root", &path).await.json()["records"]["shop.order"],
            Json::Null,
            "nothing is left"
        );
        let listed = site.get("root", "/api/v1/jobs").await.json();
        assert_eq!(listed["jobs"][0]["created_by"]["login"], "root", "{listed}");
        site
    });
}

#[test]
fn what_administrators_look_at_is_theirs() {
    on_each(|site| async move {
        let sally = site.users["sally"];
        let rows = [
            ("sally", format!("GET /api/v1/users/{sally}/account"), "403 not_permitted"),
            ("sally", format!("GET /api/v1/users/{sally}/handover"), "403 not_permitted"),
            ("sally", "GET /api/v1/audit/verification".to_owned(), "403 not_permitted"),
            ("root", "GET /api/v1/audit/verification?seal=x".to_owned(), "400 invalid_parameter number"),
            ("root", format!("GET /api/v1/users/{sally}/account"), "200"),
        ];
        for (who, request, expect) in rows {
            check(&site, &[(who, &request, Json::Null, expect)]).await;
        }
        site.engine.seal_now().await.unwrap();
        let found = site.get("root", "/api/v1/audit/verification").await.json();
        assert_eq!((&found["broken"], &found["first"]), (&Json::Null, &json!(1)), "{found}");
        site
    });
}
