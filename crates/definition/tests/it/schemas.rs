//! The schemas for editors: valid, complete, and of one mind with reading.

use serde_json::{Value as Json, json};

fn validator(kind: &str) -> (jsonschema::Validator, Json) {
    let (_, schema) = definition::schema::all().into_iter().find(|(name, _)| *name == kind).unwrap();
    (jsonschema::draft202012::new(&schema).unwrap(), schema)
}

#[test]
fn every_schema_is_a_schema_and_describes_its_properties() {
    for (name, schema) in definition::schema::all() {
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        let text = schema.to_string();
        assert!(text.contains("\"description\""), "{name}");
        for part in schema["$defs"].as_object().into_iter().flatten() {
            assert!(part.1.is_object(), "{name}: {}", part.0);
        }
    }
}

#[test]
fn editors_are_told_what_reading_tells() {
    let field = |field: Json| json!({"kind": "object", "name": "x", "fields": {"a": field}});
    let step = |step: Json| json!({"kind": "workflow", "name": "w", "use": "approval", "object": "x", "steps": {"a": step}});
    let rows = [
        ("object", json!({"kind": "object", "name": "x"}), true),
        ("object", json!({"kind": "form", "name": "x"}), false),
        ("object", json!({"kind": "object", "name": "x", "lable": "X"}), false),
        ("object", json!({"kind": "object", "extends": "crm.x", "fields": {"a": {"hidden": true}}}), true),
        ("object", field(json!({"type": "text", "max": 5, "required": true})), true),
        ("object", field(json!({"type": "text", "scale": 5})), false),
        ("object", field(json!({"type": "money", "currency": "CNY", "min": "0.01"})), true),
        ("object", field(json!({"type": "select", "options": ["a", "b"]})), true),
        ("object", field(json!({"type": "select", "options": {"a": {"retired": true}}})), true),
        ("object", field(json!({"type": "reference"})), false),
        ("object", field(json!({"type": "txt"})), false),
        ("object", field(json!({"label": "X"})), false),
        ("object", field(json!({"type": "text", "default": "x"})), true),
        ("workflow", step(json!({"approve": {"by": [{"role": "r"}]}})), true),
        ("workflow", step(json!({"approve": {"by": [{"superior": {"level": 1}}]}})), false),
        ("workflow", step(json!({"set_from": {"a": "b"}, "label": "S"})), true),
        ("workflow", step(json!({"end": "later"})), false),
        (
            "scenario",
            json!({"kind": "scenario", "name": "s", "steps": [{"as": "a", "delete": {"record": "r"}}]}),
            true,
        ),
        ("scenario", json!({"kind": "scenario", "name": "s", "steps": [{"delete": {"rec": "r"}}]}), false),
    ];
    let validators: Vec<_> = ["object", "workflow", "scenario"].map(|kind| (kind, validator(kind).0)).into();
    for (kind, value, expect) in rows {
        let (_, validator) = validators.iter().find(|(known, _)| *known == kind).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert_eq!(errors.is_empty(), expect, "{value}: {errors:?}");
    }
}

#[test]
fn every_field_type_is_in_the_schema() {
    let (_, schema) = validator("object");
    for name in definition::FieldType::NAMES {
        assert!(schema["$defs"].get(format!("FieldDefinition_{name}")).is_some(), "{name}");
    }
}
