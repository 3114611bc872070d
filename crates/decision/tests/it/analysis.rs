//! What is told of a table before it is asked.

use crate::{domain, on, table};
use decision::{Domain, Finding, Hit, Scalar, Table};
use expression::{Type, Value};

type Inputs = Vec<(&'static str, Domain)>;

fn one(ty: &str) -> Inputs {
    vec![("a", present(ty))]
}

/// A column in which a value is always there.
fn present(ty: &str) -> Domain {
    Domain { nullable: false, ..domain(ty) }
}

fn shown(finding: &Finding) -> String {
    match finding {
        Finding::Overlap { first, second, example } => format!("{first}+{second}: {example}"),
        Finding::Contradiction { first, second, example } => format!("{first}<>{second}: {example}"),
        Finding::Impossible { rule } => format!("{rule} never"),
        Finding::Shadowed { rule, by: Some(by) } => format!("{rule} behind {by}"),
        Finding::Shadowed { rule, by: None } => format!("{rule} behind several"),
        Finding::Gap { example } => format!("gap: {example}"),
        Finding::LeftOut { parts } => format!("{parts} left out"),
    }
}

/// Analyses, and asks the table with every example: it must answer as the analysis says.
fn check(hit: Hit, inputs: &Inputs, rules: &[&str], expect: &[&str]) {
    let made = table(hit, inputs, Type::Text, rules);
    let found = made.analyse();
    let told: Vec<String> = found.iter().map(shown).collect();
    assert_eq!(told, expect, "{hit:?} {rules:?}");
    for finding in &found {
        let (example, codes): (_, &[&str]) = match finding {
            Finding::Overlap { example, .. } => (example, &["decision_not_unique"]),
            Finding::Contradiction { example, .. } => (example, &["decision_contradicts"]),
            Finding::Gap { example } => (example, &[]),
            _ => continue,
        };
        let values: Vec<Value> = example.inputs.iter().map(|(_, value)| value_of(value.as_ref())).collect();
        let day = example.day.map_or_else(|| "2026-01-01".to_owned(), |day| day.to_string());
        match made.evaluate(&values, &on(&day)) {
            Ok(decided) => assert!(decided.rules.is_empty() && codes.is_empty(), "{finding:?}"),
            Err(refused) => assert_eq!(codes, [refused.code.name()], "{finding:?}"),
        }
    }
}

fn value_of(scalar: Option<&Scalar>) -> Value {
    match scalar {
        None => Value::Null,
        Some(Scalar::Boolean(value)) => Value::Boolean(*value),
        Some(Scalar::Number(number)) => Value::Decimal(*number),
        Some(Scalar::Text(text)) => Value::from(text.as_str()),
        Some(Scalar::Date(day)) => Value::Date(*day),
        Some(Scalar::DateTime(instant)) => Value::DateTime(*instant),
        Some(Scalar::Time(time)) => Value::Time(*time),
        Some(Scalar::Duration(seconds)) => Value::Duration(*seconds),
    }
}

#[test]
fn rules_that_hold_at_once_are_found_with_an_example() {
    let u = Hit::Unique;
    check(u, &one("number"), &["< 5 -> x", ">= 5 -> y"], &[]);
    check(u, &one("number"), &["<= 5 -> x", ">= 5 -> y"], &["1+2: a = 5"]);
    check(u, &one("number"), &["- -> x", "5 -> y"], &["1+2: a = 5"]);
    check(
        u,
        &one("number"),
        &["[1..3] -> x", "(2..4) -> y", "< 1, > 3 -> z"],
        &["1+2: a = 2.5", "2+3: a = 3.5"],
    );
    check(u, &one("whole"), &["(1..2) -> x", "- -> y"], &["1 never"]);
    check(u, &one("whole"), &["< 2 -> x", "> 1 -> y"], &[]);
    check(u, &one("boolean"), &["true -> x", "not(false) -> y", "false -> z"], &["1+2: a = true"]);
    check(u, &one("select"), &["low -> x", "not(low) -> y"], &[]);
    check(u, &one("text"), &["\"n\" -> x", "not(\"n\",\"s\") -> y", "\"s\" -> z"], &[]);
    check(u, &one("text"), &["not(\"n\") -> x", "not(\"s\") -> y"], &["1+2: a = \"other\""]);
    check(u, &one("text"), &["< \"n\" -> x", ">= \"m\" -> y"], &["1+2: a = \"m\""]);
    check(u, &one("date"), &["< 2026-01-01 -> x", "> 2025-12-31 -> y"], &[]);
    check(u, &one("time"), &["< 12:00 -> x", ">= 12:00 -> y"], &[]);
    check(u, &one("duration"), &["<= 1d -> x", "> 24h -> y"], &[]);
    check(u, &one("datetime"), &["<= 2026-01-01T00:00:00Z -> x", "> 2026-01-01T00:00:00Z -> y"], &[]);
}

#[test]
fn days_keep_rules_apart() {
    let rules = ["2026-01-01..2026-06-30: - -> x", "2026-07-01..: - -> y"];
    check(Hit::Unique, &one("number"), &rules, &[]);
    let rules = ["2026-01-01..2026-07-01: - -> x", "2026-07-01..: - -> y"];
    check(Hit::Unique, &one("number"), &rules, &["1+2: a = 0, on 2026-07-01"]);
    let rules = ["2026-01-01..2026-06-30: - -> x", "2026-08-01..2026-12-31: - -> y"];
    check(Hit::Unique, &one("number"), &rules, &["gap: a = 0, on 2026-07-01"]);
    let rules = ["2026-01-01..: > 5 -> x", "- -> y"];
    check(Hit::First, &one("number"), &rules, &[]);
}

#[test]
fn answers_that_differ_are_found_where_any_must_agree() {
    check(Hit::Any, &one("number"), &["< 5 -> x", "< 9 -> x", ">= 5 -> x"], &[]);
    check(
        Hit::Any,
        &one("number"),
        &["< 5 -> x", "[1..9] -> y", "> 4 -> x"],
        &["1<>2: a = 1", "2<>3: a = 4.5"],
    );
}

#[test]
fn rules_behind_earlier_ones_are_found() {
    let f = Hit::First;
    check(f, &one("number"), &["> 5 -> x", "> 9 -> y", "- -> z"], &["2 behind 1"]);
    check(f, &one("number"), &["> 5 -> x", "<= 5 -> y", "- -> z"], &["3 behind several"]);
    check(f, &one("boolean"), &["true -> x", "false -> y", "- -> z"], &["3 behind several"]);
    let two = vec![("a", present("boolean")), ("b", present("number"))];
    check(
        f,
        &two,
        &["true | - -> x", "- | > 1 -> y", "true | > 1 -> z", "false | <= 1 -> v"],
        &["3 behind 1"],
    );
}

#[test]
fn inputs_without_a_rule_are_found() {
    let u = Hit::Unique;
    check(u, &one("number"), &["< 5 -> x", "> 5 -> y"], &["gap: a = 5"]);
    check(u, &one("number"), &["[0..100] -> x"], &["gap: a = -1"]);
    check(u, &one("select"), &["low -> x", "high -> y"], &["gap: a = \"middle\""]);
    check(u, &one("text"), &["\"other\" -> x"], &["gap: a = \"other 2\""]);
    check(u, &one("number"), &[], &["gap: a = 0"]);
    let two = vec![("a", present("boolean")), ("b", present("number"))];
    check(u, &two, &["true | - -> x", "false | > 1 -> y"], &["gap: a = false, b = 0"]);
    // Bounds and values leave less to be decided.
    let bounded = Domain {
        min: Some(Scalar::Number(0.into())),
        max: Some(Scalar::Number(100.into())),
        ..present("number")
    };
    check(u, &vec![("a", bounded.clone())], &["[0..100] -> x"], &[]);
    check(u, &vec![("a", bounded)], &["[0..90] -> x", "> 100 -> y"], &["2 never", "gap: a = 95"]);
    let named = ["n", "s"].map(|name| Scalar::Text(name.to_owned()));
    let valued = Domain { values: Some(named.to_vec()), ..present("text") };
    check(u, &vec![("a", valued.clone())], &["\"n\" -> x", "\"s\" -> y"], &[]);
    check(u, &vec![("a", valued)], &["\"n\" -> x"], &["gap: a = \"s\""]);
    // An absent value is looked at where all others are decided.
    check(u, &vec![("a", domain("boolean"))], &["true -> x"], &["gap: a = false"]);
    check(u, &vec![("a", domain("boolean"))], &["true -> x", "false -> y"], &["gap: a = null"]);
    check(u, &vec![("a", domain("boolean"))], &["true -> x", "false, null -> y"], &[]);
    // All rules that hold are wanted: none is an answer too.
    check(Hit::RuleOrder, &one("boolean"), &["true -> x"], &[]);
}

#[test]
fn a_default_leaves_no_gap() {
    let mut made = table(Hit::Unique, &one("boolean"), Type::Text, &["true -> x"]);
    made.default = Some(vec![Value::Null]);
    assert_eq!(made.analyse(), []);
}

fn wide(hit: Hit, columns: usize) -> Table {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let inputs: Inputs = names[..columns].iter().map(|name| (*name, present("whole"))).collect();
    let rules: Vec<String> = (0..12)
        .map(|n| {
            let cells: Vec<String> = (0..columns).map(|_| format!("[{}..{}]", n * 10, n * 10 + 9)).collect();
            format!("{} -> x", cells.join("|"))
        })
        .collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    table(hit, &inputs, Type::Text, &rules)
}

#[test]
fn what_is_too_large_is_compared_pair_by_pair_and_says_so() {
    let told = |table: &Table| table.analyse().iter().map(shown).collect::<Vec<_>>();
    assert_eq!(told(&wide(Hit::Unique, 4)), ["gap: a = -1, b = -1, c = -1, d = -1"]);
    assert_eq!(told(&wide(Hit::Unique, 5)), ["371293 left out"]);
    let mut large = wide(Hit::Unique, 7);
    large.rules.push(large.rules[4].clone());
    let found = told(&large);
    assert!(found[0].starts_with("5+13: a = 40, b = 40"), "{found:?}");
    let mut large = wide(Hit::First, 7);
    large.rules.push(large.rules[4].clone());
    assert_eq!(told(&large), ["13 behind 5", "62748517 left out"]);
    large.hit = Hit::RuleOrder;
    assert_eq!(told(&large), Vec::<String>::new());
}
