//! Values of the platform as values of rhai, and back to the wire form that the engine parses.

use crate::record::Record;
use chrono::{DateTime, NaiveDate, Utc};
use expression::Value;
use rhai::{Array, Dynamic, ImmutableString, Map};
use rust_decimal::Decimal;
use serde_json::{Number, Value as Json};

/// A value as a script sees it. References are turned into records by [`Record`] before this is asked.
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

/// What a script computed, in the form the API takes. Decimals travel as text, so that nothing is lost.
pub fn to_wire(value: &Dynamic) -> Result<Json, String> {
    if value.is_unit() {
        return Ok(Json::Null);
    }
    if let Ok(b) = value.as_bool() {
        return Ok(Json::Bool(b));
    }
    if let Ok(n) = value.as_int() {
        return Ok(Json::from(n));
    }
    if let Ok(d) = value.as_decimal() {
        return Ok(Json::String(d.normalize().to_string()));
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Ok(Json::String(text.to_string()));
    }
    if let Some(day) = value.read_lock::<NaiveDate>() {
        return Ok(Json::String(day.to_string()));
    }
    if let Some(instant) = value.read_lock::<DateTime<Utc>>() {
        return Ok(Json::String(instant.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)));
    }
    if let Some(record) = value.read_lock::<Record>() {
        return Ok(Json::String(record.id().to_string()));
    }
    if let Some(items) = value.read_lock::<Array>() {
        return items.iter().map(to_wire).collect::<Result<Vec<_>, _>>().map(Json::Array);
    }
    if let Some(map) = value.read_lock::<Map>() {
        let pairs = map.iter().map(|(k, v)| Ok((k.to_string(), to_wire(v)?)));
        return pairs.collect::<Result<_, String>>().map(Json::Object);
    }
    Err(format!("a value of type {} cannot be stored", value.type_name()))
}
