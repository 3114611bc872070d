//! The functions of the language. Null yields null but where the function says otherwise.

use super::{Clock, EvaluateError, Evaluated, Evaluator, order, same, time};
use crate::number;
use crate::tree::{Expr, Function, Position};
use crate::{Type, Value};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;

/// What `trim` takes away: space, tab, line ends and the ideographic space, alike on every back end.
pub(crate) const TRIMMED: [char; 5] = [' ', '\t', '\n', '\r', '\u{3000}'];

impl Evaluator<'_> {
    pub(super) fn call(&self, function: Function, arguments: &[Expr], expr: &Expr) -> Evaluated {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(argument)?);
        }
        match function {
            Function::IsEmpty => return Ok(Value::Boolean(values.iter().all(is_empty))),
            Function::Min => return self.pick(values, Ordering::Less, expr),
            Function::Max => return self.pick(values, Ordering::Greater, expr),
            _ => {}
        }
        // An absent list is an empty one.
        if let (Some(Expr { ty: Type::List(_), .. }), Some(first)) = (arguments.first(), values.first_mut())
            && first.is_null()
        {
            *first = Value::List(Vec::new());
        }
        if values.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        self.apply(function, arguments, &values, expr)
    }

    fn apply(&self, function: Function, arguments: &[Expr], values: &[Value], expr: &Expr) -> Evaluated {
        use {Function as F, Value as V};
        let at = expr.at;
        Ok(match (function, values) {
            (F::Contains, [V::List(list), item]) => V::Boolean(list.iter().any(|entry| same(entry, item))),
            (F::Contains, [V::Text(text), V::Text(part)]) => V::Boolean(text.contains(part.as_str())),
            (F::StartsWith, [V::Text(text), V::Text(part)]) => V::Boolean(text.starts_with(part.as_str())),
            (F::EndsWith, [V::Text(text), V::Text(part)]) => V::Boolean(text.ends_with(part.as_str())),
            (F::Lower, [V::Text(text)]) => V::Text(text.to_ascii_lowercase()),
            (F::Upper, [V::Text(text)]) => V::Text(text.to_ascii_uppercase()),
            (F::Trim, [V::Text(text)]) => V::Text(text.trim_matches(TRIMMED).to_owned()),
            (F::Len, [V::Text(text)]) => count(text.chars().count()),
            (F::Len, [V::List(list)]) => count(list.len()),
            (F::Text, [value]) => V::Text(text(value).ok_or(EvaluateError::WrongType { at })?),
            (F::Round | F::Floor | F::Ceil | F::Abs, [n, places @ ..]) => {
                return self.rounded(function, n, places.first(), expr);
            }
            (F::Within, [node, ancestor]) => {
                let Some(Type::Reference(Some(object))) = arguments.first().map(|a| &a.ty) else {
                    return Err(EvaluateError::WrongType { at });
                };
                match (node.as_reference(), ancestor.as_reference()) {
                    (Some(node), Some(ancestor)) => V::Boolean(self.context.within(object, node, ancestor)?),
                    _ => return Err(EvaluateError::WrongType { at }),
                }
            }
            (F::StartOf, [V::Text(unit), moment]) => start_of(self.clock, unit, moment, at)?,
            (F::AddDays, [moment, V::Integer(n)]) => {
                moved(self.clock, moment, |day| time::add_days(day, *n), at)?
            }
            (F::AddMonths, [moment, V::Integer(n)]) => {
                moved(self.clock, moment, |day| time::add_months(day, *n), at)?
            }
            (F::DaysBetween, [from, to]) => V::Integer((self.day(to, at)? - self.day(from, at)?).num_days()),
            (F::Year, [moment]) => V::Integer(i64::from(self.day(moment, at)?.year())),
            (F::Month, [moment]) => V::Integer(i64::from(self.day(moment, at)?.month())),
            (F::Day, [moment]) => V::Integer(i64::from(self.day(moment, at)?.day())),
            (F::Date, [moment]) => V::Date(self.day(moment, at)?),
            (F::DateTime, [V::Date(day)]) => instant(self.clock.start_of_day(*day), at)?,
            _ => return Err(EvaluateError::WrongType { at }),
        })
    }

    fn day(&self, moment: &Value, at: Position) -> Evaluated<NaiveDate> {
        match moment {
            Value::Date(day) => Ok(*day),
            Value::DateTime(instant) => Ok(self.clock.day_of(*instant)),
            _ => Err(EvaluateError::WrongType { at }),
        }
    }

    fn pick(&self, values: Vec<Value>, wanted: Ordering, expr: &Expr) -> Evaluated {
        let present = values.into_iter().filter(|value| !value.is_null()).collect();
        self.conform(extreme(present, wanted), expr)
    }

    fn rounded(&self, function: Function, n: &Value, places: Option<&Value>, expr: &Expr) -> Evaluated {
        let n = n.as_decimal().ok_or(EvaluateError::WrongType { at: expr.at })?;
        let places = match places {
            Some(Value::Integer(places)) => u32::try_from(*places).unwrap_or(number::MAX_SCALE),
            _ => 0,
        };
        let result = match function {
            Function::Round => number::round(n, places),
            Function::Floor => n.round_dp_with_strategy(0, RoundingStrategy::ToNegativeInfinity),
            Function::Ceil => n.round_dp_with_strategy(0, RoundingStrategy::ToPositiveInfinity),
            _ => n.abs(),
        };
        self.number(number::admit(result), expr)
    }
}

fn start_of(clock: &Clock, unit: &str, moment: &Value, at: Position) -> Evaluated {
    let range = EvaluateError::OutOfRange { at };
    match moment {
        Value::Date(day) => Ok(Value::Date(time::start_of(unit, *day).ok_or(range)?)),
        Value::DateTime(moment) => {
            let day = time::start_of(unit, clock.day_of(*moment)).ok_or(range)?;
            instant(clock.start_of_day(day), at)
        }
        _ => Err(EvaluateError::WrongType { at }),
    }
}

fn moved(
    clock: &Clock,
    moment: &Value,
    by: impl FnOnce(NaiveDate) -> Option<NaiveDate>,
    at: Position,
) -> Evaluated {
    match moment {
        Value::Date(day) => by(*day).map(Value::Date).ok_or(EvaluateError::OutOfRange { at }),
        Value::DateTime(moment) => instant(clock.shift(*moment, by), at),
        _ => Err(EvaluateError::WrongType { at }),
    }
}

fn instant(instant: Option<DateTime<Utc>>, at: Position) -> Evaluated {
    let instant = instant.filter(|instant| crate::literal::in_range(instant.date_naive()));
    instant.map(Value::DateTime).ok_or(EvaluateError::OutOfRange { at })
}

/// The least (or greatest) of values that are not null; of nothing null.
pub(super) fn extreme(values: Vec<Value>, wanted: Ordering) -> Value {
    let better = |a: &Value, b: &Value| order(a, b) == Some(wanted);
    values
        .into_iter()
        .reduce(|best, next| if better(&next, &best) { next } else { best })
        .unwrap_or(Value::Null)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Json(json) => match json {
            serde_json::Value::Null => true,
            serde_json::Value::Object(map) => map.is_empty(),
            serde_json::Value::Array(list) => list.is_empty(),
            _ => false,
        },
        _ => false,
    }
}

fn count(n: usize) -> Value {
    Value::Integer(i64::try_from(n).unwrap_or(i64::MAX))
}

fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Text(text) => text.clone(),
        Value::Integer(n) => n.to_string(),
        Value::Decimal(d) => plain(*d),
        Value::Boolean(truth) => truth.to_string(),
        Value::Date(day) => day.format("%Y-%m-%d").to_string(),
        Value::Time(time) => time.format("%H:%M:%S").to_string(),
        _ => return None,
    })
}

/// Digits without trailing zeros, and zero without a sign.
fn plain(d: Decimal) -> String {
    if d.is_zero() { "0".to_owned() } else { d.normalize().to_string() }
}
