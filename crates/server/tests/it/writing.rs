//! Writing: changes, children, moves, buttons, bulk, keys of requests, history, comments.

use crate::check::{check, contract, told};
use crate::site::on_each;
use serde_json::{Value as Json, json};

#[test]
fn a_record_lives_from_create_to_purge() {
    on_each(|site| async move {
        let made = site
            .post("boss", "/api/v1/records/shop.order", json!({"number": "A1", "lines": [{"what": "pen"}]}))
            .await;
        assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")), "{}", made.text());
        let path = made.header("location").unwrap().to_owned();
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(path, format!("/api/v1/records/shop.order/{id}"));
        let line = made.json()["lines"][0]["id"].clone();
        let body = json!({"note": "n", "cost": "123456789012.345", "lines": {"create": [{"what": "ink", "price": 2}], "update": [{"id": line, "price": 1}]}});
        let changed = site.patch("boss", &path, body).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
        let body = changed.json();
        assert_eq!(
            (body["version"].clone(), body["total"].clone(), body["cost"].clone()),
            (json!(2), json!("3.00"), json!("123456789012.35"))
        );
        let cleared = site.patch("boss", &path, json!({"note": null})).await.json();
        assert_eq!(
            (cleared["note"].clone(), cleared["cost"].clone()),
            (Json::Null, json!("123456789012.35"))
        );
        let rows = [
            (format!("DELETE {path}"), "204"),
            (format!("GET {path}"), "404 not_found"),
            (format!("POST {path}/restore"), "200"),
            (format!("GET {path}"), "200"),
            (format!("DELETE {path}?purge=maybe"), "400 invalid_parameter purge"),
            (format!("DELETE {path}?purge=true"), "204"),
            (format!("GET {path}?bin=any"), "404 not_found"),
        ];
        for (request, expect) in &rows {
            check(&site, &[("boss", request, Json::Null, expect)]).await;
        }
        site
    });
}

#[test]
fn numbers_are_never_floats() {
    on_each(|site| async move {
        let send = |body: &'static str| {
            let site = &site;
            async move {
                let bearer = format!("Bearer {}", site.token("boss"));
                let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
                crate::client::send(
                    site.address,
                    "POST",
                    "/api/v1/records/shop.order",
                    &headers,
                    body.as_bytes(),
                )
                .await
            }
        };
        let answer = send(r#"{"number": "N1", "cost": 1234567890123.45}"#).await;
        assert_eq!(answer.json()["cost"], "1234567890123.45", "{}", answer.text());
        let rows = [
            (r#"{"number": "N2", "cost": 123456789012345678901234567890}"#, 400),
            (r#"{"number": "N2", "quantity": 12345678901234567890123}"#, 400),
            (r#"{"number": "N2", "quantity": 1.5}"#, 400),
            (r#"{"number": "N2", "quantity": 1e400}"#, 400),
            ("{\"number\": \"N\\u0000\"}", 400),
        ];
        for (body, status) in rows {
            let answer = send(body).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
            contract(&answer);
        }
        site
    });
}

#[test]
fn a_natural_key_finds_or_makes_its_record() {
    on_each(|site| async move {
        let path = "/api/v1/records/shop.customer/by/code/C%2F1%20x";
        let rows = [
            ("boss", "PUT /api/v1/records/shop.customer/by/code/C%2F1%20x", json!({"name": "one"}), "201"),
            ("boss", "PUT /api/v1/records/shop.customer/by/code/C%2F1%20x", json!({"name": "two"}), "200"),
            (
                "boss",
                "PUT /api/v1/records/shop.customer/by/code/C/1",
                json!({"name": "two"}),
                "404 not_found",
            ),
            ("boss", "PUT /api/v1/records/shop.customer/by/name/x", json!({"name": "two"}), "404 not_found"),
        ];
        check(&site, &rows[..2]).await;
        for (who, request, body, _) in &rows[2..] {
            let (method, path) = request.split_once(' ').unwrap();
            let answer = site.call(who, method, path, &[], body).await;
            assert!((400..500).contains(&answer.status), "{request}: {}", answer.text());
        }
        let again = site.call("boss", "PUT", path, &[], &json!({"name": "three"})).await.json();
        assert_eq!(
            (again["code"].clone(), again["name"].clone(), again["version"].clone()),
            (json!("C/1 x"), json!("three"), json!(3))
        );
        site
    });
}

#[test]
fn bulk_writes_stand_or_fall_together_or_each() {
    on_each(|site| async move {
        let path = "/api/v1/records/shop.customer/bulk";
        let operations = json!([{"create": {"code": "B1", "name": "b"}}, {"create": {"code": "B2"}}, {"upsert": {"by": "code", "code": "B3", "name": "b"}}]);
        let atomic = site.post("boss", path, json!({"mode": "atomic", "operations": operations})).await;
        assert_eq!(told(&atomic), "422 required operations[1].create.name");
        let each = site.post("boss", path, json!({"mode": "each", "operations": operations})).await;
        assert_eq!(each.status, 200, "{}", each.text());
        let body = each.json();
        let statuses: Vec<u64> =
            body["results"].as_array().unwrap().iter().map(|r| r["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [201, 422, 201]);
        assert_eq!(body["results"][1]["error"]["errors"][0]["path"], "name");
        let listed = site.get("boss", "/api/v1/records/shop.customer?sort=code").await.json();
        assert_eq!(listed["records"].as_array().unwrap().len(), 2);
        let id = &body["results"][0]["id"];
        let changes = json!([{"update": {"id": id, "version": 1, "name": "c"}}, {"delete": {"id": body["results"][2]["id"]}}]);
        let done = site.post("boss", path, json!({"operations": changes})).await.json();
        assert_eq!(
            (done["results"][0]["version"].clone(), done["results"][1]["status"].clone()),
            (json!(2), json!(204))
        );
        let many: Vec<Json> =
            (0..501).map(|n| json!({"create": {"code": n.to_string(), "name": "x"}})).collect();
        assert_eq!(told(&site.post("boss", path, json!({"operations": many})).await), "202", "a job does it");
        site
    });
}

#[test]
fn a_repeated_request_has_its_effect_once() {
    on_each(|site| async move {
        let path = "/api/v1/records/shop.customer";
        let send = |who: &'static str, key: &'static str, body: Json| {
            let site = &site;
            async move { site.call(who, "POST", path, &[("idempotency-key", key)], &body).await }
        };
        let first = send("boss", "k1", json!({"code": "I1", "name": "x", "secret": "s"})).await;
        let again = send("boss", "k1", json!({"code": "I1", "name": "x", "secret": "s"})).await;
        assert_eq!((first.status, again.status), (201, 201), "{}", again.text());
        assert_eq!(
            (first.json()["id"].clone(), first.header("location")),
            (again.json()["id"].clone(), again.header("location"))
        );
        assert_eq!(
            told(&send("boss", "k1", json!({"code": "I2", "name": "x"})).await),
            "422 idempotency_mismatch"
        );
        // Somebody else's key is another key.
        assert_eq!(
            told(&send("sally", "k1", json!({"code": "I1", "name": "x"})).await),
            "409 duplicate code"
        );
        // What was refused had no effect, and may be tried again.
        assert_eq!(told(&send("boss", "k2", json!({"code": "I3"})).await), "422 required name");
        assert_eq!(told(&send("boss", "k2", json!({"code": "I3", "name": "x"})).await), "201");
        assert_eq!(told(&send("boss", "not a key", json!({})).await), "400 invalid_header");
        // The key of one address is none of another.
        for id in [
            first.json()["id"].clone(),
            send("boss", "k2", json!({"code": "I3", "name": "x"})).await.json()["id"].clone(),
        ] {
            let one = format!("{path}/{}", id.as_str().unwrap());
            let body = json!({"name": "same"});
            let changed = site.call("boss", "PATCH", &one, &[("idempotency-key", "k3")], &body).await;
            assert_eq!((&changed.json()["id"], &changed.json()["name"]), (&id, &json!("same")));
        }
        let all = site.get("boss", &format!("{path}?count=exact")).await.json();
        assert_eq!(all["count"], 2);
        site
    });
}

#[test]
fn moves_and_buttons() {
    on_each(|site| async move {
        let id = site.create("sally", "shop.order", json!({"number": "M1", "quantity": 2})).await;
        let path = format!("/api/v1/records/shop.order/{id}");
        let moves = site.get("sally", &format!("{path}/moves")).await.json();
        assert_eq!(moves["moves"][0]["move"], "send", "{moves}");
        let actions = site.get("sally", &format!("{path}/actions")).await.json();
        assert_eq!(actions, json!({"actions": [{"action": "double", "label": "Double"}]}));
        let rows = [
            ("sally", format!("PATCH {path}"), json!({"status": "sent"}), "400 read_only_field status"),
            ("sally", format!("POST {path}/moves/finish"), Json::Null, "409 invalid_transition"),
            ("sally", format!("POST {path}/moves/fly"), Json::Null, "404 not_found"),
            ("saul", format!("POST {path}/moves/send"), Json::Null, "404 not_found"),
            ("sally", format!("POST {path}/moves/send"), Json::Null, "200"),
            ("sally", format!("POST {path}/actions/double"), json!({}), "422 required times"),
            (
                "sally",
                format!("POST {path}/actions/double"),
                json!({"times": "x"}),
                "400 invalid_field_value times",
            ),
            (
                "sally",
                format!("POST {path}/actions/double"),
                json!({"time": 1, "times": 2}),
                "400 unknown_field time",
            ),
            (
                "sally",
                format!("POST {path}/actions/double"),
                json!({"times": 10}),
                "422 hook_refused quantity",
            ),
            ("sally", format!("POST {path}/actions/greet"), json!({}), "404 not_found"),
            ("saul", format!("POST {path}/actions/double"), json!({"times": 2}), "404 not_found"),
        ];
        for (who, request, body, expect) in rows {
            check(&site, &[(who, &request, body, expect)]).await;
        }
        let doubled = site.post("sally", &format!("{path}/actions/double"), json!({"times": 3})).await;
        assert_eq!(
            (doubled.status, doubled.json()["quantity"].clone()),
            (200, json!(6)),
            "{}",
            doubled.text()
        );
        let more =
            site.post("sally", &format!("{path}/actions/double"), json!({"times": 1, "plus": 4})).await;
        assert_eq!(more.json()["quantity"], json!(10), "not what is usual: {}", more.text());
        let greeted = site.post("sally", "/api/v1/records/shop.order/actions/greet", json!({})).await.json();
        assert_eq!(greeted, json!({"words": "hello sally"}));
        site
    });
}

#[test]
fn what_was_and_what_is_said() {
    on_each(|site| async move {
        let id = site.create("sally", "shop.order", json!({"number": "H1"})).await;
        let path = format!("/api/v1/records/shop.order/{id}");
        site.patch("boss", &path, json!({"note": "n", "cost": "5"})).await;
        let history = site.get("boss", &format!("{path}/history")).await.json();
        let fields = |history: &Json| -> Vec<String> {
            let changes =
                history["changes"].as_array().unwrap().iter().filter(|change| change["version"] == 2);
            let mut fields: Vec<String> =
                changes.map(|change| change["field"].as_str().unwrap().to_owned()).collect();
            fields.sort();
            fields
        };
        assert_eq!(fields(&history), ["cost", "note"], "{history}");
        assert_eq!(history["changes"][0]["by"]["login"], "boss");
        let seen = site.get("sally", &format!("{path}/history")).await.json();
        assert_eq!(fields(&seen), ["note"], "a hidden field leaves no trace: {seen}");
        let said = site.post("sally", &format!("{path}/comments"), json!({"body": "你好"})).await;
        assert_eq!(said.status, 201, "{}", said.text());
        let comment = format!("{path}/comments/{}", said.json()["id"].as_str().unwrap());
        let rows = [
            ("boss", format!("PATCH {comment}"), json!({"body": "x"}), "403 not_permitted"),
            ("saul", format!("GET {path}/comments"), Json::Null, "404 not_found"),
            ("saul", format!("GET {path}/history"), Json::Null, "404 not_found"),
            ("saul", format!("GET {path}/timeline"), Json::Null, "404 not_found"),
            ("sally", format!("POST {path}/comments"), json!({"body": " "}), "422 required body"),
            ("sally", format!("POST {path}/comments"), json!({"text": "x"}), "400 unknown_parameter text"),
            ("sally", format!("PATCH {comment}"), json!({"body": "better"}), "200"),
            ("boss", format!("GET {comment}"), Json::Null, "200"),
            ("sally", format!("DELETE {comment}"), Json::Null, "204"),
            ("sally", format!("GET {comment}"), Json::Null, "404 not_found"),
        ];
        for (who, request, body, expect) in rows {
            check(&site, &[(who, &request, body, expect)]).await;
        }
        assert_eq!(
            site.get("boss", &format!("{path}/comments")).await.json(),
            json!({"comments": [], "next": null})
        );
        site
    });
}

#[test]
fn one_timeline_of_what_became_of_a_record() {
    on_each(|site| async move {
        let id = site.create("sally", "shop.order", json!({"number": "T1"})).await;
        let path = format!("/api/v1/records/shop.order/{id}");
        site.patch("boss", &path, json!({"note": "n", "cost": "5"})).await;
        let kinds = |page: &Json| -> Vec<Json> {
            let entries = page["entries"].as_array().unwrap().iter();
            entries
                .map(|one| json!([one["kind"], one["by"]["login"], one["changes"].as_array().map(Vec::len)]))
                .collect()
        };
        let whole = kinds(&site.get("boss", &format!("{path}/timeline")).await.json());
        assert_eq!(whole[0], json!(["changes", "boss", 2]));
        let seen = kinds(&site.get("sally", &format!("{path}/timeline")).await.json());
        assert_eq!(seen[0], json!(["changes", "boss", 1]), "a hidden field leaves no trace");
        site.patch("boss", &path, json!({"cost": "6"})).await;
        assert_eq!(
            kinds(&site.get("sally", &format!("{path}/timeline")).await.json()),
            seen,
            "nor an empty entry"
        );
        for words in ["one", "two", "three"] {
            site.post("sally", &format!("{path}/comments"), json!({"body": words})).await;
        }
        let whole = kinds(&site.get("sally", &format!("{path}/timeline")).await.json());
        assert_eq!(whole.len(), 5, "{whole:?}");
        // In pages of any length.
        for limit in 1..=5 {
            let (mut paged, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = site.get("sally", &format!("{path}/timeline?limit={limit}{cursor}")).await.json();
                let found = kinds(&page);
                assert!(found.len() <= limit);
                paged.extend(found);
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(paged, whole, "in pages of {limit}");
        }
        site
    });
}

#[test]
fn a_record_is_written_in_a_form_of_its_object() {
    on_each(|site| async move {
        let made = site.post("boss", "/api/v1/records/shop.order", json!({"number": "F1"})).await.json();
        let one = format!("/api/v1/records/shop.order/{}", made["id"].as_str().unwrap());
        let rows = [
            ("boss", "POST /api/v1/records/shop.order?form=shop.order_main", json!({"number": "F2"}), "201"),
            ("boss", "POST /api/v1/records/shop.order?form=order_main", json!({"number": "F3"}), "201"),
            (
                "boss",
                "POST /api/v1/records/shop.order?form=order_man",
                json!({"number": "F4"}),
                "400 invalid_parameter form",
            ),
            (
                "boss",
                "POST /api/v1/records/shop.customer?form=shop.order_main",
                json!({"name": "F"}),
                "400 invalid_parameter form",
            ),
            ("boss", "POST /api/v1/records/shop.none?form=shop.order_main", json!({}), "404 not_found"),
            (
                "boss",
                "POST /api/v1/records/shop.order?from=x",
                json!({"number": "F4"}),
                "400 unknown_parameter from",
            ),
        ];
        check(&site, &rows).await;
        for (form, expect) in [("shop.order_main", "200"), ("shop.none", "400 invalid_parameter form")] {
            check(&site, &[("boss", &format!("PATCH {one}?form={form}"), json!({"note": form}), expect)])
                .await;
        }
        site
    });
}
