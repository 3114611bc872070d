//! The expressions and literals of fields, but for formulas and roll-ups.

use super::compile::{Spot, compile, compile_some};
use super::entry::{Entry, Findings, invalid, not_yet};
use super::objects::literal;
use super::paths;
use crate::model::catalog::Catalog;
use crate::model::field::{Field, Stored};
use crate::model::object::Object;
use crate::scopes;
use definition::field::{AutonumberField, FieldDefinition, FieldType, NumberPart};
use definition::{Expression, SelectOption};
use expression::{Expr, Path, Value};
use indexmap::IndexMap;
use std::sync::Arc;

type Definition = Entry<definition::Object>;

/// What is found out about one field.
struct Parts {
    field: Arc<str>,
    required_when: Option<Expr>,
    default: Value,
    default_from: Option<Expr>,
    choose_where: Option<Expr>,
    offered_when: Vec<(Arc<str>, Expr)>,
    fill: Vec<(Arc<str>, Path)>,
}

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Definition>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let Some(object) = catalog.objects.get(&entry.name) else { continue };
        let mut all = Vec::new();
        for (name, definition) in &entry.definition.fields {
            // A field whose name was refused is not there.
            let Some(field) = object.fields.get(name.as_str()).filter(|f| f.system.is_none()) else {
                continue;
            };
            all.push(parts(catalog, object, field, definition, entry, findings));
        }
        let Some(object) = catalog.objects.get_mut(&entry.name) else { continue };
        let object = Arc::make_mut(object);
        for parts in all {
            let Some(field) = object.fields.get_mut(&parts.field) else { continue };
            field.required_when = parts.required_when;
            field.default = parts.default;
            field.default_from = parts.default_from;
            field.choose_where = parts.choose_where;
            field.offered_when = parts.offered_when;
            field.fill = parts.fill;
        }
    }
}

fn parts(
    catalog: &Catalog,
    object: &Object,
    field: &Field,
    definition: &FieldDefinition,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Parts {
    check_keys(field, definition, entry, findings);
    let name: &str = &field.name;
    let at = ["fields", name, ""];
    let path = [at[0], at[1], "required_when"];
    let spot = Spot::of(&scopes::REQUIRED_WHEN, &object.name, entry, &path);
    let required_when = compile_some(catalog, definition.required_when.as_ref(), spot, &mut findings.found);
    let path = [at[0], at[1], "default_from"];
    let spot = Spot { scope: &scopes::DEFAULT_FROM, path: &path, ..spot };
    let default_from = definition
        .default_from
        .as_ref()
        .and_then(|text| compile(catalog, text, spot, Some(&field.ty), &mut findings.found));
    let default = match &definition.default {
        Some(json) => literal(&field.kind, json, name, &entry.origin, &[at[0], at[1], "default"], findings),
        None => Value::Null,
    };
    let offered_when = options(catalog, object, name, &definition.kind, entry, findings);
    if let FieldType::Autonumber(number) = &field.kind {
        pattern(catalog, object, name, number, entry, findings);
    }
    let (choose, fill) = chooser(&definition.kind);
    Parts {
        field: field.name.clone(),
        required_when,
        default,
        default_from,
        choose_where: choose.and_then(|text| choose_where(catalog, object, field, text, entry, findings)),
        offered_when,
        fill: fill.map(|fill| fills(catalog, object, name, fill, entry, findings)).unwrap_or_default(),
    }
}

/// Keys that contradict each other.
fn check_keys(field: &Field, definition: &FieldDefinition, entry: &Definition, findings: &mut Findings<'_>) {
    let name: &str = &field.name;
    let here = &entry.origin;
    if definition.formula.is_some() && definition.rollup.is_some() {
        findings.push(
            invalid("a field has a formula or a roll-up, not both"),
            here,
            &["fields", name, "rollup"],
        );
    }
    if definition.is_derived() {
        let entered = [
            ("required", definition.required),
            ("required_when", definition.required_when.is_some()),
            ("default", definition.default.is_some()),
            ("default_from", definition.default_from.is_some()),
        ];
        for (key, _) in entered.iter().filter(|(_, given)| *given) {
            let reason = format!("`{key}` has no meaning where the value is computed");
            findings.push(invalid(reason), here, &["fields", name, key]);
        }
    } else if definition.stored || definition.declassify {
        let key = if definition.stored { "stored" } else { "declassify" };
        let reason = format!("`{key}` belongs to a field with a formula or a roll-up");
        findings.push(invalid(reason), here, &["fields", name, key]);
    }
    if definition.search && !field.ty.is_text() {
        let what = format!("`search` on type `{}`", field.kind.name());
        findings.push(not_yet(what), here, &["fields", name, "search"]);
    }
    let column = matches!(field.stored, Stored::Column { .. });
    if !column && definition.default.is_some() && !definition.is_derived() {
        let what = format!("`default` on type `{}`", field.kind.name());
        findings.push(not_yet(what), here, &["fields", name, "default"]);
    }
}

fn chooser(kind: &FieldType) -> (Option<&Expression>, Option<&IndexMap<String, String>>) {
    match kind {
        FieldType::Reference(field) => (field.choose_where.as_ref(), Some(&field.fill)),
        FieldType::User(field) => (field.choose_where.as_ref(), Some(&field.fill)),
        FieldType::Department(field) => (field.choose_where.as_ref(), Some(&field.fill)),
        FieldType::References(field) => (field.choose_where.as_ref(), None),
        _ => (None, None),
    }
}

/// The object a field refers to, one or several records of it.
fn referred(field: &Field) -> Option<&Arc<str>> {
    match &field.ty {
        expression::Type::List(inner) => paths::target(inner),
        ty => paths::target(ty),
    }
}

fn choose_where(
    catalog: &Catalog,
    object: &Object,
    field: &Field,
    text: &Expression,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    let path = ["fields", &field.name, "choose_where"];
    let Some(target) = referred(field) else {
        findings.push(not_yet("`choose_where` on a reference to any object"), &entry.origin, &path);
        return None;
    };
    // An unknown target is reported where it is written.
    catalog.objects.get(target)?;
    let spot = Spot {
        scope: &scopes::CHOOSE_WHERE,
        row: target,
        record: Some(&object.name),
        origin: &entry.origin,
        path: &path,
        variables: None,
    };
    compile(catalog, text, spot, None, &mut findings.found)
}

fn fills(
    catalog: &Catalog,
    object: &Object,
    name: &str,
    fill: &IndexMap<String, String>,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Vec<(Arc<str>, Path)> {
    let mut out = Vec::new();
    for (own, path) in fill {
        let at = ["fields", name, "fill", own];
        let Some(own) = paths::known(object, own, entry, &at, findings) else { continue };
        if path.split('.').next() != Some(name) || !path.contains('.') {
            let reason = format!("the path starts with `{name}.`");
            findings.push(invalid(reason), &entry.origin, &at);
            continue;
        }
        match paths::path(catalog, object, path) {
            Ok(_) if own.kind.kind().file_rule().is_some() => {
                findings.push(invalid("a file is part of one record alone"), &entry.origin, &at);
            }
            Ok((path, from))
                if from.ty == own.ty
                    || (from.ty.is_number() && own.ty.is_number())
                    || (from.ty.is_text() && own.ty.is_text()) =>
            {
                // From the target on: the first step is the reference itself.
                let path = crate::expand::expand_path(&path, &catalog.objects);
                out.push((own.name.clone(), Path { root: path.root, steps: path.steps[1..].to_vec() }));
            }
            Ok((_, from)) => {
                let reason =
                    format!("`{path}` is {}, `{}` is {}", from.kind.name(), own.name, own.kind.name());
                findings.push(invalid(reason), &entry.origin, &at);
            }
            Err(finding) => findings.push(finding, &entry.origin, &at),
        }
    }
    out
}

/// The conditions of options.
fn options(
    catalog: &Catalog,
    object: &Object,
    name: &str,
    kind: &FieldType,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Vec<(Arc<str>, Expr)> {
    let options: &IndexMap<String, SelectOption> = match kind {
        FieldType::Select(select) => &select.options,
        FieldType::MultiSelect(select) => &select.options,
        _ => return Vec::new(),
    };
    let mut conditions = Vec::new();
    for (option, about) in options {
        let path = ["fields", name, "options", option, "when"];
        let spot = Spot::of(&scopes::OPTION_WHEN, &object.name, entry, &path);
        let when = compile_some(catalog, about.when.as_ref(), spot, &mut findings.found);
        conditions.extend(when.map(|when| (Arc::from(option.as_str()), when)));
    }
    conditions
}

fn pattern(
    catalog: &Catalog,
    object: &Object,
    name: &str,
    number: &AutonumberField,
    entry: &Definition,
    findings: &mut Findings<'_>,
) {
    let at = ["fields", name, "pattern"];
    match number.parts() {
        Err(reason) => findings.push(invalid(reason), &entry.origin, &at),
        Ok(parts) => {
            for part in parts {
                let NumberPart::Field(path) = part else { continue };
                if let Err(finding) = paths::path(catalog, object, &path) {
                    findings.push(finding, &entry.origin, &at);
                }
            }
        }
    }
}
