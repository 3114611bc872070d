//! Values of the platform as values of rhai.

use expression::Value;
use rhai::{Array, Dynamic, Map};
use rust_decimal::Decimal;
use serde_json::{Number, Value as Json};

/// A value as a script sees it. References are turned into records by [`crate::Record`] before this is asked.
pub fn to_script(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Boolean(b) => (*b).into(),
        Value::Integer(n) | Value::Duration(n) => (*n).into(),
        Value::Decimal(d) => Dynamic::from_decimal(*d),
        Value::Text(text) => text.as_str().into(),
        Value::Date(day) => Dynamic::from(*day),
        Value::DateTime(instant) => Dynamic::from(*instant),
        Value::Time(time) => time.format("%H:%M:%S").to_string().into(),
        Value::Reference(id) | Value::Link { id, .. } => id.to_string().into(),
        Value::List(items) => items.iter().map(to_script).collect::<Array>().into(),
        Value::Json(json) => json_to_script(json),
    }
}

/// JSON as a script sees it; numbers become integers or exact decimals.
pub fn json_to_script(json: &Json) -> Dynamic {
    match json {
        Json::Null => Dynamic::UNIT,
        Json::Bool(b) => (*b).into(),
        Json::Number(n) => number_to_script(n),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(json_to_script).collect::<Array>().into(),
        Json::Object(map) => {
            map.iter().map(|(k, v)| (k.as_str().into(), json_to_script(v))).collect::<Map>().into()
        }
    }
}

fn number_to_script(number: &Number) -> Dynamic {
    if let Some(n) = number.as_i64() {
        return n.into();
    }
    let text = number.to_string();
    let exact = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&text));
    exact.map_or_else(|_| text.into(), Dynamic::from_decimal)
}
