//! How values of a row become bytes.

use crate::codec::Cells;
use crate::dialect::Dialect;
use crate::error::internal;
use crate::secret::Secret;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use definition::field::Mask;
use diagnostic::Result;
use rust_decimal::{Decimal, RoundingStrategy};
use std::borrow::Cow;
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

/// Each row as a JSON object.
pub(crate) fn write_rows(
    dialect: Dialect,
    secret: Option<&Secret>,
    cells: &[Cell],
    rows: &[Cells],
    lists: &Lists,
) -> Result<Vec<Vec<u8>>> {
    let writer = Writer { dialect, secret, lists };
    rows.iter()
        .map(|row| {
            let mut out = Vec::with_capacity(64 + cells.len() * 48);
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
    pub fn members<'c>(
        &self,
        out: &mut Vec<u8>,
        row: &Cells,
        cells: impl IntoIterator<Item = &'c Cell>,
        mut first: bool,
    ) -> Result<()> {
        for cell in cells {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            match cell {
                Cell::Value { key, at, form } => {
                    out.extend_from_slice(key);
                    self.value(out, row, *at, form)?;
                }
                Cell::Reference { key, id, object, title, shown, expand } => {
                    out.extend_from_slice(key);
                    match row.get::<Option<Uuid>>(*id)? {
                        None => out.extend_from_slice(b"null"),
                        Some(id) => self.reference(out, row, id, (*object, *title, *shown), expand)?,
                    }
                }
                Cell::Many { key, id, list } => {
                    out.extend_from_slice(key);
                    self.lists.write(out, *list, row.get::<Option<Uuid>>(*id)?);
                }
            }
        }
        Ok(())
    }

    fn reference(
        &self,
        out: &mut Vec<u8>,
        row: &Cells,
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
        out.extend_from_slice(b"\"id\":");
        identity(out, id);
        out.extend_from_slice(b",\"title\":");
        let shown = match shown {
            Some(shown) => row.get::<Option<Uuid>>(shown)?.is_some(),
            None => true,
        };
        let known = match object {
            Some(object) => {
                row.get::<Option<String>>(object)?.and_then(|object| self.lists.title_of(&object, id))
            }
            None => None,
        };
        match (title.filter(|_| shown), known) {
            (Some(title), _) => self.value(out, row, title, &Form::Text)?,
            (None, Some(title)) => text(out, title),
            (None, None) => out.extend_from_slice(b"null"),
        }
        if shown {
            self.members(out, row, expand.iter().filter(|cell| !is_own(cell)), false)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn is_sqlite(&self) -> bool {
        self.dialect == Dialect::Sqlite
    }

    fn value(&self, out: &mut Vec<u8>, row: &Cells, at: usize, form: &Form) -> Result<()> {
        let found = match form {
            Form::Text => row.text(at)?.map(|value| text(out, value)),
            Form::Integer(Stored::Scaled(0)) => row.get::<Option<i64>>(at)?.map(|n| integer(out, n)),
            Form::Integer(stored) => number(row, at, *stored, 0)?.map(|n| shown(out, n.normalize())),
            Form::Money(Stored::Scaled(scale), places)
                if scale == places && *scale > 0 && self.is_sqlite() =>
            {
                row.get::<Option<i64>>(at)?.map(|n| scaled(out, n, *scale))
            }
            Form::Money(stored, places) => number(row, at, *stored, *places)?.map(|mut n| {
                n.rescale(*places);
                in_quotes(out, n);
            }),
            Form::Decimal(Stored::Scaled(scale), places) if scale == places && self.is_sqlite() => {
                row.get::<Option<i64>>(at)?.map(|n| trimmed(out, n, *scale))
            }
            Form::Decimal(stored, places) => {
                number(row, at, *stored, *places)?.map(|n| in_quotes(out, n.normalize()))
            }
            Form::Boolean => row.get::<Option<bool>>(at)?.map(|flag| shown(out, flag)),
            // SQLite stores what goes over the wire.
            Form::Date | Form::Time if self.is_sqlite() => row.text(at)?.map(|value| text(out, value)),
            Form::Date => row.get::<Option<NaiveDate>>(at)?.map(|day| in_quotes(out, day.format("%Y-%m-%d"))),
            Form::Time => {
                row.get::<Option<NaiveTime>>(at)?.map(|time| in_quotes(out, time.format("%H:%M:%S")))
            }
            Form::DateTime if self.is_sqlite() => row.text(at)?.map(|value| instant(out, value)),
            Form::DateTime => row
                .get::<Option<DateTime<Utc>>>(at)?
                .map(|instant| in_quotes(out, instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
            Form::Id => row.get::<Option<Uuid>>(at)?.map(|id| identity(out, id)),
            Form::Json => structure(row, at)?.map(|value| out.extend_from_slice(value.as_bytes())),
            Form::Ids => match structure(row, at)? {
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

    fn cipher(
        &self,
        out: &mut Vec<u8>,
        row: &Cells,
        at: usize,
        (column, id, mask): (&str, usize, Option<Mask>),
    ) -> Result<Option<()>> {
        let (Some(sealed), Some(id)) = (row.get::<Option<String>>(at)?, row.get::<Option<Uuid>>(id)?) else {
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

fn identity(out: &mut Vec<u8>, id: Uuid) {
    out.push(b'"');
    out.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
    out.push(b'"');
}

/// A whole number times `10^-scale` with all its places: `"1234.50"`.
fn scaled(out: &mut Vec<u8>, number: i64, scale: u32) {
    let unit = 10_u64.pow(scale);
    let (whole, rest) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
    out.extend_from_slice(if number < 0 { b"\"-".as_slice() } else { b"\"" });
    integer(out, whole);
    out.push(b'.');
    let mut place = unit / 10;
    while place > rest.max(1) {
        out.push(b'0');
        place /= 10;
    }
    integer(out, rest);
    out.push(b'"');
}

/// The same without zeros at its end: `"1234.5"`.
fn trimmed(out: &mut Vec<u8>, mut number: i64, mut scale: u32) {
    while scale > 0 && number % 10 == 0 {
        number /= 10;
        scale -= 1;
    }
    match scale {
        0 => in_quotes(out, number),
        _ => scaled(out, number, scale),
    }
}

/// A whole number: lists are full of them, and `write!` is slow.
fn integer(out: &mut Vec<u8>, number: impl serde::Serialize) {
    // Writing a number to memory cannot fail.
    let _ = serde_json::to_writer(out, &number);
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

/// A number, rounded half away from zero.
fn number(row: &Cells, at: usize, stored: Stored, places: u32) -> Result<Option<Decimal>> {
    let scale = match stored {
        Stored::Scaled(scale) => scale,
        Stored::Numeric => 0,
    };
    let number = match stored {
        // A whole number on PostgreSQL too.
        Stored::Scaled(0) => row.get::<Option<i64>>(at)?.map(Decimal::from),
        _ => row.scaled(at, scale)?,
    };
    Ok(number.map(|n| n.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)))
}

fn structure(row: &Cells, at: usize) -> Result<Option<Cow<'_, str>>> {
    match row.dialect() {
        Dialect::Sqlite => Ok(row.text(at)?.map(Cow::Borrowed)),
        Dialect::Postgres => {
            Ok(row.get::<Option<serde_json::Value>>(at)?.map(|value| Cow::Owned(value.to_string())))
        }
    }
}

/// `2026-01-31T08:00:00.000000Z` without a fraction of zeros, else with three or six digits.
fn instant(out: &mut Vec<u8>, stored: &str) {
    match stored.split_once('.') {
        Some((second, "000000Z")) => in_quotes(out, format_args!("{second}Z")),
        Some((second, fraction)) if fraction.ends_with("000Z") => {
            in_quotes(out, format_args!("{second}.{}Z", &fraction[..fraction.len() - 4]));
        }
        _ => in_quotes(out, stored),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_places() {
        let rows = [
            (123_450, 2, "\"1234.50\"", "\"1234.5\""),
            (0, 2, "\"0.00\"", "\"0\""),
            (-5, 2, "\"-0.05\"", "\"-0.05\""),
            (100, 2, "\"1.00\"", "\"1\""),
            (7, 3, "\"0.007\"", "\"0.007\""),
            (10_010, 4, "\"1.0010\"", "\"1.001\""),
            (i64::MIN + 1, 4, "\"-922337203685477.5807\"", "\"-922337203685477.5807\""),
        ];
        for (number, scale, all, short) in rows {
            let (mut whole, mut cut) = (Vec::new(), Vec::new());
            scaled(&mut whole, number, scale);
            trimmed(&mut cut, number, scale);
            assert_eq!(String::from_utf8(whole).unwrap(), all, "{number} at {scale}");
            assert_eq!(String::from_utf8(cut).unwrap(), short, "{number} at {scale}");
        }
    }
}
