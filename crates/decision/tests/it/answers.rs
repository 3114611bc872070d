//! Hit policies.

use crate::{domain, on, table};
use decision::{Answer, Collect, Hit, Table};
use expression::{Expectation, Names, Schema, Type, Value};
use std::sync::Arc;

fn level() -> Type {
    Type::Select(Arc::new(["low", "middle", "high"].map(str::to_owned)))
}

/// `high 1,3`, `[low, high] 2,1`, or the code of a refusal.
fn told(table: &Table, inputs: &[Value], day: &str) -> String {
    let one = |values: &Vec<Value>| -> String {
        let words = values.iter().map(|value| match value {
            Value::Null => "null".to_owned(),
            Value::Text(text) => text.clone(),
            other => decision::Scalar::of(other).unwrap().to_string(),
        });
        words.collect::<Vec<_>>().join("+")
    };
    match table.evaluate(inputs, &on(day)) {
        Err(finding) => {
            let text = finding.render(diagnostic::Locale::En);
            let rules = text.split_once("rules ").map(|(_, rest)| rest.split(" hold").next().unwrap());
            format!("{} {}", finding.code.name(), rules.unwrap_or_default()).trim().to_owned()
        }
        Ok(decided) => {
            let answer = match &decided.answer {
                Answer::One(values) => one(values),
                Answer::Many(all) => format!("[{}]", all.iter().map(one).collect::<Vec<_>>().join(", ")),
            };
            let rules: Vec<String> = decided.rules.iter().map(usize::to_string).collect();
            format!("{answer} {}", rules.join(",")).trim().to_owned()
        }
    }
}

#[test]
fn each_policy_chooses_among_the_rules_that_hold() {
    let rules = ["> 10 -> low", "> 20 -> high", "> 30 -> low", "[25..28] -> high", "> 100 -> null"];
    let rows = [
        (Hit::Unique, 5, "null"),
        (Hit::Unique, 15, "low 1"),
        (Hit::Unique, 21, "decision_not_unique 1, 2"),
        (Hit::Unique, 26, "decision_not_unique 1, 2, 4"),
        (Hit::Any, 15, "low 1"),
        (Hit::Any, 21, "decision_contradicts 1, 2"),
        (Hit::First, 5, "null"),
        (Hit::First, 31, "low 1"),
        (Hit::Priority, 5, "null"),
        (Hit::Priority, 21, "low 1"),
        (Hit::Priority, 101, "low 1"),
        (Hit::RuleOrder, 5, "[]"),
        (Hit::RuleOrder, 31, "[low, high, low] 1,2,3"),
        (Hit::OutputOrder, 5, "[]"),
        (Hit::OutputOrder, 31, "[low, low, high] 1,3,2"),
        (Hit::OutputOrder, 101, "[low, low, high, null] 1,3,2,5"),
        (Hit::Collect(Collect::List), 31, "[low, high, low] 1,2,3"),
        (Hit::Collect(Collect::Count), 5, "0"),
        (Hit::Collect(Collect::Count), 31, "3 1,2,3"),
    ];
    for (hit, amount, expect) in rows {
        let made = table(hit, &[("amount", domain("whole"))], level(), &rules);
        assert_eq!(told(&made, &[Value::Integer(amount)], "2026-01-01"), expect, "{hit:?} {amount}");
        let mut with_default = made.clone();
        with_default.default = Some(vec![Value::from("middle")]);
        let expect = match (amount, hit) {
            (5, hit) if hit.is_many() => "[middle]",
            (5, Hit::Collect(Collect::Count)) => "middle",
            (5, _) => "middle",
            _ => expect,
        };
        assert_eq!(told(&with_default, &[Value::Integer(amount)], "2026-01-01"), expect, "{hit:?} {amount}");
    }
    // The same answers may come from several rules.
    let any = table(Hit::Any, &[("amount", domain("whole"))], level(), &["> 10 -> low", "> 20 -> low"]);
    assert_eq!(told(&any, &[Value::Integer(30)], "2026-01-01"), "low 1,2");
}

#[test]
fn numbers_are_gathered_exactly() {
    let rules = ["> 10 -> 0.10", "> 20 -> 0.20", "> 30 -> null", "> 40 -> -1.00"];
    let money = || Type::Decimal { scale: 2 };
    let rows = [
        (Collect::Sum, 5, "0"),
        (Collect::Sum, 25, "0.3 1,2"),
        (Collect::Sum, 35, "0.3 1,2,3"),
        (Collect::Sum, 45, "-0.7 1,2,3,4"),
        (Collect::Min, 5, "null"),
        (Collect::Min, 45, "-1 1,2,3,4"),
        (Collect::Max, 35, "0.2 1,2,3"),
    ];
    for (how, amount, expect) in rows {
        let made = table(Hit::Collect(how), &[("amount", domain("whole"))], money(), &rules);
        assert_eq!(told(&made, &[Value::Integer(amount)], "2026-01-01"), expect, "{how:?} {amount}");
    }
    let huge = ["- -> 9999999999999999", "- -> 999999999999999999"];
    let made = table(Hit::Collect(Collect::Sum), &[("amount", domain("whole"))], money(), &huge);
    assert_eq!(told(&made, &[Value::Null], "2026-01-01"), "number_out_of_range");
}

#[test]
fn rules_count_on_their_days_both_included() {
    let rules = ["2026-01-01..2026-06-30: - -> low", "2026-07-01..: - -> high", "..2025-12-31: - -> middle"];
    let made = table(Hit::Unique, &[("amount", domain("whole"))], level(), &rules);
    let rows = [
        ("2025-12-31", "middle 3"),
        ("2026-01-01", "low 1"),
        ("2026-06-30", "low 1"),
        ("2026-07-01", "high 2"),
    ];
    for (day, expect) in rows {
        assert_eq!(told(&made, &[Value::Null], day), expect, "{day}");
    }
    // The day is that of the site: 16:30 of the last day in UTC is the new year in Shanghai.
    let mut clock = on("2025-12-31");
    clock.now += chrono::TimeDelta::minutes(750);
    assert_eq!(made.evaluate(&[Value::Null], &clock).unwrap().rules, [1]);
}

struct Nothing;

impl Schema for Nothing {
    fn field(&self, _: &str, _: &str) -> Option<expression::FieldInfo> {
        None
    }
    fn field_names(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn answers_are_computed_from_inputs_and_rounded() {
    let mut made = table(
        Hit::First,
        &[("amount", domain("number"))],
        Type::Decimal { scale: 2 },
        &["> 10 -> 0", "- -> 7"],
    );
    let mut names = Names::default();
    names.parameters.insert("amount".to_owned(), Type::Decimal { scale: 10 });
    let wanted = Expectation::Value(Type::Decimal { scale: 2 });
    let expr = expression::compile("amount * 0.15 + 0.005", &names, &Nothing, &wanted).unwrap();
    made.rules[0].then = vec![decision::Then::Computed(expr)];
    for (amount, expect) in
        [("100", "15.01 1"), ("5", "7 2"), ("999999999999999999", "149999999999999999.86 1")]
    {
        let amount = Value::Decimal(amount.parse().unwrap());
        assert_eq!(told(&made, &[amount], "2026-01-01"), expect);
    }
    assert_eq!(told(&made, &[], "2026-01-01"), "internal");
    assert_eq!(told(&made, &[Value::List(Vec::new())], "2026-01-01"), "internal");
}

#[test]
fn priority_goes_by_the_outputs_in_order() {
    let mut made = table(Hit::Priority, &[("amount", domain("whole"))], level(), &["- -> low", "- -> low"]);
    made.outputs.push(decision::Output { name: "note".into(), ty: Type::Text });
    made.outputs.push(decision::Output { name: "risk".into(), ty: level() });
    for (rule, (note, risk)) in made.rules.iter_mut().zip([("a", "high"), ("b", "middle")]) {
        rule.then.extend([note, risk].map(|text| decision::Then::Literal(text.into())));
    }
    assert_eq!(told(&made, &[Value::Null], "2026-01-01"), "low+b+middle 2");
}
