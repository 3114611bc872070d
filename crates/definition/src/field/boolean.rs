//! `boolean`: true or false.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// True or false.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BooleanField {}

impl FieldKind for BooleanField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Boolean)
    }

    fn expression_type(&self) -> Type {
        Type::Boolean
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::Bool(value) => Ok(Value::Boolean(*value)),
            _ => Err(expect::expected(["true or false", "true 或 false", "true 或 false"])),
        }
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        self.parse(&match text.to_ascii_lowercase().as_str() {
            "" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            _ => Json::from(text),
        })
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        match value {
            Value::Boolean(value) => Json::Bool(*value),
            _ => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        json!({"type": "boolean"})
    }

    fn widget(&self) -> &'static str {
        "checkbox"
    }
}
