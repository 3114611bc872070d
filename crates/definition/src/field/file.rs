//! `file`: one file, kept beside the database; the value is what it is called and what it is.

use super::FieldKind;
use super::upload::{self, Media, Rule};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One file; expressions only test whether there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FileField {
    /// At most so many kilobytes; the site's own limit where it is not said.
    #[schemars(range(min = 1, max = 4_000_000))]
    pub max_kb: Option<u32>,
    /// The types that are taken, told from the bytes; all of the list where it is not said.
    pub types: Option<Vec<Media>>,
}

impl FieldKind for FileField {
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
        "file"
    }

    fn file_rule(&self) -> Option<Rule> {
        let types = self.types.clone().unwrap_or_else(|| Media::ALL.to_vec());
        Some(Rule { max_bytes: self.max_kb.map(|kb| u64::from(kb) * 1024), types, max_pixels: None })
    }
}
