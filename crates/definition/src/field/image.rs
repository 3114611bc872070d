//! `image`: one picture; its width and height are read from its first bytes, never by drawing it.

use super::FieldKind;
use super::upload::{self, Media, Rule};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One picture; expressions only test whether there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ImageField {
    /// At most so many kilobytes; the site's own limit where it is not said.
    #[schemars(range(min = 1, max = 4_000_000))]
    pub max_kb: Option<u32>,
    /// At most so many pixels, in millions; 100 where it is not said.
    #[schemars(range(min = 1, max = 1000))]
    pub max_megapixels: Option<u32>,
}

impl FieldKind for ImageField {
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
        "image"
    }

    fn file_rule(&self) -> Option<Rule> {
        let max_pixels = Some(u64::from(self.max_megapixels.unwrap_or(100)) * 1_000_000);
        let max_bytes = self.max_kb.map(|kb| u64::from(kb) * 1024);
        Some(Rule { max_bytes, types: Media::IMAGES.to_vec(), max_pixels })
    }
}
