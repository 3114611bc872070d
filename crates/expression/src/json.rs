//! The form a browser reads.
//!
//! A node is an object: `op` says what it does, `t` its type, `a` its operands. Types are `"boolean"`,
//! `"integer"`, `{"decimal": 2}`, `"text"`, `"select"`, `"date"`, `"datetime"`, `"time"`, `"duration"`,
//! `"reference"`, `{"reference": "crm.account"}`, `{"list": …}`, `"address"`, `"json"`, `"null"`.
//!
//! | `op` | further members |
//! |---|---|
//! | `literal` | `v`: null, boolean, number (integers and seconds of a duration; as text where a browser's numbers are not exact, from 2^53), text (decimals, dates `2026-01-31`, instants RFC 3339, times, ids), or a list of such; a link is `{"object", "id"}` |
//! | `path` | `root` (`row record old user initiator approver assignee event`), `steps`: `[["crm.quote", "account"], …]` |
//! | `parameter` | `name` |
//! | `today`, `now` | |
//! | `!`, `neg` | `a`: one operand |
//! | `&&`, `\|\|`, `??` | `a`: operands |
//! | `==` `!=` `<` `<=` `>` `>=` `+` `-` `*` `/` `%` | `a`: two operands |
//! | `in` | `a`: the item, then the entries |
//! | `if` | `a`: condition, then, else |
//! | `switch` | `a`: the subject, each arm's result, and the default if `default` is true; `cases`: the literals of each arm as `{"t", "v"}` |
//! | `call` | `f`: the function, `a`: arguments |
//! | `children` | `f`: the aggregate, `root`, `steps`, `outer`: what `record` is in the body; `a`: the body if any |
//! | `part` | `name`, `a`: the address |

use crate::tree::{
    Aggregate, ArithmeticOperator, CompareOperator, Expr, Function, Kind, Path, Position, Root, Step,
};
use crate::{Type, Value, literal};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// The largest whole number that a browser, which reads numbers as floats, holds exactly.
const EXACT: u64 = (1 << 53) - 1;

/// The expression as JSON.
pub fn to_json(expr: &Expr) -> Json {
    let mut node = Map::new();
    let mut put = |key: &str, value: Json| drop(node.insert(key.to_owned(), value));
    put("op", Json::from(operation(&expr.kind)));
    put("t", type_to_json(&expr.ty));
    match &expr.kind {
        Kind::Literal(value) => put("v", value_to_json(value)),
        Kind::Path(path) => path_to_json(path, &mut put),
        Kind::Parameter(name) => put("name", Json::from(&**name)),
        Kind::Switch { arms, default, .. } => {
            let literals = |values: &[Value]| {
                values.iter().map(|v| json!({"t": kind_of(v), "v": value_to_json(v)})).collect()
            };
            put("cases", arms.iter().map(|(values, _)| -> Json { literals(values) }).collect());
            put("default", Json::from(default.is_some()));
        }
        Kind::Call(function, _) => put("f", Json::from(function.name())),
        Kind::Children { path, aggregate, outer, .. } => {
            put("f", Json::from(aggregate.name()));
            put("outer", Json::from(outer.name()));
            path_to_json(path, &mut put);
        }
        Kind::Part(_, name) => put("name", Json::from(&**name)),
        _ => {}
    }
    let operands: Vec<Json> = expr.parts().map(to_json).collect();
    if !operands.is_empty() {
        put("a", Json::Array(operands));
    }
    Json::Object(node)
}

fn operation(kind: &Kind) -> &'static str {
    match kind {
        Kind::Literal(_) => "literal",
        Kind::Path(_) => "path",
        Kind::Parameter(_) => "parameter",
        Kind::Today => "today",
        Kind::Now => "now",
        Kind::Not(_) => "!",
        Kind::Negate(_) => "neg",
        Kind::And(_) => "&&",
        Kind::Or(_) => "||",
        Kind::Coalesce(_) => "??",
        Kind::Compare(operator, ..) => operator.symbol(),
        Kind::Arithmetic(operator, ..) => operator.symbol(),
        Kind::In(..) => "in",
        Kind::If(..) => "if",
        Kind::Switch { .. } => "switch",
        Kind::Call(..) => "call",
        Kind::Children { .. } => "children",
        Kind::Part(..) => "part",
    }
}

fn path_to_json(path: &Path, put: &mut impl FnMut(&str, Json)) {
    put("root", Json::from(path.root.name()));
    put("steps", path.steps.iter().map(|s| json!([&*s.object, &*s.field])).collect());
}

/// A type as it stands in `t`.
pub fn type_to_json(ty: &Type) -> Json {
    match ty {
        Type::Null => json!("null"),
        Type::Decimal { scale } => json!({"decimal": scale}),
        Type::Reference(Some(object)) => json!({"reference": &**object}),
        Type::Reference(None) => json!("reference"),
        Type::Children(object) => json!({"children": &**object}),
        Type::List(item) => json!({"list": type_to_json(item)}),
        plain => Json::from(plain.to_string()),
    }
}

/// The type a bare value must be read as.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Boolean(_) => "boolean",
        Value::Integer(_) => "integer",
        Value::Decimal(_) => "decimal",
        Value::Text(_) => "text",
        Value::Date(_) => "date",
        Value::DateTime(_) => "datetime",
        Value::Time(_) => "time",
        Value::Duration(_) => "duration",
        Value::Reference(_) | Value::Link { .. } => "reference",
        Value::List(_) => "list",
        Value::Json(_) => "json",
    }
}

/// A value as it stands in a literal: decimals, large integers, dates and ids are text.
pub fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(truth) => json!(truth),
        Value::Integer(n) | Value::Duration(n) if n.unsigned_abs() > EXACT => json!(n.to_string()),
        Value::Integer(n) | Value::Duration(n) => json!(n),
        Value::Decimal(d) => json!(d.to_string()),
        Value::Text(text) => json!(text),
        Value::Date(day) => json!(day.format("%Y-%m-%d").to_string()),
        Value::DateTime(instant) => json!(instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
        Value::Time(time) => json!(time.format("%H:%M:%S").to_string()),
        Value::Reference(id) => json!(id.to_string()),
        Value::Link { object, id } => json!({"object": &**object, "id": id.to_string()}),
        Value::List(items) => items.iter().map(value_to_json).collect(),
        Value::Json(json) => json.clone(),
    }
}

/// Reads the form back; `None` if it is not of that form.
pub fn from_json(json: &Json) -> Option<Expr> {
    let ty = type_from_json(json.get("t")?)?;
    let operands = match json.get("a") {
        Some(operands) => operands.as_array()?.iter().map(from_json).collect::<Option<Vec<_>>>()?,
        None => Vec::new(),
    };
    let kind = kind_from_json(json, &ty, operands)?;
    Some(Expr { kind, ty, at: Position::default() })
}

fn kind_from_json(json: &Json, ty: &Type, mut operands: Vec<Expr>) -> Option<Kind> {
    let op = json.get("op")?.as_str()?;
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    let compare = CompareOperator::ALL.iter().find(|(symbol, _)| *symbol == op).map(|(_, o)| *o);
    if let Some(operator) = compare {
        let [a, b] = <[Expr; 2]>::try_from(operands).ok()?;
        return Some(Kind::Compare(operator, Box::new(a), Box::new(b)));
    }
    if let Some((_, operator)) = ArithmeticOperator::ALL.iter().find(|(symbol, _)| *symbol == op) {
        let [a, b] = <[Expr; 2]>::try_from(operands).ok()?;
        return Some(Kind::Arithmetic(*operator, Box::new(a), Box::new(b)));
    }
    Some(match op {
        "literal" => Kind::Literal(value_from_json(json.get("v")?, ty)?),
        "path" => Kind::Path(path_from_json(json)?),
        "parameter" => Kind::Parameter(text("name")?.into()),
        "today" => Kind::Today,
        "now" => Kind::Now,
        "!" => Kind::Not(Box::new(operands.pop()?)),
        "neg" => Kind::Negate(Box::new(operands.pop()?)),
        "&&" => Kind::And(operands),
        "||" => Kind::Or(operands),
        "??" => Kind::Coalesce(operands),
        "in" if !operands.is_empty() => {
            let item = operands.remove(0);
            Kind::In(Box::new(item), operands)
        }
        "if" => {
            let [a, b, c] = <[Expr; 3]>::try_from(operands).ok()?;
            Kind::If(Box::new(a), Box::new(b), Box::new(c))
        }
        "switch" if !operands.is_empty() => switch_from_json(json, operands)?,
        "call" => Kind::Call(Function::from_name(text("f")?)?, operands),
        "children" => Kind::Children {
            path: path_from_json(json)?,
            aggregate: Aggregate::from_name(text("f")?)?,
            body: operands.pop().map(Box::new),
            outer: root_from_name(text("outer")?)?,
        },
        "part" => Kind::Part(Box::new(operands.pop()?), text("name")?.into()),
        _ => return None,
    })
}

fn switch_from_json(json: &Json, mut operands: Vec<Expr>) -> Option<Kind> {
    let subject = Box::new(operands.remove(0));
    let default = match json.get("default")?.as_bool()? {
        true => Some(Box::new(operands.pop()?)),
        false => None,
    };
    let literal = |case: &Json| value_from_json(case.get("v")?, &type_from_json(case.get("t")?)?);
    let literals = |cases: &Json| cases.as_array()?.iter().map(literal).collect::<Option<Vec<_>>>();
    let cases = json.get("cases")?.as_array()?.iter().map(literals).collect::<Option<Vec<_>>>()?;
    if cases.len() != operands.len() {
        return None;
    }
    Some(Kind::Switch { subject, arms: cases.into_iter().zip(operands).collect(), default })
}

fn root_from_name(name: &str) -> Option<Root> {
    Root::ALL.iter().find(|(known, _)| *known == name).map(|(_, root)| *root)
}

fn path_from_json(json: &Json) -> Option<Path> {
    let step = |step: &Json| {
        let [object, field] = step.as_array()?.as_slice() else { return None };
        Some(Step { object: object.as_str()?.into(), field: field.as_str()?.into() })
    };
    let steps = json.get("steps")?.as_array()?.iter().map(step).collect::<Option<Vec<_>>>()?;
    Some(Path { root: root_from_name(json.get("root")?.as_str()?)?, steps })
}

fn type_from_json(json: &Json) -> Option<Type> {
    if let Json::Object(map) = json {
        let (key, inner) = map.iter().next()?;
        return Some(match key.as_str() {
            "decimal" => Type::Decimal { scale: u8::try_from(inner.as_u64()?).ok()? },
            "reference" => Type::Reference(Some(inner.as_str()?.into())),
            "children" => Type::Children(inner.as_str()?.into()),
            "list" => Type::List(Box::new(type_from_json(inner)?)),
            _ => return None,
        });
    }
    Some(match json.as_str()? {
        "null" | "()" => Type::Null,
        "boolean" => Type::Boolean,
        "integer" => Type::Integer,
        "decimal" => Type::Decimal { scale: 10 },
        "text" => Type::Text,
        // The options stay with the catalog; a value needs none of them.
        "select" => Type::Select(Arc::from([])),
        "date" => Type::Date,
        "datetime" => Type::DateTime,
        "time" => Type::Time,
        "duration" => Type::Duration,
        "reference" => Type::Reference(None),
        "address" => Type::Address,
        "json" => Type::Json,
        _ => return None,
    })
}

/// Reads a value of a known type; `None` if it is none.
pub fn value_from_json(json: &Json, ty: &Type) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    let text = || json.as_str();
    Some(match ty {
        Type::Null | Type::Children(_) => return None,
        Type::Boolean => Value::Boolean(json.as_bool()?),
        Type::Integer => Value::Integer(whole_from_json(json)?),
        Type::Duration => Value::Duration(whole_from_json(json)?),
        Type::Decimal { .. } => Value::Decimal(match json {
            Json::String(text) => Decimal::from_str_exact(text).ok()?,
            number => Decimal::from(number.as_i64()?),
        }),
        Type::Text | Type::Select(_) => Value::Text(text()?.to_owned()),
        Type::Date => Value::Date(literal::date(text()?)?),
        Type::DateTime => Value::DateTime(literal::datetime(text()?)?),
        Type::Time => Value::Time(literal::time(text()?)?),
        Type::Reference(_) => match json {
            Json::Object(link) => Value::Link {
                object: link.get("object")?.as_str()?.into(),
                id: Uuid::try_parse(link.get("id")?.as_str()?).ok()?,
            },
            id => Value::Reference(Uuid::try_parse(id.as_str()?).ok()?),
        },
        Type::List(item) => {
            let items = json.as_array()?.iter().map(|value| value_from_json(value, item));
            Value::List(items.collect::<Option<Vec<_>>>()?)
        }
        Type::Address | Type::Json => Value::Json(json.clone()),
    })
}

fn whole_from_json(json: &Json) -> Option<i64> {
    match json {
        Json::String(digits) => digits.parse().ok(),
        number => number.as_i64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_exact_in_a_browser() {
        let rows = [
            (7, json!(7)),
            (9_007_199_254_740_991, json!(9_007_199_254_740_991_i64)),
            (9_007_199_254_740_992, json!("9007199254740992")),
            (-9_007_199_254_740_992, json!("-9007199254740992")),
            (999_999_999_999_999_999, json!("999999999999999999")),
        ];
        for (n, expect) in rows {
            for (value, ty) in [(Value::Integer(n), Type::Integer), (Value::Duration(n), Type::Duration)] {
                assert_eq!(value_to_json(&value), expect);
                assert_eq!(value_from_json(&expect, &ty), Some(value));
            }
        }
        assert_eq!(value_from_json(&json!("7.5"), &Type::Integer), None);
        assert_eq!(value_from_json(&json!(7.5), &Type::Integer), None);
    }
}
