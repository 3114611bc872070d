//! In which form records travel, and what a row of a file is.

use diagnostic::{Code, Diagnostic};

/// The form of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, UTF-8, the names of the columns in the first line.
    #[default]
    Csv,
    /// A workbook of Office Open XML; its first sheet counts.
    Xlsx,
}

impl Format {
    /// Every form.
    pub const ALL: [Format; 2] = [Format::Csv, Format::Xlsx];

    /// Its name, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }

    /// What HTTP calls it.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The form of this name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The form of a file by its ending.
    pub fn of_file(name: &str) -> Option<Format> {
        let (_, ending) = name.rsplit_once('.')?;
        Format::from_name(&ending.to_ascii_lowercase())
    }

    /// The form that HTTP calls so, whatever follows it (`; charset=utf-8`).
    pub fn of_media_type(text: &str) -> Option<Format> {
        let essence = text.split(';').next().unwrap_or_default().trim();
        Format::ALL.into_iter().find(|format| format.media_type().eq_ignore_ascii_case(essence))
    }
}

/// A file that cannot be read.
pub(super) fn unreadable(reason: impl std::fmt::Display) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::InvalidFile).with("reason", reason))
}

/// Columns of a file at most.
pub(super) const MOST_COLUMNS: usize = 1_000;

/// A row as it stands in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct RawRow {
    /// Its line, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<String>,
    /// Why it cannot be read.
    pub found: Option<Box<Diagnostic>>,
}

impl RawRow {
    pub(super) fn at(line: u64) -> RawRow {
        RawRow { line, ..RawRow::default() }
    }

    pub(super) fn put(&mut self, column: usize, text: String) {
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
    }

    /// Whether no cell holds anything.
    pub(super) fn is_blank(&self) -> bool {
        self.found.is_none() && self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}
