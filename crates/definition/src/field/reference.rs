//! `reference`: one record of another object, or of any object.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use crate::shape::Expression;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// What `to:` says where a record of every object may be referred to.
pub const ANY: &str = "any";

/// One record of another object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReferenceField {
    /// The object referred to, or `any`.
    pub to: String,
    /// What happens when the record referred to is deleted; `restrict` where it is not said.
    pub on_delete: Option<OnDelete>,
    /// The records of one object form a tree through this reference to itself.
    #[serde(default)]
    pub tree: bool,
    /// Only records for which this holds are offered and taken. Bare names are the candidate's fields,
    /// `record` is the record that refers.
    pub choose_where: Option<Expression>,
    /// Fields filled once from the record chosen: own field → path that starts with this field's name.
    #[serde(default)]
    pub fill: IndexMap<String, String>,
}

/// What happens to a record when the one it refers to is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// The deletion is refused.
    #[default]
    Restrict,
    /// The reference becomes null.
    Clear,
    /// The record is deleted too.
    Cascade,
}

impl ReferenceField {
    /// Whether a record of every object may be referred to.
    pub fn is_any(&self) -> bool {
        self.to == ANY
    }
}

/// How a request names a record.
#[derive(Clone, Debug, PartialEq)]
pub enum ReferenceInput {
    /// None.
    Null,
    /// By its id.
    Id(Uuid),
    /// By object and id, where every object may be referred to.
    Link {
        /// The object's full name.
        object: String,
        /// The record's id.
        id: Uuid,
    },
    /// By the values of a natural key: `{"by": {"number": "Q-7"}}`; someone must look it up.
    By {
        /// The object's full name, where every object may be referred to.
        object: Option<String>,
        /// Field → value, in wire form.
        keys: Map<String, Json>,
    },
}

const RECORD: expect::Words = [
    "the id of a record, {\"id\": …} or {\"by\": {key: value}}",
    "记录的 id、{\"id\": …} 或 {\"by\": {键: 值}}",
    "記錄的 id、{\"id\": …} 或 {\"by\": {鍵: 值}}",
];
const RECORD_OF_ANY: expect::Words = [
    "a record such as {\"object\": \"crm.account\", \"id\": …}",
    "记录，例如 {\"object\": \"crm.account\", \"id\": …}",
    "記錄，例如 {\"object\": \"crm.account\", \"id\": …}",
];

impl ReferenceInput {
    /// Reads the wire form: an id, `{"id"}`, `{"by": {…}}`, each with `"object"` where `any`. The `title`
    /// of an answer may come back; it is not looked at.
    pub fn read(json: &Json, any: bool) -> Result<ReferenceInput> {
        let refuse = || expect::expected(if any { RECORD_OF_ANY } else { RECORD });
        match json {
            Json::Null => Ok(ReferenceInput::Null),
            Json::String(_) if any => Err(refuse()),
            Json::String(text) => Uuid::parse_str(text).map(ReferenceInput::Id).map_err(|_| refuse()),
            Json::Object(parts) => Self::read_parts(parts, any).ok_or_else(refuse),
            _ => Err(refuse()),
        }
    }

    fn read_parts(parts: &Map<String, Json>, any: bool) -> Option<ReferenceInput> {
        let known = |key: &str| matches!(key, "id" | "by" | "title") || (any && key == "object");
        if !parts.keys().all(|key| known(key)) {
            return None;
        }
        let object = match parts.get("object") {
            Some(object) => Some(object.as_str()?.to_owned()),
            None if any => return None,
            None => None,
        };
        match (parts.get("id"), parts.get("by")) {
            (Some(id), None) => {
                let id = Uuid::parse_str(id.as_str()?).ok()?;
                Some(match object {
                    Some(object) => ReferenceInput::Link { object, id },
                    None => ReferenceInput::Id(id),
                })
            }
            (None, Some(Json::Object(keys))) if !keys.is_empty() => {
                Some(ReferenceInput::By { object, keys: keys.clone() })
            }
            _ => None,
        }
    }

    /// The value, where it needs no look-up.
    pub fn value(&self) -> Option<Value> {
        match self {
            ReferenceInput::Null => Some(Value::Null),
            ReferenceInput::Id(id) => Some(Value::Reference(*id)),
            ReferenceInput::Link { object, id } => {
                Some(Value::Link { object: Arc::from(object.as_str()), id: *id })
            }
            ReferenceInput::By { .. } => None,
        }
    }
}

/// Reads a reference that needs no look-up.
pub(super) fn parse(json: &Json, any: bool) -> Result<Value> {
    let input = ReferenceInput::read(json, any)?;
    input
        .value()
        .ok_or_else(|| expect::expected(["the id of a record here", "此处为记录的 id", "此處為記錄的 id"]))
}

/// A reference in wire form, without the title, which only a reader of the other record knows.
pub(super) fn render(value: &Value) -> Json {
    match value {
        Value::Reference(id) => json!({"id": id.to_string()}),
        Value::Link { object, id } => json!({"object": **object, "id": id.to_string()}),
        Value::List(values) => values.iter().map(render).collect(),
        _ => Json::Null,
    }
}

/// JSON Schema of a reference.
pub(super) fn schema(any: bool) -> Json {
    let mut properties = json!({
        "id": {"type": "string", "format": "uuid"},
        "title": {"type": ["string", "null"]},
        "by": {"type": "object"}
    });
    if any {
        properties["object"] = json!({"type": "string"});
        return json!({"type": "object", "properties": properties, "required": ["object"]});
    }
    let record = json!({"type": "object", "properties": properties});
    json!({"anyOf": [record, {"type": "string", "format": "uuid"}]})
}

impl FieldKind for ReferenceField {
    fn column(&self) -> Option<ColumnType> {
        Some(if self.is_any() { ColumnType::Link } else { ColumnType::Uuid })
    }

    fn expression_type(&self) -> Type {
        Type::Reference((!self.is_any()).then(|| Arc::from(self.to.as_str())))
    }

    /// Ids only: `{"by": …}` needs a look-up and is read by [`ReferenceInput::read`].
    fn parse(&self, json: &Json) -> Result<Value> {
        parse(json, self.is_any())
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        render(value)
    }

    fn json_schema(&self) -> Json {
        schema(self.is_any())
    }

    fn widget(&self) -> &'static str {
        if self.tree { "tree_reference" } else { "reference" }
    }
}
