//! `signature`: a small picture of a handwritten name.

use super::FieldKind;
use super::upload::{self, Media, Rule};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A small PNG; expressions only test whether there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignatureField {}

impl FieldKind for SignatureField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Json)
    }

    fn expression_type(&self) -> Type {
        Type::Json
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        upload::parse(json)
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        upload::parse_text(text)
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        upload::render(value)
    }

    fn json_schema(&self) -> Json {
        upload::json_schema()
    }

    fn widget(&self) -> &'static str {
        "signature"
    }

    fn file_rule(&self) -> Option<Rule> {
        Some(Rule { max_bytes: Some(200 * 1024), types: vec![Media::Png], max_pixels: Some(4_000_000) })
    }
}
