//! What a value of the wrong type is told, in every language, and the reading that several types share.

use diagnostic::{Code, Diagnostic, Locale, Text};
use expression::Value;
use indexmap::IndexMap;
use serde_json::Value as Json;

/// What was expected, in English, simplified and traditional Chinese.
pub(super) type Words = [&'static str; 3];

/// `invalid_field_value` that says what was expected. The caller fills `{field}`.
pub(super) fn expected(words: Words) -> Box<Diagnostic> {
    let [en, cn, tw] = words;
    let found = Diagnostic::new(Code::InvalidFieldValue).with("expected", en);
    Box::new(found.with_message(localized([
        format!("`{{field}}` must be {en}"),
        format!("`{{field}}` 必须是{cn}"),
        format!("`{{field}}` 必須是{tw}"),
    ])))
}

/// `pattern_mismatch` that says what was expected. The caller fills `{field}`.
pub(super) fn not_of_form(words: Words) -> Diagnostic {
    let mut found = *expected(words);
    found.code = Code::PatternMismatch;
    found
}

fn localized([en, cn, tw]: [String; 3]) -> Text {
    Text::Localized(IndexMap::from([(Locale::En, en), (Locale::ZhCn, cn), (Locale::ZhTw, tw)]))
}

const TEXT: Words = ["text", "文本", "文字"];
const LIST: Words = ["a list", "列表", "清單"];

/// Null or text.
pub(super) fn text(json: &Json) -> diagnostic::Result<Value> {
    match json {
        Json::Null => Ok(Value::Null),
        Json::String(text) if text.contains('\0') => Err(expected([
            "text without the character NUL",
            "不含空字符（NUL）的文本",
            "不含空字元（NUL）的文字",
        ])),
        Json::String(text) => Ok(Value::Text(text.clone())),
        _ => Err(expected(TEXT)),
    }
}

/// Null, or a list whose entries `entry` reads. Repeated entries are kept once.
pub(super) fn list(
    json: &Json,
    entry: impl Fn(&Json) -> diagnostic::Result<Value>,
) -> diagnostic::Result<Value> {
    let entries = match json {
        Json::Null => return Ok(Value::Null),
        Json::Array(entries) => entries,
        _ => return Err(expected(LIST)),
    };
    let mut values = Vec::with_capacity(entries.len());
    for json in entries {
        let value = entry(json)?;
        if value.is_null() {
            return Err(expected(["a list without null", "不含空值的列表", "不含空值的清單"]));
        }
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(Value::List(values))
}

/// The parts of a CSV cell that holds several values, as a JSON list of texts.
pub(super) fn split_cell(text: &str) -> Json {
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Text or a list of texts, in wire form. Other values have no business here and give null.
pub(super) fn render_text(value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::String(text.clone()),
        Value::List(values) => values.iter().map(render_text).collect(),
        _ => Json::Null,
    }
}

/// Bounds on the number of characters.
pub(super) fn length(text: &str, min: Option<u32>, max: Option<u32>, found: &mut Vec<Diagnostic>) {
    let count = text.chars().count();
    if let Some(max) = max.filter(|max| count > *max as usize) {
        found.push(Diagnostic::new(Code::TooLong).with("max", max));
    }
    if let Some(min) = min.filter(|min| count < *min as usize) {
        found.push(Diagnostic::new(Code::TooShort).with("min", min));
    }
}

/// The schema of a text within bounds.
pub(super) fn text_schema(min: Option<u32>, max: u32) -> Json {
    let mut schema = serde_json::json!({"type": "string", "maxLength": max});
    if let Some(min) = min {
        schema["minLength"] = min.into();
    }
    schema
}

/// Every text of a value that is one text or a list of them.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(values) => values.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    }
}
