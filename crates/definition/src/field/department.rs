//! `department`: a department, a reference to `base.department`.

use super::{FieldKind, OnDelete, reference};
use crate::column::ColumnType;
use crate::shape::Expression;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;

/// A department.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DepartmentField {
    /// What happens when the department is deleted; `restrict` where it is not said.
    pub on_delete: Option<OnDelete>,
    /// Only departments for which this holds are offered and taken.
    pub choose_where: Option<Expression>,
    /// Fields filled once from the department chosen.
    pub fill: IndexMap<String, String>,
}

impl DepartmentField {
    /// The object referred to.
    pub const OBJECT: &str = "base.department";
}

impl FieldKind for DepartmentField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Uuid)
    }

    fn expression_type(&self) -> Type {
        Type::Reference(Some(Arc::from(Self::OBJECT)))
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        reference::parse(json, false)
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        reference::render(value)
    }

    fn json_schema(&self) -> Json {
        reference::schema(false)
    }

    fn widget(&self) -> &'static str {
        "department"
    }
}
