//! `date`: a calendar day.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use chrono::{Datelike, NaiveDate};
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A calendar day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DateField {}

const DAY: expect::Words = ["a day such as 2026-03-31", "日期，例如 2026-03-31", "日期，例如 2026-03-31"];

/// A day in the years 1 to 9999, each part with all its digits.
fn read(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && (1..=9999).contains(&day.year())).then_some(day)
}

impl FieldKind for DateField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Date)
    }

    fn expression_type(&self) -> Type {
        Type::Date
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::String(text) => read(text).map(Value::Date).ok_or_else(|| expect::expected(DAY)),
            _ => Err(expect::expected(DAY)),
        }
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        match value {
            Value::Date(day) => Json::String(day.format("%Y-%m-%d").to_string()),
            _ => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        json!({"type": "string", "format": "date"})
    }

    fn widget(&self) -> &'static str {
        "date"
    }
}
