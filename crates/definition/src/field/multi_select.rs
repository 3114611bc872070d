//! `multi_select`: several of some options.

use super::{FieldKind, SelectOption, expect, select};
use crate::column::ColumnType;
use crate::shape::Names;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Several of some options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MultiSelectField {
    /// The options, in order.
    pub options: Names<SelectOption>,
    /// At least so many.
    pub min: Option<u32>,
    /// At most so many.
    pub max: Option<u32>,
}

impl FieldKind for MultiSelectField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Json)
    }

    fn expression_type(&self) -> Type {
        Type::List(Box::new(Type::Select(select::names(&self.options))))
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        expect::list(json, expect::text)
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        if text.is_empty() { Ok(Value::Null) } else { self.parse(&expect::split_cell(text)) }
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        let Value::List(values) = value else { return };
        for text in expect::texts(value) {
            select::known(&self.options, text, found);
        }
        if let Some(min) = self.min.filter(|min| values.len() < *min as usize) {
            found.push(Diagnostic::new(Code::TooFewChildren).with("min", min));
        }
        if let Some(max) = self.max.filter(|max| values.len() > *max as usize) {
            found.push(Diagnostic::new(Code::TooManyChildren).with("max", max));
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        let options: Vec<_> = self.options.keys().collect();
        json!({"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": options}})
    }

    fn widget(&self) -> &'static str {
        "multi_select"
    }
}
