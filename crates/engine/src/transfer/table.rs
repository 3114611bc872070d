//! A file becomes rows: a thread of its own reads ahead by a few batches, whatever the size of the file.

use crate::engine::internal;
use crate::transfer::cells;
use crate::transfer::charset::{self, Charset, Decoded};
use crate::transfer::format::{Format, MOST_COLUMNS, RawRow, unreadable};
use crate::transfer::sheet;
use csv::{ByteRecord, Position};
use diagnostic::Result;
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;

/// Rows of one transaction.
pub(super) const BATCH: usize = 200;
/// Batches that wait to be written.
const AHEAD: usize = 2;
/// Bytes of one row at most.
const LONGEST: usize = 1024 * 1024;

/// A file that can be read from its beginning more than once.
pub trait Source: Read + Seek + Send + 'static {}
impl<F: Read + Seek + Send + 'static> Source for F {}

/// A file that is being read.
pub(super) struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The characters of a CSV file.
    pub charset: Option<Charset>,
    rows: mpsc::Receiver<Result<Vec<RawRow>>>,
}

impl Table {
    /// Begins to read; the first `skip` rows behind the names are left out. Without a set of characters that of a CSV
    /// file is found out.
    ///
    /// # Errors
    /// `invalid_file`.
    pub async fn open(
        source: impl Source,
        (format, charset): (Format, Option<Charset>),
        skip: u64,
    ) -> Result<Table> {
        let (sender, mut rows) = mpsc::channel(AHEAD);
        let found = Arc::new(OnceLock::new());
        let tell = found.clone();
        let read = move || {
            let mut feed = Feed { sender, batch: Vec::new(), header: false, skip };
            // What a library stumbles over is a file that cannot be read.
            let done = catch_unwind(AssertUnwindSafe(|| feed.run(source, (format, charset), &tell)));
            let done = done.unwrap_or_else(|_| Err(unreadable("it is damaged")));
            feed.end(done);
        };
        let thread = std::thread::Builder::new().name("reading a file".to_owned());
        thread.spawn(read).map_err(|error| internal("reading a file", &error))?;
        let first = rows.recv().await.unwrap_or_else(|| Err(unreadable("it is empty")))?;
        let first = first.into_iter().next().unwrap_or_default();
        if let Some(found) = first.found {
            return Err(found);
        }
        let header: Vec<String> = first.cells.iter().map(|cell| cells::header(cell).into_owned()).collect();
        match header.iter().all(String::is_empty) {
            true => Err(unreadable("its first line names no columns")),
            false => Ok(Table { header, charset: found.get().copied(), rows }),
        }
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// `invalid_file`.
    pub async fn next(&mut self) -> Result<Vec<RawRow>> {
        self.rows.recv().await.unwrap_or_else(|| Ok(Vec::new()))
    }
}

struct Feed {
    sender: mpsc::Sender<Result<Vec<RawRow>>>,
    batch: Vec<RawRow>,
    header: bool,
    skip: u64,
}

impl Feed {
    fn run(
        &mut self,
        mut source: impl Source,
        (format, charset): (Format, Option<Charset>),
        tell: &OnceLock<Charset>,
    ) -> Result<()> {
        source.rewind().map_err(unreadable)?;
        if format == Format::Xlsx {
            return sheet::read(source, &mut |row| self.row(row));
        }
        let charset = match charset {
            Some(charset) => charset,
            None => charset::detect(&mut source)?,
        };
        let charset = *tell.get_or_init(|| charset);
        match charset.is_utf8() {
            true => read_csv(source, charset, &mut |row| self.row(row)),
            false => read_csv(Decoded::new(source, charset), charset, &mut |row| self.row(row)),
        }
    }

    /// Takes a row; whether more are wanted.
    fn row(&mut self, mut row: RawRow) -> bool {
        if !self.header {
            if row.is_blank() {
                return true;
            }
            self.header = true;
            return self.sender.blocking_send(Ok(vec![row])).is_ok();
        }
        if self.skip > 0 {
            self.skip -= 1;
            return true;
        }
        if row.cells.iter().map(String::len).sum::<usize>() > LONGEST {
            row.cells.iter_mut().for_each(|cell| cell.clear());
            row.found = Some(unreadable("a line holds more than 1 MiB"));
        }
        self.batch.push(row);
        self.batch.len() < BATCH || self.sender.blocking_send(Ok(std::mem::take(&mut self.batch))).is_ok()
    }

    fn end(mut self, done: Result<()>) {
        let rest = std::mem::take(&mut self.batch);
        if !rest.is_empty() && self.sender.blocking_send(Ok(rest)).is_err() {
            return;
        }
        if let Err(found) = done {
            // Whoever asked may be gone.
            let _ = self.sender.blocking_send(Err(found));
        }
    }
}

fn read_csv(source: impl Read, charset: Charset, on_row: &mut dyn FnMut(RawRow) -> bool) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(source);
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => return Err(unreadable(error)),
        }
        let mut row = RawRow::at(record.position().map_or(0, Position::line));
        if record.len() > MOST_COLUMNS {
            row.found = Some(unreadable(format!("a line has more than {MOST_COLUMNS} cells")));
        }
        for cell in record.iter().take(MOST_COLUMNS) {
            let strange = match std::str::from_utf8(cell) {
                Ok(text) => text.contains('\0') || (!charset.is_utf8() && text.contains('\u{fffd}')),
                Err(_) => true,
            };
            if row.found.is_none() && strange {
                row.found = Some(unreadable(format!("the text is not {}", charset.name())));
            }
            row.cells.push(String::from_utf8_lossy(cell).replace('\0', "\u{fffd}"));
        }
        if !on_row(row) {
            return Ok(());
        }
    }
}
