//! `datetime`: an instant.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use chrono::{DateTime, Datelike, SecondsFormat, SubsecRound, Utc};
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// An instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DatetimeField {}

const INSTANT: expect::Words = [
    "an instant with its offset such as 2026-03-31T09:00:00Z",
    "带时区偏移的时间，例如 2026-03-31T09:00:00Z",
    "帶時區偏移的時間，例如 2026-03-31T09:00:00Z",
];

/// An instant in the years 1 to 9999, to the microsecond.
fn read(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc).trunc_subsecs(6);
    (1..=9999).contains(&instant.year()).then_some(instant)
}

impl FieldKind for DatetimeField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::DateTime)
    }

    fn expression_type(&self) -> Type {
        Type::DateTime
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::String(text) => read(text).map(Value::DateTime).ok_or_else(|| expect::expected(INSTANT)),
            _ => Err(expect::expected(INSTANT)),
        }
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        match value {
            Value::DateTime(instant) => Json::String(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            _ => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        json!({"type": "string", "format": "date-time"})
    }

    fn widget(&self) -> &'static str {
        "datetime"
    }
}
