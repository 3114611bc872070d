//! Headers: which fields they stand for.

use catalog::{Catalog, Field, Object, Stored, SystemField};
use diagnostic::{Code, Diagnostic, Locale, Result, did_you_mean};
use expression::Type;
use plan::known::{Known, to_one};
use std::sync::Arc;

/// Parts of an address, a column each.
pub(super) const PARTS: [&str; 5] = ["country", "province", "city", "district", "street"];

/// A column of an export.
pub(super) struct Column {
    /// What stands in the first line.
    pub header: String,
    /// The name on the wire; a path for what lies behind references.
    pub key: String,
    /// The part of an address.
    pub part: Option<&'static str>,
    /// What it holds.
    pub holds: Holds,
}

/// What a column holds, for programs that tell numbers from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Text.
    Text,
    /// Numbers.
    Numbers,
    /// Days.
    Days,
}

impl Holds {
    fn of(field: &Field) -> Holds {
        match &field.ty {
            // A masked value is text.
            _ if field.encrypted.is_some() => Holds::Text,
            Type::Integer | Type::Decimal { .. } => Holds::Numbers,
            Type::Date => Holds::Days,
            _ => Holds::Text,
        }
    }
}

/// The columns that are exported where none are asked for: what can be read and has a value of its own.
/// Encrypted fields are left out, because they would be masked.
pub(super) fn all(known: &Known<'_>, object: &Object) -> Vec<Column> {
    let is_shown = |field: &&Field| {
        let engine = [SystemField::Version, SystemField::DeletedAt, SystemField::Flow, SystemField::Position];
        let of_engine = field.system.is_some_and(|system| engine.contains(&system));
        !of_engine && field.encrypted.is_none() && !matches!(field.stored, Stored::Children { .. })
    };
    known.fields(object).filter(is_shown).flat_map(|field| of_field(known, field)).collect()
}

/// The columns of `fields=name,account.number`.
///
/// # Errors
/// Findings about what is no readable field.
pub(super) fn asked(known: &Known<'_>, object: &Object, fields: &str) -> Result<Vec<Column>> {
    let mut columns = Vec::new();
    for text in fields.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let (path, field) = known.path(object, text).map_err(|found| found.at("fields"))?;
        match path.steps.len() {
            1 => columns.extend(of_field(known, field)),
            _ => {
                let (header, key) = (text.to_owned(), text.to_owned());
                columns.push(Column { header, key, part: None, holds: Holds::of(field) });
            }
        }
    }
    Ok(columns)
}

fn of_field(known: &Known<'_>, field: &Field) -> Vec<Column> {
    let name = field.name.to_string();
    if matches!(field.ty, Type::Address) {
        let part = |part: &'static str| {
            let header = format!("{name}.{part}");
            Column { header, key: name.clone(), part: Some(part), holds: Holds::Text }
        };
        return PARTS.map(part).into();
    }
    let key = to_one(field)
        .filter(|_| field.system != Some(SystemField::Id))
        .and_then(|target| known.catalog.objects.get(&target).cloned())
        .and_then(|target| single_key(&target).filter(|key| known.readable(&target.name, key).is_some()));
    let holds = if key.is_some() { Holds::Text } else { Holds::of(field) };
    let header = key.map_or(name.clone(), |key| format!("{name}.{key}"));
    vec![Column { header: header.clone(), key: header, part: None, holds }]
}

/// The natural key of one field that names a record in a cell.
fn single_key(object: &Object) -> Option<Arc<str>> {
    let [only] = object.key.as_ref()?.fields.as_slice() else { return None };
    let plain = |field: &&Field| matches!(field.ty, Type::Text | Type::Integer) && field.encrypted.is_none();
    object.field(only).filter(plain).map(|field| field.name.clone())
}

/// What a column of an import fills.
pub(super) enum Target {
    /// The record's id.
    Id,
    /// A field.
    Field(Arc<str>),
    /// A field whose cell names a record by the value of this field of the target.
    By(Arc<str>, Arc<str>),
    /// A part of an address.
    Part(Arc<str>, &'static str),
    /// A field that nobody writes.
    Ignored,
}

/// What a header stands for: the name of a field, or what people read in its place in any language.
///
/// # Errors
/// `unknown_field`, with the nearest name.
pub(super) fn target(known: &Known<'_>, object: &Object, header: &str) -> Result<Target> {
    named(known, object, header).or_else(|found| match labelled(known, object, header) {
        Some(field) => named(known, object, &field.name),
        None => Err(found),
    })
}

/// What a header fills, as it would be written; nothing for what is no field and for what nobody writes.
pub(super) fn fills(known: &Known<'_>, object: &Object, header: &str) -> Option<String> {
    match target(known, object, header).ok()? {
        Target::Ignored => None,
        Target::Id => Some("id".to_owned()),
        Target::Field(name) => Some(name.to_string()),
        Target::By(name, key) => Some(format!("{name}.{key}")),
        Target::Part(name, part) => Some(format!("{name}.{part}")),
    }
}

/// The one field that people know by this label.
fn labelled<'k>(known: &Known<'k>, object: &'k Object, header: &str) -> Option<&'k Field> {
    let same = |field: &&Field| {
        let label = field.label.as_ref();
        let in_locale = |locale: &Locale| label.and_then(|label| label.get(*locale));
        // `Short name` is short_name too.
        let written = header.to_lowercase().replace(' ', "_");
        *field.name == *written
            || Locale::ALL.iter().filter_map(in_locale).any(|label| label.trim() == header)
    };
    let mut fields = known.fields(object).filter(same);
    fields.next().filter(|_| fields.next().is_none())
}

fn named(known: &Known<'_>, object: &Object, header: &str) -> Result<Target> {
    let (name, part) = header.split_once('.').map_or((header, None), |(name, part)| (name, Some(part)));
    let unknown = || Box::new(known.unknown_field(&object.name, name).at(header));
    let field = known.readable(&object.name, name).ok_or_else(unknown)?;
    let wrong = |part: &str, known: Vec<&str>| {
        let found = Diagnostic::new(Code::UnknownField).with("name", part).at(header);
        Err(Box::new(found.with_hint(did_you_mean(part, known))))
    };
    match (field.system, part) {
        (Some(SystemField::Id), None) => return Ok(Target::Id),
        (Some(SystemField::Owner), _) | (None, _) if field.derived.is_none() => {}
        _ => return Ok(Target::Ignored),
    }
    if let Stored::Children { .. } = field.stored {
        return wrong(name, Vec::new());
    }
    let Some(part) = part else { return Ok(Target::Field(field.name.clone())) };
    if matches!(field.ty, Type::Address) {
        return match PARTS.into_iter().find(|known| *known == part) {
            Some(part) => Ok(Target::Part(field.name.clone(), part)),
            None => wrong(part, PARTS.to_vec()),
        };
    }
    let Some(other) = to_one(field) else { return wrong(part, Vec::new()) };
    match known.readable(&other, part) {
        Some(key) if is_key(known.catalog, &other, &key.name) => {
            Ok(Target::By(field.name.clone(), key.name.clone()))
        }
        _ => {
            let uniques = known.catalog.objects.get(&other).into_iter().flat_map(|o| o.uniques.values());
            let keys = uniques.filter(|u| u.fields.len() == 1).map(|u| &*u.fields[0]);
            wrong(part, keys.filter(|key| known.readable(&other, key).is_some()).collect())
        }
    }
}

/// Whether a field alone names a record.
fn is_key(catalog: &Catalog, object: &str, field: &str) -> bool {
    catalog.objects.get(object).is_some_and(|object| {
        object.uniques.values().any(|u| u.filter.is_none() && u.fields.len() == 1 && *u.fields[0] == *field)
    })
}
