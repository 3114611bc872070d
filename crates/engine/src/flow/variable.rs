//! Variables of a flow: kept as JSON that tells the kind of value, seen by expressions as values.

use expression::Value;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use workflow::step::Step;
use workflow::{Flow, Instance, Run};

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

/// Variables by name.
pub(crate) type Known = HashMap<String, Value>;

/// The variables that expressions outside of all steps see. What has no value yet is null, and so is what was kept when
/// the flow or a decision of it meant another type by the name.
pub(crate) fn of_instance(flow: &Flow, instance: &Instance) -> Known {
    let mut known: Known = flow.variables.types.keys().map(|name| (name.to_string(), Value::Null)).collect();
    take(flow, &mut known, &instance.variables);
    known
}

fn take<'v>(flow: &Flow, known: &mut Known, values: impl IntoIterator<Item = (&'v Arc<str>, &'v Json)>) {
    for (name, json) in values {
        let value = value(json);
        if flow.variables.types.get(name).is_some_and(|ty| value.is_of(ty)) {
            known.insert(name.to_string(), value);
        }
    }
}

/// The variables that expressions of a token's step see: those of the instance, and what is known in the sequences around
/// it: rounds, items, and what steps have found out. Steps of an `undo` know what the step knew that they undo.
pub(crate) fn seen(run: &Run<'_>, token: Option<u32>) -> Known {
    let flow = run.flow;
    let mut all = of_instance(flow, &run.instance);
    let token_of = |id: u32| run.instance.tokens.get(id as usize);
    let mut starts: Vec<u32> = token.into_iter().collect();
    let mut next = 0;
    while let Some(start) = starts.get(next).copied() {
        next += 1;
        let mut at = token_of(start);
        // A round belongs to the step that asks, an item and an answer to the steps they are known in.
        let mut item = None;
        while let Some(token) = at {
            take(flow, &mut all, token.data.known.get(&item.unwrap_or(0)).into_iter().flatten());
            match flow.find(&token.node).map(|node| &flow.nodes[node].step) {
                Some(Step::Repeat(step)) => {
                    let round = || Value::Integer(i64::from(token.data.round));
                    all.extend(step.counter.iter().map(|name| (name.to_string(), round())));
                }
                Some(Step::ForEach(step)) => {
                    let walked = item.and_then(|item: u32| token.data.items.get(item as usize));
                    take(flow, &mut all, walked.map(|kept| (&step.item, kept)));
                }
                _ => {}
            }
            starts.extend(token.data.undoing.filter(|undone| !starts.contains(undone)));
            item = token.data.item;
            at = token.parent.and_then(token_of);
        }
    }
    all
}
