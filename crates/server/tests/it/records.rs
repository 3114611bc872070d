//! Reading: lists, paging, single records, queries, search.

use crate::check::{check, contract, told};
use crate::site::{Site, on_each};
use serde_json::{Value as Json, json};

async fn some_orders(site: &Site) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 1..=5 {
        let lines = json!([{"what": "pen", "price": "1.10"}, {"what": "纸张", "price": n}]);
        let body = json!({"number": format!("A{n}"), "quantity": n, "note": "上海 order", "lines": lines});
        ids.push(site.create("sally", "shop.order", body).await);
    }
    ids
}

fn numbers(body: &Json) -> Vec<&str> {
    body["records"].as_array().unwrap().iter().map(|record| record["number"].as_str().unwrap()).collect()
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    on_each(|site| async move {
        some_orders(&site).await;
        let rows: [(&str, &[&str]); 10] = [
            ("sort=-number", &["A5", "A4", "A3", "A2", "A1"]),
            ("filter=quantity%20%3E%203&sort=number", &["A4", "A5"]),
            ("quantity[gte]=4&sort=number", &["A4", "A5"]),
            ("number=A2", &["A2"]),
            ("number[in]=A1,A3&sort=number", &["A1", "A3"]),
            ("search=%E4%B8%8A%E6%B5%B7&limit=1&sort=number", &["A1"]),
            ("offset=3&sort=number", &["A4", "A5"]),
            ("filter=total%20%3E%204.5&sort=number", &["A4", "A5"]),
            ("filter=lines.any(price%20%3D%3D%205)", &["A5"]),
            ("bin=deleted", &[]),
        ];
        for (parameters, expect) in rows {
            let answer = site.get("sally", &format!("/api/v1/records/shop.order?{parameters}")).await;
            assert_eq!(answer.status, 200, "{parameters}: {}", answer.text());
            contract(&answer);
            assert_eq!(numbers(&answer.json()), expect, "{parameters}");
        }
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let path =
                format!("/api/v1/records/shop.order?sort=-quantity&limit=2&count=exact&cursor={cursor}");
            let body = site.get("sally", &path).await.json();
            assert_eq!(body["count"], 5, "{body}");
            seen.extend(numbers(&body).into_iter().map(str::to_owned));
            match body["next"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, ["A5", "A4", "A3", "A2", "A1"]);
        let body = site.get("saul", "/api/v1/records/shop.order?count=exact").await.json();
        assert_eq!(
            (body["records"].clone(), body["count"].clone(), body["next"].clone()),
            (json!([]), json!(0), Json::Null)
        );
        site
    });
}

#[test]
fn one_record_has_an_etag_and_its_children() {
    on_each(|site| async move {
        let id = some_orders(&site).await.remove(0);
        let path = format!("/api/v1/records/shop.order/{id}");
        let answer = site.get("sally", &path).await;
        assert_eq!(answer.header("etag"), Some("\"1\""));
        let body = answer.json();
        assert_eq!((body["version"].clone(), body["total"].clone()), (json!(1), json!("2.10")));
        assert_eq!(body["lines"][1]["what"], "纸张");
        assert_eq!(body["owner"], json!({"id": site.users["sally"], "title": "SALLY"}));
        assert!(body.get("cost").is_none(), "{body}");
        let again = site.call("sally", "GET", &path, &[("if-none-match", "\"1\"")], &Json::Null).await;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some("\"1\"")));
        let newer = site.call("sally", "GET", &path, &[("if-none-match", "\"2\"")], &Json::Null).await;
        assert_eq!(newer.status, 200);
        let few = site.get("sally", &format!("{path}?fields=number,owner.login")).await.json();
        assert_eq!(few, json!({"id": id, "version": 1, "number": "A1", "owner.login": "sally"}));
        site
    });
}

#[test]
fn queries_in_a_body_answer_records_or_groups() {
    on_each(|site| async move {
        some_orders(&site).await;
        let tree =
            json!({"filter": {"and": [{"field": "quantity", "op": "gt", "value": 3}]}, "sort": ["number"]});
        let body = site.post("sally", "/api/v1/query/shop.order", tree).await.json();
        assert_eq!(numbers(&body), ["A4", "A5"]);
        let groups =
            json!({"groups": ["status"], "aggregates": {"n": {"count": true}, "most": {"max": "quantity"}}});
        let body = site.post("sally", "/api/v1/query/shop.order", groups).await.json();
        assert_eq!(body["groups"][0]["n"], 5, "{body}");
        let rows = [
            ("sally", "POST /api/v1/query/shop.order", json!({"filtr": "x"}), "400 unknown_parameter filtr"),
            ("sally", "POST /api/v1/query/shop.order", json!({"filter": "cost > 1"}), "400 unknown_field"),
            (
                "sally",
                "POST /api/v1/query/shop.order",
                json!({"aggregates": {"x": {"max": "cost"}}}),
                "400 unknown_field",
            ),
        ];
        for (who, request, body, expect) in rows {
            let (method, path) = request.split_once(' ').unwrap();
            let answer = site.call(who, method, path, &[], &body).await;
            assert!(told(&answer).starts_with(expect), "{}", answer.text());
        }
        site
    });
}

#[test]
fn words_are_found_in_all_that_may_be_read() {
    on_each(|site| async move {
        some_orders(&site).await;
        site.create("boss", "shop.customer", json!({"code": "C1", "name": "上海贸易"})).await;
        let hits = site.get("sally", "/api/v1/search?q=%E4%B8%8A%E6%B5%B7&limit=3").await.json();
        let hits = hits["hits"].as_array().unwrap().clone();
        let of = |object: &str| hits.iter().filter(|hit| hit["object"] == object).count();
        assert_eq!((of("shop.customer"), of("shop.order")), (1, 3));
        let hits = site.get("saul", "/api/v1/search?q=%E4%B8%8A%E6%B5%B7&object=shop.order").await.json();
        assert_eq!(hits, json!({"hits": []}));
        check(&site, &[("sally", "GET /api/v1/search", Json::Null, "400 invalid_parameter q")]).await;
        site
    });
}

#[test]
fn the_single_record_is_made_by_its_first_change() {
    on_each(|site| async move {
        let path = "/api/v1/records/shop.setting/single";
        let rows = [
            ("boss", "GET /api/v1/records/shop.setting/single", Json::Null, "404 not_found"),
            ("boss", "PATCH /api/v1/records/shop.setting/single", json!({"greeting": "hi"}), "201"),
            ("boss", "PATCH /api/v1/records/shop.setting/single", json!({"greeting": "hello"}), "200"),
            (
                "sally",
                "PATCH /api/v1/records/shop.setting/single",
                json!({"greeting": "x"}),
                "403 not_permitted",
            ),
            ("sally", "GET /api/v1/records/shop.order/single", Json::Null, "404 not_found"),
        ];
        check(&site, &rows).await;
        assert_eq!(site.get("sally", path).await.json()["greeting"], "hello");
        site
    });
}
