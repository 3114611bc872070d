//! `children`: the records of another object that refer to this one and live with it.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Child records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChildrenField {
    /// The children's object.
    pub of: String,
    /// The children's reference to this object.
    pub via: String,
    /// At least so many.
    pub min: Option<u32>,
    /// At most so many.
    pub max: Option<u32>,
}

const CHILDREN: expect::Words = [
    "a list of records, or {\"create\": […], \"update\": […], \"delete\": […]}",
    "记录列表，或 {\"create\": […], \"update\": […], \"delete\": […]}",
    "記錄清單，或 {\"create\": […], \"update\": […], \"delete\": […]}",
];

impl FieldKind for ChildrenField {
    fn column(&self) -> Option<ColumnType> {
        None
    }

    fn expression_type(&self) -> Type {
        Type::Children(Arc::from(self.of.as_str()))
    }

    /// Checks the shape only: the plan reads each child by the fields of its object.
    fn parse(&self, json: &Json) -> Result<Value> {
        let is_list = |json: &Json| json.as_array().is_some_and(|list| list.iter().all(Json::is_object));
        let fits = match json {
            Json::Null => return Ok(Value::Null),
            Json::Array(_) => is_list(json),
            Json::Object(parts) => parts.iter().all(|(key, list)| match key.as_str() {
                "create" | "update" => is_list(list),
                "delete" => list.is_array(),
                _ => false,
            }),
            _ => false,
        };
        if fits { Ok(Value::Json(json.clone())) } else { Err(expect::expected(CHILDREN)) }
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        match value {
            Value::Json(children) => children.clone(),
            _ => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        json!({"type": "array", "items": {"type": "object"}})
    }

    fn widget(&self) -> &'static str {
        "children"
    }
}
