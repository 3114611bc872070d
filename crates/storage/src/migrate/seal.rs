//! Fields that come to be encrypted: what they held in the clear goes, from the table and from the history;
//! and hashes for a look-up that comes later.

use super::rewrite::{Rewrite, Target};
use super::{HistoryWork, Step};
use crate::dialect::{Dialect, quoted};
use catalog::names::{Column, Table};
use definition::field::Mask;

/// Overwrites the values that the old column holds; once this is committed, [`crate::Database::compact`] takes
/// their bytes out of the file.
pub(super) fn wiped(object: &str, field: &str, table: &str, old: &Column, dialect: Dialect) -> Step {
    let what = format!(
        "overwrite what {object}.{field} held in the clear; backups, the data of approvals and {} still hold it",
        match dialect {
            Dialect::Sqlite => "copies of the database file",
            Dialect::Postgres => "row versions that were not vacuumed yet",
        }
    );
    Step { sql: vec![emptied(table, old)], ..Step::new(what) }
}

fn emptied(table: &str, column: &Column) -> String {
    let name = quoted(&column.name);
    format!("update {} set {name} = null where {name} is not null", quoted(table))
}

/// Columns in which the field stood in the clear before, by earlier changes of its type.
pub(super) fn older(object: &str, field: &str, table: &Table, just: &str) -> Vec<Step> {
    let clear = table.retired.iter().filter(|(name, column)| {
        name == field && column.encrypted.is_none() && column.ty.is_some() && column.name != just
    });
    clear
        .map(|(_, column)| {
            let what = format!("overwrite what {object}.{field} held in the clear in {}", column.name);
            Step { sql: vec![emptied(&table.table, column)], ..Step::new(what) }
        })
        .collect()
}

/// Masks what the history holds of the field under any of its names.
pub(super) fn masked(object: &str, fields: Vec<String>, mask: Mask) -> Step {
    let what = format!("mask what the history holds of {object}.{}", fields.join(", "));
    let work = HistoryWork { object: object.to_owned(), fields, mask: Some(mask) };
    Step { history: Some(work), ..Step::new(what) }
}

/// Hashes for values that were encrypted before `lookup: exact` was said.
pub(super) fn hashed(object: &str, field: &str, table: &str, column: &Column, hash: &str) -> Step {
    let rewrite = Rewrite {
        table: table.to_owned(),
        read: quoted(&column.name),
        present: format!("{} is not null", quoted(&column.name)),
        opened: Some(column.name.clone()),
        recipes: Vec::new(),
        target: Target::Hash(hash.to_owned()),
    };
    Step { rewrite: Some(rewrite), ..Step::new(format!("prepare look-ups of {object}.{field}")) }
}
