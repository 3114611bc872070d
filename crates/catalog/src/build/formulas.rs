//! Formulas and roll-ups: compiled, put in order, classified by where their values live.

use super::compile::{Spot, compile_raw};
use super::entry::{Entry, Findings, invalid};
use super::paths;
use crate::derivations::{FieldRef, Ring, all_in_order, read_inputs};
use crate::encrypted::computed_from;
use crate::expand::{expand, on_clock};
use crate::model::catalog::Catalog;
use crate::model::field::{Derived, Field, Rollup, Stored};
use crate::model::object::Object;
use crate::scopes;
use definition::field::{FieldDefinition, RollupFunction};
use diagnostic::{Code, Diagnostic};
use expression::{Aggregate, Expr, Kind, Root, Type};
use indexmap::IndexMap;
use std::sync::Arc;

type Definition = Entry<definition::Object>;
type Definitions = IndexMap<Arc<str>, Definition>;

/// Compiles them all; afterwards no path in a stored formula leads through a field without a column. Answers
/// whether the order could be found.
pub(super) fn build(catalog: &mut Catalog, entries: &Definitions, findings: &mut Findings<'_>) -> bool {
    for entry in entries.values() {
        let Some(object) = catalog.objects.get(&entry.name) else { continue };
        let mut derived = Vec::new();
        for (name, definition) in entry.definition.fields.iter().filter(|(_, d)| d.is_derived()) {
            let Some(field) = object.fields.get(name.as_str()).filter(|f| f.system.is_none()) else {
                continue;
            };
            if let Some(found) = compile_field(catalog, object, field, definition, entry, findings) {
                derived.push((field.name.clone(), found));
            }
        }
        if let Some(object) = catalog.objects.get_mut(&entry.name).filter(|_| !derived.is_empty()) {
            let object = Arc::make_mut(object);
            for (name, derived) in derived {
                object.fields[&name].derived = Some(derived);
            }
        }
    }
    match all_in_order(&catalog.objects) {
        Err(rings) => {
            for ring in rings {
                report_ring(&ring, entries, findings);
            }
            false
        }
        Ok(order) => {
            let inputs = read_inputs(&catalog.objects);
            for name in &order {
                classify(catalog, name, entries, findings);
            }
            for (name, inputs) in inputs {
                if let Some(field) = field_mut(catalog, &name) {
                    field.inputs = inputs;
                }
            }
            true
        }
    }
}

fn field_mut<'a>(catalog: &'a mut Catalog, (object, field): &FieldRef) -> Option<&'a mut Field> {
    Arc::make_mut(catalog.objects.get_mut(object)?).fields.get_mut(field)
}

fn report_ring(ring: &Ring, entries: &Definitions, findings: &mut Findings<'_>) {
    let words: Vec<String> = ring.iter().map(|(object, field)| format!("{object}.{field}")).collect();
    let finding =
        Diagnostic::new(Code::Cycle).with("what", "computed fields").with("path", words.join(" → "));
    if let Some((object, field)) = ring.first()
        && let Some(entry) = entries.get(object)
    {
        findings.push(finding, &entry.origin, &["fields", field]);
    }
}

fn compile_field(
    catalog: &Catalog,
    object: &Object,
    field: &Field,
    definition: &FieldDefinition,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Option<Derived> {
    if let Some(rollup) = &definition.rollup {
        return rollup_of(catalog, object, field, rollup, entry, findings).map(Derived::Rollup);
    }
    let path = ["fields", &field.name, "formula"];
    let spot = Spot::of(&scopes::FORMULA, &object.name, entry, &path);
    let text = definition.formula.as_ref()?;
    let expr = compile_raw(catalog, text, spot, Some(&field.ty), &mut findings.found)?;
    if let Some((from, at)) = computed_from(&expr, &catalog.objects) {
        let reason = format!("`{}` is encrypted; what is computed from it would tell it", from.name);
        let place = entry.origin.inside(&path, at.line, at.column);
        findings.found.push(invalid(reason).in_source(place));
        return None;
    }
    if !matches!(field.stored, Stored::Column { .. }) {
        let reason = format!("type `{}` cannot be computed", field.kind.name());
        findings.push(invalid(reason), &entry.origin, &path);
        return None;
    }
    Some(Derived::Formula(expr))
}

fn rollup_of(
    catalog: &Catalog,
    object: &Object,
    field: &Field,
    written: &definition::Rollup,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Option<Rollup> {
    let (function, children, value) = written.function()?;
    let path = ["fields", &field.name, "rollup", function.name()];
    let list = paths::known(object, children, entry, &path, findings)?;
    let Stored::Children { object: child, .. } = &list.stored else {
        findings.push(invalid(format!("`{children}` is no field of type `children`")), &entry.origin, &path);
        return None;
    };
    let child = catalog.objects.get(child)?;
    let value = match value {
        None => None,
        Some(name) => Some(paths::known(child, name, entry, &path, findings)?),
    };
    if let Err(reason) = fits(function, value, field) {
        findings.push(invalid(reason), &entry.origin, &path);
        return None;
    }
    let at = ["fields", &field.name, "rollup", "where"];
    let spot = Spot {
        scope: &scopes::ROLLUP_WHERE,
        row: &child.name,
        record: Some(&object.name),
        origin: &entry.origin,
        path: &at,
        variables: None,
    };
    let filter = match &written.r#where {
        None => None,
        Some(text) => Some(compile_raw(catalog, text, spot, None, &mut findings.found)?),
    };
    if let Some((from, place)) = filter.as_ref().and_then(|filter| computed_from(filter, &catalog.objects)) {
        let reason = format!("`{}` is encrypted; what is computed from it would tell it", from.name);
        let place = entry.origin.inside(&at, place.line, place.column);
        findings.found.push(invalid(reason).in_source(place));
        return None;
    }
    Some(Rollup {
        aggregate: match function {
            RollupFunction::Sum => Aggregate::Sum,
            RollupFunction::Count => Aggregate::Count,
            RollupFunction::Min => Aggregate::Min,
            RollupFunction::Max => Aggregate::Max,
            RollupFunction::Avg => Aggregate::Avg,
        },
        children: list.name.clone(),
        value: value.map(|value| value.name.clone()),
        filter,
    })
}

/// Whether a roll-up yields what its field holds; the error says why not.
fn fits(function: RollupFunction, value: Option<&Field>, field: &Field) -> Result<(), String> {
    let name = function.name();
    match (function, value) {
        (RollupFunction::Count, Some(_)) => Err("`count` names the children only".to_owned()),
        (RollupFunction::Count, None) if field.ty.is_number() => Ok(()),
        (RollupFunction::Count, None) => Err("`count` yields a number".to_owned()),
        (_, None) => Err(format!("`{name}` names a field of the children: `children.field`")),
        (_, Some(value)) if value.encrypted.is_some() => Err(format!("`{}` is encrypted", value.name)),
        (_, Some(value)) if value.ty.is_number() && field.ty.is_number() => {
            let whole = field.ty == Type::Integer;
            let loses = whole && (value.ty != Type::Integer || function == RollupFunction::Avg);
            if loses { Err(format!("`{name}` yields a decimal, this field is an integer")) } else { Ok(()) }
        }
        (RollupFunction::Min | RollupFunction::Max, Some(value)) => {
            let ordered = matches!(value.ty, Type::Date | Type::DateTime | Type::Time | Type::Duration)
                || value.ty.is_text();
            let same = value.ty == field.ty || (value.ty.is_text() && field.ty.is_text());
            if ordered && same {
                Ok(())
            } else {
                Err(format!("`{name}` of {} does not yield {}", value.kind.name(), field.kind.name()))
            }
        }
        (_, Some(value)) => Err(format!("`{name}` needs numbers, `{}` is {}", value.name, value.kind.name())),
    }
}

/// Says where the value of one derived field lives. Its inputs have been classified before.
fn classify(catalog: &mut Catalog, name: &FieldRef, entries: &Definitions, findings: &mut Findings<'_>) {
    let Some(entry) = entries.get(&name.0) else { return };
    let Some(definition) = entry.definition.fields.get(&*name.1) else { return };
    let Some(field) = catalog.objects.get(&name.0).and_then(|o| o.fields.get(&name.1)) else { return };
    match &field.derived {
        None => {}
        Some(Derived::Formula(expr)) => {
            let clock = on_clock(expr, &catalog.objects);
            let expr = expand(expr, &catalog.objects);
            let lookup = (!definition.stored && !clock).then(|| lookup(&expr)).flatten();
            if clock && (definition.stored || definition.unique) {
                let key = if definition.stored { "stored" } else { "unique" };
                let reason = format!(
                    "`{key}` is not possible: the value depends on the clock and is computed at read"
                );
                findings.push(invalid(reason), &entry.origin, &["fields", &name.1, key]);
            }
            let Some(field) = field_mut(catalog, name) else { return };
            if clock {
                field.stored = Stored::AtRead;
            } else if let Some(path) = lookup {
                field.stored = Stored::Joined(path);
            }
            field.derived = Some(Derived::Formula(expr));
        }
        Some(Derived::Rollup(rollup)) => {
            let mut rollup = rollup.clone();
            classify_rollup(catalog, name, &mut rollup, entry, findings);
            if let Some(field) = field_mut(catalog, name) {
                field.derived = Some(Derived::Rollup(rollup));
            }
        }
    }
}

fn classify_rollup(
    catalog: &Catalog,
    name: &FieldRef,
    rollup: &mut Rollup,
    entry: &Definition,
    findings: &mut Findings<'_>,
) {
    let path = ["fields", &name.1, "rollup"];
    let clock = rollup.filter.as_ref().is_some_and(|filter| on_clock(filter, &catalog.objects));
    rollup.filter = rollup.filter.take().map(|filter| expand(&filter, &catalog.objects));
    let child =
        catalog.objects.get(&name.0).and_then(|object| match &object.fields.get(&rollup.children)?.stored {
            Stored::Children { object, .. } => catalog.objects.get(object),
            _ => None,
        });
    let value = rollup.value.as_ref().and_then(|value| child?.fields.get(value));
    match value.map(|value| &value.stored) {
        Some(Stored::AtRead) => {
            let reason = "the value depends on the clock and is computed at read; it feeds no stored value";
            findings.push(invalid(reason), &entry.origin, &path);
        }
        Some(Stored::Joined(_)) => {
            let reason = "the value is joined at read; say `stored: true` at the field that is rolled up";
            findings.push(invalid(reason), &entry.origin, &path);
        }
        _ if clock => {
            let reason = "the condition depends on the clock; a roll-up is stored";
            findings.push(invalid(reason), &entry.origin, &path);
        }
        _ => {}
    }
}

/// The path, where the formula is nothing but one that leads through a reference.
fn lookup(expr: &Expr) -> Option<expression::Path> {
    match &expr.kind {
        Kind::Path(path) if path.root == Root::Row && path.steps.len() > 1 => Some(path.clone()),
        _ => None,
    }
}
