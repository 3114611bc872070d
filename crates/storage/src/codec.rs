//! Values of Rust to bound values of SQL and back, in the stored form of each database: ids are BLOB(16) or
//! `uuid`, instants fixed-width UTC text or `timestamptz`, structures text or `jsonb`.

use crate::dialect::Dialect;
use crate::error::internal;
use crate::sqlite::table::{Raw, Table};
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use diagnostic::{Diagnostic, Result};
use rust_decimal::Decimal;
use sea_orm::sqlx::Row as _;
use sea_orm::{QueryResult, TryGetable, Value};
use std::fmt::Display;
use std::sync::Arc;
use uuid::Uuid;

/// A value that can be bound. `None` binds a null of the same type, which PostgreSQL insists on.
pub trait Cell {
    /// The bound value.
    fn cell(self, dialect: Dialect) -> Value;
}

/// An instant as the fixed-width text SQLite stores: `2026-01-31T08:00:00.000000Z`, sorted as time is.
pub fn time_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Reads what [`time_text`] wrote.
pub fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

impl Cell for Value {
    fn cell(self, _: Dialect) -> Value {
        self
    }
}
impl Cell for Uuid {
    fn cell(self, dialect: Dialect) -> Value {
        Some(self).cell(dialect)
    }
}
impl Cell for Option<Uuid> {
    fn cell(self, dialect: Dialect) -> Value {
        match dialect {
            Dialect::Sqlite => Value::Bytes(self.map(|id| id.as_bytes().to_vec())),
            Dialect::Postgres => Value::Uuid(self),
        }
    }
}
impl Cell for DateTime<Utc> {
    fn cell(self, dialect: Dialect) -> Value {
        Some(self).cell(dialect)
    }
}
impl Cell for Option<DateTime<Utc>> {
    fn cell(self, dialect: Dialect) -> Value {
        match dialect {
            Dialect::Sqlite => Value::String(self.map(time_text)),
            Dialect::Postgres => Value::ChronoDateTimeUtc(self),
        }
    }
}
impl Cell for serde_json::Value {
    fn cell(self, dialect: Dialect) -> Value {
        Some(self).cell(dialect)
    }
}
impl Cell for &serde_json::Value {
    fn cell(self, dialect: Dialect) -> Value {
        Some(self.clone()).cell(dialect)
    }
}
impl Cell for Option<serde_json::Value> {
    fn cell(self, dialect: Dialect) -> Value {
        match dialect {
            Dialect::Sqlite => Value::String(self.map(|json| json.to_string())),
            Dialect::Postgres => Value::Json(self.map(Box::new)),
        }
    }
}
impl Cell for bool {
    fn cell(self, dialect: Dialect) -> Value {
        Some(self).cell(dialect)
    }
}
impl Cell for Option<bool> {
    fn cell(self, dialect: Dialect) -> Value {
        match dialect {
            Dialect::Sqlite => Value::BigInt(self.map(i64::from)),
            Dialect::Postgres => Value::Bool(self),
        }
    }
}

macro_rules! plain_cells {
    ($($rust:ty => |$value:ident| $bound:expr;)*) => {
        $(impl Cell for $rust {
            fn cell(self, _: Dialect) -> Value {
                let $value = self;
                $bound
            }
        })*
    };
}

plain_cells! {
    i64 => |n| Value::BigInt(Some(n));
    Option<i64> => |n| Value::BigInt(n);
    &str => |text| Value::String(Some(text.to_owned()));
    String => |text| Value::String(Some(text));
    &String => |text| Value::String(Some(text.clone()));
    Option<&str> => |text| Value::String(text.map(str::to_owned));
    Option<String> => |text| Value::String(text);
    Vec<u8> => |bytes| Value::Bytes(Some(bytes));
    &[u8] => |bytes| Value::Bytes(Some(bytes.to_vec()));
    Option<Vec<u8>> => |bytes| Value::Bytes(bytes);
}

/// Binds values of different types: `cells![tx.dialect(); id, name, at]`.
#[macro_export]
macro_rules! cells {
    ($dialect:expr; $($value:expr),* $(,)?) => {{
        let dialect = $dialect;
        vec![$($crate::codec::Cell::cell($value, dialect)),*]
    }};
}

/// A row of a result, read by position in the stored form of its database.
#[derive(Debug)]
pub struct Cells(Row);

#[derive(Debug)]
enum Row {
    Sqlite { table: Arc<Table>, row: usize },
    Postgres(QueryResult),
}

/// A value that can be read from a row.
pub trait FromCell: Sized {
    /// The value in column `index`, from 0.
    fn from_cell(cells: &Cells, index: usize) -> Result<Self>;
}

impl Cells {
    /// The rows of an answer of SQLite.
    pub(crate) fn of_table(table: &Arc<Table>) -> Vec<Cells> {
        (0..table.rows()).map(|row| Cells(Row::Sqlite { table: table.clone(), row })).collect()
    }

    /// A row of PostgreSQL.
    pub(crate) fn of_postgres(row: QueryResult) -> Cells {
        Cells(Row::Postgres(row))
    }

    /// The value in column `index`, from 0. An error means that the table is not what this version wrote.
    pub fn get<T: FromCell>(&self, index: usize) -> Result<T> {
        T::from_cell(self, index)
    }

    /// The text in column `index`, without a copy.
    pub fn text(&self, index: usize) -> Result<Option<&str>> {
        match &self.0 {
            Row::Sqlite { .. } => match self.stored(index)? {
                Raw::Null => Ok(None),
                Raw::Text(text) => Ok(Some(text)),
                other => Err(unreadable(index, &format!("{other:?} is no text"))),
            },
            Row::Postgres(row) => {
                let row =
                    row.try_as_pg_row().ok_or_else(|| unreadable(index, "a row of another database"))?;
                row.try_get::<Option<&str>, _>(index).map_err(|e| unreadable(index, &e))
            }
        }
    }

    /// A scaled whole number of SQLite, or a `numeric` of PostgreSQL, whose scale is its own.
    pub(crate) fn scaled(&self, index: usize, scale: u32) -> Result<Option<Decimal>> {
        match &self.0 {
            Row::Sqlite { .. } => {
                Ok(self.get::<Option<i64>>(index)?.map(|number| Decimal::new(number, scale)))
            }
            Row::Postgres(row) => taken(row, index),
        }
    }

    /// Which database it comes from.
    pub fn dialect(&self) -> Dialect {
        match &self.0 {
            Row::Sqlite { .. } => Dialect::Sqlite,
            Row::Postgres(_) => Dialect::Postgres,
        }
    }

    fn stored(&self, index: usize) -> Result<Raw<'_>> {
        let Row::Sqlite { table, row } = &self.0 else {
            return Err(unreadable(index, "a row of another database"));
        };
        table.value(*row, index).ok_or_else(|| unreadable(index, "there is no such column"))
    }

    fn known<T: FromCell>(&self, index: usize) -> Result<T>
    where
        Option<T>: FromCell,
    {
        self.get::<Option<T>>(index)?.ok_or_else(|| unreadable(index, "it is null"))
    }
}

fn unreadable(index: usize, reason: &(impl Display + ?Sized)) -> Box<Diagnostic> {
    internal("reading a row", &format!("column {index}: {reason}"))
}

fn taken<T: TryGetable>(row: &QueryResult, index: usize) -> Result<Option<T>> {
    row.try_get_by_index::<Option<T>>(index).map_err(|e| unreadable(index, &e))
}

/// Values that SQLite stores as text.
fn parsed<T>(cells: &Cells, index: usize, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
    let Some(text) = cells.text(index)? else { return Ok(None) };
    read(text).map(Some).ok_or_else(|| unreadable(index, &format!("`{text}` is not what was written")))
}

/// One line for each type: how SQLite's stored form is read. PostgreSQL has a type of its own for each.
macro_rules! from_cell {
    ($($rust:ty => |$cells:ident, $index:ident| $read:expr;)*) => {
        $(
            impl FromCell for Option<$rust> {
                fn from_cell(cells: &Cells, index: usize) -> Result<Self> {
                    let ($cells, $index) = (cells, index);
                    match &cells.0 {
                        Row::Postgres(row) => taken(row, index),
                        Row::Sqlite { .. } => $read,
                    }
                }
            }
            impl FromCell for $rust {
                fn from_cell(cells: &Cells, index: usize) -> Result<Self> {
                    cells.known(index)
                }
            }
        )*
    };
}

from_cell! {
    i64 => |cells, index| match cells.stored(index)? {
        Raw::Null => Ok(None),
        Raw::Integer(number) => Ok(Some(number)),
        other => Err(unreadable(index, &format!("{other:?} is no whole number"))),
    };
    bool => |cells, index| Ok(cells.get::<Option<i64>>(index)?.map(|flag| flag != 0));
    String => |cells, index| Ok(cells.text(index)?.map(str::to_owned));
    Vec<u8> => |cells, index| match cells.stored(index)? {
        Raw::Null => Ok(None),
        Raw::Blob(bytes) => Ok(Some(bytes.to_vec())),
        other => Err(unreadable(index, &format!("{other:?} is no bytes"))),
    };
    Uuid => |cells, index| match cells.stored(index)? {
        Raw::Null => Ok(None),
        Raw::Blob(bytes) => Uuid::from_slice(bytes).map(Some).map_err(|e| unreadable(index, &e)),
        other => Err(unreadable(index, &format!("{other:?} is no id"))),
    };
    DateTime<Utc> => |cells, index| parsed(cells, index, parse_time);
    NaiveDate => |cells, index| parsed(cells, index, |text| text.parse().ok());
    NaiveTime => |cells, index| parsed(cells, index, |text| text.parse().ok());
    serde_json::Value => |cells, index| parsed(cells, index, |text| serde_json::from_str(text).ok());
}

impl Cell for Option<Vec<String>> {
    fn cell(self, dialect: Dialect) -> Value {
        self.map(serde_json::Value::from).cell(dialect)
    }
}
impl FromCell for Option<Vec<String>> {
    fn from_cell(cells: &Cells, index: usize) -> Result<Self> {
        let list: Option<serde_json::Value> = cells.get(index)?;
        list.map(|list| serde_json::from_value(list).map_err(|e| internal("reading a list", &e))).transpose()
    }
}
