//! Texts of a known form of which a record may have several: addresses and numbers people are reached by.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use serde_json::{Value as Json, json};

/// What tells one such type from another.
pub(super) trait Formed {
    /// What is expected, in every language.
    const FORM: expect::Words;
    /// The most characters of one text.
    const LONGEST: u32;
    /// The name of the form in JSON Schema, if it has one.
    const FORMAT: Option<&'static str>;
    /// The widget it is entered with.
    const WIDGET: &'static str;

    /// Whether a record may have several.
    fn multiple(&self) -> bool;

    /// Whether a text is of the form.
    fn is_formed(text: &str) -> bool;
}

impl<F: Formed> FieldKind for F {
    fn column(&self) -> Option<ColumnType> {
        Some(if self.multiple() { ColumnType::Json } else { ColumnType::Text })
    }

    fn expression_type(&self) -> Type {
        if self.multiple() { Type::List(Box::new(Type::Text)) } else { Type::Text }
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        if self.multiple() { expect::list(json, expect::text) } else { expect::text(json) }
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        match text {
            "" => Ok(Value::Null),
            _ if self.multiple() => self.parse(&expect::split_cell(text)),
            _ => expect::text(&Json::from(text)),
        }
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        for text in expect::texts(value) {
            expect::length(text, None, Some(F::LONGEST), found);
            if !F::is_formed(text) {
                found.push(expect::not_of_form(F::FORM));
            }
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        let mut one = json!({"type": "string"});
        if let Some(format) = F::FORMAT {
            one["format"] = format.into();
        }
        one["maxLength"] = F::LONGEST.into();
        if self.multiple() { json!({"type": "array", "items": one}) } else { one }
    }

    fn widget(&self) -> &'static str {
        F::WIDGET
    }
}
