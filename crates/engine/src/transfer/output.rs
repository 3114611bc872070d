//! Rows become a file, a page at a time.

use crate::engine::internal;
use crate::transfer::cells::protect;
use crate::transfer::format::Format;
use chrono::{Datelike, NaiveDate};
use diagnostic::{Code, Diagnostic, Result};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rust_xlsxwriter::{ExcelDateTime, Format as Style, Workbook, XlsxError};
use std::fs::File;
use std::io::{Read, Seek, Write};

/// Bytes of a piece of a file.
pub(crate) const PIECE: usize = 256 * 1024;
/// Digits that a spreadsheet keeps of a number.
const DIGITS: usize = 15;

/// Takes the bytes of a file, piece by piece.
pub trait Sink: Send {
    /// Takes a piece.
    ///
    /// # Errors
    /// What the place it goes to refuses; nothing more is written then.
    fn put(&mut self, piece: Vec<u8>) -> BoxFuture<'_, Result<()>>;
}

impl Sink for Vec<u8> {
    fn put(&mut self, piece: Vec<u8>) -> BoxFuture<'_, Result<()>> {
        self.extend_from_slice(&piece);
        async { Ok(()) }.boxed()
    }
}

/// A file or another place that takes bytes at once.
pub struct WriteTo<W>(pub W);

impl<W: Write + Send> Sink for WriteTo<W> {
    fn put(&mut self, piece: Vec<u8>) -> BoxFuture<'_, Result<()>> {
        let written = self.0.write_all(&piece).and_then(|()| self.0.flush());
        async { written.map_err(|error| unwritable(&error)) }.boxed()
    }
}

fn unwritable(error: &std::io::Error) -> Box<Diagnostic> {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Box::new(Diagnostic::new(Code::DiskFull)),
        _ => internal("writing a file", error),
    }
}

/// A value on its way into a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Out {
    /// Text that must not become a formula.
    Text(String),
    /// A number in decimal digits.
    Number(String),
    /// A day, written so.
    Day(NaiveDate),
}

/// A file that is being written.
pub(super) enum Output {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Xlsx(Box<Book>),
}

/// A workbook; its rows go to a temporary file as they come.
pub(super) struct Book {
    workbook: Workbook,
    day: Style,
    row: u32,
}

impl Output {
    /// A file without rows.
    pub fn new(format: Format) -> Result<Output> {
        Ok(match format {
            Format::Csv => Output::Csv(Box::new(csv())),
            Format::Xlsx => {
                let mut workbook = Workbook::new();
                workbook.add_worksheet_with_constant_memory().map_err(|error| broken(&error))?;
                let day = Style::new().set_num_format("yyyy-mm-dd");
                Output::Xlsx(Box::new(Book { workbook, day, row: 0 }))
            }
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `too_large` for what a sheet cannot hold.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Out>) -> Result<()> {
        match self {
            Output::Csv(writer) => {
                let texts = cells.into_iter().map(|cell| match cell {
                    Out::Text(text) => protect(text),
                    Out::Number(text) => text,
                    Out::Day(day) => day.to_string(),
                });
                writer.write_record(texts).map_err(|error| internal("writing CSV", &error))
            }
            Output::Xlsx(book) => book.row(cells),
        }
    }

    /// The bytes that are ready: those of CSV at any time, those of a workbook at its end only.
    pub fn take(&mut self) -> Result<Vec<u8>> {
        let Output::Csv(writer) = self else { return Ok(Vec::new()) };
        let full = std::mem::replace(writer.as_mut(), csv());
        full.into_inner().map_err(|error| internal("writing CSV", error.error()))
    }

    /// The rest of the file, to this place.
    pub async fn finish(mut self, sink: &mut dyn Sink) -> Result<()> {
        match &mut self {
            Output::Csv(_) => {
                let rest = self.take()?;
                if rest.is_empty() { Ok(()) } else { sink.put(rest).await }
            }
            Output::Xlsx(_) => {
                let Output::Xlsx(book) = self else { return Ok(()) };
                let file = crate::engine::blocking(move || book.save()).await?;
                copy(file, sink).await
            }
        }
    }
}

/// Refused lines go back as they came, whatever their length.
fn csv() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().flexible(true).from_writer(Vec::new())
}

/// Hands over a file from its beginning.
pub(super) async fn copy(mut file: File, sink: &mut dyn Sink) -> Result<()> {
    file.rewind().map_err(|error| unwritable(&error))?;
    loop {
        let mut piece = vec![0; PIECE];
        let mut filled = 0;
        while filled < PIECE {
            match file.read(&mut piece[filled..]).map_err(|error| unwritable(&error))? {
                0 => break,
                count => filled += count,
            }
        }
        if filled == 0 {
            return Ok(());
        }
        piece.truncate(filled);
        sink.put(piece).await?;
    }
}

impl Book {
    fn row(&mut self, cells: impl IntoIterator<Item = Out>) -> Result<()> {
        let row = self.row;
        let day = self.day.clone();
        let sheet = self.workbook.worksheet_from_index(0).map_err(|error| broken(&error))?;
        for (column, cell) in (0u16..).zip(cells) {
            let done = match cell {
                Out::Text(text) if text.is_empty() => continue,
                Out::Text(text) => sheet.write_string(row, column, protect(text)).map(drop),
                Out::Number(text) => match number(&text) {
                    Some(number) => sheet.write_number(row, column, number).map(drop),
                    None => sheet.write_string(row, column, text).map(drop),
                },
                Out::Day(date) => match excel_day(date) {
                    Some(moment) => sheet.write_datetime_with_format(row, column, &moment, &day).map(drop),
                    None => sheet.write_string(row, column, date.to_string()).map(drop),
                },
            };
            done.map_err(|error| broken(&error))?;
        }
        self.row += 1;
        Ok(())
    }

    fn save(mut self) -> Result<File> {
        let mut file = tempfile::tempfile().map_err(|error| unwritable(&error))?;
        self.workbook.save_to_writer(&mut file).map_err(|error| broken(&error))?;
        Ok(file)
    }
}

/// The number, where a spreadsheet keeps all its digits.
fn number(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.parse().ok().filter(|number: &f64| digits <= DIGITS && number.is_finite())
}

/// Spreadsheets know days from 1900 on, and take 1900 for a leap year.
fn excel_day(day: NaiveDate) -> Option<ExcelDateTime> {
    let year = u16::try_from(day.year()).ok().filter(|year| *year > 1900)?;
    let (month, day) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    ExcelDateTime::from_ymd(year, month, day).ok()
}

fn broken(error: &XlsxError) -> Box<Diagnostic> {
    let limit = match error {
        XlsxError::RowColumnLimitError => {
            "what a sheet holds: 1,048,576 rows and 16,384 columns; CSV has no such limit"
        }
        XlsxError::MaxStringLengthExceeded => "what a cell holds: 32,767 characters; CSV has no such limit",
        XlsxError::IoError(error) => return unwritable(error),
        _ => return internal("writing a workbook", error),
    };
    Box::new(Diagnostic::new(Code::TooLarge).with("limit", limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_numbers_as_long_as_no_digit_is_lost() {
        let rows = [
            ("12.50", Some(12.5)),
            ("-5", Some(-5.0)),
            ("999999999999999", Some(999_999_999_999_999.0)),
            ("1234567890123456.78", None),
            ("", None),
            ("x", None),
        ];
        for (text, expect) in rows {
            assert_eq!(number(text), expect, "{text}");
        }
    }
}
