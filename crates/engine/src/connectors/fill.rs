//! Values put where a call says.

use catalog::Filling;
use definition::connector::{Decimals, PathPart};
use diagnostic::{Code, Diagnostic, Result};
use expression::json::value_to_json;
use expression::{Clock, Context, EvaluateError, Root, Step, Value, evaluate};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use std::fmt::Write as _;
use std::sync::Arc;

/// Digits of a decimal that every reader of a JSON number keeps.
const DIGITS: usize = 15;

/// The values of parameters, and how they are written.
pub(super) struct Values<'a> {
    pub values: &'a IndexMap<Arc<str>, Value>,
    pub clock: Clock,
    pub decimals: Decimals,
}

impl Context for Values<'_> {
    fn value(&self, _: Root, steps: &[Step]) -> std::result::Result<Value, EvaluateError> {
        // The catalog lets no record into scope.
        Err(EvaluateError::Missing { what: format!("{} steps", steps.len()) })
    }

    fn parameter(&self, name: &str) -> std::result::Result<Value, EvaluateError> {
        Ok(self.values.get(name).cloned().unwrap_or(Value::Null))
    }
}

impl Values<'_> {
    /// A structure for a body.
    ///
    /// # Errors
    /// What an expression refuses; `effect_refused` for a number that is not kept exact.
    pub fn json(&self, filling: &Filling) -> Result<Json> {
        Ok(match filling {
            Filling::Fixed(json) => json.clone(),
            Filling::From(expr) => {
                let value = evaluate(expr, self, &self.clock).map_err(Diagnostic::from)?;
                self.written(&value)?
            }
            Filling::Map(map) => {
                let mut out = Map::new();
                for (name, part) in map {
                    out.insert(name.clone(), self.json(part)?);
                }
                Json::Object(out)
            }
            Filling::List(list) => {
                Json::Array(list.iter().map(|part| self.json(part)).collect::<Result<_>>()?)
            }
        })
    }

    /// Text for an address, a header or a form; `None` for null.
    ///
    /// # Errors
    /// What an expression refuses.
    pub fn text(&self, filling: &Filling) -> Result<Option<String>> {
        match filling {
            Filling::From(expr) => {
                let value = evaluate(expr, self, &self.clock).map_err(Diagnostic::from)?;
                Ok(text(&value))
            }
            other => Ok(match self.json(other)? {
                Json::Null => None,
                Json::String(text) => Some(text),
                json => Some(json.to_string()),
            }),
        }
    }

    fn written(&self, value: &Value) -> Result<Json> {
        Ok(match value {
            Value::Integer(n) | Value::Duration(n) => Json::from(*n),
            Value::Decimal(exact) if self.decimals == Decimals::Number => number(exact)?,
            Value::List(items) => {
                Json::Array(items.iter().map(|item| self.written(item)).collect::<Result<_>>()?)
            }
            other => value_to_json(other),
        })
    }

    /// A path, each value as one segment or a part of one.
    ///
    /// # Errors
    /// `effect_refused` where a value would lead to another place.
    pub fn path(&self, parts: &[PathPart]) -> Result<String> {
        let mut path = String::new();
        // What the segment says once it is read, and whether a value stands in it.
        let (mut segment, mut filled) = (String::new(), false);
        for part in parts {
            match part {
                PathPart::Parameter(name) => {
                    let value = self.values.get(name.as_str()).and_then(text).unwrap_or_default();
                    encode(&value, &mut path);
                    segment.push_str(&value);
                    filled = true;
                }
                PathPart::Text(text) => {
                    for (place, piece) in text.split('/').enumerate() {
                        if place > 0 {
                            closed(&segment, filled)?;
                            (segment, filled) = (String::new(), false);
                        }
                        segment.push_str(piece);
                    }
                    path.push_str(text);
                }
            }
        }
        closed(&segment, filled)?;
        Ok(path)
    }
}

/// Refuses a segment that a value made into another place.
fn closed(segment: &str, filled: bool) -> Result<()> {
    if filled && matches!(segment, "" | "." | "..") {
        return Err(refused("a value of its path is empty or leads to another place"));
    }
    Ok(())
}

/// What is no letter, digit or one of `-._~` is escaped.
fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
}

/// What could never be sent.
pub(super) fn refused(reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::EffectRefused).with("what", "call").with("reason", reason))
}

/// A single value as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Integer(n) | Value::Duration(n) => Some(n.to_string()),
        Value::Link { id, .. } => Some(id.to_string()),
        other => match value_to_json(other) {
            Json::String(text) => Some(text),
            json => Some(json.to_string()),
        },
    }
}

/// A decimal as a number that every reader keeps exact.
fn number(exact: &Decimal) -> Result<Json> {
    let text = exact.normalize().to_string();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let read = (digits <= DIGITS).then(|| serde_json::from_str(&text).ok()).flatten();
    read.ok_or_else(|| refused(&format!("{text} has more than {DIGITS} digits")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values<'a>(values: &'a IndexMap<Arc<str>, Value>, decimals: Decimals) -> Values<'a> {
        let clock = Clock { now: chrono::DateTime::UNIX_EPOCH, zone: chrono_tz::Tz::UTC };
        Values { values, clock, decimals }
    }

    #[test]
    fn a_value_stays_in_its_segment() {
        let rows = [
            ("/quotes/{a}", "Q-1", Some("/quotes/Q-1")),
            ("/quotes/{a}", "报价 1/2?x#y", Some("/quotes/%E6%8A%A5%E4%BB%B7%201%2F2%3Fx%23y")),
            ("/quotes/{a}", "%2e%2e", Some("/quotes/%252e%252e")),
            ("/quotes/{a}.json", "..", Some("/quotes/...json")),
            ("/quotes/{a}", "..", None),
            ("/quotes/{a}/lines", "..", None),
            ("/quotes/{a}/lines", ".", None),
            ("/quotes/{a}/lines", "", None),
            ("/quotes/.{a}", ".", None),
            ("/quotes/{a}{a}", ".", None),
            ("/quotes/", "x", Some("/quotes/")),
            ("{a}", "@evil.example", None),
        ];
        for (path, value, expect) in rows {
            let operation = definition::connector::Operation { path: path.to_owned(), ..Default::default() };
            let given = IndexMap::from([(Arc::from("a"), Value::Text(value.to_owned()))]);
            let made = values(&given, Decimals::Text).path(&operation.parts().unwrap()).ok();
            // A path that does not begin with a slash is refused by the check of definitions.
            let expect = if path == "{a}" { Some("%40evil.example") } else { expect };
            assert_eq!(made.as_deref(), expect, "{path} {value}");
        }
    }

    #[test]
    fn decimals_are_kept_exact() {
        let none = IndexMap::new();
        let rows = [
            ("1234.50", "\"1234.50\"", Some("1234.5")),
            ("0.1", "\"0.1\"", Some("0.1")),
            ("100", "\"100\"", Some("100")),
            ("-0.000001", "\"-0.000001\"", Some("-1e-6")),
            ("123456789012.345", "\"123456789012.345\"", Some("123456789012.345")),
            ("1234567890123.456", "\"1234567890123.456\"", None),
        ];
        for (given, text, number) in rows {
            let value = Value::Decimal(given.parse().unwrap());
            assert_eq!(values(&none, Decimals::Text).written(&value).unwrap().to_string(), text);
            let made = values(&none, Decimals::Number).written(&value).ok().map(|json| json.to_string());
            assert_eq!(made.as_deref(), number, "{given}");
        }
    }
}
