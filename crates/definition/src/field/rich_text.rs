//! `rich_text`: formatted text in Markdown.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Formatted text in Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RichTextField {
    /// At most so many characters; 100,000 where it is not said.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max: Option<u32>,
    /// At least so many characters.
    pub min: Option<u32>,
}

impl RichTextField {
    /// The most characters a value may have.
    pub fn max_length(&self) -> u32 {
        self.max.unwrap_or(100_000)
    }
}

impl FieldKind for RichTextField {
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
        let mut schema = expect::text_schema(self.min, self.max_length());
        schema["contentMediaType"] = "text/markdown".into();
        schema
    }

    fn widget(&self) -> &'static str {
        "rich_text"
    }
}
