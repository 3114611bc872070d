//! How values of a row become bytes.

use crate::dialect::Dialect;
use crate::error::internal;
use crate::secret::Secret;
use crate::sql::column::read_id;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use definition::field::Mask;
use diagnostic::Result;
use rust_decimal::{Decimal, RoundingStrategy};
use sea_orm::{QueryResult, TryGetable};
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;
use uuid::Uuid;

/// One member of a record on the wire.
#[derive(Clone, Debug)]
pub enum Cell {
    /// A value.
    Value {
        /// `"name":`
        key: Vec<u8>,
        /// Which column.
        at: usize,
        /// How it is written.
        form: Form,
    },
    /// A to-one reference.
    Reference {
        /// `"name":`
        key: Vec<u8>,
        /// Column of the id.
        id: usize,
        /// Column of the object's name, for references to any object.
        object: Option<usize>,
        /// Column of the title; absent where it may never be shown.
        title: Option<usize>,
        /// Column of the id of the joined row: null where it may not be shown.
        shown: Option<usize>,
        /// Further fields.
        expand: Vec<Cell>,
    },
    /// A to-many relation, read by a query of its own.
    Many {
        /// `"name":`
        key: Vec<u8>,
        /// Column of the id of the record it belongs to.
        id: usize,
        /// Which of the level's further queries.
        list: usize,
    },
}

/// How a value is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A JSON string.
    Text,
    /// A JSON number.
    Integer(Stored),
    /// A JSON string with exactly so many places.
    Money(Stored, u32),
    /// A JSON string of at most so many places, without trailing zeros.
    Decimal(Stored, u32),
    /// `true`, `false`
    Boolean,
    /// `"2026-01-31"`
    Date,
    /// RFC 3339 with `Z`
    DateTime,
    /// `"14:30:00"`
    Time,
    /// An id as text.
    Id,
    /// A stored structure as it is.
    Json,
    /// Ids in a stored list, as references.
    Ids,
    /// Ciphertext: the column it belongs to, where the record's id stands, how it is masked.
    Cipher {
        /// Physical name of the column.
        column: Arc<str>,
        /// Column of the record's id.
        id: usize,
        /// Absent for who may read it.
        mask: Option<Mask>,
    },
}

/// How a number is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stored {
    /// A 64-bit integer times `10^-scale`.
    Scaled(u32),
    /// `numeric`.
    Numeric,
}

/// `"name":`
pub fn key(name: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(name.len() + 3);
    text(&mut key, name);
    key.push(b':');
    key
}

fn text(out: &mut Vec<u8>, text: &str) {
    // Writing a string to memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

pub(crate) fn raw<T: TryGetable>(row: &QueryResult, at: usize) -> Result<Option<T>> {
    row.try_get_by_index::<Option<T>>(at).map_err(|e| internal("reading a row", &e))
}

/// Each row as a JSON object.
pub(crate) fn write_rows(
    dialect: Dialect,
    secret: Option<&Secret>,
    cells: &[Cell],
    rows: &[QueryResult],
    lists: &Lists,
) -> Result<Vec<Vec<u8>>> {
    let writer = Writer { dialect, secret, lists };
    rows.iter()
        .map(|row| {
            let mut out = Vec::with_capacity(64 + cells.len() * 32);
            out.push(b'{');
            writer.members(&mut out, row, cells, true)?;
            out.push(b'}');
            Ok(out)
        })
        .collect()
}

/// The finished items of each list of a level, by the record they belong to.
#[derive(Default)]
pub(crate) struct Lists {
    lists: Vec<HashMap<Uuid, Vec<Vec<u8>>>>,
    /// Titles of what references to any object lead to.
    titles: HashMap<Uuid, (String, String)>,
}

impl Lists {
    /// Adds the next list.
    pub fn push(&mut self, list: HashMap<Uuid, Vec<Vec<u8>>>) {
        self.lists.push(list);
    }

    /// Adds the title of a record of an object.
    pub fn title(&mut self, object: &str, id: Uuid, title: String) {
        self.titles.insert(id, (object.to_owned(), title));
    }

    fn title_of(&self, object: &str, id: Uuid) -> Option<&str> {
        self.titles.get(&id).filter(|(known, _)| known == object).map(|(_, title)| title.as_str())
    }

    /// Writes the list of a record.
    pub fn write(&self, out: &mut Vec<u8>, list: usize, owner: Option<Uuid>) {
        let items = owner.and_then(|owner| self.lists.get(list)?.get(&owner));
        out.extend_from_slice(&array(items.map_or(&[], Vec::as_slice)));
    }
}

/// A JSON array of finished items.
pub fn array(items: &[Vec<u8>]) -> Bytes {
    let mut out = Vec::with_capacity(2 + items.iter().map(|item| item.len() + 1).sum::<usize>());
    out.push(b'[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(item);
    }
    out.push(b']');
    Bytes::from(out)
}

pub(crate) struct Writer<'a> {
    pub dialect: Dialect,
    pub secret: Option<&'a Secret>,
    pub lists: &'a Lists,
}

impl Writer<'_> {
    /// Members of an object; `first` says that none stands before them.
    pub fn members(&self, out: &mut Vec<u8>, row: &QueryResult, cells: &[Cell], first: bool) -> Result<()> {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 || !first {
                out.push(b',');
            }
            match cell {
                Cell::Value { key, at, form } => {
                    out.extend_from_slice(key);
                    self.value(out, row, *at, form)?;
                }
                Cell::Reference { key, id, object, title, shown, expand } => {
                    out.extend_from_slice(key);
                    match read_id(row, *id, self.dialect)? {
                        None => out.extend_from_slice(b"null"),
                        Some(id) => self.reference(out, row, id, (*object, *title, *shown), expand)?,
                    }
                }
                Cell::Many { key, id, list } => {
                    out.extend_from_slice(key);
                    let owner = read_id(row, *id, self.dialect)?;
                    self.lists.write(out, *list, owner);
                }
            }
        }
        Ok(())
    }

    fn reference(
        &self,
        out: &mut Vec<u8>,
        row: &QueryResult,
        id: Uuid,
        (object, title, shown): (Option<usize>, Option<usize>, Option<usize>),
        expand: &[Cell],
    ) -> Result<()> {
        out.push(b'{');
        if let Some(object) = object {
            out.extend_from_slice(b"\"object\":");
            self.value(out, row, object, &Form::Text)?;
            out.push(b',');
        }
        let _ = write!(out, "\"id\":\"{id}\",\"title\":");
        let shown = match shown {
            Some(shown) => read_id(row, shown, self.dialect)?.is_some(),
            None => true,
        };
        let known = match object {
            Some(object) => raw::<String>(row, object)?.and_then(|object| self.lists.title_of(&object, id)),
            None => None,
        };
        match (title.filter(|_| shown), known) {
            (Some(title), _) => self.value(out, row, title, &Form::Text)?,
            (None, Some(title)) => text(out, title),
            (None, None) => out.extend_from_slice(b"null"),
        }
        if shown {
            let further: Vec<Cell> = expand.iter().filter(|cell| !is_own(cell)).cloned().collect();
            self.members(out, row, &further, false)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn value(&self, out: &mut Vec<u8>, row: &QueryResult, at: usize, form: &Form) -> Result<()> {
        let sqlite = self.dialect == Dialect::Sqlite;
        let found = match form {
            Form::Text => raw::<String>(row, at)?.map(|value| text(out, &value)),
            Form::Integer(stored) => self.number(row, at, *stored, 0)?.map(|n| shown(out, n.normalize())),
            Form::Money(stored, places) => self.number(row, at, *stored, *places)?.map(|mut n| {
                n.rescale(*places);
                in_quotes(out, n);
            }),
            Form::Decimal(stored, places) => {
                self.number(row, at, *stored, *places)?.map(|n| in_quotes(out, n.normalize()))
            }
            Form::Boolean if sqlite => raw::<i64>(row, at)?.map(|flag| shown(out, flag != 0)),
            Form::Boolean => raw::<bool>(row, at)?.map(|flag| shown(out, flag)),
            Form::Date | Form::Time if sqlite => raw::<String>(row, at)?.map(|value| text(out, &value)),
            Form::Date => raw::<NaiveDate>(row, at)?.map(|day| in_quotes(out, day.format("%Y-%m-%d"))),
            Form::Time => raw::<NaiveTime>(row, at)?.map(|time| in_quotes(out, time.format("%H:%M:%S"))),
            Form::DateTime if sqlite => raw::<String>(row, at)?.map(|value| text(out, &shortened(&value))),
            Form::DateTime => raw::<DateTime<Utc>>(row, at)?
                .map(|instant| in_quotes(out, instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
            Form::Id => read_id(row, at, self.dialect)?.map(|id| in_quotes(out, id)),
            Form::Json => self.structure(row, at)?.map(|value| out.extend_from_slice(value.as_bytes())),
            Form::Ids => match self.structure(row, at)? {
                None => None,
                Some(list) => Some(ids(out, &list)?),
            },
            Form::Cipher { column, id, mask } => self.cipher(out, row, at, (column, *id, *mask))?,
        };
        if found.is_none() {
            out.extend_from_slice(b"null");
        }
        Ok(())
    }

    fn structure(&self, row: &QueryResult, at: usize) -> Result<Option<String>> {
        match self.dialect {
            Dialect::Sqlite => raw::<String>(row, at),
            Dialect::Postgres => {
                let value = raw::<serde_json::Value>(row, at)?;
                Ok(value.map(|value| value.to_string()))
            }
        }
    }

    /// A number, rounded half away from zero.
    fn number(&self, row: &QueryResult, at: usize, stored: Stored, places: u32) -> Result<Option<Decimal>> {
        let number = match stored {
            Stored::Scaled(scale) => raw::<i64>(row, at)?.map(|n| Decimal::new(n, scale)),
            Stored::Numeric => raw::<Decimal>(row, at)?,
        };
        Ok(number.map(|n| n.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)))
    }

    fn cipher(
        &self,
        out: &mut Vec<u8>,
        row: &QueryResult,
        at: usize,
        (column, id, mask): (&str, usize, Option<Mask>),
    ) -> Result<Option<()>> {
        let (Some(sealed), Some(id)) = (raw::<String>(row, at)?, read_id(row, id, self.dialect)?) else {
            return Ok(None);
        };
        let Some(secret) = self.secret else {
            text(out, "****");
            return Ok(Some(()));
        };
        let opened = secret.open(&sealed, id, column)?;
        match mask {
            Some(mask) => text(out, &mask.apply(&opened)),
            None => text(out, &opened),
        }
        Ok(Some(()))
    }
}

/// `id` and `title` of an expanded record stand there already.
fn is_own(cell: &Cell) -> bool {
    matches!(cell, Cell::Value { key, .. } if key == b"\"id\":")
}

fn shown(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    // Writing to memory cannot fail.
    let _ = write!(out, "{value}");
}

fn in_quotes(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    let _ = write!(out, "\"{value}\"");
}

/// `2026-01-31T08:00:00.000000Z` without a fraction of zeros, else with three or six digits.
fn shortened(instant: &str) -> String {
    match instant.split_once('.') {
        Some((second, "000000Z")) => format!("{second}Z"),
        Some((second, fraction)) if fraction.ends_with("000Z") => {
            format!("{second}.{}Z", &fraction[..fraction.len() - 4])
        }
        _ => instant.to_owned(),
    }
}

fn ids(out: &mut Vec<u8>, list: &str) -> Result<()> {
    let ids: Vec<String> = serde_json::from_str(list).map_err(|e| internal("reading a list of ids", &e))?;
    out.push(b'[');
    for (place, id) in ids.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"id\":");
        text(out, id);
        out.push(b'}');
    }
    out.push(b']');
    Ok(())
}
