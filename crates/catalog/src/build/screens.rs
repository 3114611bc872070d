//! Forms, views and apps: what generated screens show.

use super::compile::{Spot, compile, compile_some};
use super::constraints::indexable;
use super::entry::{Entry, Findings, Noun, invalid, not_yet, unknown};
use super::{layout, paths};
use crate::encrypted::has_order;
use crate::model::catalog::Catalog;
use crate::model::field::{Field, Stored};
use crate::model::object::{Index, Object};
use crate::scopes;
use definition::{App, Expression, Form, MenuEntry, View};
use diagnostic::did_you_mean;
use expression::{CompareOperator, Expr, Kind, Root, Type};
use indexmap::IndexMap;
use std::sync::Arc;

pub(super) fn forms(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Entry<Form>>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let mut form = entry.definition.clone();
        form.name = entry.name.to_string();
        findings.resolve_in(Noun::Object, &mut form.object, entry, &["object"]);
        if let Some(object) = catalog.objects.get(form.object.as_str()) {
            check_form(catalog, object, &form, entry, findings);
        }
        if form.public.as_ref().is_some_and(|public| public.enabled) {
            findings.push(not_yet("a form open to the internet"), &entry.origin, &["public", "enabled"]);
        }
        catalog.forms.insert(entry.name.clone(), Arc::new(form));
    }
}

fn check_form(
    catalog: &Catalog,
    object: &Object,
    form: &Form,
    entry: &Entry<Form>,
    findings: &mut Findings<'_>,
) {
    let condition = |text: &Option<Expression>, path: &[&str], findings: &mut Findings<'_>| {
        let spot = Spot::of(&scopes::FORM_WHEN, &object.name, entry, path);
        compile_some(catalog, text.as_ref(), spot, &mut findings.found);
    };
    for (name, section) in &form.sections {
        condition(&section.visible_when, &["sections", name, "visible_when"], findings);
        for (place, (field, _)) in section.fields.iter().enumerate() {
            paths::known(object, field, entry, &["sections", name, "fields", &place.to_string()], findings);
        }
    }
    for (name, about) in &form.fields {
        let Some(field) = paths::known(object, name, entry, &["fields", name], findings) else { continue };
        condition(&about.visible_when, &["fields", name, "visible_when"], findings);
        condition(&about.readonly_when, &["fields", name, "readonly_when"], findings);
        condition(&about.required_when, &["fields", name, "required_when"], findings);
        let target = match (&field.stored, &field.ty) {
            (Stored::Children { object, .. }, _) => catalog.objects.get(object),
            (Stored::Link(link), _) => catalog.objects.get(&link.target),
            (_, ty) => paths::target(ty).and_then(|target| catalog.objects.get(target)),
        };
        for (place, (column, _)) in about.columns.iter().enumerate() {
            let place = place.to_string();
            let path = ["fields", name, "columns", place.as_str()];
            match target {
                None => {
                    findings.push(invalid(format!("`{name}` is no list of records")), &entry.origin, &path)
                }
                Some(_) if is_attribute(field, column) => {}
                Some(target) => has_path(catalog, target, column, &path, entry, findings),
            }
        }
        for column in about.footer.keys() {
            let path = ["fields", name, "footer", column];
            let Some(target) = target.filter(|_| !is_attribute(field, column)) else { continue };
            let column = paths::known(target, column, entry, &path, findings);
            if let Some(column) = column.filter(|column| !has_order(column)) {
                let reason = format!("`{}` cannot be added up or compared", column.name);
                findings.push(invalid(reason), &entry.origin, &path);
            }
        }
    }
    for (layout, sections) in &form.layouts {
        let layout = format!("{layout:?}").to_lowercase();
        for name in sections.keys().filter(|name| !form.sections.contains_key(*name)) {
            let hint = did_you_mean(name, form.sections.keys().map(String::as_str));
            findings.push(
                unknown("section", name).with_hint(hint),
                &entry.origin,
                &["layouts", &layout, name],
            );
        }
    }
}

fn is_attribute(field: &Field, name: &str) -> bool {
    matches!(&field.stored, Stored::Link(link) if link.attributes.iter().any(|(known, ..)| **known == *name))
}

fn has_path<T>(
    catalog: &Catalog,
    object: &Object,
    text: &str,
    path: &[&str],
    entry: &Entry<T>,
    findings: &mut Findings<'_>,
) {
    if let Err(finding) = paths::path(catalog, object, text) {
        findings.push(finding, &entry.origin, path);
    }
}

pub(super) fn views(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Entry<View>>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let mut view = entry.definition.clone();
        view.name = entry.name.to_string();
        findings.resolve_in(Noun::Object, &mut view.object, entry, &["object"]);
        if let Some(object) = catalog.objects.get(view.object.as_str()).cloned() {
            check_view(catalog, &object, &view, entry, findings);
            let path = ["where"];
            let spot = Spot::of(&scopes::VIEW_WHERE, &object.name, entry, &path);
            let filter = view
                .r#where
                .as_ref()
                .and_then(|text| compile(catalog, text, spot, None, &mut findings.found));
            bring_index(catalog, &object, &view, filter.as_ref());
        }
        catalog.views.insert(entry.name.clone(), Arc::new(view));
    }
}

fn check_view(
    catalog: &Catalog,
    object: &Object,
    view: &View,
    entry: &Entry<View>,
    findings: &mut Findings<'_>,
) {
    let mut has = |text: &str, path: &[&str]| has_path(catalog, object, text, path, entry, findings);
    for (place, (column, _)) in view.columns.iter().enumerate() {
        has(column, &["columns", &place.to_string()]);
    }
    if let Some(title) = &view.title {
        has(title, &["title"]);
    }
    if let Some(card) = &view.card {
        if let Some(text) = &card.title {
            has(text, &["card", "title"]);
        }
        for (place, (line, _)) in card.lines.iter().enumerate() {
            has(line, &["card", "lines", &place.to_string()]);
        }
    }
    arranged(catalog, object, view, entry, findings);
    layout::check(object, view, entry, findings);
}

/// What rows are sorted, grouped and summed by must have an order, which ciphertext, lists and structures lack.
fn arranged(
    catalog: &Catalog,
    object: &Object,
    view: &View,
    entry: &Entry<View>,
    findings: &mut Findings<'_>,
) {
    let mut by: Vec<(&str, Vec<String>, &str)> = Vec::new();
    for (place, key) in view.sort.iter().enumerate() {
        by.push((key.strip_prefix('-').unwrap_or(key), vec!["sort".to_owned(), place.to_string()], "sorted"));
    }
    if let Some(text) = &view.group_by {
        by.push((text, vec!["group_by".to_owned()], "grouped"));
    }
    if let Some(text) = view.card.as_ref().and_then(|card| card.sum.as_ref()) {
        by.push((text, vec!["card".to_owned(), "sum".to_owned()], "summed"));
    }
    for (text, path, how) in by {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let fits = |field: &Field| has_order(field) && (how != "summed" || field.ty.is_number());
        match paths::path(catalog, object, text) {
            Err(finding) => findings.push(finding, &entry.origin, &path),
            Ok((_, field)) if fits(field) => {}
            Ok((_, field)) => {
                let why = match &field.encrypted {
                    Some(_) => "it is encrypted".to_owned(),
                    None => format!("it is of type `{}`", field.kind.name()),
                };
                let reason = format!("rows cannot be {how} by `{text}`: {why}");
                findings.push(invalid(reason), &entry.origin, &path);
            }
        }
    }
}

/// Fields compared for equality, then the sort, make the index that a view brings.
fn bring_index(catalog: &mut Catalog, object: &Object, view: &View, filter: Option<&Expr>) {
    let mut fields: Vec<(Arc<str>, bool)> = Vec::new();
    let mut add = |name: &str, descending: bool| -> bool {
        let Some(field) = object.field(name).filter(|field| indexable(field)) else { return false };
        if !fields.iter().any(|(known, _)| *known == field.name) {
            fields.push((field.name.clone(), descending));
        }
        true
    };
    let mut equal = Vec::new();
    if let Some(filter) = filter {
        equalities(filter, &mut equal);
    }
    for name in equal {
        add(&name, false);
    }
    for key in &view.sort {
        let (name, descending) = match key.strip_prefix('-') {
            Some(name) => (name, true),
            None => (key.as_str(), false),
        };
        // A reference sorts by the title of its target, which no index of this object holds.
        let by_title = object.field(name).is_some_and(|field| matches!(field.ty, Type::Reference(_)));
        if name.contains('.') || by_title || !add(name, descending) {
            break;
        }
    }
    let short = view.name.split_once('.').map_or(view.name.as_str(), |(_, short)| short);
    add_index(catalog, &object.name, &format!("view_{short}"), fields);
}

/// Own fields that must equal something constant for every row of the view.
fn equalities(filter: &Expr, out: &mut Vec<Arc<str>>) {
    match &filter.kind {
        Kind::And(parts) => parts.iter().for_each(|part| equalities(part, out)),
        Kind::Compare(CompareOperator::Equal, a, b) => {
            for (own, other) in [(a, b), (b, a)] {
                let constant = match &other.kind {
                    Kind::Literal(_) | Kind::Today => true,
                    Kind::Path(path) => path.root == Root::User,
                    _ => false,
                };
                if let Kind::Path(path) = &own.kind
                    && path.root == Root::Row
                    && path.steps.len() == 1
                    && constant
                {
                    out.push(path.steps[0].field.clone());
                }
            }
        }
        _ => {}
    }
}

/// Adds an index unless another index or unique constraint begins with the same fields.
pub(super) fn add_index(catalog: &mut Catalog, object: &str, name: &str, fields: Vec<(Arc<str>, bool)>) {
    let Some(object) = catalog.objects.get_mut(object) else { return };
    let by_index = object.indexes.values().any(|index| index.fields.starts_with(&fields));
    let by_unique = object.uniques.values().any(|unique| {
        let covers = |((name, down), have): (&(Arc<str>, bool), &Arc<str>)| name == have && !down;
        unique.filter.is_none()
            && unique.fields.len() >= fields.len()
            && fields.iter().zip(&unique.fields).all(covers)
    });
    if fields.is_empty() || by_index || by_unique {
        return;
    }
    let object = Arc::make_mut(object);
    let mut free = name.to_owned();
    let mut number = 2;
    while object.indexes.contains_key(free.as_str()) {
        free = format!("{name}_{number}");
        number += 1;
    }
    let index = Index::on(object, fields);
    object.indexes.insert(Arc::from(free), index);
}

pub(super) fn apps(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Entry<App>>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let mut app = entry.definition.clone();
        app.name = entry.name.to_string();
        if let Some(roles) = &mut app.roles {
            let full = findings.resolve_all(Noun::Role, roles, entry, &["roles"]);
            *roles = full.into_iter().map(|role| role.to_string()).collect();
        }
        let mut path = vec!["menu".to_owned()];
        menu(catalog, &mut app.menu, &mut path, entry, findings);
        catalog.apps.insert(entry.name.clone(), Arc::new(app));
    }
}

fn menu(
    catalog: &Catalog,
    entries: &mut IndexMap<String, MenuEntry>,
    path: &mut Vec<String>,
    entry: &Entry<App>,
    findings: &mut Findings<'_>,
) {
    for (name, item) in entries {
        path.push(name.clone());
        let at: Vec<&str> = path.iter().map(String::as_str).collect();
        let key = |key| [at.as_slice(), &[key]].concat();
        if let Some(object) = &mut item.object {
            findings.resolve_in(Noun::Object, object, entry, &key("object"));
        }
        if let Some(view) = &mut item.view {
            findings.resolve_in(Noun::View, view, entry, &key("view"));
            let of = catalog.views.get(view.as_str()).map(|view| &view.object);
            match (&mut item.object, of) {
                (Some(object), Some(of)) if object != of => {
                    let reason = format!("view `{view}` is one of {of}");
                    findings.push(invalid(reason), &entry.origin, &key("view"));
                }
                (object @ None, Some(of)) => *object = Some(of.clone()),
                _ => {}
            }
        }
        if let Some(page) = &mut item.page {
            findings.resolve_in(Noun::Page, page, entry, &key("page"));
            if catalog.pages.get(page.as_str()).is_some_and(|page| page.object.is_some()) {
                let reason = format!("page `{page}` is about one record: a menu does not say which");
                findings.push(invalid(reason), &entry.origin, &key("page"));
            }
        }
        path.push("menu".to_owned());
        menu(catalog, &mut item.menu, path, entry, findings);
        path.truncate(path.len() - 2);
    }
}
