//! `url`: the address of a web page.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// The address of a web page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UrlField {
    /// A record may have several.
    pub multiple: bool,
}

const FORM: expect::Words = [
    "a web address such as https://example.com",
    "网址，例如 https://example.com",
    "網址，例如 https://example.com",
];

/// Only `http` and `https`: a link with another scheme could run code when somebody opens it.
fn valid(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    !host.is_empty()
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"'))
}

impl FieldKind for UrlField {
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
            expect::length(text, None, Some(2000), found);
            if !valid(text) {
                found.push(expect::not_of_form(FORM));
            }
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        let one = json!({"type": "string", "format": "uri", "maxLength": 2000});
        if self.multiple { json!({"type": "array", "items": one}) } else { one }
    }

    fn widget(&self) -> &'static str {
        "url"
    }
}
