//! `user`: a person, a reference to `base.user`.

use super::{FieldKind, OnDelete, expect, reference};
use crate::column::ColumnType;
use crate::shape::Expression;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// A person, or several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UserField {
    /// A record may have several.
    pub multiple: bool,
    /// What happens when the person is deleted; `restrict` where it is not said.
    pub on_delete: Option<OnDelete>,
    /// Only people for whom this holds are offered and taken.
    pub choose_where: Option<Expression>,
    /// Fields filled once from the person chosen.
    pub fill: IndexMap<String, String>,
}

impl UserField {
    /// The object referred to.
    pub const OBJECT: &str = "base.user";
}

impl FieldKind for UserField {
    fn column(&self) -> Option<ColumnType> {
        Some(if self.multiple { ColumnType::Json } else { ColumnType::Uuid })
    }

    fn expression_type(&self) -> Type {
        let one = Type::Reference(Some(Arc::from(Self::OBJECT)));
        if self.multiple { Type::List(Box::new(one)) } else { one }
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        if self.multiple {
            expect::list(json, |entry| reference::parse(entry, false))
        } else {
            reference::parse(json, false)
        }
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        match text {
            "" => Ok(Value::Null),
            _ if self.multiple => self.parse(&expect::split_cell(text)),
            _ => self.parse(&Json::from(text)),
        }
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        reference::render(value)
    }

    fn json_schema(&self) -> Json {
        let one = reference::schema(false);
        if self.multiple { json!({"type": "array", "items": one}) } else { one }
    }

    fn widget(&self) -> &'static str {
        "user"
    }
}
