//! `email`: an e-mail address.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// An e-mail address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EmailField {
    /// A record may have several.
    pub multiple: bool,
}

const FORM: expect::Words = ["an e-mail address", "电子邮件地址", "電子郵件地址"];

/// Only what would not reach any mailbox is refused; the full grammar of addresses helps nobody.
fn valid(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | '<' | '>' | ',' | ';' | '"');
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    !local.is_empty() && local.chars().all(plain) && domain.contains('.') && domain.split('.').all(label)
}

impl FieldKind for EmailField {
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
            expect::length(text, None, Some(254), found);
            if !valid(text) {
                found.push(expect::not_of_form(FORM));
            }
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        let one = json!({"type": "string", "format": "email", "maxLength": 254});
        if self.multiple { json!({"type": "array", "items": one}) } else { one }
    }

    fn widget(&self) -> &'static str {
        "email"
    }
}
