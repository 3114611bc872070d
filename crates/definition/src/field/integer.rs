//! `integer`: a whole number.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use crate::shape::Number;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A whole number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct IntegerField {
    /// The smallest value.
    pub min: Option<i64>,
    /// The largest value.
    pub max: Option<i64>,
}

const WHOLE: expect::Words = ["a whole number", "整数", "整數"];

/// A number without a fraction, such as `5.0`, as an integer.
pub(super) fn whole(number: Option<Decimal>) -> Result<Value> {
    let number = number.filter(|number| number.fract().is_zero()).ok_or_else(|| expect::expected(WHOLE))?;
    let number = number.to_i64().ok_or_else(|| Box::new(Diagnostic::new(Code::NumberOutOfRange)))?;
    Ok(Value::Integer(number))
}

/// An integer or a duration in wire form.
pub(super) fn render(value: &Value) -> Json {
    match value {
        Value::Integer(number) | Value::Duration(number) => Json::from(*number),
        _ => Json::Null,
    }
}

impl FieldKind for IntegerField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Integer)
    }

    fn expression_type(&self) -> Type {
        Type::Integer
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::Number(number) if number.is_i64() => {
                Ok(Value::Integer(number.as_i64().unwrap_or_default()))
            }
            Json::Number(number) if number.is_u64() => Err(Box::new(Diagnostic::new(Code::NumberOutOfRange))),
            Json::Number(_) => whole(Number::from_json(json)),
            _ => Err(expect::expected(WHOLE)),
        }
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        if text.is_empty() { Ok(Value::Null) } else { whole(Number::from_json(&Json::from(text))) }
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        let Value::Integer(number) = value else { return };
        if let Some(min) = self.min.filter(|min| number < min) {
            found.push(Diagnostic::new(Code::TooSmall).with("min", min));
        }
        if let Some(max) = self.max.filter(|max| number > max) {
            found.push(Diagnostic::new(Code::TooBig).with("max", max));
        }
    }

    fn render(&self, value: &Value) -> Json {
        render(value)
    }

    fn json_schema(&self) -> Json {
        let mut schema = json!({"type": "integer", "format": "int64"});
        if let Some(min) = self.min {
            schema["minimum"] = min.into();
        }
        if let Some(max) = self.max {
            schema["maximum"] = max.into();
        }
        schema
    }

    fn widget(&self) -> &'static str {
        "number"
    }
}
