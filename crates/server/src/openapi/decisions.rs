//! Addresses of decisions, each with the inputs that it takes and the outputs that it answers.

use super::Operation;
use catalog::{Decision, DecisionValue};
use decision::{Collect, Hit};
use diagnostic::{Locale, Text};
use plan::known::Known;
use serde_json::{Map, Value as Json, json};

/// Puts the decisions that the asker may ask among the paths.
pub fn of_all(known: &Known<'_>, locale: Locale, all: &mut Map<String, Json>) {
    for decision in known.catalog.decisions.values().filter(|decision| known.may_ask(decision)) {
        let name = &*decision.name;
        let id = format!("evaluate_{}", name.replace('.', "_"));
        let summary = format!("Ask {}", Text::or_name(decision.label.as_ref(), locale, name));
        let operation = Operation::new(id, "decisions", summary).body(body(decision, locale));
        let operation =
            operation.answers(200, "What it answers, and by which rules", Some(answer(decision, locale)));
        all.insert(format!("/api/v1/decisions/{name}/evaluate"), json!({"post": operation.json()}));
    }
}

fn titled(mut schema: Json, label: Option<&Text>, name: &str, locale: Locale) -> Json {
    schema["title"] = json!(Text::or_name(label, locale, name));
    schema
}

fn closed(properties: Map<String, Json>, required: Vec<&str>) -> Json {
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn body(decision: &Decision, locale: Locale) -> Json {
    let (mut inputs, mut needed) = (Map::new(), Vec::new());
    for input in &decision.inputs {
        let DecisionValue::Given { ty, options, required } = &input.from else { continue };
        let schema = titled(ty.json_schema(options), input.label.as_ref(), &input.name, locale);
        inputs.insert(input.name.to_string(), schema);
        needed.extend(required.then_some(&*input.name));
    }
    let (mut properties, mut required) = (Map::new(), Vec::new());
    if let Some(object) = &decision.object {
        let record = json!({"type": "string", "format": "uuid", "x-object": object});
        properties.insert("record".to_owned(), record);
        required.push("record");
    }
    if !inputs.is_empty() {
        required.extend((!needed.is_empty()).then_some("inputs"));
        properties.insert("inputs".to_owned(), closed(inputs, needed));
    }
    closed(properties, required)
}

fn answer(decision: &Decision, locale: Locale) -> Json {
    let counts = decision.table.hit == Hit::Collect(Collect::Count);
    let outputs = decision.outputs.iter().map(|output| {
        let shown = if counts { json!({"type": "integer"}) } else { output.kind.kind().json_schema() };
        let nullable = json!({"anyOf": [shown, {"type": "null"}]});
        (output.name.to_string(), titled(nullable, output.label.as_ref(), &output.name, locale))
    });
    let names: Vec<&str> = decision.outputs.iter().map(|output| &*output.name).collect();
    let one = closed(outputs.collect(), names);
    let outputs = if decision.table.hit.is_many() { json!({"type": "array", "items": one}) } else { one };
    let rules = json!({
        "type": "array",
        "items": {"type": "integer", "minimum": 1},
        "description": "numbers of the rules that led to it, from 1; none where no rule holds",
    });
    json!({
        "type": "object",
        "required": ["outputs", "rules"],
        "properties": {"outputs": outputs, "rules": rules},
        "additionalProperties": false,
    })
}
