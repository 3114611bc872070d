//! Requests that read.

use super::world::{BARE, CATALOG, actor, actor_in, codes};
use crate::query::{self, Query, key};
use crate::read::{Page, Select};
use diagnostic::{Diagnostic, Locale, Result};
use serde_json::{Value as Json, json};

fn list(login: &str, object: &str, parameters: &[(&str, &str)]) -> Result<Select> {
    let parameters: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    query::list(&CATALOG, &actor(login), object, &parameters)
}

fn post(login: &str, body: &Json) -> Result<Query> {
    query::post(&CATALOG, &actor(login), "shop.deal", body)
}

/// Every byte an answer could carry.
fn bytes(found: &Diagnostic) -> String {
    let hint = found.hint.as_ref().map(|hint| hint.render(Locale::En)).unwrap_or_default();
    format!("{} {:?} {} {hint} {:?}", found.code, found.path, found.render(Locale::ZhCn), found.details)
}

fn keys(select: &Select) -> String {
    select.shape.outputs.iter().map(key).collect::<Vec<_>>().join(" ")
}

#[test]
fn parameters_become_selects_or_say_what_is_wrong() {
    let check = |parameters: &[(&str, &str)], expect: &str| {
        let found = match list("lily", "shop.deal", parameters) {
            Ok(_) => "ok".to_owned(),
            Err(found) => codes(&found),
        };
        assert_eq!(found, expect, "{parameters:?}");
    };
    check(&[], "ok");
    check(&[("filter", "stage == \"won\" && estimate > 1000 && account.name == \"上海\"")], "ok");
    check(&[("filter", "lines.any(price > 3)")], "ok");
    check(&[("filter", "stage == ")], "invalid_filter@filter:1:10");
    check(&[("filter", "stage == \"wno\"")], "invalid_filter@filter:1:10");
    check(&[("filter", "nothing > 1")], "unknown_field@filter:1:1");
    check(&[("stage", "won"), ("estimate[gte]", "10"), ("name[contains]", "a")], "ok");
    check(&[("stage[in]", "won,lost"), ("due[is_empty]", "true"), ("due[lt]", "2026-01-01")], "ok");
    check(&[("estimate", "many")], "invalid_field_value@estimate");
    check(&[("estimate[like]", "1")], "invalid_parameter@estimate[like]");
    check(&[("stage[gt]", "won")], "invalid_parameter@stage[gt]");
    check(&[("nmae", "x")], "unknown_parameter@nmae");
    check(&[("lines", "x")], "invalid_field_value@lines");
    check(&[("card", "1234")], "invalid_filter@filter");
    check(&[("card[is_empty]", "true")], "ok");
    check(&[("filter", "starts_with(card, \"1\")")], "invalid_filter@filter");
    check(&[("sort", "-estimate,account,name")], "ok");
    check(&[("sort", "card")], "invalid_parameter@sort");
    check(&[("sort", "lines")], "invalid_parameter@sort");
    check(&[("sort", "name;--")], "unknown_field@sort");
    check(&[("fields", "name,account.name"), ("expand", "account,lines")], "ok");
    check(&[("fields", "id) from x--")], "unknown_field@fields");
    check(&[("fields", "name,lines.price,lines.id")], "ok");
    check(&[("fields", "lines.nothing")], "unknown_field@fields");
    check(&[("expand", "name")], "invalid_parameter@expand");
    check(&[("expand", "account.owner.department.parent.parent")], "query_too_complex@expand");
    check(&[("limit", "501")], "invalid_parameter@limit");
    check(&[("limit", "0")], "invalid_parameter@limit");
    check(&[("limit", "-1")], "invalid_parameter@limit");
    check(&[("limit", "5"), ("offset", "10")], "ok");
    check(&[("cursor", "x"), ("offset", "10")], "invalid_parameter@cursor");
    check(&[("cursor", "x")], "invalid_cursor@cursor");
    check(&[("count", "exact")], "ok");
    check(&[("count", "all")], "invalid_parameter@count");
    check(&[("bin", "deleted")], "ok");
    check(&[("search", "上海")], "invalid_parameter@search");
    check(&[("view", "big")], "ok");
    check(&[("view", "dear")], "invalid_parameter@view");
    check(&[("view", "none")], "invalid_parameter@view");
    check(&[("name", "a"), ("name", "b")], "ok");
    check(&[("limit", "1"), ("limit", "2")], "invalid_parameter@limit");
}

#[test]
fn a_hidden_field_answers_like_one_that_does_not_exist() {
    let (here, bare) = (actor("lily"), actor_in(&BARE, "lily"));
    let list = |parameters: &[(&str, &str)]| {
        let parameters: Vec<(String, String)> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let ask = |catalog, actor| bytes(&query::list(catalog, actor, "shop.deal", &parameters).unwrap_err());
        assert_eq!(ask(&CATALOG, &here), ask(&BARE, &bare), "{parameters:?}");
    };
    for field in ["cost", "margin", "account.secret", "cots", "zzz"] {
        list(&[("filter", &format!("{field} == 1"))]);
        list(&[("filter", &format!("stage == \"won\" || {field} > 1"))]);
        list(&[("filter", &format!("is_empty({field})"))]);
        list(&[("sort", &format!("-{field}"))]);
        list(&[("fields", &format!("name,{field}"))]);
        list(&[("expand", field)]);
        list(&[(field, "1")]);
        list(&[(&format!("{field}[gt]"), "1")]);
        list(&[(&format!("{field}[like]"), "1")]);
        for body in [
            json!({"filter": {"field": field, "op": "gt", "value": 1}}),
            json!({"groups": [field]}),
            json!({"groups": [{"field": field, "bucket": "month"}]}),
            json!({"aggregates": {"most": {"max": field}}}),
            json!({"fields": [field]}),
            json!({"sort": [field]}),
        ] {
            let ask = |catalog, actor| bytes(&query::post(catalog, actor, "shop.deal", &body).unwrap_err());
            assert_eq!(ask(&CATALOG, &here), ask(&BARE, &bare), "{body}");
        }
    }
    // Who may read it is answered.
    assert!(post("root", &json!({"filter": {"field": "cost", "op": "gt", "value": 1}})).is_ok());
    assert!(post("chen", &json!({"aggregates": {"most": {"max": "margin"}}})).is_ok());
}

#[test]
fn records_show_what_the_actor_may_read() {
    let deal = list("lily", "shop.deal", &[]).unwrap();
    assert_eq!(
        keys(&deal),
        "id version created_at created_by updated_at updated_by owner department number name account industry note \
         stage estimate chance expected reason card due score total"
    );
    let id = uuid::Uuid::nil();
    let whole = query::record(&CATALOG, &actor("lily"), "shop.deal", id, &[]).unwrap();
    assert!(keys(&whole).contains(" buyers lines "), "{}", keys(&whole));
    let view = list("lily", "shop.deal", &[("view", "big"), ("stage", "won")]).unwrap();
    assert_eq!(keys(&view), "id version name account.name");
    assert!(view.shape.sort[0].descending);
    assert_eq!(view.shape.sort.len(), 2);
    let guards = &view.shape.guards;
    assert!(
        guards.contains_key("shop.account"),
        "a path through accounts is limited to those that may be read"
    );
    assert!(
        !list("root", "shop.deal", &[("view", "big")]).unwrap().shape.guards.contains_key("shop.account")
    );
}

#[test]
fn search_looks_into_readable_fields_only() {
    let name = CATALOG.objects["shop.account"].field("name").unwrap().index;
    let secret = CATALOG.objects["shop.account"].field("secret").unwrap().index;
    let fields =
        |login| list(login, "shop.account", &[("search", "x")]).unwrap().conditions.search.unwrap().fields;
    assert_eq!(fields("lily"), [name]);
    assert_eq!(fields("root"), [name, secret]);
}

#[test]
fn objects_are_unknown_forbidden_or_open() {
    let check = |login: &str, object: &str, expect: &str| {
        let found = list(login, object, &[]).map_or_else(|found| codes(&found), |_| "ok".to_owned());
        assert_eq!(found, expect, "{login} {object}");
    };
    check("lily", "shop.deal", "ok");
    check("lily", "shop.line", "ok");
    check("guest", "shop.deal", "not_found");
    check("guest", "shop.none", "not_found");
    check("guest", "base.user", "ok");
}

#[test]
fn cursors_come_back_for_their_own_order_only() {
    let first = list("lily", "shop.deal", &[("sort", "-estimate")]).unwrap();
    let values = [
        expression::Value::Decimal("12.50".parse().unwrap()),
        expression::Value::Reference(uuid::Uuid::from_u128(7)),
    ];
    let cursor = query::encode_cursor(&first, &values);
    let next = list("lily", "shop.deal", &[("sort", "-estimate"), ("cursor", &cursor)]).unwrap();
    let Page::Keyset { after: Some(after), .. } = &next.page else { panic!("{:?}", next.page) };
    assert_eq!(after.as_slice(), values);
    let other = list("lily", "shop.deal", &[("sort", "estimate"), ("cursor", &cursor)]).unwrap_err();
    assert_eq!(codes(&other), "invalid_cursor@cursor");
}

#[test]
fn bodies_group_and_filter() {
    let check = |body: Json, expect: &str| {
        let found = match post("lily", &body) {
            Ok(Query::Rows(_)) => "rows".to_owned(),
            Ok(Query::Groups(select)) => {
                format!("{} groups {} measures", select.groups.len(), select.measures.len())
            }
            Err(found) => codes(&found),
        };
        assert_eq!(found, expect, "{body}");
    };
    check(json!({}), "rows");
    check(json!({"filter": "estimate > 1", "sort": ["-name"], "limit": 5}), "rows");
    check(
        json!({"filter": {"and": [{"field": "stage", "op": "in", "value": ["won"]}, {"not": {"field": "due", "op": "is_empty"}}]}}),
        "rows",
    );
    check(json!({"filter": {"or": []}}), "invalid_filter@filter");
    check(json!({"filter": {"field": "estimate", "value": "x"}}), "invalid_field_value@filter");
    check(json!({"where": {}}), "unknown_parameter@where");
    check(json!([]), "invalid_body");
    check(
        json!({"groups": ["stage", {"field": "due", "bucket": "month"}], "aggregates": {"sum": {"sum": "estimate"}, "n": {"count": true}}, "sort": ["-sum"]}),
        "2 groups 2 measures",
    );
    check(json!({"groups": ["stage"], "sort": ["-sum"]}), "invalid_parameter@sort");
    check(json!({"groups": [{"field": "stage", "bucket": "month"}]}), "invalid_parameter@groups");
    check(json!({"groups": ["card"]}), "invalid_parameter@groups");
    check(json!({"aggregates": {"x": {"sum": "name"}}}), "invalid_parameter@aggregates");
    check(json!({"aggregates": {"x": {"median": "estimate"}}}), "invalid_parameter@aggregates");
    check(json!({"groups": ["stage"], "cursor": "x"}), "invalid_parameter@cursor");
    let deep = (0..40).fold(json!({"field": "name", "value": "x"}), |inner, _| json!({"not": inner}));
    check(json!({"filter": deep}), "query_too_complex@filter");
    let many: Vec<Json> = (0..600).map(|n| json!({"field": "name", "value": n.to_string()})).collect();
    check(json!({"filter": {"or": many}}), "query_too_complex@filter");
}
