//! From the physical names of one publish to those of the next: tables, columns, tables of pairs, copies for
//! changed types, indexes. Nothing is dropped here but indexes; what left the definitions stays until
//! [`purge`].
//!
//! All of it runs in the transaction of the publish, so that a process that dies leaves the database wholly old
//! or wholly new. References carry no foreign keys: rows go to the recycle bin before they go, and what
//! a purge does to those that refer is the plan's decision, under its locks.

mod columns;

mod convert;

mod rewrite;

mod seal;

mod renamed;

mod condition;

mod indexes;

pub mod purge;

pub mod rules;

use crate::dialect::{Dialect, quoted};
use crate::store::audit::pen::Pen;
use crate::store::{audit, history};
use crate::transaction::Tx;
use catalog::names::{Column, Table};
use catalog::{Catalog, PhysicalNames};
use definition::ColumnType;
use definition::field::Mask;
use diagnostic::{Code, Diagnostic, Result};
use rewrite::Rewrite;
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

pub(crate) use columns::{Physical, physical_columns};
pub use renamed::renamed;
pub use rewrite::Means;

/// One step of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, in a line.
    pub what: String,
    /// The statements.
    pub sql: Vec<String>,
    /// What must hold before it.
    pub guard: Option<Guard>,
    /// Values computed in Rust, after the statements.
    rewrite: Option<Rewrite>,
    /// What happens to the history, after all that.
    history: Option<HistoryWork>,
}

impl Step {
    fn new(what: String) -> Step {
        Step { what, sql: Vec::new(), guard: None, rewrite: None, history: None }
    }
}

/// What happens to what the history holds of some fields.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HistoryWork {
    /// The object's full name.
    object: String,
    /// The fields, under all their names.
    fields: Vec<String>,
    /// How values are masked; without, they are forgotten.
    mask: Option<Mask>,
}

/// A check of the data before a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Counts the rows in the way, as one whole number.
    pub sql: String,
    /// What is about to change.
    pub what: String,
    /// Why those rows are in the way.
    pub reason: String,
    /// It looks at what earlier steps write, so it can be checked only right before its own.
    pub late: bool,
}

/// What brings the database from one publish to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migration {
    /// In order.
    pub steps: Vec<Step>,
}

impl Migration {
    /// From the names of the last publish to those of a catalog that was built on them.
    pub fn between(
        old: &PhysicalNames,
        new: &PhysicalNames,
        catalog: &Catalog,
        dialect: Dialect,
    ) -> Result<Migration> {
        let mut migration = Migration::tables(old, new, dialect);
        migration.steps.extend(moves(old, new, catalog, dialect));
        migration.steps.extend(renamed::steps(old, new));
        migration.steps.extend(Migration::indexes(old, new, catalog, dialect)?.steps);
        Ok(migration)
    }

    /// Indexes alone.
    pub(crate) fn indexes(
        old: &PhysicalNames,
        new: &PhysicalNames,
        catalog: &Catalog,
        dialect: Dialect,
    ) -> Result<Migration> {
        Ok(Migration { steps: indexes::steps(old, new, catalog, dialect)? })
    }

    /// The retired columns of all tables, as a restore needs them.
    pub(crate) fn retired_columns(names: &PhysicalNames, dialect: Dialect) -> Migration {
        let mut steps = Vec::new();
        for (object, table) in names.tables.iter().chain(&names.retired) {
            for (field, column) in &table.retired {
                match column.ty {
                    None => steps.push(created_pairs(object, field, column, dialect)),
                    Some(_) => {
                        let new = physical_columns(column);
                        steps.extend(new.map(|column| added(object, field, &table.table, &column, dialect)));
                    }
                }
            }
        }
        Migration { steps }
    }

    /// Tables and columns alone.
    pub(crate) fn tables(old: &PhysicalNames, new: &PhysicalNames, dialect: Dialect) -> Migration {
        let before: HashMap<&str, &Table> = old
            .tables
            .values()
            .chain(old.retired.values())
            .map(|table| (table.table.as_str(), table))
            .collect();
        let mut steps = Vec::new();
        for (object, table) in new.tables.iter().chain(&new.retired) {
            match before.get(table.table.as_str()) {
                None => steps.extend(created(object, table, dialect)),
                Some(was) => steps.extend(changed(object, was, table, dialect)),
            }
        }
        Migration { steps }
    }

    /// Whether nothing has to change.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// All statements, in order.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().flat_map(|step| step.sql.iter().map(String::as_str))
    }

    /// Counts the rows in the way of each step: one finding for each step that must not run.
    pub async fn check(&self, tx: &Tx, means: Means<'_>) -> Result<Vec<Diagnostic>> {
        let mut found = Vec::new();
        for step in &self.steps {
            if let Some(guard) = step.guard.as_ref().filter(|guard| !guard.late) {
                found.extend(guard.finding(tx).await?);
            }
            let Some(rewrite) = &step.rewrite else { continue };
            if rewrite.needs_key() && means.secret.is_none() {
                found.push(*rewrite::no_key());
            } else if rewrite.may_refuse() {
                let rows = rewrite.refused(tx, means).await?;
                found.extend(in_the_way(rows, &step.what, "rows hold values that do not fit"));
            }
        }
        Ok(found)
    }

    /// Checks the data and runs all steps. To be called in the transaction that also keeps the publish.
    pub async fn run(&self, tx: &Tx, means: Means<'_>) -> Result<()> {
        if tx.dialect() == Dialect::Postgres {
            // A statement that waits for a lock makes all later ones wait behind it: give way and try again.
            tx.batch("set local lock_timeout = '3s'").await?;
        }
        if let Some(found) = Diagnostic::gather(self.check(tx, means).await?) {
            return Err(Box::new(found));
        }
        for step in &self.steps {
            if let Some(guard) = step.guard.as_ref().filter(|guard| guard.late)
                && let Some(found) = guard.finding(tx).await?
            {
                return Err(Box::new(found));
            }
            for sql in &step.sql {
                tx.batch(sql).await?;
            }
            if let Some(rewrite) = &step.rewrite {
                rewrite.run(tx, means).await?;
            }
            if let Some(work) = &step.history {
                work.run(tx, means).await?;
            }
        }
        Ok(())
    }
}

impl HistoryWork {
    /// Writes the rows anew, and puts on record which ones and how they are now.
    async fn run(&self, tx: &Tx, means: Means<'_>) -> Result<()> {
        let masked = |text: &str| self.mask.map(|mask| mask.apply(text));
        let pen = means.secret.map_or(Pen::Free, |secret| Pen::Keyed(secret.clone()));
        let mut after = (Uuid::nil(), Uuid::nil());
        while let Some(done) = history::rewrite(tx, &self.object, &self.fields, &masked, after).await? {
            after = done.after;
            if done.changed.is_empty() && done.forgotten.is_empty() {
                continue;
            }
            let history = pen.history(&done.changed, None);
            let entry = audit::Entry {
                id: Uuid::now_v7(),
                at: means.clock.now,
                actor: None,
                kind: audit::verify::REWRITTEN.to_owned(),
                object: Some(self.object.clone()),
                record: None,
                request: None,
                detail: json!({"fields": self.fields, "history": history, "forgotten": done.forgotten}),
            };
            audit::insert(tx, &pen, &[entry]).await?;
        }
        Ok(())
    }
}

impl Guard {
    /// What is in the way, if anything is.
    async fn finding(&self, tx: &Tx) -> Result<Option<Diagnostic>> {
        let row = tx.row(self.sql.as_str(), vec![]).await?;
        let rows: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        Ok(in_the_way(rows, &self.what, &self.reason))
    }
}

fn in_the_way(rows: i64, what: &str, reason: &str) -> Option<Diagnostic> {
    let found =
        || Diagnostic::new(Code::UnsafeChange).with("what", what).with("reason", format!("{rows} {reason}"));
    (rows > 0).then(found)
}

fn step(what: String, sql: Vec<String>) -> Step {
    Step { sql, ..Step::new(what) }
}

/// A new table with its tables of pairs.
fn created(object: &str, table: &Table, dialect: Dialect) -> Vec<Step> {
    let columns: Vec<String> = table
        .columns
        .values()
        .flat_map(physical_columns)
        .map(|column| {
            let rest = match column.name.as_str() {
                "id" => " not null primary key",
                "version" => " not null default 1",
                _ => "",
            };
            format!("{}{rest}", column.definition(dialect))
        })
        .collect();
    let sql = format!("create table {} ({})", quoted(&table.table), columns.join(", "));
    let mut steps = vec![step(format!("create table {} for {object}", table.table), vec![sql])];
    for (field, column) in table.columns.iter().filter(|(_, column)| column.ty.is_none()) {
        steps.push(created_pairs(object, field, column, dialect));
    }
    steps
}

/// A table of pairs: `id, source, target, position`, then its attributes.
fn created_pairs(object: &str, field: &str, column: &Column, dialect: Dialect) -> Step {
    let fixed = [("id", ColumnType::Uuid), ("source", ColumnType::Uuid), ("target", ColumnType::Uuid)];
    let mut columns: Vec<String> = fixed
        .into_iter()
        .map(|(name, ty)| {
            let key = if name == "id" { " primary key" } else { "" };
            format!("{} not null{key}", Physical::new(name, ty).definition(dialect))
        })
        .collect();
    columns.push(format!(
        "{} not null default 0",
        Physical::new("position", ColumnType::Integer).definition(dialect)
    ));
    for attribute in column.attributes.values() {
        columns.extend(physical_columns(attribute).map(|column| column.definition(dialect)));
    }
    let table = quoted(&column.name);
    let sql = vec![
        format!("create table {table} ({})", columns.join(", ")),
        format!(
            "create unique index {} on {table} (source, target)",
            indexes::pair_index(&column.name, "ux")
        ),
        format!("create index {} on {table} (target, source)", indexes::pair_index(&column.name, "ix")),
    ];
    step(format!("create table {} for {object}.{field}", column.name), sql)
}

/// What a table gains, and copies for fields whose type changed.
fn changed(object: &str, was: &Table, table: &Table, dialect: Dialect) -> Vec<Step> {
    let mut steps = Vec::new();
    let had: HashMap<&str, &Column> = was
        .columns
        .values()
        .chain(was.retired.iter().map(|(_, column)| column))
        .map(|column| (column.name.as_str(), column))
        .collect();
    for (field, column) in &table.columns {
        match had.get(column.name.as_str()) {
            Some(old) => {
                let on = if column.ty.is_none() { &column.name } else { &table.table };
                let before: Vec<Physical> = all_columns(old);
                let new = all_columns(column).into_iter().filter(|column| !before.contains(column));
                steps.extend(new.map(|column| added(object, field, on, &column, dialect)));
            }
            None if column.ty.is_none() => steps.push(created_pairs(object, field, column, dialect)),
            None => {
                let new = physical_columns(column);
                steps.extend(new.map(|column| added(object, field, &table.table, &column, dialect)));
            }
        }
    }
    steps
}

/// Values that move to another column: fields, and attributes of pairs, whose type changed.
fn moves(old: &PhysicalNames, new: &PhysicalNames, catalog: &Catalog, dialect: Dialect) -> Vec<Step> {
    let before: HashMap<&str, &Table> =
        old.tables.values().chain(old.retired.values()).map(|table| (table.table.as_str(), table)).collect();
    let mut steps = Vec::new();
    for (object, table) in &new.tables {
        let Some(was) = before.get(table.table.as_str()) else { continue };
        for (field, column) in &table.columns {
            let known =
                catalog.objects.get(object.as_str()).and_then(|object| object.fields.get(field.as_str()));
            let (ty, table_name) = (known.map(|field| &field.ty), table.table.as_str());
            let held = was.columns.values().find(|held| held.name == column.name);
            if let Some(held) = held {
                let pairs = Place { object, field, table: &column.name, dialect };
                steps.extend(pairs.attributes(held, column));
                if let (Some(None), Some(Some(hash))) = (&held.encrypted, &column.encrypted) {
                    steps.push(seal::hashed(object, field, table_name, column, hash));
                }
                continue;
            }
            // The column that held the field until now, whatever it was called then.
            let left = table.retired.iter().rev().find(|(name, old)| {
                name == field && was.columns.values().any(|column| column.name == old.name)
            });
            let Some((_, left)) = left else { continue };
            let of = convert::Move { object, field, table: table_name, old: left, new: column, ty };
            steps.extend(convert::steps(&of, dialect));
            if left.encrypted.is_none() && column.encrypted.is_some() {
                steps.extend(seal::older(object, field, table, &left.name));
                let mask = known.and_then(|f| f.encrypted.as_ref()).map_or(Mask::All, |e| e.mask);
                let former = catalog.objects.get(object.as_str()).map(|object| &object.aliases);
                let former = former.into_iter().flatten().filter(|(_, now)| ***now == **field);
                let names = former.map(|(name, _)| name.to_string()).chain([field.clone()]);
                steps.push(seal::masked(object, names.collect(), mask));
            }
        }
    }
    steps
}

/// A table of pairs.
struct Place<'a> {
    object: &'a str,
    field: &'a str,
    table: &'a str,
    dialect: Dialect,
}

impl Place<'_> {
    /// Attributes whose type changed have a new column beside the old one.
    fn attributes(&self, old: &Column, new: &Column) -> Vec<Step> {
        let changed = new.attributes.iter().filter_map(|(name, new)| {
            let old = old.attributes.get(name).filter(|old| old.name != new.name)?;
            let field = format!("{}.{name}", self.field);
            let of =
                convert::Move { object: self.object, field: &field, table: self.table, old, new, ty: None };
            Some(convert::steps(&of, self.dialect))
        });
        changed.flatten().collect()
    }
}

/// The columns of a field, or the attribute columns of its table of pairs.
fn all_columns(column: &Column) -> Vec<Physical> {
    physical_columns(column).chain(column.attributes.values().flat_map(physical_columns)).collect()
}

fn added(object: &str, field: &str, table: &str, column: &Physical, dialect: Dialect) -> Step {
    let sql = format!("alter table {} add column {}", quoted(table), column.definition(dialect));
    step(format!("add column {table}.{} for {object}.{field}", column.name), vec![sql])
}

#[cfg(test)]
mod tests;
