//! Schemas of records: as they are read, created and changed.

use super::reference;
use catalog::{Field, FieldRight, Object, Stored, SystemField};
use diagnostic::{Locale, Text};
use expression::Type;
use plan::actor::ObjectGrant;
use plan::known::Known;
use serde_json::{Map, Value as Json, json};

/// `object`, `object.create`, `object.update` and `object.page`.
pub fn of_object(
    known: &Known<'_>,
    object: &Object,
    grant: &ObjectGrant,
    locale: Locale,
    all: &mut Map<String, Json>,
) {
    let (mut read, mut create, mut update, mut required) = (Map::new(), Map::new(), Map::new(), Vec::new());
    for field in known.fields(object) {
        if matches!(field.system, Some(SystemField::DeletedAt | SystemField::Flow)) {
            continue;
        }
        let title = Text::or_name(field.label.as_ref(), locale, &field.name);
        if let Some(shown) = shown(known, field) {
            read.insert(field.name.to_string(), named(nullable(shown, field), title));
        }
        if !writable(field, grant) {
            continue;
        }
        let given = named(given(known, field), title);
        let stage = object.transitions.as_ref().filter(|t| t.field == field.name);
        match stage {
            Some(transitions) => {
                let initial = json!({"type": "string", "enum": transitions.initial});
                create.insert(field.name.to_string(), named(initial, title));
            }
            None => {
                create.insert(field.name.to_string(), given.clone());
                if !field.readonly {
                    update.insert(field.name.to_string(), nullable(given, field));
                }
            }
        }
        let filled = !field.default.is_null() || field.default_from.is_some() || stage.is_some();
        if field.required && !filled {
            required.push(field.name.to_string());
        }
    }
    if known.catalog.decides_about(&object.name) {
        let pending = json!({"type": ["string", "null"], "format": "uuid", "description": "the approval that a move waits for"});
        read.insert("pending".to_owned(), pending);
    }
    let name = object.name.to_string();
    let closed = |properties: Map<String, Json>| json!({"type": "object", "properties": properties, "additionalProperties": false});
    let mut created = closed(create);
    if !required.is_empty() {
        created["required"] = json!(required);
    }
    let page = json!({
        "type": "object",
        "required": ["records", "next"],
        "properties": {
            "records": {"type": "array", "items": reference(&name)},
            "next": {"type": ["string", "null"], "description": "the cursor of the next page"},
            "count": {"type": "integer"},
            "count_capped": {"type": "boolean"},
        },
        "additionalProperties": false,
    });
    all.insert(name.clone(), json!({"type": "object", "required": ["id"], "properties": read}));
    all.insert(format!("{name}.create"), created);
    all.insert(format!("{name}.update"), closed(update));
    all.insert(format!("{name}.page"), page);
}

fn writable(field: &Field, grant: &ObjectGrant) -> bool {
    let system = field.system.is_some_and(|which| which != SystemField::Owner);
    let number = matches!(field.kind, definition::FieldType::Autonumber(_));
    grant.field(field.index) == FieldRight::Edit && field.derived.is_none() && !system && !number
}

/// A value as it is read; `None` for relations to what the asker does not know.
fn shown(known: &Known<'_>, field: &Field) -> Option<Json> {
    Some(match (&field.stored, &field.ty) {
        (Stored::Children { object, .. }, _) => {
            known.actor.grant(object)?;
            json!({"type": "array", "items": reference(object)})
        }
        (Stored::Link(link), _) => {
            known.actor.grant(&link.target)?;
            json!({"type": "array", "items": reference("Reference")})
        }
        _ if field.system == Some(SystemField::Id) => json!({"type": "string", "format": "uuid"}),
        (_, Type::Reference(_)) => reference("Reference"),
        _ => field.kind.kind().json_schema(),
    })
}

/// A value as it is written.
fn given(known: &Known<'_>, field: &Field) -> Json {
    match (&field.stored, &field.ty) {
        (Stored::Children { object, .. }, _) => {
            let item = match known.actor.grant(object) {
                Some(_) => reference(&format!("{object}.create")),
                None => json!({"type": "object"}),
            };
            json!({"description": "replaces the list; `{create, update, delete}` changes it", "oneOf": [
                {"type": "array", "items": {"anyOf": [item, {"type": "object"}]}},
                {"type": "object"},
            ]})
        }
        (Stored::Link(_), _) => {
            json!({"type": "array", "items": {"anyOf": [reference("ReferenceInput"), {"type": "object"}]}})
        }
        (_, Type::Reference(Some(target))) => {
            let mut given = reference("ReferenceInput");
            // Programs that make records for a test want to know of what.
            given["x-object"] = json!(target);
            given
        }
        (_, Type::Reference(None)) => reference("ReferenceInput"),
        _ => field.kind.kind().json_schema(),
    }
}

/// Relations to many are empty, never null.
fn nullable(schema: Json, field: &Field) -> Json {
    if matches!(field.stored, Stored::Children { .. } | Stored::Link(_))
        || field.system == Some(SystemField::Id)
    {
        return schema;
    }
    match schema {
        Json::Object(mut map) => match map.get("type").cloned() {
            Some(Json::String(one)) if !map.contains_key("enum") => {
                map.insert("type".to_owned(), json!([one, "null"]));
                Json::Object(map)
            }
            _ => json!({"anyOf": [Json::Object(map), {"type": "null"}]}),
        },
        other => other,
    }
}

fn named(schema: Json, title: &str) -> Json {
    match schema {
        Json::Object(mut map) => {
            map.insert("title".to_owned(), json!(title));
            Json::Object(map)
        }
        other => other,
    }
}
