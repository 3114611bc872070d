//! Files over HTTP: uploads, imports, exports, and writes that are too many for one request.

use crate::check::{check, told};
use crate::client::{self, Answer};
use crate::site::{Site, on_each};
use serde_json::{Value as Json, json};

const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn send(site: &Site, who: &str, path: &str, media: &str, body: &[u8]) -> Answer {
    let bearer = format!("Bearer {}", site.token(who));
    let headers = [("authorization", bearer.as_str()), ("content-type", media)];
    client::send(site.address, "POST", path, &headers, body).await
}

/// Does what is waiting; the job that an answer names.
async fn job(site: &Site, who: &str, answer: &Answer) -> Json {
    assert_eq!(answer.status, 202, "{}", answer.text());
    while site.engine.work_once("test").await.unwrap() > 0 {}
    site.get(who, answer.header("location").unwrap()).await.json()
}

/// What is refused leaves nothing behind.
async fn what_is_no_file_is_refused(site: &Site, path: &str, text: &str) {
    let refused = [
        (send(site, "saul", path, CSV, text.as_bytes()).await, "403 not_permitted"),
        (
            send(site, "root", path, "application/json", b"{\"path\": \"/etc/passwd\"}").await,
            "415 unsupported_media_type",
        ),
        (send(site, "root", path, XLSX, text.as_bytes()).await, "400 invalid_file"),
        (send(site, "root", path, CSV, b"").await, "400 invalid_file"),
        (send(site, "root", path, CSV, b"\xff\xfe\n").await, "400 invalid_file"),
        (send(site, "root", "/api/v1/imports?object=shop.nothing", CSV, b"a\n1\n").await, "404 not_found"),
        (send(site, "root", "/api/v1/imports", CSV, b"a\n1\n").await, "400 invalid_parameter"),
    ];
    for (answer, expect) in refused {
        assert!(told(&answer).starts_with(expect), "{expect}: {}", answer.text());
    }
    assert_eq!(
        site.get("root", "/api/v1/imports").await.json()["imports"],
        json!([]),
        "nothing stays behind"
    );
}

/// Plans that do not fit the file, steps out of their order, and others.
async fn what_no_step_takes(site: &Site, import: &str) {
    let (check_it, run, undo) =
        (format!("{import}/check"), format!("{import}/run"), format!("{import}/undo"));
    check(
        site,
        &[
            ("root", &format!("POST {check_it}"), json!({}), "400 unknown_field Ort"),
            (
                "root",
                &format!("POST {check_it}"),
                json!({"columns": {"Ort": "citty"}}),
                "400 unknown_field citty",
            ),
            (
                "root",
                &format!("POST {check_it}"),
                json!({"columns": {"Orte": "city"}}),
                "400 invalid_body columns.Orte",
            ),
            ("root", &format!("POST {run}"), json!({"modus": "create"}), "400 unknown_parameter modus"),
            ("root", &format!("POST {undo}"), Json::Null, "409 transfer_busy"),
            ("boss", &format!("POST {run}"), Json::Null, "404 not_found"),
            ("boss", &format!("GET {import}"), Json::Null, "404 not_found"),
            ("boss", &format!("GET {import}/lines"), Json::Null, "404 not_found"),
            ("boss", &format!("GET {import}/rejected"), Json::Null, "404 not_found"),
            ("boss", &format!("DELETE {import}"), Json::Null, "404 not_found"),
            ("", &format!("GET {import}"), Json::Null, "401 unauthenticated"),
            ("root", &format!("GET {import}/rejected"), Json::Null, "404 not_found"),
        ],
    )
    .await;
    assert_eq!(site.get("boss", "/api/v1/imports").await.json()["imports"], json!([]));
}

#[test]
fn a_file_of_a_chinese_spreadsheet_is_read_and_its_words_are_counted() {
    on_each(|site| async move {
        let path = "/api/v1/imports?object=shop.customer&name=customers.csv";
        let text = "Name,Code,City\n深圳创新科技,Z1, 上海 \n北京远景,Z2,上海\n广州天河,Z3,北京\n,Z4,北京\n";
        let (bytes, _, _) = encoding_rs::GB18030.encode(text);
        let sent = send(&site, "root", path, CSV, &bytes).await;
        let import = sent.header("location").unwrap().to_owned();
        assert_eq!(sent.json()["charset"], "gb18030", "{}", sent.text());
        assert_eq!(sent.json()["columns"][0]["samples"][0], "深圳创新科技");
        let found = site.get("root", &format!("{import}/values?column=City&field=city")).await.json();
        let expect = json!([{"value": "上海", "count": 2, "means": "上海"}, {"value": "北京", "count": 2, "means": "北京"}]);
        assert_eq!(found, json!({"values": expect, "more": false}));
        check(
            &site,
            &[
                (
                    "root",
                    &format!("GET {import}/values?column=Town"),
                    Json::Null,
                    "400 invalid_parameter column",
                ),
                (
                    "root",
                    &format!("GET {import}/values?column=City&field=x"),
                    Json::Null,
                    "400 unknown_field x",
                ),
                ("boss", &format!("GET {import}/values?column=City"), Json::Null, "404 not_found"),
            ],
        )
        .await;
        let ran = job(&site, "root", &site.post("root", &format!("{import}/run"), json!({})).await).await;
        assert_eq!((&ran["result"]["created"], &ran["result"]["refused"]), (&json!(3), &json!(1)), "{ran}");
        let book = site.get("root", &format!("{import}/rejected?format=xlsx")).await;
        assert_eq!(book.header("content-type"), Some(XLSX));
        assert_eq!(book.header("content-disposition"), Some("attachment; filename=\"rejected.xlsx\""));
        assert!(book.body.starts_with(b"PK"), "a workbook");
        check(
            &site,
            &[(
                "root",
                &format!("GET {import}/rejected?format=pdf"),
                Json::Null,
                "400 invalid_parameter format",
            )],
        )
        .await;
        // Somebody who knows better says so; a name that is none is refused.
        let said = format!("{CSV}; charset=windows-1252");
        let sent = send(&site, "root", path, &said, b"Name,Code\nM\xfcller,Z9\n").await;
        assert_eq!(sent.json()["columns"][0]["samples"][0], "Müller");
        let sent = send(&site, "root", path, "text/csv; charset=klingon", b"Name\nA\n").await;
        assert!(told(&sent).starts_with("415 unsupported_media_type"), "{}", sent.text());
        site
    });
}

#[test]
fn a_file_is_sent_tried_imported_and_undone() {
    on_each(|site| async move {
        let path = "/api/v1/imports?object=shop.customer&name=customers.csv";
        let text = "Name,Code,Ort\nAda,A1,Berlin\n=1+1,A2,\n,A3,\n";
        what_is_no_file_is_refused(&site, path, text).await;
        let sent = send(&site, "root", path, CSV, text.as_bytes()).await;
        assert_eq!(sent.status, 201, "{}", sent.text());
        let import = sent.header("location").unwrap().to_owned();
        let body = sent.json();
        assert_eq!(body["columns"][0]["field"], "name");
        assert_eq!(body["columns"][1]["samples"], json!(["A1", "A2", "A3"]));
        assert_eq!(body["columns"][2]["field"], Json::Null);
        let (check_it, run, undo) =
            (format!("{import}/check"), format!("{import}/run"), format!("{import}/undo"));
        let plan = json!({"columns": {"Ort": "city"}, "mode": "upsert"});
        what_no_step_takes(&site, &import).await;
        let tried = job(&site, "root", &site.post("root", &check_it, plan).await).await;
        assert_eq!((&tried["state"], &tried["result"]["refused"]), (&json!("done"), &json!(1)), "{tried}");
        assert_eq!(tried["result"]["findings"][0]["lines"], json!([4]));
        let run_it = site.call("root", "POST", &run, &[("idempotency-key", "k")], &Json::Null).await;
        let again = site.call("root", "POST", &run, &[("idempotency-key", "k")], &Json::Null).await;
        assert_eq!(run_it.header("location"), again.header("location"));
        let ran = job(&site, "root", &run_it).await;
        assert_eq!((&ran["result"]["created"], &ran["result"]["refused"]), (&json!(2), &json!(1)), "{ran}");
        let rejected = site.get("root", &format!("{import}/rejected")).await;
        assert_eq!(rejected.header("content-disposition"), Some("attachment; filename=\"rejected.csv\""));
        assert!(rejected.text().starts_with("Name,Code,Ort,#line,#error\n,A3,,4,"), "{}", rejected.text());

        let export = json!({"object": "shop.customer", "fields": "code,name,city", "sort": "code"});
        let file = site.post("root", "/api/v1/exports", export.clone()).await;
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(file.text(), "code,name,city\nA1,Ada,Berlin\nA2,'=1+1,\n");
        let lines = site.get("root", &format!("{import}/lines?limit=1")).await.json();
        assert_eq!((&lines["lines"][0]["wrote"], lines["next"].is_null()), (&json!("created"), false));
        let undone = job(&site, "root", &site.post("root", &undo, Json::Null).await).await;
        assert_eq!(undone["result"]["undone"]["deleted"], 2, "{undone}");
        check(&site, &[("root", &format!("DELETE {import}"), Json::Null, "204")]).await;
        site
    });
}

/// A job and the file that it makes are there for whoever asked for them.
async fn jobs_of_others_are_not_there(site: &Site, answer: &Answer, export: &str) {
    let job = answer.header("location").unwrap();
    let rows = [
        ("boss", format!("GET {job}"), "404 not_found"),
        ("boss", format!("DELETE {job}"), "404 not_found"),
        ("boss", format!("GET {job}/results"), "404 not_found"),
        ("boss", format!("GET /api/v1/exports/{export}"), "404 not_found"),
        ("boss", format!("GET /api/v1/exports/{export}/file"), "404 not_found"),
        ("boss", format!("DELETE /api/v1/exports/{export}"), "404 not_found"),
        ("root", format!("GET {job}"), "200"),
    ];
    for (who, request, expect) in rows {
        check(site, &[(who, &request, Json::Null, expect)]).await;
    }
    assert_eq!(site.get("boss", "/api/v1/exports").await.json()["exports"], json!([]));
    assert_eq!(site.get("boss", "/api/v1/jobs").await.json()["jobs"], json!([]));
    assert_eq!(site.get("root", "/api/v1/jobs").await.json()["jobs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_large_export_is_fetched_when_it_is_made() {
    on_each(|site| async move {
        site.create("boss", "shop.customer", json!({"code": "C1", "name": "One"})).await;
        let rows = [
            ("root", "POST /api/v1/exports", json!({"object": "shop.nothing"}), "404 not_found"),
            ("saul", "POST /api/v1/exports", json!({"object": "shop.customer"}), "403 not_permitted"),
            (
                "root",
                "POST /api/v1/exports",
                json!({"object": "shop.customer", "format": "pdf"}),
                "400 invalid_body format",
            ),
            (
                "root",
                "POST /api/v1/exports",
                json!({"object": "shop.customer", "limit": 5}),
                "400 unknown_parameter limit",
            ),
            (
                "root",
                "POST /api/v1/exports",
                json!({"object": "shop.customer", "where": {"limit": "5"}}),
                "400 unknown_parameter limit",
            ),
        ];
        check(&site, &rows).await;
        let asked = json!({"object": "shop.customer", "format": "xlsx", "job": true});
        let answer = site.post("root", "/api/v1/exports", asked).await;
        let id =
            site.get("root", "/api/v1/exports").await.json()["exports"][0]["id"].as_str().unwrap().to_owned();
        let early = site.get("root", &format!("/api/v1/exports/{id}/file")).await;
        assert_eq!(told(&early), "409 transfer_busy");
        jobs_of_others_are_not_there(&site, &answer, &id).await;
        let made = job(&site, "root", &answer).await;
        let file = site.get("root", made["result"]["file"].as_str().unwrap()).await;
        assert_eq!(file.header("content-type"), Some(XLSX));
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"shop.customer.xlsx\""));
        assert_eq!(told(&site.get("boss", made["result"]["file"].as_str().unwrap()).await), "404 not_found");
        check(&site, &[("root", &format!("DELETE /api/v1/exports/{id}"), Json::Null, "204")]).await;
        // What leaves at once and what a job makes are both on record; what was refused is not.
        site.post("root", "/api/v1/exports", json!({"object": "shop.customer", "fields": "code"})).await;
        let audit = site.get("root", "/api/v1/audit?kind=records.exported").await.json();
        let seen: Vec<_> = audit["entries"].as_array().unwrap().iter().collect();
        assert_eq!(seen.len(), 2, "{audit}");
        assert_eq!(seen[0]["object"], "shop.customer");
        assert!(audit.to_string().contains(r#""asked":{"fields":"code"}"#), "{audit}");
        site
    });
}

#[test]
fn many_writes_are_accepted_and_their_results_are_paged() {
    on_each(|site| async move {
        let path = "/api/v1/records/shop.customer/bulk";
        let create = |n: usize| json!({"create": {"code": format!("B{n}"), "name": "x"}});
        let mut operations: Vec<Json> = (0..600).map(create).collect();
        operations[3] = json!({"create": {"name": "no code"}});
        let body = json!({"mode": "each", "operations": operations});
        let headers = [("idempotency-key", "many")];
        let first = site.call("boss", "POST", path, &headers, &body).await;
        let again = site.call("boss", "POST", path, &headers, &body).await;
        assert_eq!((first.status, first.header("location")), (202, again.header("location")));
        let made = job(&site, "boss", &first).await;
        assert_eq!(
            (&made["result"]["operations"], &made["result"]["refused"]),
            (&json!(600), &json!(1)),
            "{made}"
        );
        let results = made["result"]["results"].as_str().unwrap();
        let page = site.get("boss", &format!("{results}?limit=500")).await.json();
        assert_eq!((page["results"].as_array().unwrap().len(), &page["next"]), (500, &json!(500)));
        assert_eq!(page["results"][3]["error"]["code"], "required");
        let page = site.get("boss", &format!("{results}?from=500&limit=500")).await.json();
        assert_eq!((page["results"].as_array().unwrap().len(), &page["next"]), (100, &Json::Null));
        let list = site.get("boss", "/api/v1/records/shop.customer?count=exact&limit=1").await.json();
        assert_eq!(list["count"], 599);
        let rows = [
            ("saul", format!("GET {results}"), Json::Null, "404 not_found"),
            (
                "boss",
                format!("POST {path}"),
                json!({"operations": (0..20_001).map(create).collect::<Vec<_>>()}),
                "413 too_large",
            ),
            (
                "boss",
                format!("POST {path}"),
                json!({"operations": vec![json!({"creat": {}}); 600]}),
                "400 invalid_body operations[0].creat",
            ),
            (
                "boss",
                "POST /api/v1/records/shop.nothing/bulk".to_owned(),
                json!({"operations": vec![json!({"create": {}}); 600]}),
                "404 not_found",
            ),
        ];
        for (who, request, body, expect) in rows {
            check(&site, &[(who, &request, body, expect)]).await;
        }
        site
    });
}
