//! Overlays: trees merged per property, entries placed.

use definition::{At, Definition, Kind};
use diagnostic::Source;
use serde_json::{Value as Json, json};

fn check(base: Json, changes: Json, expect: Json) {
    let merged = definition::overlay::merge(&base, changes.as_object().unwrap());
    assert_eq!(merged.to_string(), expect.to_string());
}

#[test]
fn properties_are_merged_by_name_and_entries_placed() {
    check(json!({"a": 1, "b": 2}), json!({"a": 3}), json!({"a": 3, "b": 2}));
    check(
        json!({"f": {"a": {"x": 1}}}),
        json!({"f": {"a": {"y": 2}}}),
        json!({"f": {"a": {"x": 1, "y": 2}}}),
    );
    check(
        json!({"f": {"a": {}, "b": {}}}),
        json!({"f": {"c": {"t": 1, "after": "a"}}}),
        json!({"f": {"a": {}, "c": {"t": 1}, "b": {}}}),
    );
    check(
        json!({"f": {"a": {}, "b": {}, "c": {}}}),
        json!({"f": {"c": {"before": "a"}, "d": {}}}),
        json!({"f": {"c": {}, "a": {}, "b": {}, "d": {}}}),
    );
    check(
        json!({"o": ["x", "y"]}),
        json!({"o": {"z": {"after": "x"}}}),
        json!({"o": {"x": {}, "z": {}, "y": {}}}),
    );
    check(json!({"o": {"x": {"l": 1}}}), json!({"o": ["y"]}), json!({"o": {"y": {}}}));
    check(json!({"o": ["x"]}), json!({"o": ["y"]}), json!({"o": ["y"]}));
    check(json!({"f": {"a": {}}}), json!({"f": {"b": {"after": "gone"}}}), json!({"f": {"a": {}, "b": {}}}));
}

#[test]
fn an_overlay_is_read_merged_and_read_again() {
    let base = "kind: object\nname: deal\nfields:\n  amount: {type: money}\n  source: {type: text}\n  stage: {type: select, options: [new, won]}\n";
    let site = "kind: object\nextends: crm.deal\nbased_on: 1.2.0\nfields:\n  amount: {required: true}\n  region: {type: text, after: amount}\n  source: {hidden: true}\n  stage: {options: {open: {label: Open, after: new}}}\n";
    let base = crate::parse("objects/deal.yaml", base);
    let overlay = crate::parse("objects/deal.yaml", site);
    let Definition::Overlay(changes) = &overlay.definition else { panic!("no overlay") };
    assert_eq!((changes.of, changes.extends.as_str()), (Kind::Object, "crm.deal"));
    assert_eq!(changes.based_on.as_deref(), Some("1.2.0"));
    let tree = definition::overlay::merge(&base.tree, &changes.changes);
    let place = |_: &str, _: At| Source::default();
    let (read, found) = definition::read_tree(Kind::Object, &tree, &place, definition::Trust::None);
    assert!(found.is_empty(), "{found:?}");
    let Some(Definition::Object(object)) = read else { panic!("no object") };
    let names: Vec<&str> = object.fields.keys().map(String::as_str).collect();
    assert_eq!(names, ["amount", "region", "source", "stage"]);
    assert!(object.fields["amount"].required && object.fields["source"].hidden);
    let definition::FieldType::Select(stage) = &object.fields["stage"].kind else { panic!("no select") };
    assert_eq!(stage.options.keys().collect::<Vec<_>>(), ["new", "open", "won"]);
}

#[test]
fn a_merged_tree_is_checked_whole() {
    let base = json!({"kind": "object", "name": "deal", "fields": {"amount": {"type": "money"}}});
    let changes = json!({"fields": {"amount": {"max": "lots"}, "region": {"label": "Region"}}});
    let tree = definition::overlay::merge(&base, changes.as_object().unwrap());
    let place = |pointer: &str, _: At| Source { file: pointer.to_owned(), line: 0, column: 0 };
    let (read, found) = definition::read_tree(Kind::Object, &tree, &place, definition::Trust::None);
    assert!(read.is_none());
    let found: Vec<String> = found.iter().map(|f| f.to_string()).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("/fields/amount/max: error[invalid_value]"), "{found:?}");
    assert!(found[1].starts_with("/fields/region: error[missing_key]: key `type`"), "{found:?}");
}

#[test]
fn a_site_replaces_the_rules_in_either_form() {
    let rules = serde_json::json!({"name": "risk", "hit": "first", "rules": [{"then": {"a": 1}}]});
    let table = serde_json::json!({"name": "risk", "hit": "first", "table": "a\n1"});
    let merged = |base, changes: serde_json::Value| {
        definition::overlay::merge_kind(definition::Kind::Decision, base, changes.as_object().unwrap())
    };
    assert_eq!(merged(&rules, serde_json::json!({"table": "a\n1"})), table);
    assert_eq!(merged(&table, serde_json::json!({"rules": [{"then": {"a": 1}}]})), rules);
    assert_eq!(merged(&rules, serde_json::json!({"hit": "first"})), rules);
    let other = serde_json::json!([{"then": {"a": 2}}]);
    assert_eq!(merged(&rules, serde_json::json!({"rules": other}))["rules"], other);
}
