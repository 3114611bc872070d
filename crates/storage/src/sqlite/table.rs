//! The rows of an answer, in three allocations however many they are.

use rusqlite::types::ValueRef;
use std::ops::Range;

/// Rows of equal width. Texts and bytes lie one behind the other.
#[derive(Debug)]
pub(crate) struct Table {
    width: usize,
    values: Vec<Stored>,
    texts: String,
    bytes: Vec<u8>,
}

/// A value as SQLite gave it. Ranges lie in the texts or bytes of the table.
#[derive(Clone, Debug)]
enum Stored {
    Null,
    Integer(i64),
    Real(f64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

/// A value, borrowed from its table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Raw<'t> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'t str),
    Blob(&'t [u8]),
}

impl Table {
    /// Without rows.
    pub fn of(width: usize) -> Table {
        Table { width, values: Vec::with_capacity(width), texts: String::new(), bytes: Vec::new() }
    }

    /// Copies the row a statement stands on.
    pub fn push(&mut self, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        for column in 0..self.width {
            let stored = match row.get_ref(column)? {
                ValueRef::Null => Stored::Null,
                ValueRef::Integer(number) => Stored::Integer(number),
                ValueRef::Real(number) => Stored::Real(number),
                ValueRef::Text(text) => {
                    // Checked here once, so that reading it cannot fail.
                    let text =
                        std::str::from_utf8(text).map_err(|e| rusqlite::Error::Utf8Error(column, e))?;
                    let begin = self.texts.len();
                    self.texts.push_str(text);
                    Stored::Text(begin..self.texts.len())
                }
                ValueRef::Blob(blob) => {
                    let begin = self.bytes.len();
                    self.bytes.extend_from_slice(blob);
                    Stored::Blob(begin..self.bytes.len())
                }
            };
            self.values.push(stored);
        }
        Ok(())
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or_default()
    }

    /// A value; `None` outside the table.
    pub fn value(&self, row: usize, column: usize) -> Option<Raw<'_>> {
        if column >= self.width {
            return None;
        }
        Some(match self.values.get(row * self.width + column)? {
            Stored::Null => Raw::Null,
            Stored::Integer(number) => Raw::Integer(*number),
            Stored::Real(number) => Raw::Real(*number),
            Stored::Text(range) => Raw::Text(&self.texts[range.clone()]),
            Stored::Blob(range) => Raw::Blob(&self.bytes[range.clone()]),
        })
    }
}
