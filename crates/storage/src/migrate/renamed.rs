//! An object that is called otherwise: its table keeps its name, but what the engine keeps about its records
//! says of which object they are.

use super::{Step, step};
use crate::dialect::quoted;
use catalog::PhysicalNames;
use definition::ColumnType;

/// The tables that name the object of a record. The audit says what was true when it was written.
pub(super) const NAMING: [&str; 8] = [
    "sys_history",
    "sys_comment",
    "sys_follower",
    "sys_search",
    "sys_demo",
    "sys_file",
    "sys_mail",
    "workflow_instance",
];

/// Objects that are called otherwise: the former name and the new one.
pub fn renamed(old: &PhysicalNames, new: &PhysicalNames) -> impl Iterator<Item = (String, String)> {
    new.tables.iter().filter_map(|(object, table)| {
        let mut before = old.tables.iter().chain(&old.retired).filter(|(_, was)| was.table == table.table);
        let (former, _) = before.next().filter(|(former, _)| *former != object)?;
        Some((former.clone(), object.clone()))
    })
}

/// What follows the objects that have another name.
pub(super) fn steps(old: &PhysicalNames, new: &PhysicalNames) -> Vec<Step> {
    let mut steps = Vec::new();
    for (former, object) in renamed(old, new) {
        let change = |table: &str, column: &str| {
            let column = quoted(column);
            format!(
                "update {} set {column} = {} where {column} = {}",
                quoted(table),
                text(&object),
                text(&former)
            )
        };
        let kept = NAMING.iter().map(|table| change(table, "object"));
        let links = links(new).map(|(table, column)| change(table, &column));
        let what = format!("what is kept about records of {former} is about {object}");
        steps.push(step(what, kept.chain(links).collect()));
    }
    steps
}

/// The columns that name the object a reference to any object leads to.
fn links(names: &PhysicalNames) -> impl Iterator<Item = (&str, String)> {
    names.tables.values().chain(names.retired.values()).flat_map(|table| {
        let columns = table.columns.values().chain(table.retired.iter().map(|(_, column)| column));
        let links = columns.filter(|column| column.ty == Some(ColumnType::Link));
        links.map(|column| (table.table.as_str(), format!("{}_object", column.name)))
    })
}

/// A text in SQL.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
