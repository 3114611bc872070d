//! `time`: a time of day.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use chrono::NaiveTime;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A time of day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimeField {}

const TIME: expect::Words = ["a time of day such as 09:30", "时刻，例如 09:30", "時刻，例如 09:30"];

/// `HH:MM` or `HH:MM:SS`.
fn read(text: &str) -> Option<NaiveTime> {
    match text.len() {
        5 => NaiveTime::parse_from_str(text, "%H:%M").ok(),
        8 => NaiveTime::parse_from_str(text, "%H:%M:%S").ok(),
        _ => None,
    }
}

impl FieldKind for TimeField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Time)
    }

    fn expression_type(&self) -> Type {
        Type::Time
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::String(text) => read(text).map(Value::Time).ok_or_else(|| expect::expected(TIME)),
            _ => Err(expect::expected(TIME)),
        }
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        match value {
            Value::Time(time) => Json::String(time.format("%H:%M:%S").to_string()),
            _ => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        json!({"type": "string", "format": "time", "pattern": "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"})
    }

    fn widget(&self) -> &'static str {
        "time"
    }
}
