//! The rows of a workbook's first sheet, as a stream of texts.

use crate::transfer::archive;
use crate::transfer::format::{MOST_COLUMNS, RawRow, unreadable};
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use diagnostic::Result;
use std::io::{BufReader, Read, Seek};

/// Reads row after row; `on_row` says whether more are wanted.
///
/// # Errors
/// `invalid_file`.
pub(super) fn read(mut file: impl Read + Seek, on_row: &mut dyn FnMut(RawRow) -> bool) -> Result<()> {
    archive::check(&mut file)?;
    file.rewind().map_err(unreadable)?;
    let mut book = Xlsx::new(BufReader::new(file)).map_err(|_| unreadable("it is no workbook (XLSX)"))?;
    let names = book.sheet_names();
    let name = names.first().ok_or_else(|| unreadable("it has no sheet"))?;
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| unreadable("its first sheet is broken"))?;
    let mut row = RawRow::at(0);
    loop {
        let cell = cells.next_cell();
        let cell =
            cell.map_err(|_| unreadable(format!("its first sheet is broken behind line {}", row.line)))?;
        let Some(cell) = cell else { break };
        let ((line, column), value) = (cell.get_position(), cell.get_value());
        let line = u64::from(line) + 1;
        if line != row.line {
            if row.line != 0 && !on_row(std::mem::replace(&mut row, RawRow::at(line))) {
                return Ok(());
            }
            row.line = line;
        }
        let text = text(value);
        // Spreadsheets keep formats of cells without values, to the right of all others.
        if matches!(&text, Ok(text) if text.is_empty()) && column as usize >= row.cells.len() {
            continue;
        }
        if column as usize >= MOST_COLUMNS {
            row.found = Some(unreadable(format!("a line has more than {MOST_COLUMNS} cells")));
            continue;
        }
        row.put(column as usize, text.unwrap_or_else(|error| error.clone()));
        if let DataRef::Error(_) = value {
            let place = place(line, column);
            row.found = Some(unreadable(format!("cell {place} holds an error of the spreadsheet")));
        }
    }
    if row.line != 0 {
        on_row(row);
    }
    Ok(())
}

/// The cell as a spreadsheet names it.
fn place(line: u64, column: u32) -> String {
    let (mut letters, mut rest) = (String::new(), column + 1);
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.insert(0, char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{line}")
}

/// A cell as the same value stands in CSV; an error of the spreadsheet as such.
fn text(value: &DataRef<'_>) -> std::result::Result<String, String> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        // The shortest digits that mean this number, never an exponent.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(moment) => moment_text(*moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => return Err(error.to_string()),
    })
}

/// A day, a time of day, or both without an offset.
fn moment_text(moment: ExcelDateTime) -> String {
    let serial = moment.as_f64();
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let time = match milli {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        milli => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    };
    match (moment.is_duration() || (0.0..1.0).contains(&serial), serial.fract() == 0.0) {
        (true, _) => time,
        (false, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02}T{time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_spreadsheets_do() {
        for (column, expect) in [(0, "A7"), (25, "Z7"), (26, "AA7"), (701, "ZZ7"), (702, "AAA7")] {
            assert_eq!(place(7, column), expect);
        }
    }
}
