//! A move that must be approved, from the move to the last decision.

use crate::check::{check, contract, told};
use crate::site::{Site, on_each};
use serde_json::{Value as Json, json};

const FINISH: &str = include_str!("shop/workflows/finish_approval.yaml");

#[test]
fn a_parked_move_waits_for_its_approval() {
    on_each(|site| async move {
        let id = site.create("sally", "shop.order", json!({"number": "W1"})).await;
        let path = format!("/api/v1/records/shop.order/{id}");
        assert_eq!(site.post("sally", &format!("{path}/moves/send"), Json::Null).await.status, 200);
        let parked = site.post("sally", &format!("{path}/moves/finish"), Json::Null).await;
        assert_eq!(parked.status, 202, "{}", parked.text());
        let instance = parked.header("location").unwrap().to_owned();
        assert!(instance.starts_with("/api/v1/instances/"));
        let record = parked.json();
        assert_eq!(
            (record["status"].clone(), record["pending"].clone()),
            (json!("sent"), json!(instance.rsplit('/').next()))
        );
        let rows = [
            ("sally", format!("PATCH {path}"), json!({"note": "x"}), "409 record_locked"),
            ("sally", format!("POST {path}/moves/finish"), Json::Null, "409 already_pending"),
            ("saul", format!("GET {instance}"), Json::Null, "404 not_found"),
            ("sally", "GET /api/v1/tasks?box=x".to_owned(), Json::Null, "400 invalid_parameter"),
        ];
        for (who, request, body, expect) in rows {
            let (method, path) = request.split_once(' ').unwrap();
            let answer = site.call(who, method, path, &[], &body).await;
            let told = told(&answer);
            // A locked record refuses a second request under either name.
            assert!(
                told.starts_with(expect) || (expect.ends_with("pending") && told.starts_with("409")),
                "{told}: {request}"
            );
        }
        assert_eq!(site.get("sally", "/api/v1/tasks").await.json()["tasks"], json!([]));
        assert_eq!(
            site.get("sally", "/api/v1/tasks?box=started").await.json()["tasks"].as_array().unwrap().len(),
            1
        );
        let todo = site.get("boss", "/api/v1/tasks?box=todo").await.json();
        let task = format!("/api/v1/tasks/{}", todo["tasks"][0]["id"].as_str().unwrap());
        assert_eq!(todo["tasks"][0]["record"]["title"], "W1", "{todo}");
        let rows = [
            ("saul", format!("GET {task}"), Json::Null, "404 not_found"),
            ("saul", format!("POST {task}/approve"), Json::Null, "404 not_found"),
            ("boss", format!("POST {task}/reject"), json!({}), "422 comment_required"),
            ("boss", format!("POST {task}/comment"), json!({"comment": "hm"}), "200"),
            ("boss", format!("GET {task}/return-targets"), Json::Null, "200"),
        ];
        for (who, request, body, expect) in rows {
            let (method, path) = request.split_once(' ').unwrap();
            let answer = site.call(who, method, path, &[], &body).await;
            assert!(told(&answer).starts_with(expect), "{request}: {}", answer.text());
        }
        let key = [("idempotency-key", "approve-1")];
        for _ in 0..2 {
            let approved =
                site.call("boss", "POST", &format!("{task}/approve"), &key, &json!({"comment": "ok"})).await;
            assert_eq!(approved.status, 200, "{}", approved.text());
        }
        check(&site, &[("boss", &format!("POST {task}/approve"), Json::Null, "409 instance_ended")]).await;
        let done = site.get("sally", &path).await.json();
        assert_eq!((done["status"].clone(), done["pending"].clone()), (json!("done"), Json::Null));
        let trace = site.get("sally", &instance).await.json();
        assert_eq!(trace["state"], "approved", "{trace}");
        let of_record = site.get("sally", &format!("{path}/instances")).await.json();
        assert_eq!(of_record["instances"].as_array().unwrap().len(), 1);
        assert_eq!(
            told(&site.post("sally", &format!("{instance}/withdraw"), Json::Null).await),
            "409 instance_ended"
        );
        site
    });
}

#[test]
fn a_request_is_submitted_by_hand_and_taken_back() {
    on_each(|site| async move {
        let id = site.create("sally", "shop.order", json!({"number": "W2"})).await;
        let submit = "/api/v1/workflows/shop.finish_approval/instances";
        let rows = [
            ("sally", format!("POST {submit}"), json!({"record": 1}), "400 invalid_body record"),
            ("saul", format!("POST {submit}"), json!({"record": id}), "404 not_found"),
            (
                "sally",
                "POST /api/v1/workflows/shop.none/instances".to_owned(),
                json!({"record": id}),
                "404 not_found",
            ),
        ];
        for (who, request, body, expect) in rows {
            check(&site, &[(who, &request, body, expect)]).await;
        }
        let started = site.post("sally", submit, json!({"record": id})).await;
        assert_eq!(started.status, 201, "{}", started.text());
        let instance = started.header("location").unwrap().to_owned();
        assert_eq!(
            told(&site.post("saul", &format!("{instance}/withdraw"), Json::Null).await),
            "404 not_found"
        );
        let taken = site.post("sally", &format!("{instance}/withdraw"), json!({"comment": "no"})).await;
        assert_eq!(
            (taken.status, taken.json()["state"].clone()),
            (200, json!("withdrawn")),
            "{}",
            taken.text()
        );
        assert_eq!(site.get("boss", "/api/v1/tasks").await.json()["tasks"], json!([]));
        site
    });
}

#[test]
fn flows_are_looked_ahead_operated_and_decided_at_once() {
    on_each(|site| async move {
        let mut ids = Vec::new();
        for number in ["W7", "W8"] {
            ids.push(site.create("sally", "shop.order", json!({"number": number})).await);
        }
        let workflow = "/api/v1/workflows/shop.finish_approval";
        let seen = site.post("sally", &format!("{workflow}/preview"), json!({"record": ids[0]})).await;
        contract(&seen);
        assert_eq!((seen.status, &seen.json()["outcome"]), (200, &json!("approved")), "{}", seen.text());
        let mut instances = Vec::new();
        for id in &ids {
            let started = site.post("sally", &format!("{workflow}/instances"), json!({"record": id})).await;
            instances.push(started.header("location").unwrap().to_owned());
        }
        let (one, found) =
            (&instances[0], "/api/v1/instances?workflow=shop.finish_approval&object=shop.order".to_owned());
        let rows = [
            ("sally", format!("GET {found}"), Json::Null, "404 not_found"),
            ("root", format!("GET {found}"), Json::Null, "200"),
            ("root", "GET /api/v1/instances?since=x".to_owned(), Json::Null, "400 invalid_parameter"),
            ("sally", format!("GET {one}?predict=true"), Json::Null, "200"),
            ("sally", format!("POST {one}/suspend"), Json::Null, "404 not_found"),
            ("root", format!("POST {one}/suspend"), json!({"comment": "wait"}), "200"),
            ("sally", format!("POST {one}/withdraw"), Json::Null, "409 instance_suspended"),
            ("root", format!("POST {one}/resume"), Json::Null, "200"),
            ("root", format!("POST {one}/retry"), Json::Null, "404 not_found"),
            ("root", format!("POST {one}/skip"), json!({"token": "x"}), "400 invalid_body token"),
            ("root", format!("POST {one}/jump"), json!({}), "400 invalid_body node"),
            ("root", format!("POST {one}/jump"), json!({"node": "none"}), "422 unknown_reference node"),
            ("root", format!("POST {one}/migrate"), json!({"map": 1}), "400 invalid_body map"),
            (
                "root",
                format!("POST {one}/migrate"),
                json!({"map": {"a": "none"}}),
                "422 unknown_reference map.a",
            ),
            ("root", format!("POST {one}/migrate"), Json::Null, "200"),
            ("sally", format!("POST {workflow}/migrate"), json!({"dry_run": true}), "404 not_found"),
            ("root", format!("POST {workflow}/migrate"), json!({"dry_run": true}), "200"),
            ("root", format!("POST {workflow}/migrate"), json!({"limit": 0}), "400 invalid_body limit"),
            ("sally", "GET /api/v1/workflows/stuck".to_owned(), Json::Null, "404 not_found"),
            ("root", "GET /api/v1/workflows/stuck".to_owned(), Json::Null, "200"),
            ("sally", "GET /api/v1/workflows/bottlenecks".to_owned(), Json::Null, "404 not_found"),
            ("root", "GET /api/v1/workflows/bottlenecks".to_owned(), Json::Null, "200"),
            ("boss", "GET /api/v1/tasks?q=w8&state=open&unread=true".to_owned(), Json::Null, "200"),
            ("boss", "POST /api/v1/tasks/batch".to_owned(), json!({"tasks": []}), "400 invalid_body tasks"),
            (
                "boss",
                "POST /api/v1/tasks/batch".to_owned(),
                json!({"tasks": [ids[0]], "decision": "x"}),
                "400 invalid_body decision",
            ),
        ];
        for (who, request, body, expect) in rows {
            let (method, path) = request.split_once(' ').unwrap();
            let answer = site.call(who, method, path, &[], &body).await;
            contract(&answer);
            assert!(told(&answer).starts_with(expect), "{request}: {} {}", told(&answer), answer.text());
        }
        decided_at_once(&site, &ids).await;
        site
    });
}

fn instance(tasks: &Json) -> &str {
    tasks["tasks"][0]["instance"].as_str().unwrap()
}

/// Several tasks are decided alike, each on the version of its record that was seen, where that is said.
async fn decided_at_once(site: &Site, records: &[String]) {
    let todo = site.get("boss", "/api/v1/tasks").await.json();
    let tasks: Vec<(&Json, i64)> = todo["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| (&task["id"], task["record"]["version"].as_i64().unwrap()))
        .collect();
    let [(first, seen), (second, other)] = tasks[..] else { panic!("two tasks: {todo}") };
    let rows = [
        (json!([{"task": first, "version": "1"}]), json!([400])),
        (json!([{"task": first, "version": 1, "x": 1}]), json!([400])),
        (json!([{"version": 1}]), json!([400])),
        (
            json!([{"task": first, "version": seen + 1}, {"task": second, "version": other}]),
            json!([412, 200]),
        ),
        (json!([first, records[0]]), json!([200, 404])),
    ];
    // What does not depend on what was seen takes no version, instead of passing over it.
    for (who, path) in [
        ("boss", format!("/api/v1/tasks/{}/comment", first.as_str().unwrap())),
        ("root", format!("/api/v1/instances/{}/suspend", instance(&todo))),
    ] {
        let answer = site.call(who, "POST", &path, &[("if-match", "\"1\"")], &json!({"comment": "x"})).await;
        contract(&answer);
        assert!(told(&answer).starts_with("400 invalid_header"), "{path}: {}", answer.text());
    }
    for (tasks, expect) in rows {
        let body = json!({"tasks": tasks, "decision": "approve"});
        let decided = site.post("boss", "/api/v1/tasks/batch", body).await;
        contract(&decided);
        let statuses: Json = match decided.json()["results"].as_array() {
            Some(results) => results.iter().map(|one| one["status"].clone()).collect(),
            None => json!([decided.status]),
        };
        assert_eq!(statuses, expect, "{tasks}: {}", decided.text());
    }
}

#[test]
fn flows_are_tried() {
    on_each(|site| async move {
        let id = site.create("sally", "shop.order", json!({"number": "W9"})).await;
        let workflow = "/api/v1/workflows/shop.finish_approval";
        let asked = json!({"record": id, "initiator": null, "decisions": {"none": "reject"}});
        let seen = site.post("root", &format!("{workflow}/simulate"), asked).await;
        contract(&seen);
        assert_eq!((seen.status, &seen.json()["outcome"]), (200, &json!("approved")), "{}", seen.text());
        site.post("sally", &format!("{workflow}/instances"), json!({"record": id})).await;
        let rows = [
            ("sally", "simulate", json!({"record": id}), "403 not_permitted"),
            ("root", "simulate", json!({"record": id}), "409 already_pending"),
            ("root", "simulate", json!({"record": 1}), "400 invalid_body record"),
            ("root", "simulate", json!({"decisions": {"a": 1}, "key": "x"}), "422 invalid_value decisions.a"),
            ("sally", "backtest", json!({"definition": "x"}), "403 not_permitted"),
            ("root", "backtest", json!({}), "400 invalid_body definition"),
            ("root", "backtest", json!({"definition": "x"}), "422"),
            ("root", "backtest", json!({"definition": FINISH, "job": 1}), "400 invalid_body job"),
            (
                "root",
                "backtest",
                json!({"definition": FINISH, "job": true, "limit": 5}),
                "400 invalid_body job",
            ),
            ("root", "backtest", json!({"definition": FINISH, "limit": 0}), "400 invalid_body limit"),
            ("root", "backtest", json!({"definition": FINISH}), "200"),
            ("root", "backtest", json!({"definition": FINISH, "job": true}), "202"),
        ];
        for (who, what, body, expect) in rows {
            let answer = site.post(who, &format!("{workflow}/{what}"), body).await;
            contract(&answer);
            assert!(told(&answer).starts_with(expect), "{what}: {} {}", told(&answer), answer.text());
        }
        let asked = site
            .post("root", &format!("{workflow}/backtest"), json!({"definition": FINISH, "job": true}))
            .await;
        let job = asked.header("location").unwrap().to_owned();
        while site.engine.work_once("test").await.unwrap() > 0 {}
        let seen = site.get("root", &job).await;
        contract(&seen);
        assert_eq!(
            (&seen.json()["kind"], &seen.json()["state"]),
            (&json!("backtest"), &json!("done")),
            "{}",
            seen.text()
        );
        let results = seen.json()["result"]["results"].as_str().unwrap().to_owned();
        let seen = site.get("root", &results).await;
        contract(&seen);
        assert_eq!((seen.status, &seen.json()["next"]), (200, &Json::Null), "{}", seen.text());
        assert_eq!(told(&site.get("sally", &results).await), "404 not_found");
        site
    });
}

#[test]
fn running_flows_are_looked_for_and_into() {
    on_each(|site| async move {
        let id = site.create("sally", "shop.order", json!({"number": "W9"})).await;
        let workflow = "/api/v1/workflows/shop.finish_approval/instances";
        let started = site.post("sally", workflow, json!({"record": id})).await;
        let one = started.header("location").unwrap().to_owned();
        let found = "/api/v1/instances?workflow=shop.finish_approval";
        let rows = [
            ("root", format!("{found}&q=w9"), "200", 1),
            ("root", format!("{found}&q=w8"), "200", 0),
            ("root", format!("{found}&node=none"), "200", 0),
            ("root", format!("{found}&outdated=true"), "200", 0),
            ("root", format!("{found}&overdue=true"), "200", 0),
            ("root", format!("{found}&overdue=x"), "400 invalid_parameter", 0),
            ("sally", format!("{found}&q=w9"), "404 not_found", 0),
            ("sally", format!("{one}/jump-targets"), "404 not_found", 0),
            ("root", format!("{one}/jump-targets"), "200", 0),
            ("root", one.clone(), "200", 0),
        ];
        for (who, path, expect, count) in rows {
            let answer = site.get(who, &path).await;
            contract(&answer);
            assert!(told(&answer).starts_with(expect), "{path}: {} {}", told(&answer), answer.text());
            let listed = answer.json()["instances"].as_array().map_or(0, Vec::len);
            assert_eq!(listed, count, "{path}");
        }
        site
    });
}
