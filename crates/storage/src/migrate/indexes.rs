//! Indexes and unique constraints. Null is smallest in each of them, as in every order of the platform.

use super::{Guard, Step, physical_columns, step};
use crate::dialect::{Dialect, quoted};
use crate::error::internal;
use crate::store::publish::text_hash;
use catalog::{Catalog, Object, PhysicalNames, Stored, Unique};
use diagnostic::Result;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What both publishes have is kept; what is gone is dropped first, so that its columns are free.
pub(super) fn steps(
    old: &PhysicalNames,
    new: &PhysicalNames,
    catalog: &Catalog,
    dialect: Dialect,
) -> Result<Vec<Step>> {
    let had = |names: &PhysicalNames| -> HashSet<String> {
        let tables = names.tables.values().chain(names.retired.values());
        tables.flat_map(|table| table.indexes.keys().cloned()).collect()
    };
    let (before, after) = (had(old), had(new));
    let columns: HashMap<&str, HashSet<String>> = old
        .tables
        .values()
        .chain(old.retired.values())
        .map(|table| {
            let columns = table.columns.values().flat_map(physical_columns).map(|column| column.name);
            (table.table.as_str(), columns.collect())
        })
        .collect();
    let mut gone: Vec<&String> = before.difference(&after).collect();
    gone.sort();
    let mut steps: Vec<Step> = gone
        .into_iter()
        .map(|index| {
            step(format!("drop index {index}"), vec![format!("drop index if exists {}", quoted(index))])
        })
        .collect();
    for object in catalog.objects.values() {
        for unique in object.uniques.values().filter(|unique| !before.contains(&*unique.index)) {
            steps.push(unique_step(object, unique, &columns, catalog, dialect)?);
        }
        for index in object.indexes.values().filter(|index| !before.contains(&*index.index)) {
            let mut keys: Vec<String> = index
                .fields
                .iter()
                .map(|(field, down)| {
                    Ok(format!("{}{}", quoted(&column(object, field)?), order(*down, dialect)))
                })
                .collect::<Result<_>>()?;
            // The id breaks ties in the direction of the last key; it is never null.
            let down = index.fields.last().is_some_and(|(_, down)| *down);
            keys.push(format!("\"id\"{}", if down { " desc" } else { "" }));
            // SQLite looks at the row itself for what only the condition of the index says.
            if index.live && dialect == Dialect::Sqlite {
                keys.push("\"deleted_at\"".to_owned());
            }
            let rest = if index.live { " where deleted_at is null" } else { "" };
            let sql = create("index", &index.index, object, &keys, rest);
            steps.push(step(format!("create index {} on {}", index.index, object.name), vec![sql]));
        }
    }
    Ok(steps)
}

fn create(kind: &str, index: &str, object: &Object, keys: &[String], rest: &str) -> String {
    format!(
        "create {kind} if not exists {} on {} ({}){rest}",
        quoted(index),
        quoted(&object.table),
        keys.join(", ")
    )
}

/// Null is smallest: SQLite's own order, said explicitly to PostgreSQL.
fn order(down: bool, dialect: Dialect) -> &'static str {
    match (dialect, down) {
        (Dialect::Sqlite, false) => "",
        (Dialect::Sqlite, true) => " desc",
        (Dialect::Postgres, false) => " nulls first",
        (Dialect::Postgres, true) => " desc nulls last",
    }
}

fn unique_step(
    object: &Arc<Object>,
    unique: &Unique,
    columns: &HashMap<&str, HashSet<String>>,
    catalog: &Catalog,
    dialect: Dialect,
) -> Result<Step> {
    let names: Vec<String> =
        unique.fields.iter().map(|field| column(object, field)).collect::<Result<_>>()?;
    let keys: Vec<String> = names
        .iter()
        .map(|name| if unique.folded { format!("lower({})", quoted(name)) } else { quoted(name) })
        .collect();
    let filter = match &unique.filter {
        Some(filter) => format!(" and ({})", super::condition::rendered(object, filter, catalog, dialect)?),
        None => String::new(),
    };
    let rest = format!(" where deleted_at is null{filter}");
    let sql = create("unique index", &unique.index, object, &keys, &rest);
    // Rows of a new table do not clash. New columns hold what earlier steps put there.
    let had = columns.get(&*object.table);
    let guard = had.map(|had| {
        let present: Vec<String> = names.iter().map(|name| format!("{} is not null", quoted(name))).collect();
        let list = keys.join(", ");
        Guard {
            sql: format!(
                "select cast(coalesce(sum(n), 0) as bigint) from (select count(*) as n from {}{rest} and {} \
                 group by {list} having count(*) > 1) as clashes",
                quoted(&object.table),
                present.join(" and "),
            ),
            what: format!("unique {} of {}", unique.fields.join(", "), object.name),
            reason: "rows share their values with others".to_owned(),
            late: unique.filter.is_some() || !names.iter().all(|name| had.contains(name)),
        }
    });
    let what = format!("create unique index {} on {}", unique.index, object.name);
    Ok(Step { sql: vec![sql], guard, ..Step::new(what) })
}

/// The column an index covers for a field: of an encrypted one its keyed hash.
fn column(object: &Object, name: &str) -> Result<String> {
    let missing = || internal("naming the column of an index", &format!("{}.{name}", object.name));
    let field = object.field(name).ok_or_else(missing)?;
    if let Some(hash) = field.encrypted.as_ref().and_then(|encryption| encryption.hash_column.as_ref()) {
        return Ok(hash.to_string());
    }
    match &field.stored {
        Stored::Column { column, .. } => Ok(column.to_string()),
        _ => Err(missing()),
    }
}

/// The name of an index on a table of pairs, within the longest identifier of PostgreSQL.
pub(super) fn pair_index(table: &str, prefix: &str) -> String {
    if table.len() <= 56 {
        return quoted(&format!("{prefix}_{table}"));
    }
    quoted(&format!("{prefix}_{}", &text_hash(table)[..40]))
}
