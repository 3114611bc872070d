//! SQLite as this product uses it: a statement runs on the thread that asks for it. A driver that hands each
//! statement, or each row, to a thread of its own pays more for that than most statements cost.
//!
//! Read in this order: this file (one connection), [`table`] (the rows of an answer), [`readers`] (several
//! connections for reading, and what becomes of slow statements).

pub(crate) mod table;

pub(crate) mod readers;

use rusqlite::types::{Null, ToSqlOutput, ValueRef};
use rusqlite::{OpenFlags, Statement};
use sea_orm::Value;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use table::Table;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 128;
/// Pages a connection keeps, in KiB where negative.
const CACHE: i64 = -2_048;
/// How many steps of SQLite's virtual machine pass between two looks at the clock: some ten microseconds.
const STEPS: i32 = 2_000;

/// How connections to a file are opened.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The file.
    pub file: PathBuf,
    /// Each commit is flushed to the disk.
    pub durable: bool,
}

/// One connection. Its statements run one after the other.
pub(crate) struct Connection {
    inner: Mutex<rusqlite::Connection>,
    deadline: Arc<Deadline>,
}

/// When the running statement is to be interrupted, in nanoseconds since the process began to use SQLite.
struct Deadline(AtomicU64);

static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Deadline {
    fn set(&self, limit: Duration) {
        let end = BEGIN.elapsed().saturating_add(limit).as_nanos();
        self.0.store(u64::try_from(end).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        BEGIN.elapsed().as_nanos() > u128::from(self.0.load(Ordering::Relaxed))
    }
}

impl Opening {
    /// The connection that writes. It makes the file and turns on the write-ahead log, which a reader cannot.
    pub fn writer(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        self.connection(flags, |inner| {
            inner.pragma_update(None, "journal_mode", "wal")?;
            inner.pragma_update(None, "synchronous", if self.durable { "full" } else { "normal" })
        })
    }

    /// A connection that only reads.
    pub fn reader(&self) -> rusqlite::Result<Connection> {
        self.connection(OpenFlags::SQLITE_OPEN_READ_ONLY, |_| Ok(()))
    }

    fn connection(
        &self,
        flags: OpenFlags,
        prepare: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<Connection> {
        let inner = open(&self.file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        inner.busy_timeout(Duration::from_secs(5))?;
        prepare(&inner)?;
        inner.pragma_update(None, "foreign_keys", true)?;
        // Pages come from the cache of the operating system, mapped; a connection keeps only those of the log.
        inner.pragma_update(None, "cache_size", CACHE)?;
        inner.pragma_update(None, "mmap_size", 1_073_741_824)?;
        inner.pragma_update(None, "temp_store", "memory")?;
        inner.set_prepared_statement_cache_capacity(STATEMENTS);
        let deadline = Arc::new(Deadline(AtomicU64::new(u64::MAX)));
        let looked_at = deadline.clone();
        inner.progress_handler(STEPS, Some(move || looked_at.is_over()))?;
        Ok(Connection { inner: Mutex::new(inner), deadline })
    }
}

fn open(file: &Path, flags: OpenFlags) -> rusqlite::Result<rusqlite::Connection> {
    rusqlite::Connection::open_with_flags(file, flags)
}

impl Connection {
    /// All rows of a statement. Also runs statements that write and return rows.
    pub fn query(&self, sql: &str, values: &[Value], limit: Duration) -> rusqlite::Result<Arc<Table>> {
        let inner = self.limited(limit);
        let mut statement = inner.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        let mut table = Table::of(statement.column_count());
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            table.push(row)?;
        }
        Ok(Arc::new(table))
    }

    /// Runs a statement; answers the number of rows it changed.
    pub fn execute(&self, sql: &str, values: &[Value], limit: Duration) -> rusqlite::Result<u64> {
        let inner = self.limited(limit);
        let mut statement = inner.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        let changed = match statement.column_count() {
            0 => statement.raw_execute()?,
            _ => {
                let mut rows = statement.raw_query();
                while rows.next()?.is_some() {}
                drop(rows);
                usize::try_from(inner.changes()).unwrap_or_default()
            }
        };
        Ok(changed as u64)
    }

    /// Runs one or several statements without values.
    pub fn batch(&self, sql: &str, limit: Duration) -> rusqlite::Result<()> {
        self.limited(limit).execute_batch(sql)
    }

    /// Whether SQLite itself ended the transaction (a full disk), whatever the program believes.
    pub fn is_outside_transaction(&self) -> bool {
        self.lock().is_autocommit()
    }

    fn limited(&self, limit: Duration) -> MutexGuard<'_, rusqlite::Connection> {
        let inner = self.lock();
        self.deadline.set(limit);
        inner
    }

    fn lock(&self) -> MutexGuard<'_, rusqlite::Connection> {
        // A panic in between leaves at most a statement that was not finished, and dropping it resets it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a statement was interrupted because it ran too long.
pub(crate) fn is_interrupted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted)
}

/// Binds values by the numbers in their placeholders: `$2` and `?2` are the second value, wherever they stand.
/// (To SQLite `$2` is a name like any other, numbered by where it first appears.)
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for place in 1..=statement.parameter_count() {
        let number = statement
            .parameter_name(place)
            .and_then(|name| name.get(1..)?.parse::<usize>().ok())
            .unwrap_or(place);
        let value = number.checked_sub(1).and_then(|index| values.get(index));
        let value = value.ok_or(rusqlite::Error::InvalidParameterCount(values.len(), number))?;
        statement.raw_bind_parameter(place, bound(value)?)?;
    }
    Ok(())
}

fn bound(value: &Value) -> rusqlite::Result<ToSqlOutput<'_>> {
    let integer = |number: Option<i64>| match number {
        Some(number) => ToSqlOutput::from(number),
        None => ToSqlOutput::from(Null),
    };
    Ok(match value {
        Value::Bool(flag) => integer(flag.map(i64::from)),
        Value::Int(number) => integer(number.map(i64::from)),
        Value::BigInt(number) => integer(*number),
        Value::String(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        Value::Bytes(Some(bytes)) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        Value::String(None) | Value::Bytes(None) => ToSqlOutput::from(Null),
        other => {
            let unknown = format!("{other:?} has no stored form in SQLite");
            return Err(rusqlite::Error::ToSqlConversionFailure(unknown.into()));
        }
    })
}
