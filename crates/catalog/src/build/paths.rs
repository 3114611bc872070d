//! Field names and paths as definitions write them outside expressions: `account.name`.

use super::entry::{Entry, Findings, unknown};
use crate::model::catalog::Catalog;
use crate::model::field::Field;
use crate::model::object::Object;
use diagnostic::did_you_mean;
use expression::{Path, Root, Step, Type};
use std::sync::Arc;

/// The field `name` of `object`, or what is wrong.
pub(super) fn field<'a>(object: &'a Object, name: &str) -> diagnostic::Result<&'a Field> {
    object.field(name).ok_or_else(|| {
        let hint = did_you_mean(name, object.fields.keys().map(|key| &**key));
        Box::new(unknown("field", name).with_hint(hint))
    })
}

/// The field `name` of `object`, or a finding at `path`.
pub(super) fn known<'a, T>(
    object: &'a Object,
    name: &str,
    entry: &Entry<T>,
    path: &[&str],
    findings: &mut Findings<'_>,
) -> Option<&'a Field> {
    let found = field(object, name);
    found.map_err(|finding| findings.push(finding, &entry.origin, path)).ok()
}

/// The path `text` from a record of `object`, and the field it ends in; or what is wrong.
pub(super) fn path<'a>(
    catalog: &'a Catalog,
    object: &'a Object,
    text: &str,
) -> diagnostic::Result<(Path, &'a Field)> {
    let mut steps = Vec::new();
    let mut at = object;
    let mut names = text.split('.').peekable();
    while let Some(name) = names.next() {
        let found = field(at, name)?;
        steps.push(Step { object: at.name.clone(), field: found.name.clone() });
        if names.peek().is_none() {
            return Ok((Path { root: Root::Row, steps }, found));
        }
        let target = match &found.ty {
            Type::Reference(Some(target)) => catalog.objects.get(target),
            _ => None,
        };
        at = target.ok_or_else(|| {
            let reason = format!("`{name}` is no reference to one record of a known object");
            Box::new(super::entry::invalid(reason))
        })?;
    }
    Err(Box::new(unknown("field", text)))
}

/// The object a field refers to, if it is a to-one reference to a known one.
pub(super) fn target(ty: &Type) -> Option<&Arc<str>> {
    match ty {
        Type::Reference(target) => target.as_ref(),
        _ => None,
    }
}
