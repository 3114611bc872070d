//! Cursors: the sort key values of the last row of a page, with the order they belong to.

use super::order::key_type;
use crate::known::Known;
use crate::read::SortKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use expression::json::{value_from_json, value_to_json};
use serde_json::{Value as Json, json};

/// The order in short, so that a cursor of another order is recognised.
fn signature(sort: &[SortKey]) -> String {
    let keys: Vec<String> = sort
        .iter()
        .map(|key| {
            let names: Vec<&str> = key.path.steps.iter().map(|step| &*step.field).collect();
            format!("{}{}", if key.descending { "-" } else { "" }, names.join("."))
        })
        .collect();
    keys.join(",")
}

/// The cursor behind a row with these sort key values.
pub fn encode(sort: &[SortKey], values: &[Value]) -> String {
    let values: Vec<Json> = values.iter().map(value_to_json).collect();
    URL_SAFE_NO_PAD.encode(json!([signature(sort), values]).to_string())
}

/// The sort key values in a cursor.
///
/// # Errors
/// `invalid_cursor` where it is not one of this order.
pub fn decode(known: &Known<'_>, sort: &[SortKey], cursor: &str) -> Result<Vec<Value>> {
    read(known, sort, cursor).ok_or_else(|| Box::new(Diagnostic::new(Code::InvalidCursor).at("cursor")))
}

fn read(known: &Known<'_>, sort: &[SortKey], cursor: &str) -> Option<Vec<Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let Json::Array(parts) = serde_json::from_slice(&bytes).ok()? else { return None };
    let [Json::String(order), Json::Array(values)] = parts.as_slice() else { return None };
    if *order != signature(sort) || values.len() != sort.len() {
        return None;
    }
    let pairs = sort.iter().zip(values);
    pairs
        .map(|(key, json)| match json {
            Json::Null => Some(Value::Null),
            _ => value_from_json(json, &key_type(known, key)),
        })
        .collect()
}
