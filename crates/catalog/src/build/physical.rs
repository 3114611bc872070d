//! Physical names, and the indexes that references bring.

use super::screens::add_index;
use crate::model::catalog::Catalog;
use crate::model::field::{Field, Stored, SystemField};
use crate::model::object::{Index, Object};
use crate::names::{PhysicalNames, Shape, WantedColumn, WantedTable, fit, index_name};
use definition::ColumnType;
use definition::field::FieldType;
use expression::Expr;
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;

/// The index of an object's live rows by their ids. No index of an author begins with an underscore.
const LIVE: &str = "_live";

/// Gives every table, column and index of the catalog its name.
pub(super) fn build(catalog: &mut Catalog, old: &PhysicalNames) -> PhysicalNames {
    reference_indexes(catalog);
    live_indexes(catalog);
    let wanted: Vec<WantedTable> = catalog.objects.values().map(|object| wanted(object)).collect();
    let mut names = old.allocate(&wanted);
    for object in catalog.objects.values_mut() {
        let object = Arc::make_mut(object);
        let Some(table) = names.tables.get_mut(&*object.name) else { continue };
        object.table = Arc::from(table.table.as_str());
        for field in object.fields.values_mut() {
            if let Some(column) = table.columns.get(&*field.name) {
                name_field(field, column);
            }
        }
        table.indexes = name_indexes(object, &table.indexes);
    }
    names
}

fn wanted(object: &Object) -> WantedTable {
    let mut former: HashMap<&str, Vec<String>> = HashMap::new();
    for (old, now) in &object.aliases {
        former.entry(now).or_default().push(old.to_string());
    }
    let columns = object.fields.values().filter_map(|field| {
        let shape = match (&field.stored, &field.encrypted) {
            (_, Some(encryption)) => Shape::Encrypted { lookup: encryption.hash_column.is_some() },
            (Stored::Column { ty, .. }, None) => Shape::Column(*ty),
            (Stored::Link(link), _) => {
                Shape::Pairs(link.attributes.iter().map(|(name, _, _, ty)| (name.to_string(), *ty)).collect())
            }
            _ => return None,
        };
        let mut formerly = former.remove(&*field.name).unwrap_or_default();
        formerly.sort();
        Some(WantedColumn { name: field.name.to_string(), formerly, shape })
    });
    let columns = columns.collect();
    let formerly = object.formerly.iter().map(|name| name.to_string()).collect();
    WantedTable { name: object.name.to_string(), formerly, columns }
}

fn name_field(field: &mut Field, physical: &crate::names::Column) {
    let name: Arc<str> = Arc::from(physical.name.as_str());
    match &mut field.stored {
        Stored::Column { column, .. } => *column = name,
        Stored::Link(link) => {
            link.table = name;
            for (attribute, column, ..) in &mut link.attributes {
                if let Some(physical) = physical.attributes.get(&**attribute) {
                    *column = Arc::from(physical.name.as_str());
                }
            }
        }
        _ => {}
    }
    if let Some(encryption) = &mut field.encrypted {
        encryption.hash_column =
            physical.encrypted.iter().flatten().next().map(|name| Arc::from(name.as_str()));
    }
}

/// Every reference is looked up backwards: children, deletes, roll-ups. Owner and department serve row scopes.
fn reference_indexes(catalog: &mut Catalog) {
    let mut wanted: Vec<(Arc<str>, Arc<str>)> = Vec::new();
    for object in catalog.objects.values() {
        for field in object.fields.values() {
            let refers =
                matches!(field.kind, FieldType::Reference(_) | FieldType::User(_) | FieldType::Department(_));
            let column =
                matches!(&field.stored, Stored::Column { ty: ColumnType::Uuid | ColumnType::Link, .. });
            let scoped = matches!(field.system, None | Some(SystemField::Owner | SystemField::Department));
            if refers && column && scoped {
                wanted.push((object.name.clone(), field.name.clone()));
            }
        }
    }
    for (object, field) in wanted {
        add_index(catalog, &object, &format!("ref_{field}"), vec![(field, false)]);
    }
}

/// Counting all rows, and passing over many of them in the order of their ids, reads no row.
fn live_indexes(catalog: &mut Catalog) {
    for object in catalog.objects.values_mut() {
        let live = Index { fields: Vec::new(), index: Arc::from(""), live: true };
        Arc::make_mut(object).indexes.insert(Arc::from(LIVE), live);
    }
}

/// Names the object's indexes. One that covers what an existing one covers keeps its physical name, whatever
/// it is called now.
fn name_indexes(object: &mut Object, old: &IndexMap<String, String>) -> IndexMap<String, String> {
    let mut by_cover: HashMap<&str, &str> = old.iter().map(|(name, covers)| (&**covers, &**name)).collect();
    let mut out: IndexMap<String, String> = IndexMap::new();
    let mut pick = |wish: String, covers: String| -> Arc<str> {
        if let Some(kept) = by_cover.remove(covers.as_str()) {
            out.insert(kept.to_owned(), covers);
            return Arc::from(kept);
        }
        let mut name = wish.clone();
        let mut number = 2;
        // A name that exists with another cover is left to it, so that old and new can stand side by side.
        while out.contains_key(&name) || old.contains_key(&name) {
            name = fit(&format!("{wish}_{number}"));
            number += 1;
        }
        out.insert(name.clone(), covers);
        Arc::from(name)
    };
    let columns: HashMap<Arc<str>, String> =
        object.fields.values().map(|field| (field.name.clone(), indexed_column(field))).collect();
    let column = |name: &Arc<str>| columns.get(name).cloned().unwrap_or_default();
    let table = object.table.clone();
    for (name, unique) in &mut object.uniques {
        let list: Vec<String> = unique.fields.iter().map(&column).collect();
        let filter =
            unique.filter.as_ref().map(|filter| format!(" where {}", canonical(filter))).unwrap_or_default();
        unique.index = pick(index_name(&table, name, true), format!("unique {}{filter}", list.join(",")));
    }
    for (name, index) in &mut object.indexes {
        let list = index
            .fields
            .iter()
            .map(|(field, down)| format!("{}{}", column(field), if *down { " desc" } else { "" }));
        let list: Vec<String> = list.collect();
        // Every index ends with the id.
        let list = if list.is_empty() { "id".to_owned() } else { list.join(",") };
        let live = if index.live { " of live rows alone" } else { "" };
        index.index = pick(index_name(&table, name, false), format!("index {list}{live}"));
    }
    out
}

fn indexed_column(field: &Field) -> String {
    if let Some(hash) = field.encrypted.as_ref().and_then(|encryption| encryption.hash_column.as_ref()) {
        return hash.to_string();
    }
    match &field.stored {
        Stored::Column { column, .. } => column.to_string(),
        _ => String::new(),
    }
}

/// A text that is the same for the same condition, wherever it stands in its file.
fn canonical(expr: &Expr) -> String {
    expression::to_json(expr).to_string()
}
