//! `phone`: a telephone number.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A telephone number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PhoneField {
    /// A record may have several.
    pub multiple: bool,
}

const FORM: expect::Words = [
    "a telephone number such as +86 21 5555 0100",
    "电话号码，例如 +86 21 5555 0100",
    "電話號碼，例如 +86 21 5555 0100",
];

/// Digits with the usual marks between them, and an extension after `x`, `ext` or `转`.
fn valid(text: &str) -> bool {
    let (number, extension) = match text.find(['x', 'e', '转', '轉', '#']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let extension = extension.trim_start_matches(|c: char| !c.is_ascii_digit());
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let marks = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.' | '/');
    (3..=17).contains(&digits)
        && number.strip_prefix('+').unwrap_or(number).chars().all(marks)
        && extension.chars().all(|c| c.is_ascii_digit())
}

impl FieldKind for PhoneField {
    fn column(&self) -> Option<ColumnType> {
        Some(if self.multiple { ColumnType::Json } else { ColumnType::Text })
    }

    fn expression_type(&self) -> Type {
        if self.multiple { Type::List(Box::new(Type::Text)) } else { Type::Text }
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        if self.multiple { expect::list(json, expect::text) } else { expect::text(json) }
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        match text {
            "" => Ok(Value::Null),
            _ if self.multiple => self.parse(&expect::split_cell(text)),
            _ => expect::text(&Json::from(text)),
        }
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        for text in expect::texts(value) {
            expect::length(text, None, Some(40), found);
            if !valid(text) {
                found.push(expect::not_of_form(FORM));
            }
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        let one = json!({"type": "string", "maxLength": 40});
        if self.multiple { json!({"type": "array", "items": one}) } else { one }
    }

    fn widget(&self) -> &'static str {
        "phone"
    }
}
