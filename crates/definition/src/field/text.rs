//! `text`: one line of text.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;
use std::sync::OnceLock;

/// One line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TextField {
    /// At most so many characters; 255 where it is not said.
    #[schemars(range(min = 1, max = 4000))]
    pub max: Option<u32>,
    /// At least so many characters.
    #[schemars(range(min = 0, max = 4000))]
    pub min: Option<u32>,
    /// A regular expression that the text must match; it finds anywhere unless anchored by `^` and `$`.
    #[schemars(with = "Option<String>")]
    pub pattern: Option<Pattern>,
}

impl TextField {
    /// The most characters a value may have.
    pub fn max_length(&self) -> u32 {
        self.max.unwrap_or(255)
    }
}

/// A regular expression, compiled when it is first needed. Matching takes time linear in the text.
#[derive(Clone, Debug, Default)]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// The expression as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it is found in `text`. One that does not compile, which reading refuses, matches nothing.
    pub fn matches(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Pattern::compile(&self.source).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// Compiles an expression; the error says what is wrong with it.
    pub(crate) fn compile(source: &str) -> Result<Regex, regex::Error> {
        regex::RegexBuilder::new(source).size_limit(1 << 20).build()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Pattern { source: String::deserialize(deserializer)?, compiled: OnceLock::new() })
    }
}

impl FieldKind for TextField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Text)
    }

    fn expression_type(&self) -> Type {
        Type::Text
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        expect::text(json)
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        let Some(text) = value.as_text() else { return };
        expect::length(text, self.min, Some(self.max_length()), found);
        if text.contains(['\n', '\r']) {
            found.push(expect::not_of_form(["one line", "单行文本", "單行文字"]));
        }
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.matches(text)) {
            found.push(Diagnostic::new(Code::PatternMismatch));
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        let mut schema = expect::text_schema(self.min, self.max_length());
        if let Some(pattern) = &self.pattern {
            schema["pattern"] = pattern.source().into();
        }
        schema
    }

    fn widget(&self) -> &'static str {
        "text"
    }
}
