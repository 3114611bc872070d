//! Variables: those of several parts, and paths through the records that they hold.

use expression::conformance::fixture;
use expression::{
    Clock, Context, EvaluateError, Expectation, Names, Root, Step, Type, Value, compile, evaluate,
};
use uuid::Uuid;

const FULL: u128 = 0x0190;

fn names() -> Names {
    let deal = || Type::Reference(Some("test.deal".into()));
    let mut names = Names { clock: true, ..Names::default() };
    names.roots.insert(Root::Row, "test.account".into());
    names.parameters = [
        ("deal".to_owned(), deal()),
        ("other".to_owned(), Type::Reference(None)),
        ("risk.level".to_owned(), Type::Text),
        ("risk.limit".to_owned(), Type::Decimal { scale: 2 }),
        ("round".to_owned(), Type::Integer),
        ("many".to_owned(), Type::List(Box::new(deal()))),
    ]
    .into();
    names
}

/// Says for each value asked of it what was asked.
struct Asked;

impl Context for Asked {
    fn value(&self, root: Root, steps: &[Step]) -> Result<Value, EvaluateError> {
        let steps: Vec<String> = steps.iter().map(|step| format!("{}/{}", step.object, step.field)).collect();
        Ok(Value::Text(format!("{} {}", root.name(), steps.join(" "))))
    }

    fn parameter(&self, name: &str) -> Result<Value, EvaluateError> {
        Ok(match name {
            "deal" => Value::Reference(Uuid::from_u128(FULL)),
            "round" => Value::Integer(2),
            name => Value::Text(name.to_owned()),
        })
    }
}

fn told(source: &str, expectation: &Expectation) -> String {
    let clock = Clock { now: chrono::DateTime::UNIX_EPOCH, zone: chrono_tz::Tz::UTC };
    match compile(source, &names(), &fixture(), expectation) {
        Ok(expr) => match evaluate(&expr, &Asked, &clock) {
            Ok(value) => format!("{}: {value:?}", expr.ty),
            Err(error) => format!("{}: {error}", expr.ty),
        },
        Err(found) => found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn variables_have_parts_and_lead_to_records() {
    let rows = [
        ("risk.level", r#"text: Text("risk.level")"#),
        (r#"risk.level == "high""#, "boolean: Boolean(false)"),
        ("round + 1", "integer: Integer(3)"),
        ("deal == deal", "boolean: Boolean(true)"),
        ("deal.name", r#"text: Text("variable /deal test.deal/name")"#),
        ("deal.remark", r#"text: Text("variable /deal test.deal/note")"#),
        ("deal.owner.name", r#"text: Text("variable /deal test.deal/owner base.user/name")"#),
        // What is refused.
        ("risk.levle", ":1:6: error[expression_name]: unknown name `levle` (did you mean `level`?)"),
        ("risk", ":1:1: error[expression_name]: unknown name `risk` (did you mean `risk.limit`?)"),
        ("risk.level.name", ":1:12: error[expression_type]: text has no fields"),
        ("deal.nmae", ":1:6: error[expression_name]: unknown name `nmae` (did you mean `name`?)"),
        (
            "other.name",
            ":1:7: error[expression_type]: a reference to any object has no fields that are known beforehand",
        ),
        ("many.name", ":1:6: error[expression_type]: list of reference to test.deal has no fields"),
        (
            "variable.name",
            ":1:1: error[expression_name]: unknown name `variable` (one of: deal, other, risk.level, risk.limit, round, many, name, status, owner, credit, since, deals, id)",
        ),
        (
            "deal.lines",
            ":1:1: error[expression_type]: children of test.line are not a value; use sum(), count(), any() …",
        ),
    ];
    for (source, expect) in rows {
        assert_eq!(told(source, &Expectation::Any), expect, "{source}");
    }
}

#[test]
fn lists_and_children_can_be_walked() {
    let rows = [
        ("many", r#"list of reference to test.deal: "#),
        ("deal.tags", "list of select"),
        ("deal.lines", "children of test.line"),
        ("round", ":1:1: error[expression_type]: a list or children are expected, this is integer"),
    ];
    for (source, expect) in rows {
        let told = told(source, &Expectation::Items);
        assert!(told.starts_with(expect), "{source}: {told}");
    }
}
