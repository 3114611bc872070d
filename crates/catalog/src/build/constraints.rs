//! Titles, natural keys, unique constraints, indexes and rules.

use super::compile::{Spot, compile, compile_some};
use super::entry::{Entry, Findings, invalid, not_yet, unknown};
use super::paths;
use crate::model::catalog::Catalog;
use crate::model::field::{Field, Stored};
use crate::model::object::{Index, Key, Object, Rule, Title, TitlePart, Unique};
use crate::scopes;
use definition::ColumnType;
use definition::field::FieldType;
use diagnostic::did_you_mean;
use expression::{Expr, Kind, Root};
use indexmap::IndexMap;
use std::sync::Arc;

type Definition = Entry<definition::Object>;

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Definition>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let Some(object) = catalog.objects.get(&entry.name) else { continue };
        let title = title(object, entry, findings);
        let uniques = uniques(catalog, object, entry, findings);
        let key = key(object, &uniques, entry, findings);
        let indexes = indexes(object, entry, findings);
        let rules = rules(catalog, object, entry, findings);
        let Some(object) = catalog.objects.get_mut(&entry.name) else { continue };
        let object = Arc::make_mut(object);
        object.title = title;
        object.uniques = uniques;
        object.key = key;
        object.indexes = indexes;
        object.rules = rules;
    }
}

fn title(object: &Object, entry: &Definition, findings: &mut Findings<'_>) -> Title {
    let Some(written) = &entry.definition.title else { return default_title(object) };
    if !written.contains('{') {
        let field = paths::known(object, written, entry, &["title"], findings);
        return Title { parts: field.map(|f| TitlePart::Field(f.name.clone())).into_iter().collect() };
    }
    let mut parts = Vec::new();
    let mut rest = written.as_str();
    while let Some((words, tail)) = rest.split_once('{') {
        if !words.is_empty() {
            parts.push(TitlePart::Words(words.to_owned()));
        }
        let Some((name, after)) = tail.split_once('}') else {
            findings.push(invalid("a `{` is not closed"), &entry.origin, &["title"]);
            return Title { parts };
        };
        if let Some(field) = paths::known(object, name, entry, &["title"], findings) {
            parts.push(TitlePart::Field(field.name.clone()));
        }
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(TitlePart::Words(rest.to_owned()));
    }
    Title { parts }
}

/// The first of the usual fields, else the first text or number that the author declared.
fn default_title(object: &Object) -> Title {
    let own = || object.fields.values().filter(|f| f.system.is_none() && f.encrypted.is_none());
    let usual = ["name", "title", "subject", "number", "code"];
    let usual = usual.iter().find_map(|name| own().find(|field| *field.name == **name));
    let field = usual
        .or_else(|| own().find(|field| matches!(field.kind, FieldType::Text(_) | FieldType::Autonumber(_))));
    Title { parts: field.map(|f| TitlePart::Field(f.name.clone())).into_iter().collect() }
}

fn uniques(
    catalog: &Catalog,
    object: &Object,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> IndexMap<Arc<str>, Unique> {
    let mut out = IndexMap::new();
    for (name, definition) in &entry.definition.fields {
        let autonumber = matches!(definition.kind, FieldType::Autonumber(_));
        if !definition.unique && !autonumber {
            continue;
        }
        let Some(field) = object.fields.get(name.as_str()) else { continue };
        if comparable(field, entry, &["fields", name, "unique"], findings) {
            let unique = Unique {
                fields: vec![field.name.clone()],
                filter: None,
                folded: false,
                message: None,
                index: Arc::from(""),
            };
            out.insert(field.name.clone(), unique);
        }
    }
    for (name, written) in &entry.definition.unique {
        let mut fields = Vec::with_capacity(written.fields.len());
        for (place, field) in written.fields.iter().enumerate() {
            let place = place.to_string();
            let path = ["unique", name, "fields", &place];
            if let Some(field) = paths::known(object, field, entry, &path, findings)
                && comparable(field, entry, &path, findings)
            {
                fields.push(field.name.clone());
            }
        }
        let path = ["unique", name, "where"];
        let spot = Spot::of(&scopes::UNIQUE_WHERE, &object.name, entry, &path);
        let filter = compile_some(catalog, written.r#where.as_ref(), spot, &mut findings.found);
        if let Some(filter) = &filter
            && let Some(reason) = not_in_index(filter, object)
        {
            findings.push(invalid(reason), &entry.origin, &path);
        }
        let message = written.message.clone();
        let unique = Unique { fields, filter, folded: false, message, index: Arc::from("") };
        out.insert(Arc::from(name.as_str()), unique);
    }
    out
}

/// Whether a field can be part of a unique constraint; says so if not.
fn comparable(field: &Field, entry: &Definition, path: &[&str], findings: &mut Findings<'_>) -> bool {
    let reason = match (&field.stored, &field.encrypted) {
        (_, Some(encryption)) if encryption.hash_column.is_none() => {
            "an encrypted field needs `lookup: exact`"
        }
        (Stored::Column { ty: ColumnType::Json | ColumnType::Link, .. }, _) => {
            "its values cannot be compared"
        }
        (Stored::Column { .. }, _) => return true,
        (Stored::AtRead, _) => "it is computed at read",
        (Stored::Joined(_), _) => "it is joined at read; say `stored: true`",
        (Stored::Children { .. } | Stored::Link(_), _) => "it is a list of records",
    };
    let finding = invalid(format!("`{}` cannot be unique: {reason}", field.name));
    findings.push(finding, &entry.origin, path);
    false
}

/// Why a condition cannot stand in the definition of an index, if it cannot.
fn not_in_index(expr: &Expr, object: &Object) -> Option<String> {
    match &expr.kind {
        Kind::Path(path) if path.root != Root::Row || path.steps.len() != 1 => {
            Some("only the record's own columns can be compared here".to_owned())
        }
        Kind::Path(path) => {
            let field = object.field(&path.steps[0].field)?;
            let plain = matches!(&field.stored, Stored::Column { ty, .. } if *ty != ColumnType::Json)
                && field.encrypted.is_none();
            (!plain).then(|| format!("`{}` has no column that can be compared here", field.name))
        }
        Kind::Children { .. } => Some("children cannot be looked at here".to_owned()),
        Kind::Today | Kind::Now | Kind::Parameter(_) => Some("only constants can stand here".to_owned()),
        _ => {
            let mut found = None;
            crate::parts::each_part(expr, &mut |part| {
                found = found.take().or_else(|| not_in_index(part, object));
            });
            found
        }
    }
}

fn key(
    object: &Object,
    uniques: &IndexMap<Arc<str>, Unique>,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Option<Key> {
    let as_key =
        |(name, unique): (&Arc<str>, &Unique)| Key { name: name.clone(), fields: unique.fields.clone() };
    let open = || uniques.iter().filter(|(_, unique)| unique.filter.is_none());
    let Some(name) = &entry.definition.key else {
        let single = |(_, unique): &(&Arc<str>, &Unique)| unique.fields.len() == 1;
        let is_number = |unique: &Unique| {
            let field = unique.fields.first().and_then(|name| object.fields.get(name));
            field.is_some_and(|field| matches!(field.kind, FieldType::Autonumber(_)))
        };
        let entered = open().filter(single).find(|(_, unique)| !is_number(unique));
        return entered.or_else(|| open().find(single)).map(as_key);
    };
    let found = open().find(|(unique_name, unique)| {
        ***unique_name == **name || unique.fields.iter().map(|f| &**f).eq([name.as_str()])
    });
    if found.is_none() {
        let finding = if object.field(name).is_some() || uniques.contains_key(name.as_str()) {
            invalid(format!("`{name}` cannot be the key: it is not unique without a condition"))
        } else {
            unknown("field or unique", name)
                .with_hint(did_you_mean(name, object.fields.keys().map(|key| &**key)))
        };
        findings.push(finding, &entry.origin, &["key"]);
    }
    found.map(as_key)
}

fn indexes(object: &Object, entry: &Definition, findings: &mut Findings<'_>) -> IndexMap<Arc<str>, Index> {
    let mut out = IndexMap::new();
    for (name, written) in &entry.definition.indexes {
        let mut fields = Vec::with_capacity(written.len());
        for (place, field) in written.iter().enumerate() {
            let place = place.to_string();
            let path = ["indexes", name, &place];
            let (field, descending) = match field.strip_prefix('-') {
                Some(field) => (field, true),
                None => (field.as_str(), false),
            };
            let Some(field) = paths::known(object, field, entry, &path, findings) else { continue };
            if indexable(field) {
                fields.push((field.name.clone(), descending));
            } else {
                let what = format!("an index on `{}`, which has no plain column,", field.name);
                findings.push(not_yet(what), &entry.origin, &path);
            }
        }
        out.insert(Arc::from(name.as_str()), Index::on(object, fields));
    }
    out
}

/// Whether a plain index can hold the field's column.
pub(super) fn indexable(field: &Field) -> bool {
    let plain = matches!(&field.stored, Stored::Column { ty, .. } if !matches!(ty, ColumnType::Json));
    plain && field.encrypted.is_none()
}

fn rules(
    catalog: &Catalog,
    object: &Object,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> IndexMap<Arc<str>, Rule> {
    let mut out = IndexMap::new();
    for (name, written) in &entry.definition.rules {
        let at = written.at.as_ref().and_then(|field| {
            paths::known(object, field, entry, &["rules", name, "at"], findings).map(|f| f.name.clone())
        });
        let spot = |scope, path| Spot {
            scope,
            row: &object.name,
            record: None,
            origin: &entry.origin,
            path,
            variables: None,
        };
        let path = ["rules", name, "when"];
        let when = compile_some(
            catalog,
            written.when.as_ref(),
            spot(&scopes::RULE_WHEN, &path),
            &mut findings.found,
        );
        let path = ["rules", name, "require"];
        let require =
            compile(catalog, &written.require, spot(&scopes::RULE_REQUIRE, &path), None, &mut findings.found);
        if let Some(require) = require {
            out.insert(Arc::from(name.as_str()), Rule { when, require, error: written.error.clone(), at });
        }
    }
    out
}
