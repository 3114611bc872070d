//! `select`: one of some options.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use crate::shape::{Expression, Names};
use diagnostic::{Code, Diagnostic, Result};
use diagnostic::{Text, did_you_mean};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// One of some options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SelectField {
    /// The options, in order.
    pub options: Names<SelectOption>,
}

/// One option. Its name is what is stored and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SelectOption {
    /// The name people read.
    pub label: Option<Text>,
    /// A colour's name or `#rrggbb`.
    pub color: Option<String>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// Offered only where this holds.
    pub when: Option<Expression>,
    /// Kept for old records, not offered.
    pub retired: bool,
    /// Not offered on forms.
    pub hidden: bool,
    /// Names it had before.
    pub formerly: Vec<String>,
}

/// The names of options, for the type of an expression.
pub(super) fn names(options: &Names<SelectOption>) -> Arc<[String]> {
    options.keys().cloned().collect()
}

/// Refuses what is no option. A retired option is one: old records keep it.
pub(super) fn known(options: &Names<SelectOption>, text: &str, found: &mut Vec<Diagnostic>) {
    if !options.contains_key(text) {
        let hint = did_you_mean(text, options.keys().map(String::as_str));
        found.push(Diagnostic::new(Code::UnknownOption).with("value", text).with_hint(hint));
    }
}

impl FieldKind for SelectField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Text)
    }

    fn expression_type(&self) -> Type {
        Type::Select(names(&self.options))
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        expect::text(json)
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        if let Some(text) = value.as_text() {
            known(&self.options, text, found);
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        json!({"type": "string", "enum": self.options.keys().collect::<Vec<_>>()})
    }

    fn widget(&self) -> &'static str {
        "select"
    }
}
