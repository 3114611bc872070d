//! The shapes that several kinds share: expressions, maps that a list of names may stand for, numbers.

use indexmap::IndexMap;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

/// The source text of an expression, unchecked: the catalog parses it where its names are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Expression(pub String);

impl Expression {
    /// The source text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Expression {
    fn from(text: &str) -> Self {
        Expression(text.to_owned())
    }
}

/// A map keyed by name in display order, for which an author may write a plain list of names:
/// `[a, b]` is `{a: {}, b: {}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Names<T>(pub IndexMap<String, T>);

impl<T> Default for Names<T> {
    fn default() -> Self {
        Names(IndexMap::new())
    }
}

impl<T> Deref for Names<T> {
    type Target = IndexMap<String, T>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> DerefMut for Names<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<'a, T> IntoIterator for &'a Names<T> {
    type Item = (&'a String, &'a T);
    type IntoIter = indexmap::map::Iter<'a, String, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de, T: DeserializeOwned + Default> Deserialize<'de> for Names<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Array(names) => {
                let mut map = IndexMap::with_capacity(names.len());
                for name in names {
                    let name =
                        name.as_str().ok_or_else(|| D::Error::custom("a list of names is expected"))?;
                    map.insert(name.to_owned(), T::default());
                }
                Ok(Names(map))
            }
            value => IndexMap::deserialize(value).map(Names).map_err(D::Error::custom),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Names<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("NamesOf{}", T::schema_name()).into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let entry = generator.subschema_for::<T>();
        json_schema!({
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
                {"type": "object", "additionalProperties": entry}
            ]
        })
    }
}

/// An entry of a [`Names`] map that says nothing but its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {}

/// A list of names, or the word `all`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum NamesOrAll {
    /// These.
    Names(Vec<String>),
    /// Every one there is (`all`).
    All(AllWord),
}

/// The word `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AllWord {
    /// `all`
    #[serde(rename = "all")]
    All,
}

impl NamesOrAll {
    /// Whether `name` is among them.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            NamesOrAll::All(_) => true,
            NamesOrAll::Names(names) => names.iter().any(|n| n == name),
        }
    }
}

impl<'de> Deserialize<'de> for NamesOrAll {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(word) if word == "all" => Ok(NamesOrAll::All(AllWord::All)),
            // The map form is what an overlay merged into a list leaves behind.
            serde_json::Value::Object(map) => {
                Ok(NamesOrAll::Names(map.into_iter().map(|(k, _)| k).collect()))
            }
            value => Vec::deserialize(value).map(NamesOrAll::Names).map_err(D::Error::custom),
        }
    }
}

impl JsonSchema for NamesOrAll {
    fn schema_name() -> Cow<'static, str> {
        "NamesOrAll".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
                {"type": "object", "additionalProperties": {"type": "object"}},
                {"const": "all"}
            ]
        })
    }
}

/// An exact number, written as a number or as text (`10`, `0.5`, `"0.5"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub Decimal);

impl Number {
    /// Reads a JSON number or text without ever calculating in floats: a JSON number that is not whole is
    /// taken by its shortest decimal text, and refused where that text has more digits than a float keeps.
    pub fn from_json(json: &serde_json::Value) -> Option<Decimal> {
        match json {
            serde_json::Value::String(text) => exact(text.trim()),
            serde_json::Value::Number(number) => {
                let text = number.to_string();
                if number.is_f64() && significant_digits(&text) > FLOAT_DIGITS {
                    return None;
                }
                exact(&text)
            }
            _ => None,
        }
    }
}

/// Decimal digits that survive a float; a number in JSON with more must be sent as text.
pub(crate) const FLOAT_DIGITS: usize = 15;

pub(crate) fn significant_digits(text: &str) -> usize {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len()
}

/// Reads decimal text; `None` where it is none or cannot be held exactly.
pub(crate) fn exact(text: &str) -> Option<Decimal> {
    if text.is_empty()
        || !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
    {
        return None;
    }
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    Decimal::from_str_exact(text).ok().or_else(|| Decimal::from_str(text).ok().filter(|d| d.scale() <= 18))
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        Number::from_json(&json).map(Number).ok_or_else(|| D::Error::custom("an exact number is expected"))
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}]})
    }
}
