//! Every case of the table in Rust, through the browser's form, and with its constants bound.

use expression::conformance::{Case, Fixture, Outcome, cases, fixture};
use expression::{
    Aggregate, Clock, Context, EvaluateError, Expr, Function, Type, Value, bind, evaluate, from_json, holds,
    to_json,
};

/// What came of a case, in words that compare.
fn outcome(expr: &Expr, fixture: &Fixture, case: &Case) -> Result<Value, String> {
    let context = fixture.context(case);
    evaluate(expr, &context, &case.clock).map_err(|e| match e {
        EvaluateError::OutOfRange { .. } => e.code().name().to_owned(),
        defect => defect.to_string(),
    })
}

fn run(fixture: &Fixture, case: &Case, change: &dyn Fn(Expr) -> Result<Expr, String>) -> Result<(), String> {
    let checked = case.compile(fixture);
    if let Outcome::Refused { code, at } = &case.outcome {
        let Err(findings) = checked else { return Err("was not refused".to_owned()) };
        let first = &findings[0];
        let place = first.source.as_ref().map(|s| format!("{}:{}", s.line, s.column)).unwrap_or_default();
        let found = (first.code.name(), place.as_str());
        return if found == (code, at) { Ok(()) } else { Err(format!("refused as {found:?}: {first}")) };
    }
    let expr = checked.map_err(|f| f.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let expr = match change(expr) {
        Ok(expr) => expr,
        Err(code) => return compare(case, fixture, &Type::Null, Err(code)),
    };
    compare(case, fixture, &expr.ty, outcome(&expr, fixture, case))
}

fn compare(case: &Case, fixture: &Fixture, ty: &Type, found: Result<Value, String>) -> Result<(), String> {
    let same = match (&case.outcome, &found) {
        (Outcome::Error(code), Err(error)) => code == error,
        (Outcome::Value(json), Ok(value)) => {
            let expected = case.expected(fixture, ty).ok_or(format!("{json} is no {ty}"))?;
            expected == *value
        }
        _ => false,
    };
    if same { Ok(()) } else { Err(format!("found {found:?}, expected {:?}", case.outcome)) }
}

fn run_all(change: &dyn Fn(&Fixture, &Case, Expr) -> Result<Expr, String>) {
    let fixture = fixture();
    let failures: Vec<String> = cases()
        .iter()
        .filter_map(|case| {
            let failed = run(&fixture, case, &|expr| change(&fixture, case, expr)).err()?;
            Some(format!("{} on {}: {}\n    {failed}", case.name, case.record, case.expression))
        })
        .collect();
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_table_is_large_enough() {
    let cases = cases();
    let mut expressions: Vec<&str> = cases.iter().map(|c| c.name.as_str()).collect();
    expressions.dedup();
    assert!(expressions.len() >= 400, "{} entries", expressions.len());
    assert!(cases.len() >= 1000, "{} cases", cases.len());
}

#[test]
fn every_function_has_cases() {
    let cases = cases();
    let yields = |name: &str| {
        let call = format!("{name}(");
        cases
            .iter()
            .filter(|c| c.expression.contains(&call) && matches!(c.outcome, Outcome::Value(_)))
            .count()
    };
    for (name, function) in Function::ALL {
        assert_eq!(function.name(), name);
        assert!(yields(name) >= 5, "{name}: {}", yields(name));
    }
    for (name, aggregate) in Aggregate::ALL {
        assert_eq!(aggregate.name(), name);
        assert!(yields(&format!(".{name}")) >= 5, "{name}");
    }
}

#[test]
fn the_browser_form_is_stable() {
    let fixture = fixture();
    let mut case = cases().remove(0);
    case.expression = "switch stage { \"won\" => lines.sum(price * 2), _ => amount ?? 1.50 } > 10 && \
                       account.owner == user && close_date in [\"2026-03-31\"] && !contains(address.city, \"x\")"
        .to_owned();
    let expr = case.compile(&fixture).expect("compiles");
    insta::assert_json_snapshot!(to_json(&expr));
}

#[test]
fn rust_meets_the_table() {
    run_all(&|_, _, expr| Ok(expr));
}

#[test]
fn the_browser_form_says_the_same() {
    run_all(&|_, _, expr| {
        let text = to_json(&expr).to_string();
        let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
        let read = from_json(&json).ok_or(format!("not read back: {text}"))?;
        assert_eq!(to_json(&read), json);
        Ok(read)
    });
}

#[test]
fn bound_constants_change_nothing() {
    run_all(&|fixture, case, expr| {
        let context = fixture.context(case);
        let bound = bind(&expr, &case.clock, &|root, steps| context.value(root, steps).ok());
        let bound = bound.map_err(|e| e.code().name().to_owned())?;
        let left = expression::dependencies(&bound);
        assert!(!left.clock, "{}", case.expression);
        Ok(bound)
    });
}

#[test]
fn a_condition_holds_only_when_true() {
    let fixture = fixture();
    let mut seen = 0;
    for case in cases() {
        let Ok(expr) = case.compile(&fixture) else { continue };
        let Outcome::Value(expected) = &case.outcome else { continue };
        if expr.ty == Type::Boolean {
            let held = holds(&expr, &fixture.context(&case), &case.clock).unwrap();
            assert_eq!(held, expected == &serde_json::Value::Bool(true), "{}", case.expression);
            seen += 1;
        }
    }
    assert!(seen > 300, "{seen}");
}

#[test]
fn what_is_not_loaded_is_an_error() {
    struct Empty;
    impl Context for Empty {
        fn value(&self, _: expression::Root, steps: &[expression::Step]) -> Result<Value, EvaluateError> {
            Err(EvaluateError::missing(steps))
        }
    }
    let fixture = fixture();
    let clock = Clock { now: chrono::DateTime::UNIX_EPOCH, zone: chrono_tz::UTC };
    for case in cases() {
        let Ok(expr) = case.compile(&fixture) else { continue };
        let reads = expression::dependencies(&expr);
        let found = evaluate(&expr, &Empty, &clock);
        if reads.paths.is_empty() && reads.children.is_empty() && reads.parameters.is_empty() {
            assert!(!matches!(found, Err(EvaluateError::Missing { .. })), "{}", case.expression);
        } else if !case.expression.contains("in []") && !case.expression.contains("||") {
            assert!(found.is_err(), "{}: {found:?}", case.expression);
        }
    }
}
