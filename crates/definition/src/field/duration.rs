//! `duration`: a length of time.

use super::{FieldKind, expect, integer};
use crate::column::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A length of time; whole seconds on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DurationField {
    /// The shortest, such as `30m`.
    pub min: Option<String>,
    /// The longest, such as `8h`.
    pub max: Option<String>,
}

const LENGTH: expect::Words = [
    "a number of seconds or a length such as `1d 2h 30m`",
    "秒数或时长，例如 `1d 2h 30m`",
    "秒數或時長，例如 `1d 2h 30m`",
];

/// A hundred years: longer lengths are slips of the pen.
const LONGEST: i64 = calendar::duration::MOST_DAYS * 86_400;

/// Seconds of a text such as `1w 1d 2h 30m 15s`, `90m` or plain digits.
pub(crate) fn read(text: &str) -> Option<i64> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok().filter(|seconds| *seconds <= LONGEST);
    }
    // People may write the parts of a value in any order, and with any spaces.
    let packed: String = text.split_whitespace().collect();
    let mut total: i64 = 0;
    for (number, unit) in calendar::duration::parts(&packed)? {
        total = total.checked_add(number.checked_mul(unit.seconds())?)?;
    }
    (total <= LONGEST).then_some(total)
}

impl FieldKind for DurationField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Integer)
    }

    fn expression_type(&self) -> Type {
        Type::Duration
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::String(text) => read(text).map(Value::Duration).ok_or_else(|| expect::expected(LENGTH)),
            Json::Number(number) => {
                let seconds = number.as_i64().filter(|seconds| seconds.abs() <= LONGEST);
                seconds.map(Value::Duration).ok_or_else(|| expect::expected(LENGTH))
            }
            _ => Err(expect::expected(LENGTH)),
        }
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        let Value::Duration(seconds) = value else { return };
        if let Some(min) = self.min.as_deref().filter(|min| read(min).is_some_and(|min| *seconds < min)) {
            found.push(Diagnostic::new(Code::TooSmall).with("min", min));
        }
        if let Some(max) = self.max.as_deref().filter(|max| read(max).is_some_and(|max| *seconds > max)) {
            found.push(Diagnostic::new(Code::TooBig).with("max", max));
        }
    }

    fn render(&self, value: &Value) -> Json {
        integer::render(value)
    }

    fn json_schema(&self) -> Json {
        json!({
            "description": "seconds; text such as 1d 2h 30m is taken too",
            "anyOf": [{"type": "integer"}, {"type": "string"}]
        })
    }

    fn widget(&self) -> &'static str {
        "duration"
    }
}
