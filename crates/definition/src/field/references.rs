//! `references`: several records of another object, each link with attributes of its own.

use super::{FieldDefinition, FieldKind, ReferenceInput, expect, reference};
use crate::column::ColumnType;
use crate::shape::Expression;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// Several records of another object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReferencesField {
    /// The object referred to.
    pub to: String,
    /// What each link says beside the record it leads to.
    #[serde(default)]
    pub attributes: IndexMap<String, FieldDefinition>,
    /// Only records for which this holds are offered and taken.
    pub choose_where: Option<Expression>,
    /// At least so many.
    pub min: Option<u32>,
    /// At most so many.
    pub max: Option<u32>,
}

/// One link of a request: the record, and the attributes in wire form.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceEntry {
    /// The record.
    pub record: ReferenceInput,
    /// Attribute → value, in wire form, unchecked.
    pub attributes: Map<String, Json>,
}

const LINKS: expect::Words = [
    "a list of records such as [{\"id\": …}]",
    "记录列表，例如 [{\"id\": …}]",
    "記錄清單，例如 [{\"id\": …}]",
];

impl ReferenceEntry {
    /// Reads one link: an id, or `{"id" or "by", <attributes>}`.
    pub fn read(json: &Json) -> Result<ReferenceEntry> {
        let Json::Object(parts) = json else {
            let record = ReferenceInput::read(json, false)?;
            return Ok(ReferenceEntry { record, attributes: Map::new() });
        };
        let (own, attributes): (Map<_, _>, Map<_, _>) =
            parts.clone().into_iter().partition(|(key, _)| matches!(key.as_str(), "id" | "by" | "title"));
        let record = ReferenceInput::read(&Json::Object(own), false)?;
        Ok(ReferenceEntry { record, attributes })
    }
}

impl FieldKind for ReferencesField {
    fn column(&self) -> Option<ColumnType> {
        None
    }

    fn expression_type(&self) -> Type {
        Type::List(Box::new(Type::Reference(Some(Arc::from(self.to.as_str())))))
    }

    /// Checks the shape only: links are rows of a table of their own, read by [`ReferenceEntry::read`].
    fn parse(&self, json: &Json) -> Result<Value> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::Array(entries) => {
                entries.iter().try_for_each(|entry| ReferenceEntry::read(entry).map(drop))?;
                Ok(Value::Json(json.clone()))
            }
            Json::Object(_) => Ok(Value::Json(json.clone())),
            _ => Err(expect::expected(LINKS)),
        }
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        if text.is_empty() { Ok(Value::Null) } else { self.parse(&expect::split_cell(text)) }
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        match value {
            Value::Json(links) => links.clone(),
            _ => reference::render(value),
        }
    }

    fn json_schema(&self) -> Json {
        let mut properties = json!({
            "id": {"type": "string", "format": "uuid"},
            "title": {"type": ["string", "null"]},
            "by": {"type": "object"}
        });
        for (name, attribute) in &self.attributes {
            properties[name.as_str()] = attribute.kind.kind().json_schema();
        }
        json!({"type": "array", "items": {"type": "object", "properties": properties, "additionalProperties": false}})
    }

    fn widget(&self) -> &'static str {
        "references"
    }
}
