//! Dropping for good what left the definitions: only when someone says so, after an export.

use super::renamed::{NAMING, text};
use super::{HistoryWork, Migration, indexes, physical_columns, step};
use crate::dialect::{Dialect, quoted};
use catalog::PhysicalNames;
use catalog::names::Column;

/// The table of files.
const FILES: &str = "sys_file";

/// What a purge drops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retired {
    /// A whole object that is gone, by its full name.
    Object(String),
    /// A field that is gone, by the object's full name and the field's.
    Field(String, String),
}

/// Everything that could be purged.
pub fn retired(names: &PhysicalNames) -> Vec<Retired> {
    let mut all: Vec<Retired> = names.retired.keys().cloned().map(Retired::Object).collect();
    for (object, table) in &names.tables {
        for (field, _) in &table.retired {
            let found = Retired::Field(object.clone(), field.clone());
            if !all.contains(&found) {
                all.push(found);
            }
        }
    }
    all
}

/// The drops, and the names that are left.
pub fn purge(names: &PhysicalNames, which: &[Retired], dialect: Dialect) -> (Migration, PhysicalNames) {
    let mut left = names.clone();
    let mut migration = Migration::default();
    for one in which {
        match one {
            Retired::Object(object) => {
                let Some(table) = left.retired.shift_remove(object) else { continue };
                let columns = table.columns.values().chain(table.retired.iter().map(|(_, column)| column));
                let pairs = columns.filter(|column| column.ty.is_none()).map(|column| &column.name);
                let tables = pairs.chain([&table.table]).map(|name| format!("drop table {}", quoted(name)));
                let sql = kept(object, dialect).chain(tables).collect();
                migration.steps.push(step(format!("drop table {} of {object}", table.table), sql));
            }
            Retired::Field(object, field) => {
                let Some(table) = left.tables.get_mut(object) else { continue };
                let (gone, kept) = table.retired.drain(..).partition(|(name, _)| name == field);
                table.retired = kept;
                let gone: Vec<(String, Column)> = gone;
                let files = gone.iter().map(|(_, column)| {
                    let (object, column) = (text(object), text(&column.name));
                    format!(
                        "update {FILES} set state = 'released' where object = {object} and field = {column}"
                    )
                });
                let dropped = gone.iter().flat_map(|(_, column)| drops(&table.table, column));
                let sql = files.chain(dropped).collect();
                let mut step = step(format!("drop what {object}.{field} held"), sql);
                if !table.columns.contains_key(field) {
                    let (object, fields) = (object.clone(), vec![field.clone()]);
                    step.history = Some(HistoryWork { object, fields, mask: None });
                }
                migration.steps.push(step);
            }
        }
    }
    (migration, left)
}

/// What the engine keeps about the records of an object beside its table: words, history, comments, which of
/// them demo data made. Approvals and the audit say what happened; they stay.
fn kept(object: &str, dialect: Dialect) -> impl Iterator<Item = String> {
    let of = format!("where object = {}", text(object));
    let words = (dialect == Dialect::Sqlite)
        .then(|| format!("delete from sys_search_text where rowid in (select id from sys_search {of})"));
    let about = NAMING.iter().filter(|table| table.starts_with("sys_") && **table != FILES);
    // The rows of files go with their bytes, which are swept.
    let files = format!("update {FILES} set state = 'released' {of}");
    words.into_iter().chain(about.map(move |table| format!("delete from {table} {of}"))).chain([files])
}

fn drops(table: &str, column: &Column) -> Vec<String> {
    if column.ty.is_none() {
        return vec![
            format!("drop index if exists {}", indexes::pair_index(&column.name, "ux")),
            format!("drop table {}", quoted(&column.name)),
        ];
    }
    physical_columns(column)
        .map(|column| format!("alter table {} drop column {}", quoted(table), quoted(&column.name)))
        .collect()
}
