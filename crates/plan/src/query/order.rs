//! `sort`: the order of rows, which always ends with the id.

use super::filter::ends_in;
use super::request::Request;
use crate::known::{Known, to_one};
use crate::read::SortKey;
use crate::wording::{Words, invalid_parameter, too_complex};
use catalog::encrypted::has_order;
use catalog::expand::expand_path;
use catalog::{Field, Object};
use diagnostic::Result;
use expression::{Path, Root, Step, Type};
use std::sync::Arc;

const MAX_KEYS: usize = 8;

/// The order a request asks for; else that of its view; else that of the ids.
pub fn sort(
    known: &Known<'_>,
    object: &Arc<Object>,
    request: &Request,
    view: &[String],
) -> Result<Vec<SortKey>> {
    let mut keys = Vec::new();
    match &request.sort {
        Some(asked) => {
            if asked.len() > MAX_KEYS {
                return Err(Box::new(
                    too_complex(["too many sort keys", "排序键过多", "排序鍵過多"]).at("sort"),
                ));
            }
            for text in asked {
                keys.push(key(known, object, text)?);
            }
        }
        // What a view sorts by and the actor may not read is left out.
        None => keys.extend(view.iter().filter_map(|text| key(known, object, text).ok())),
    }
    let is_id = |key: &SortKey| key.path.steps.len() == 1 && &*key.path.steps[0].field == "id";
    if let Some(place) = keys.iter().position(is_id) {
        keys.truncate(place + 1);
    } else {
        let descending = keys.last().is_some_and(|key| key.descending);
        let id = Step { object: object.name.clone(), field: Arc::from("id") };
        keys.push(SortKey { path: Path { root: Root::Row, steps: vec![id] }, descending });
    }
    Ok(keys)
}

fn key(known: &Known<'_>, object: &Arc<Object>, text: &str) -> Result<SortKey> {
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let (path, field) = known.path(object, name).map_err(|found| Box::new(found.at("sort")))?;
    let path = expand_path(&path, &known.catalog.objects);
    if !sortable(known, field) || path.steps.last().is_some_and(|last| known.veil(last).is_some()) {
        let words: Words =
            ["`{field}` cannot be sorted by", "无法按 `{field}` 排序", "無法依 `{field}` 排序"];
        return Err(Box::new(invalid_parameter("sort", words).with("field", name)));
    }
    Ok(SortKey { path, descending })
}

/// Whether rows can be put in the order of the field without telling what the actor may not read.
fn sortable(known: &Known<'_>, field: &Field) -> bool {
    if !has_order(field) {
        return false;
    }
    match &field.ty {
        Type::Reference(Some(_)) if field.system == Some(catalog::SystemField::Id) => true,
        Type::Reference(Some(_)) => to_one(field)
            .and_then(|target| known.catalog.objects.get(&target))
            .is_some_and(|target| known.reads_title(target)),
        _ => true,
    }
}

/// The type of a sort key's value: a reference sorts by its title.
pub fn key_type(known: &Known<'_>, key: &SortKey) -> Type {
    match ends_in(known, &key.path) {
        Some(field) if field.system == Some(catalog::SystemField::Id) => Type::Reference(None),
        Some(field) if matches!(field.ty, Type::Reference(_)) => Type::Text,
        Some(field) => field.ty.clone(),
        None => Type::Null,
    }
}
