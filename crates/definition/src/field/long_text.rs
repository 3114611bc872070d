//! `long_text`: several lines of plain text.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Several lines of plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LongTextField {
    /// At most so many characters; 20,000 where it is not said.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max: Option<u32>,
    /// At least so many characters.
    pub min: Option<u32>,
}

impl LongTextField {
    /// The most characters a value may have.
    pub fn max_length(&self) -> u32 {
        self.max.unwrap_or(20_000)
    }
}

impl FieldKind for LongTextField {
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
        if let Some(text) = value.as_text() {
            expect::length(text, self.min, Some(self.max_length()), found);
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        expect::text_schema(self.min, self.max_length())
    }

    fn widget(&self) -> &'static str {
        "text_area"
    }
}
