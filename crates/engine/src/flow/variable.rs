//! Variables of a flow: kept as JSON that tells the kind of value, seen by expressions as values.

use expression::Value;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use uuid::Uuid;
use workflow::Run;
use workflow::step::Step;

/// A value as an instance keeps it.
pub(crate) fn kept(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(flag) => json!(flag),
        Value::Integer(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Decimal(number) => json!({"decimal": number.to_string()}),
        Value::Date(day) => json!({"date": day}),
        Value::DateTime(at) => json!({"datetime": at}),
        Value::Time(at) => json!({"time": at}),
        Value::Duration(seconds) => json!({"duration": seconds}),
        Value::Reference(id) => json!({"reference": id}),
        Value::Link { object, id } => json!({"link": {"object": object, "id": id}}),
        Value::List(items) => Json::Array(items.iter().map(kept).collect()),
        Value::Json(json) => json!({"json": json}),
    }
}

/// A value as scripts see it.
pub(crate) fn plain(value: &Value) -> Json {
    match value {
        Value::Decimal(number) => json!(number.to_string()),
        Value::Date(day) => json!(day),
        Value::DateTime(at) => json!(at),
        Value::Time(at) => json!(at),
        Value::Duration(seconds) => json!(seconds),
        Value::Reference(id) => json!(id),
        Value::Link { object, id } => json!({"object": object, "id": id}),
        Value::List(items) => Json::Array(items.iter().map(plain).collect()),
        Value::Json(json) => json.clone(),
        other => kept(other),
    }
}

/// What an instance keeps back to a value; null where it cannot be read.
pub(crate) fn value(kept: &Json) -> Value {
    match kept {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Boolean(*flag),
        Json::Number(number) => number.as_i64().map_or(Value::Null, Value::Integer),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(one) => {
            one.iter().next().and_then(|(kind, json)| tagged(kind, json)).unwrap_or_default()
        }
    }
}

fn tagged(kind: &str, json: &Json) -> Option<Value> {
    let read = |json: &Json| json.as_str().map(str::to_owned);
    Some(match kind {
        "decimal" => Value::Decimal(read(json)?.parse().ok()?),
        "date" => Value::Date(read(json)?.parse().ok()?),
        "datetime" => Value::DateTime(read(json)?.parse().ok()?),
        "time" => Value::Time(read(json)?.parse().ok()?),
        "duration" => Value::Duration(json.as_i64()?),
        "reference" => Value::Reference(read(json)?.parse().ok()?),
        "link" => {
            let id: Uuid = read(&json["id"])?.parse().ok()?;
            Value::Link { object: read(&json["object"])?.into(), id }
        }
        "json" => Value::Json(json.clone()),
        _ => return None,
    })
}

/// The variables that expressions of a token's step see: those of the instance, the rounds and the items of the steps
/// whose steps it walks.
pub(crate) fn seen(run: &Run<'_>, token: Option<u32>) -> HashMap<String, Value> {
    let mut all: HashMap<String, Value> =
        run.instance.variables.iter().map(|(name, kept)| (name.to_string(), value(kept))).collect();
    let token_of = |id: u32| run.instance.tokens.get(id as usize);
    let mut at = token.and_then(token_of);
    // A round belongs to the step that asks, an item to the steps it is walked for; the inner one counts.
    let mut inner = Vec::new();
    let mut item = None;
    while let Some(token) = at {
        match run.flow.find(&token.node).map(|node| &run.flow.nodes[node].step) {
            Some(Step::Repeat(step)) => {
                inner.extend(
                    step.counter.clone().map(|name| (name, Value::Integer(i64::from(token.data.round)))),
                );
            }
            Some(Step::ForEach(step)) => {
                let walked = item.and_then(|item: u32| token.data.items.get(item as usize));
                inner.extend(walked.map(|kept| (step.item.clone(), value(kept))));
            }
            _ => {}
        }
        item = token.data.item;
        at = token.parent.and_then(token_of);
    }
    for (name, value) in inner.into_iter().rev() {
        all.insert(name.to_string(), value);
    }
    all
}
