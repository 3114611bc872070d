//! Hostile and ordinary scripts, through the production constructors.

use crate::{Budget, Host, Limits, Message, Receiver, Scripts, Situation};
use chrono::{DateTime, NaiveDate, Utc};
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::Row;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// A world in which nothing exists and nothing may be done.
struct Nothing(Budget);

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
    fn delete(&self, _: &str, _: Uuid) -> Result<()> {
        refused()
    }
    fn notify(&self, _: Uuid, _: &Message) -> Result<()> {
        Ok(())
    }
    fn mail(&self, _: &Receiver, _: &Message) -> Result<()> {
        Ok(())
    }
    fn http(&self, _: &Json) -> Result<Uuid> {
        Ok(Uuid::nil())
    }
    fn connector(&self, _: &str, _: &Json) -> Result<Uuid> {
        Ok(Uuid::nil())
    }
    fn budget(&self) -> &Budget {
        &self.0
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

fn nothing() -> Arc<Nothing> {
    Arc::new(Nothing(Budget::new(&limits())))
}

fn run(body: &str) -> Result<Json> {
    let scripts = Scripts::new(limits());
    let text = format!("fn main(record, params, ctx) {{ {body} }}");
    let compiled = scripts.compile("tests.rhai", &text)?;
    scripts.action(&compiled, "main", None, &json!({"n": 7, "price": "19.99"}), nothing())
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

/// How a script ended: `done`, or the code of why not.
fn ended(text: &str) -> String {
    let scripts = Scripts::new(limits());
    let text = match text.contains("fn main(") {
        true => text.to_owned(),
        false if text.contains("\nfn ") => {
            // Further functions stand beside the main one.
            let (body, others) = text.split_once("\nfn ").unwrap();
            format!("fn main(record, params, ctx) {{ {body}\n}}\nfn {others}")
        }
        false => format!("fn main(record, params, ctx) {{ {text}\n}}"),
    };
    let called = scripts
        .compile("hostile.rhai", &text)
        .and_then(|compiled| scripts.action(&compiled, "main", None, &json!({"n": 7}), nothing()));
    called.map_or_else(|found| found.code.name().to_owned(), |_| "done".to_owned())
}

#[test]
fn hostile_scripts_are_stopped_and_named() {
    let cases = test_support::corpus::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/scripts.txt"));
    assert!(cases.len() >= 100, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let ended = ended(&case.text);
        if ended != case.expect {
            wrong.push(format!("{}: {ended}, not {}", case.name, case.expect));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn budgets_are_counted_and_named() {
    let rows = [
        ("for i in 0..100 { query(\"crm.lead\", \"true\"); }", "done"),
        ("for i in 0..101 { query(\"crm.lead\", \"true\"); }", "more than 100 queries and writes"),
        ("for i in 0..10 { http(#{url: \"https://example.com\"}); }", "done"),
        ("for i in 0..11 { http(#{url: \"https://example.com\"}); }", "more than 10 mails"),
        ("for i in 0..10 { connector(\"erp.ping\", #{a: i}); }", "done"),
        ("for i in 0..11 { connector(\"erp.ping\", #{a: i}); }", "more than 10 mails"),
        ("for i in 0..1000 { log(\"x\"); }", "done"),
    ];
    for (body, expect) in rows {
        let ended = run(body);
        let shown = ended.as_ref().map_or_else(|found| found.to_string(), |_| "done".to_owned());
        assert!(shown.contains(expect), "{body}: {shown}");
        if let Err(found) = ended {
            let source = found.source.unwrap();
            assert_eq!((source.file.as_str(), source.line), ("tests.rhai", 1), "{body}");
        }
    }
}

#[test]
fn errors_name_script_line_and_column() {
    let scripts = Scripts::new(limits());
    let compiled = scripts
        .compile("crm/scripts/quote.rhai", "fn check(record, ctx) {\n  let a = 1;\n  a.nothing\n}")
        .unwrap();
    let host = nothing();
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
