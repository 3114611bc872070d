//! From the physical names of one publish to those of the next: tables, columns, tables of pairs, copies for
//! changed types, indexes. Nothing is dropped here but indexes; what left the definitions stays until
//! [`purge`].
//!
//! All of it runs in the transaction of the publish, so that a process that dies leaves the database wholly old
//! or wholly new. References carry no foreign keys: rows go to the recycle bin before they go, and what
//! a purge does to those that refer is the plan's decision, under its locks.

mod columns;

mod convert;

mod condition;

mod indexes;

pub mod purge;

pub mod rules;

use crate::dialect::{Dialect, quoted};
use crate::transaction::Tx;
use catalog::names::{Column, Table};
use catalog::{Catalog, PhysicalNames};
use definition::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use std::collections::HashMap;

pub(crate) use columns::{Physical, physical_columns};

/// One step of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, in a line.
    pub what: String,
    /// The statements.
    pub sql: Vec<String>,
    /// What must hold before it.
    pub guard: Option<Guard>,
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
    pub async fn check(&self, tx: &Tx) -> Result<Vec<Diagnostic>> {
        let mut found = Vec::new();
        for guard in self.steps.iter().filter_map(|step| step.guard.as_ref()) {
            let row = tx.row(guard.sql.as_str(), vec![]).await?;
            let rows: i64 = row.map_or(Ok(0), |row| row.get(0))?;
            if rows > 0 {
                let reason = format!("{rows} {}", guard.reason);
                found.push(
                    Diagnostic::new(Code::UnsafeChange).with("what", &guard.what).with("reason", reason),
                );
            }
        }
        Ok(found)
    }

    /// Checks the data and runs all steps. To be called in the transaction that also keeps the publish.
    pub async fn run(&self, tx: &Tx) -> Result<()> {
        if tx.dialect() == Dialect::Postgres {
            // A statement that waits for a lock makes all later ones wait behind it: give way and try again.
            tx.batch("set local lock_timeout = '3s'").await?;
        }
        if let Some(found) = Diagnostic::gather(self.check(tx).await?) {
            return Err(Box::new(found));
        }
        for sql in self.statements() {
            tx.batch(sql).await?;
        }
        Ok(())
    }
}

fn step(what: String, sql: Vec<String>) -> Step {
    Step { what, sql, guard: None }
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
                // The column that held the field until now, whatever it was called then.
                let old = table.retired.iter().rev().find(|(name, old)| {
                    name == field && was.columns.values().any(|column| column.name == old.name)
                });
                steps.extend(
                    old.and_then(|(_, old)| convert::step(object, field, &table.table, old, column, dialect)),
                );
            }
        }
    }
    steps
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
