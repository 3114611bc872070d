//! Hostile and ordinary scripts, through the production constructors.

use crate::{Host, Limits, Scripts, Situation};
use chrono::{DateTime, NaiveDate, Utc};
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::Row;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A world in which nothing exists and nothing may be done.
struct Nothing;

fn refused<T>() -> Result<T> {
    Err(Box::new(Diagnostic::new(Code::NotFound)))
}

impl Host for Nothing {
    fn get(&self, _: &str, _: Uuid) -> Result<Option<Row>> {
        Ok(None)
    }
    fn query(&self, _: &str, _: &str, _: Map<String, Json>, _: u32) -> Result<Vec<Row>> {
        Ok(Vec::new())
    }
    fn children(&self, _: &Row, _: &str) -> Result<Vec<Row>> {
        refused()
    }
    fn create(&self, _: &str, _: Json) -> Result<Row> {
        refused()
    }
    fn update(&self, _: &str, _: Uuid, _: Json) -> Result<Row> {
        refused()
    }
    fn transition(&self, _: &str, _: Uuid, _: &str) -> Result<Row> {
        refused()
    }
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
    fn today(&self) -> NaiveDate {
        NaiveDate::default()
    }
    fn user(&self) -> Json {
        json!({"login": "chen.jie"})
    }
}

fn limits() -> Limits {
    Limits { time: Duration::from_millis(300), ..Limits::default() }
}

fn run(body: &str) -> Result<Json> {
    let scripts = Scripts::new(limits());
    let text = format!("fn main(record, params, ctx) {{ {body} }}");
    let compiled = scripts.compile("tests.rhai", &text)?;
    scripts.action(&compiled, "main", None, &json!({"n": 7, "price": "19.99"}), Arc::new(Nothing))
}

#[test]
fn scripts_compute_exactly() {
    let rows = [
        ("params.n * 2", json!(14)),
        ("0.1 + 0.2", json!("0.3")),
        ("round(1.005, 2)", json!("1.01")),
        ("to_decimal(params.price) * 3", json!("59.97")),
        ("#{a: [1, (), \"x\"]}", json!({"a": [1, null, "x"]})),
        ("date(\"2026-01-31\").add_months(1)", json!("2026-02-28")),
        ("days_between(date(\"2026-01-01\"), date(\"2026-03-01\"))", json!(59)),
        ("today() < date(\"2026-01-01\")", json!(true)),
        ("user().login", json!("chen.jie")),
        ("ctx.user.login", json!("chen.jie")),
        (
            "if get(\"crm.lead\", \"0190163d-8694-739b-aea5-966c26f8ad90\") == () { \"none\" } else { \"some\" }",
            json!("none"),
        ),
        ("query(\"crm.lead\", \"true\").len()", json!(0)),
    ];
    for (body, expect) in rows {
        assert_eq!(run(body).unwrap(), expect, "{body}");
    }
}

#[test]
fn hostile_scripts_are_stopped_and_named() {
    let rows = [
        ("loop {}", Code::ScriptLimit),
        ("let x = 0; while true { x += 1; }", Code::ScriptLimit),
        ("fn f(x) { f(x + 1) } f(0)", Code::ScriptError),
        ("main(record, params, ctx)", Code::ScriptLimit),
        ("let s = \"aaaaaaaaaa\"; loop { s += s; }", Code::ScriptLimit),
        ("let a = []; loop { a.push(1); }", Code::ScriptLimit),
        ("let a = []; a.pad(1000000000, 0);", Code::ScriptLimit),
        ("let s = \"\"; s.pad(1000000000, \"x\");", Code::ScriptLimit),
        ("let b = blob(1000000000, 0);", Code::ScriptLimit),
        ("let a = [1]; for i in 0..60 { a = [a, a]; }", Code::ScriptLimit),
        ("let s = \"\"; for i in 0..100000000 { s = `${i}${s}`; }", Code::ScriptLimit),
        ("sleep(10)", Code::ScriptFailed),
        ("eval(\"1\")", Code::ScriptError),
        ("import \"x\" as y;", Code::ScriptError),
        ("let x = ;", Code::ScriptError),
        ("nowhere + 1", Code::ScriptError),
        ("1 / 0", Code::ScriptFailed),
        ("9223372036854775807 + 1", Code::ScriptFailed),
        ("params.nothing", Code::ScriptFailed),
        ("record.name", Code::ScriptFailed),
        ("date(\"2026-02-30\")", Code::ScriptFailed),
        ("today().add_days(9223372036854775807)", Code::ScriptFailed),
        ("get(\"crm.lead\", \"not an id\")", Code::ScriptFailed),
        ("create(\"crm.lead\", #{})", Code::NotFound),
        ("throw \"no\"", Code::ScriptFailed),
        ("refuse(\"no\")", Code::HookRefused),
        ("throw #{field: \"qty\", message: \"too few\"}", Code::HookRefused),
    ];
    for (body, code) in rows {
        let started = Instant::now();
        let found = run(body).unwrap_err();
        assert_eq!(found.code, code, "{body}: {found}");
        assert!(started.elapsed() < Duration::from_secs(5), "{body} took {:?}", started.elapsed());
    }
}

#[test]
fn errors_name_script_line_and_column() {
    let scripts = Scripts::new(limits());
    let compiled = scripts
        .compile("crm/scripts/quote.rhai", "fn check(record, ctx) {\n  let a = 1;\n  a.nothing\n}")
        .unwrap();
    let host = Arc::new(Nothing);
    let called = crate::library::Context { situation: Situation::default(), host: host.clone() };
    assert!(called.situation.old.is_none());
    let found = scripts.action(&compiled, "check", None, &Json::Null, host).unwrap_err();
    assert_eq!(found.code, Code::ScriptFailed, "a function with another number of parameters is not found");
    let error =
        scripts.compile("crm/scripts/quote.rhai", "fn check(record, ctx) {\n  let a = ;\n}").err().unwrap();
    let source = error.source.unwrap();
    assert_eq!((source.line, source.column), (2, 11));
}

#[test]
fn a_refusal_speaks_the_readers_language() {
    let found = run("refuse(\"qty\", #{\"en\": \"Too few\", \"zh-CN\": \"数量太少\"})").unwrap_err();
    assert_eq!(found.path.as_deref(), Some("qty"));
    assert_eq!(found.render(Locale::ZhTw), "数量太少");
    assert_eq!(found.render(Locale::En), "Too few");
}
