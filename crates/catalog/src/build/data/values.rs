//! One value of a record in a seed, a demo file or a scenario.

use super::Aliases;
use crate::build::entry::{invalid, unknown};
use crate::build::paths;
use crate::model::catalog::Catalog;
use crate::model::field::{Field, Stored};
use crate::model::object::Object;
use definition::field::FieldType;
use diagnostic::{Diagnostic, did_you_mean};
use expression::Type;
use serde_json::Value as Json;
use std::sync::Arc;

/// What is wrong with `json` as the value of `object`'s field `name`.
pub(super) fn check(
    catalog: &Catalog,
    object: &Object,
    name: &str,
    json: &Json,
    aliases: &Aliases,
) -> Vec<Diagnostic> {
    let field = match paths::field(object, name) {
        Ok(field) => field,
        Err(finding) => return vec![*finding],
    };
    if field.derived.is_some() {
        return vec![invalid(format!("`{name}` is computed"))];
    }
    value(catalog, field, json, aliases)
}

fn value(catalog: &Catalog, field: &Field, json: &Json, aliases: &Aliases) -> Vec<Diagnostic> {
    if json.is_null() {
        return Vec::new();
    }
    match &field.stored {
        Stored::Children { object, .. } => return children(catalog, object, json, aliases),
        Stored::Link(link) => {
            let each = |json: &Json| match json {
                Json::Object(map) => match map.get("id").or_else(|| map.get("by").map(|_| json)) {
                    Some(one) => reference(catalog, Some(&link.target), one, aliases),
                    None => vec![invalid("an entry names a record: {id: '@alias', …}")],
                },
                one => reference(catalog, Some(&link.target), one, aliases),
            };
            return list(json, each);
        }
        _ => {}
    }
    match &field.ty {
        Type::Reference(target) => reference(catalog, target.as_ref(), json, aliases),
        Type::List(inner) if matches!(**inner, Type::Reference(_)) => {
            let target = paths::target(inner);
            list(json, |json| reference(catalog, target, json, aliases))
        }
        Type::Date | Type::DateTime if json.is_object() => relative(json),
        _ => plain(&field.kind, &field.name, json),
    }
}

fn list(json: &Json, each: impl Fn(&Json) -> Vec<Diagnostic>) -> Vec<Diagnostic> {
    match json {
        Json::Array(entries) => entries.iter().flat_map(each).collect(),
        _ => vec![invalid("a list is expected")],
    }
}

/// A list of child records, or `{create: […], update: […], delete: […]}`.
fn children(catalog: &Catalog, object: &Arc<str>, json: &Json, aliases: &Aliases) -> Vec<Diagnostic> {
    let Some(child) = catalog.objects.get(object) else { return Vec::new() };
    if let Json::Object(parts) = json {
        let each = |(key, entries): (&String, &Json)| match key.as_str() {
            "create" | "update" => records(catalog, child, entries, aliases),
            "delete" => list(entries, |json| reference(catalog, Some(object), json, aliases)),
            _ => vec![unknown("part", key).with_hint(did_you_mean(key, ["create", "update", "delete"]))],
        };
        return parts.iter().flat_map(each).collect();
    }
    records(catalog, child, json, aliases)
}

fn records(catalog: &Catalog, child: &Object, json: &Json, aliases: &Aliases) -> Vec<Diagnostic> {
    list(json, |json| match json {
        Json::Object(map) => {
            // An id says which child is meant.
            let fields = map.iter().filter(|(name, _)| *name != "id");
            fields.flat_map(|(name, json)| check(catalog, child, name, json, aliases)).collect()
        }
        _ => vec![invalid("a child record is a map of its fields")],
    })
}

/// `'@alias'` or `{by: {key: value}}`.
fn reference(
    catalog: &Catalog,
    target: Option<&Arc<str>>,
    json: &Json,
    aliases: &Aliases,
) -> Vec<Diagnostic> {
    match json {
        Json::String(text) => match text.strip_prefix('@') {
            Some(alias) => by_alias(target, alias, aliases),
            None if uuid::Uuid::parse_str(text).is_ok() => Vec::new(),
            None => vec![invalid("a record is named by `@alias` or {by: {key: value}}")],
        },
        Json::Object(map) => {
            if let Some(Json::String(id)) = map.get("id") {
                return reference(catalog, target, &Json::String(id.clone()), aliases);
            }
            let Some(Json::Object(by)) = map.get("by") else {
                return vec![invalid("a record is named by `@alias` or {by: {key: value}}")];
            };
            let object = match map.get("object").and_then(Json::as_str) {
                Some(name) => catalog.objects.get(name),
                None => target.and_then(|target| catalog.objects.get(target)),
            };
            let Some(object) = object else { return Vec::new() };
            by.keys().filter_map(|name| paths::field(object, name).err().map(|finding| *finding)).collect()
        }
        _ => vec![invalid("a record is named by `@alias` or {by: {key: value}}")],
    }
}

fn by_alias(target: Option<&Arc<str>>, alias: &str, aliases: &Aliases) -> Vec<Diagnostic> {
    match (aliases.get(alias), target) {
        (None, _) => {
            let hint = did_you_mean(alias, aliases.keys().map(String::as_str));
            vec![unknown("alias", &format!("@{alias}")).with_hint(hint)]
        }
        (Some(object), Some(target)) if object != target => {
            vec![invalid(format!("`@{alias}` is a record of {object}, not of {target}"))]
        }
        _ => Vec::new(),
    }
}

/// `{today: -30}`, `{today: -30, at: '14:30'}`
fn relative(json: &Json) -> Vec<Diagnostic> {
    let known = |key: &String| matches!(key.as_str(), "today" | "at");
    let whole = json.get("today").is_some_and(Json::is_i64);
    let time = json.get("at").is_none_or(|at| {
        at.as_str().is_some_and(|text| chrono::NaiveTime::parse_from_str(text, "%H:%M").is_ok())
    });
    if whole && time && json.as_object().is_some_and(|map| map.keys().all(known)) {
        Vec::new()
    } else {
        vec![invalid("a relative day is {today: -30}, with a time {today: -30, at: '14:30'}")]
    }
}

fn plain(kind: &FieldType, name: &str, json: &Json) -> Vec<Diagnostic> {
    // `@@` is how a text begins that really starts with @.
    let unescaped =
        json.as_str().and_then(|text| text.strip_prefix('@')).filter(|rest| rest.starts_with('@'));
    let unescaped = unescaped.map(|text| Json::String(text.to_owned()));
    let json = unescaped.as_ref().unwrap_or(json);
    let mut wrong = Vec::new();
    match kind.kind().parse(json) {
        Ok(value) => kind.kind().validate(&value, &mut wrong),
        Err(finding) => wrong.push(*finding),
    }
    wrong.into_iter().map(|finding| finding.with("field", name)).collect()
}
