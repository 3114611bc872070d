//! `color`: a colour.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A colour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ColorField {}

fn valid(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|rest| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl FieldKind for ColorField {
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
        if value.as_text().is_some_and(|text| !valid(text)) {
            found.push(expect::not_of_form([
                "a colour such as #1f6feb",
                "颜色，例如 #1f6feb",
                "顏色，例如 #1f6feb",
            ]));
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        json!({"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"})
    }

    fn widget(&self) -> &'static str {
        "color"
    }
}
