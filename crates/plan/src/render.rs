//! Values as they stand in answers, histories and errors.

use catalog::Field;
use expression::Value;
use serde_json::Value as Json;

/// A value of the field as on the wire; an encrypted one masked.
pub fn render(field: &Field, value: &Value) -> Json {
    match (&field.encrypted, value) {
        (_, Value::Null) => Json::Null,
        (Some(encryption), Value::Text(text)) => Json::String(encryption.mask.apply(text)),
        // What is no text has no ends that could be shown.
        (Some(_), _) => Json::String("****".to_owned()),
        (None, value) => field.kind.kind().render(value),
    }
}

/// A value as words, for titles, numbers and messages.
pub fn text(field: &Field, value: &Value) -> String {
    match render(field, value) {
        Json::Null => String::new(),
        Json::String(text) => text,
        other => other.to_string(),
    }
}
