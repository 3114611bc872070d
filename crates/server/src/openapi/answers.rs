//! What is answered in the same form to everybody, whatever objects a site has: the schemas in `answers/*.json`, each
//! file with its components and which operation answers what. The types of the web application are made from them too.
//!
//! Enumerations that authors of definitions write are not said again there: a `$ref` leads to the schemas of
//! definitions, and what it leads to stands in its place in the description.

use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use std::sync::LazyLock;

const FILES: [&str; 14] = [
    include_str!("answers/problems.json"),
    include_str!("answers/records.json"),
    include_str!("answers/definitions.json"),
    include_str!("answers/screens.json"),
    include_str!("answers/accounts.json"),
    include_str!("answers/approvals.json"),
    include_str!("answers/flows.json"),
    include_str!("answers/trials.json"),
    include_str!("answers/transfers.json"),
    include_str!("answers/site.json"),
    include_str!("answers/calendars.json"),
    include_str!("answers/connectors.json"),
    include_str!("answers/webhooks.json"),
    include_str!("answers/mailboxes.json"),
];

/// The schemas of definitions, made from their types (`cargo xtask codegen`); to make them again would take longer than
/// all the rest.
const AUTHORED: [(&str, &str); 6] = [
    ("object", include_str!("../../../../definitions/schema/object.json")),
    ("role", include_str!("../../../../definitions/schema/role.json")),
    ("view", include_str!("../../../../definitions/schema/view.json")),
    ("form", include_str!("../../../../definitions/schema/form.json")),
    ("page", include_str!("../../../../definitions/schema/page.json")),
    ("workflow", include_str!("../../../../definitions/schema/workflow.json")),
];

struct Answers {
    schemas: Map<String, Json>,
    by_operation: Map<String, Json>,
}

static ALL: LazyLock<Answers> = LazyLock::new(read);

/// The components.
pub fn schemas() -> &'static Map<String, Json> {
    &ALL.schemas
}

/// What an operation answers, by its id without the name of an object; `None` for one that answers nothing or a file.
pub fn of(operation: &str) -> Option<Json> {
    ALL.by_operation.get(operation).cloned()
}

fn read() -> Answers {
    let authored = authored();
    let mut all = Answers { schemas: Map::new(), by_operation: Map::new() };
    for text in FILES {
        let mut file = parsed(text);
        resolve(&mut file, &authored);
        all.by_operation.extend(taken(&mut file["answers"]));
        all.schemas.extend(taken(&mut file["components"]["schemas"]));
    }
    all
}

fn authored() -> HashMap<&'static str, Json> {
    AUTHORED.into_iter().map(|(kind, text)| (kind, parsed(text))).collect()
}

fn parsed(text: &str) -> Json {
    // They are part of the program, and a test reads all of them.
    serde_json::from_str(text).expect("a file of schemas is JSON")
}

fn taken(map: &mut Json) -> Map<String, Json> {
    match map.take() {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

/// Puts what the schemas of definitions say in the place of what refers to it: `…/view.json#/$defs/ViewType`.
fn resolve(schema: &mut Json, authored: &HashMap<&str, Json>) {
    let found = schema.get("$ref").and_then(Json::as_str).and_then(|reference| {
        let (file, pointer) = reference.split_once('#')?;
        let kind = file.rsplit('/').next()?.strip_suffix(".json")?;
        authored.get(kind)?.pointer(pointer).map(named)
    });
    match (found, schema) {
        (Some(Json::Object(found)), Json::Object(map)) => {
            map.shift_remove("$ref");
            for (key, value) in found {
                map.entry(key).or_insert(value);
            }
        }
        (_, Json::Object(map)) => map.values_mut().for_each(|inner| resolve(inner, authored)),
        (_, Json::Array(list)) => list.iter_mut().for_each(|inner| resolve(inner, authored)),
        _ => {}
    }
}

/// The names of an enumeration; editors are told of each name what it means, clients need the names.
fn named(schema: &Json) -> Json {
    let names: Vec<Json> = match (&schema["enum"], &schema["oneOf"]) {
        (Json::Array(names), _) => names.clone(),
        (_, Json::Array(choices)) => choices.iter().map(|choice| choice["const"].clone()).collect(),
        _ => return schema.clone(),
    };
    json!({"type": "string", "enum": names})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references<'j>(at: &'j Json, found: &mut Vec<&'j str>) {
        match at {
            Json::Object(map) => {
                found.extend(map.get("$ref").and_then(Json::as_str));
                map.values().for_each(|inner| references(inner, found));
            }
            Json::Array(list) => list.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_to_a_component() {
        let mut found = Vec::new();
        schemas().values().chain(ALL.by_operation.values()).for_each(|schema| references(schema, &mut found));
        assert!(found.len() > 150, "{}", found.len());
        for reference in found {
            let name = reference.strip_prefix("#/components/schemas/");
            assert!(name.is_some_and(|name| schemas().contains_key(name)), "{reference}");
        }
    }

    #[test]
    fn enumerations_are_those_of_the_program() {
        let names = |schema: &str, pointer: &str| schemas()[schema].pointer(pointer).cloned().unwrap();
        let rows = [
            ("DefinitionKind", "/enum", json!(engine::describe::KINDS)),
            ("FieldType", "/enum", json!(definition::field::FieldType::NAMES)),
            ("EffectState", "/enum", json!(engine::delivery::STATES)),
            ("LogKind", "/enum", json!(engine::flow::log::LogKind::NAMES)),
            (
                "ViewDefinition",
                "/properties/type/enum",
                json!(["list", "kanban", "calendar", "tree", "gallery", "gantt"]),
            ),
            ("Block", "/properties/width/enum", json!(["full", "two_thirds", "half", "third"])),
        ];
        for (schema, pointer, expect) in rows {
            assert_eq!(names(schema, pointer), expect, "{schema}{pointer}");
        }
        let block = schemas()["Block"]["properties"].as_object().unwrap();
        let shown: Vec<&str> = block
            .keys()
            .map(String::as_str)
            .filter(|key| !["label", "width", "visible_when"].contains(key))
            .collect();
        assert_eq!(shown, definition::page::Block::KINDS);
    }

    /// What a type of field says of itself is told of every field of that type.
    #[test]
    fn fields_are_told_with_all_that_their_types_say() {
        let authored = &authored()["object"];
        let (mut own, mut common) = (Vec::new(), Vec::new());
        for name in definition::field::FieldType::NAMES {
            let of_type =
                authored["$defs"][format!("FieldDefinition_{name}")]["properties"].as_object().unwrap();
            own.extend(of_type.keys().map(String::as_str));
            common.push(of_type);
        }
        let everywhere = |key: &&str| common.iter().all(|of_type| of_type.contains_key(*key));
        // What a reference fills is the server's business.
        own.retain(|key| !everywhere(key) && *key != "fill");
        assert!(own.contains(&"scale") && own.contains(&"choose_where") && own.len() > 30, "{own:?}");
        for key in own {
            assert!(
                schemas()["Field"]["properties"].get(key).is_some(),
                "a field's `{key}` is not described"
            );
        }
    }
}
