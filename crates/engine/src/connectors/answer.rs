//! What is taken from an answer.

use catalog::Operation;
use definition::connector::{AnswerPart, AnswerType};
use definition::shape::Number;
use expression::json::{value_from_json, value_to_json};
use expression::{Value, literal};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// Longest text that a part of an answer may be, in bytes: flows keep it.
const LONGEST: usize = 64 << 10;

/// The parts of an answer, on the wire; why it is not as it should be.
pub(super) fn taken(operation: &Operation, body: &[u8]) -> Result<Map<String, Json>, String> {
    if operation.answer.is_empty() {
        return Ok(Map::new());
    }
    let whole: Json = match serde_json::from_slice(body) {
        Ok(json) => json,
        Err(_) if body.iter().all(u8::is_ascii_whitespace) => Json::Null,
        Err(_) if operation.answer.values().all(|part| part.path.as_deref() == Some("")) => {
            Json::String(String::from_utf8_lossy(body).into_owned())
        }
        Err(_) => return Err("its answer is no JSON".to_owned()),
    };
    let mut out = Map::new();
    for (name, part) in &operation.answer {
        let usual;
        let path = match &part.path {
            Some(path) => path,
            None => {
                usual = format!("/{name}");
                &usual
            }
        };
        let json = whole.pointer(path).unwrap_or(&Json::Null);
        let said =
            || if path.is_empty() { "its answer".to_owned() } else { format!("`{path}` of its answer") };
        let value = read(part, json).ok_or_else(|| format!("{} is no {}", said(), part.r#type.name()))?;
        if value == Value::Null && part.required {
            return Err(format!("{} is missing", said()));
        }
        let json = value_to_json(&value);
        if json.to_string().len() > LONGEST {
            return Err(format!("{} has more than {LONGEST} bytes", said()));
        }
        out.insert(name.to_string(), json);
    }
    Ok(out)
}

/// A part as its type reads it; `None` where it is another.
fn read(part: &AnswerPart, json: &Json) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    let text = json.as_str().map(str::trim);
    Some(match part.r#type {
        AnswerType::Json => Value::Json(json.clone()),
        AnswerType::Text => Value::Text(match json {
            Json::String(text) => text.clone(),
            // Ids are often numbers; one that was rounded on its way is none.
            Json::Number(number) if number.is_f64() => Number::from_json(json)?.to_string(),
            Json::Number(number) => number.to_string(),
            _ => return None,
        }),
        // Nothing, written as text.
        _ if text == Some("") => Value::Null,
        AnswerType::Boolean => Value::Boolean(match text {
            Some("true") => true,
            Some("false") => false,
            _ => json.as_bool()?,
        }),
        AnswerType::Integer => {
            let exact = Number::from_json(json)?.normalize();
            Value::Integer(exact.to_string().parse().ok()?)
        }
        AnswerType::Decimal => Value::Decimal(Number::from_json(json)?),
        AnswerType::Date => Value::Date(literal::date(text?)?),
        AnswerType::Datetime => Value::DateTime(literal::datetime(text?)?),
    })
}

/// The values that an answer was kept as.
pub fn values(operation: &Operation, kept: &Json) -> IndexMap<Arc<str>, Value> {
    let value = |(name, part): (&Arc<str>, &AnswerPart)| {
        let json = kept.get(&**name).unwrap_or(&Json::Null);
        let value = value_from_json(json, &part.r#type.expression_type()).unwrap_or(Value::Null);
        (name.clone(), value)
    };
    operation.answer.iter().map(value).collect()
}
