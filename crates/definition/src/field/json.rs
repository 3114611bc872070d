//! `json`: any structure.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Any structure; expressions only test whether it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JsonField {}

impl FieldKind for JsonField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Json)
    }

    fn expression_type(&self) -> Type {
        Type::Json
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        Ok(if json.is_null() { Value::Null } else { Value::Json(json.clone()) })
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let json =
            serde_json::from_str(text).map_err(|_| expect::expected(["JSON", "JSON 文本", "JSON 文字"]))?;
        self.parse(&json)
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        match value {
            Value::Json(json) => json.clone(),
            _ => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        json!({})
    }

    fn widget(&self) -> &'static str {
        "json"
    }
}
