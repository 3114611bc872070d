//! Values of Rust to bound values of SQL and back, in the stored form of each database: ids are BLOB(16) or
//! `uuid`, instants fixed-width UTC text or `timestamptz`, structures text or `jsonb`.

use crate::dialect::Dialect;
use crate::error::internal;
use chrono::{DateTime, SecondsFormat, Utc};
use diagnostic::Result;
use sea_orm::{QueryResult, TryGetable, Value};
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
pub struct Cells {
    row: QueryResult,
    dialect: Dialect,
}

/// A value that can be read from a row.
pub trait FromCell: Sized {
    /// The value in column `index`, from 0.
    fn from_cell(cells: &Cells, index: usize) -> Result<Self>;
}

impl Cells {
    /// Wraps a row.
    pub fn new(row: QueryResult, dialect: Dialect) -> Self {
        Cells { row, dialect }
    }

    /// The value in column `index`, from 0. An error means that the table is not what this version wrote.
    pub fn get<T: FromCell>(&self, index: usize) -> Result<T> {
        T::from_cell(self, index)
    }

    /// Which database it comes from.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The row itself.
    pub fn row(&self) -> &QueryResult {
        &self.row
    }

    fn raw<T: TryGetable>(&self, index: usize) -> Result<Option<T>> {
        self.row.try_get_by_index::<Option<T>>(index).map_err(|e| internal("reading a row", &e))
    }

    fn known<T: FromCell>(&self, index: usize) -> Result<T>
    where
        Option<T>: FromCell,
    {
        self.get::<Option<T>>(index)?
            .ok_or_else(|| internal("reading a row", &format!("column {index} is null")))
    }
}

macro_rules! raw_from_cell {
    ($($rust:ty),*) => {
        $(impl FromCell for Option<$rust> {
            fn from_cell(cells: &Cells, index: usize) -> Result<Self> {
                cells.raw::<$rust>(index)
            }
        })*
    };
}
macro_rules! known_from_cell {
    ($($rust:ty),*) => {
        $(impl FromCell for $rust {
            fn from_cell(cells: &Cells, index: usize) -> Result<Self> {
                cells.known(index)
            }
        })*
    };
}
raw_from_cell!(i64, bool, String, Vec<u8>);
known_from_cell!(i64, bool, String, Vec<u8>, Uuid, DateTime<Utc>, serde_json::Value);

impl FromCell for Option<Uuid> {
    fn from_cell(cells: &Cells, index: usize) -> Result<Self> {
        match cells.dialect {
            Dialect::Postgres => cells.raw::<Uuid>(index),
            Dialect::Sqlite => cells
                .raw::<Vec<u8>>(index)?
                .map(|bytes| Uuid::from_slice(&bytes).map_err(|e| internal("reading an id", &e)))
                .transpose(),
        }
    }
}

impl FromCell for Option<DateTime<Utc>> {
    fn from_cell(cells: &Cells, index: usize) -> Result<Self> {
        match cells.dialect {
            Dialect::Postgres => cells.raw::<DateTime<Utc>>(index),
            Dialect::Sqlite => cells
                .raw::<String>(index)?
                .map(|text| parse_time(&text).ok_or_else(|| internal("reading an instant", &text)))
                .transpose(),
        }
    }
}

impl FromCell for Option<serde_json::Value> {
    fn from_cell(cells: &Cells, index: usize) -> Result<Self> {
        match cells.dialect {
            Dialect::Postgres => cells.raw::<serde_json::Value>(index),
            Dialect::Sqlite => cells
                .raw::<String>(index)?
                .map(|text| serde_json::from_str(&text).map_err(|e| internal("reading a structure", &e)))
                .transpose(),
        }
    }
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
