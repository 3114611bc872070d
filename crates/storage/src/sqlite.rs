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

/// How long a statement may run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    /// As the clock on the wall has it.
    pub time: Duration,
    /// Steps of the virtual machine in thousands, more or less: what the statement itself costs, however busy the
    /// machine is.
    pub steps: u64,
}

impl From<Duration> for Allowance {
    fn from(time: Duration) -> Self {
        Allowance { time, steps: u64::MAX }
    }
}

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
    meter: Arc<Meter>,
}

/// What the running statement has used, and when it is to be interrupted.
struct Meter {
    /// Nanoseconds since the process began to use SQLite.
    end: AtomicU64,
    most: AtomicU64,
    /// Looks at the clock: one for each so many steps.
    looks: AtomicU64,
}

static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Meter {
    fn set(&self, allowed: Allowance) {
        let end = BEGIN.elapsed().saturating_add(allowed.time).as_nanos();
        self.end.store(u64::try_from(end).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.most.store(allowed.steps, Ordering::Relaxed);
        self.looks.store(0, Ordering::Relaxed);
    }

    fn steps(&self) -> u64 {
        self.looks.load(Ordering::Relaxed) * STEPS.unsigned_abs() as u64 / 1_000
    }

    fn is_over(&self) -> bool {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.steps() > self.most.load(Ordering::Relaxed)
            || BEGIN.elapsed().as_nanos() > u128::from(self.end.load(Ordering::Relaxed))
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
        let never = || AtomicU64::new(u64::MAX);
        let meter = Arc::new(Meter { end: never(), most: never(), looks: AtomicU64::new(0) });
        let looked_at = meter.clone();
        inner.progress_handler(STEPS, Some(move || looked_at.is_over()))?;
        Ok(Connection { inner: Mutex::new(inner), meter })
    }
}

fn open(file: &Path, flags: OpenFlags) -> rusqlite::Result<rusqlite::Connection> {
    rusqlite::Connection::open_with_flags(file, flags)
}

impl Connection {
    /// All rows of a statement. Also runs statements that write and return rows.
    pub fn query(
        &self,
        sql: &str,
        values: &[Value],
        allowed: impl Into<Allowance>,
    ) -> rusqlite::Result<Arc<Table>> {
        let inner = self.limited(allowed);
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

    /// What the last statement cost, in thousands of steps.
    pub fn steps(&self) -> u64 {
        self.meter.steps()
    }

    fn limited(&self, allowed: impl Into<Allowance>) -> MutexGuard<'_, rusqlite::Connection> {
        let inner = self.lock();
        self.meter.set(allowed.into());
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
