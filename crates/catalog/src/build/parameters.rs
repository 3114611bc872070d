//! What actions and connectors ask for: fields that belong to no object.

use super::entry::{Entry, Findings, Noun, not_yet};
use super::objects::literal;
use crate::model::object::Parameter;
use definition::FieldDefinition;
use definition::field::FieldType;
use expression::Value;
use std::sync::Arc;

/// The parameter that a definition writes at `path`.
pub(super) fn parameter<T>(
    name: &str,
    definition: &FieldDefinition,
    entry: &Entry<T>,
    path: &[&str],
    findings: &mut Findings<'_>,
) -> Option<(Arc<str>, Parameter)> {
    let below = |key: &'static str| path.iter().copied().chain([key]).collect::<Vec<&str>>();
    let mut kind = definition.kind.clone();
    match &mut kind {
        FieldType::Children(_) | FieldType::References(_) | FieldType::Autonumber(_) => {
            let what = format!("a parameter of type `{}`", kind.name());
            findings.push(not_yet(what), &entry.origin, path);
            return None;
        }
        FieldType::Reference(reference) if !reference.is_any() => {
            findings.resolve_in(Noun::Object, &mut reference.to, entry, &below("to"));
        }
        _ => {}
    }
    let more = definition.is_derived()
        || definition.encrypted
        || definition.unique
        || definition.required_when.is_some()
        || definition.default_from.is_some();
    if more {
        findings.push(not_yet("a computed, conditional, unique or encrypted parameter"), &entry.origin, path);
    }
    let default = definition
        .default
        .as_ref()
        .map_or(Value::Null, |json| literal(&kind, json, name, &entry.origin, &below("default"), findings));
    let (label, help) = (definition.label.clone(), definition.help.clone());
    let placeholder = definition.placeholder.clone();
    let parameter = Parameter { kind, label, help, placeholder, required: definition.required, default };
    Some((Arc::from(name), parameter))
}
