//! `barcode`: what a bar code or QR code holds.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// What a bar code or QR code holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BarcodeField {
    /// At most so many characters; 128 where it is not said.
    #[schemars(range(min = 1, max = 1000))]
    pub max: Option<u32>,
}

impl FieldKind for BarcodeField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Text)
    }

    fn expression_type(&self) -> Type {
        Type::Text
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        expect::text(json)
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        let Some(text) = value.as_text() else { return };
        expect::length(text, None, Some(self.max.unwrap_or(128)), found);
        if text.chars().any(char::is_control) {
            found.push(expect::not_of_form(["printable characters", "可打印字符", "可列印字元"]));
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        json!({"type": "string", "maxLength": self.max.unwrap_or(128)})
    }

    fn widget(&self) -> &'static str {
        "barcode"
    }
}
