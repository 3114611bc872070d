//! Findings: their words, hints and places; what an expression reads.

use diagnostic::{Locale, Source};
use expression::conformance::fixture;
use expression::{Expectation, Expr, Names, Root, compile, dependencies, place, uses_clock};

fn names() -> Names {
    let roots =
        [(Root::Row, "test.deal".into()), (Root::Old, "test.deal".into()), (Root::User, "base.user".into())];
    Names { roots: roots.into_iter().collect(), clock: true, ..Names::default() }
}

fn findings(source: &str) -> String {
    match compile(source, &names(), &fixture(), &Expectation::Any) {
        Ok(expr) => format!("{:?}", expr.ty),
        Err(found) => found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn findings_name_place_cause_and_cure() {
    let sources = [
        "stgae == \"won\"",
        "stage == \"propsal\"",
        "account.nmae == 1",
        "address.towm",
        "strats_with(name, \"a\")",
        "name + count",
        "name == ()",
        "start_of(\"mnth\", close_date)",
        "user.manager.name",
        "count +",
        "name == 'Zulu'",
    ];
    let found: Vec<String> = sources.iter().map(|source| findings(source)).collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    :1:1: error[expression_name]: unknown name `stgae` (did you mean `stage`?)
    :1:10: error[expression_type]: `propsal` is not one of the options (did you mean `proposal`?)
    :1:9: error[expression_name]: unknown name `nmae` (did you mean `name`?)
    :1:9: error[expression_name]: unknown name `towm` (one of: country, province, city, district, street)
    :1:1: error[expression_name]: unknown name `strats_with` (did you mean `starts_with`?)
    :1:6: error[expression_type]: `+` does not take text and integer (make it text with text(x))
    :1:6: error[expression_type]: nothing is compared with `()`; use is_empty(x) or !is_empty(x)
    :1:10: error[expression_type]: `mnth` is not a unit of time (did you mean `month`?)
    :1:14: error[expression_backend]: `user` has only its own fields; a path through it is not followed
    :1:8: error[expression_syntax]: a value or name expected, found `end`
    :1:9: error[expression_syntax]: text stands in double quotes: "Zulu"
    "#);
}

#[test]
fn all_findings_of_one_run_are_reported() {
    insta::assert_snapshot!(
        findings("nope > 1 && stage == \"wonn\" && if count { 1 } else { owner == \"x\" } && lower(count) == 1"),
        @r#"
    :1:1: error[expression_name]: unknown name `nope` (did you mean `note`?)
    :1:22: error[expression_type]: `wonn` is not one of the options (did you mean `won`?)
    :1:35: error[expression_type]: a condition is expected, this is integer
    :1:63: error[expression_type]: references compare by id; `x` is text
    :1:78: error[expression_type]: `lower` does not take integer as argument 1
    "#
    );
}

#[test]
fn findings_speak_every_language() {
    let found = compile("count && owner == \"x\"", &names(), &fixture(), &Expectation::Any).unwrap_err();
    let words: Vec<String> = found.iter().flat_map(|f| Locale::ALL.map(|l| f.render(l))).collect();
    insta::assert_snapshot!(words.join("\n"), @r#"
    a condition is expected, this is integer
    此处应为条件，实际为 integer
    此處應為條件，實際為 integer
    references compare by id; `x` is text
    引用按 id 比较；`x` 是文本
    參照按 id 比較；`x` 是文字
    "#);
}

#[test]
fn findings_move_to_their_file() {
    let found = compile("count >\n  nope", &names(), &fixture(), &Expectation::Any).unwrap_err();
    let origin = Source { file: "objects/deal.yaml".to_owned(), line: 12, column: 9 };
    let placed = place(found, &origin);
    assert!(
        placed[0].to_string().starts_with("objects/deal.yaml:13:11: error[expression_name]"),
        "{}",
        placed[0]
    );
}

fn reads(source: &str) -> String {
    let expr: Expr = compile(source, &names(), &fixture(), &Expectation::Any).expect(source);
    let found = dependencies(&expr);
    let path = |p: &expression::Path| {
        let steps: Vec<&str> = p.steps.iter().map(|s| &*s.field).collect();
        format!("{}:{}", p.root.name(), steps.join("."))
    };
    let mut words: Vec<String> = found.paths.iter().map(path).collect();
    for child in &found.children {
        let inner: Vec<String> = child.inner.iter().map(path).collect();
        words.push(format!("{}.{}[{}]", path(&child.path), child.aggregate.name(), inner.join(" ")));
    }
    words.extend(found.trees.iter().map(|t| format!("tree {t}")));
    words.extend(
        [(found.clock, "clock"), (found.zone, "zone")].iter().filter(|f| f.0).map(|f| f.1.to_owned()),
    );
    if uses_clock(&expr, &fixture()) && !found.clock {
        words.push("clock field".to_owned());
    }
    words.join(", ")
}

#[test]
fn dependencies_are_complete() {
    let rows = [
        ("1 + 1", ""),
        ("amount * rate / 100", "row:amount, row:rate"),
        ("amount + amount", "row:amount"),
        ("remark == account.owner.name", "row:note, row:account.owner.name"),
        ("old.stage != stage && owner == user", "old:stage, row:stage, row:owner, user:id"),
        ("account.id == shared", "row:account, row:shared"),
        ("lines.sum(price * record.rate + quantity)", "row:rate, row:lines.sum[row:price row:quantity]"),
        ("lines.count()", "row:lines.count[]"),
        ("lines.any(owner == user.id && due < today())", "user:id, row:lines.any[row:owner row:due], clock"),
        ("account.deals.sum(amount)", "row:account.deals.sum[row:amount]"),
        ("within(department, user.department)", "row:department, user:department, tree base.department"),
        ("date(signed_at) == close_date", "row:signed_at, row:close_date, zone"),
        ("signed_at >= \"2026-01-01\"", "row:signed_at, zone"),
        ("age > 3", "row:age, clock field"),
        ("switch stage { \"won\" => cost, _ => other }", "row:stage, row:cost, row:other"),
    ];
    for (source, expect) in rows {
        assert_eq!(reads(source), expect, "{source}");
    }
}
