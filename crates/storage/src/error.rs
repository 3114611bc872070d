//! What the errors of the databases mean to whoever must act on them.

use catalog::{Object, Stored};
use diagnostic::{Code, Diagnostic};
use sea_orm::sqlx;
use std::collections::HashSet;
use std::fmt::Display;
use uuid::Uuid;

/// A finding, and whether running the whole transaction again may help.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What it means.
    pub diagnostic: Box<Diagnostic>,
    /// Two transactions stood in each other's way (40001, 40P01): run the whole job again.
    pub again: bool,
}

/// A defect or damage that the caller cannot cure: logged in full under a number, answered as that number.
pub fn internal(doing: &str, cause: &(impl Display + ?Sized)) -> Box<Diagnostic> {
    let trace = Uuid::new_v4().simple().to_string();
    tracing::error!(%trace, doing, cause = %cause, "storage failed");
    Box::new(Diagnostic::new(Code::Internal).with("trace", trace))
}

/// The meaning of an error of the driver of PostgreSQL.
pub fn library_meaning(error: &sqlx::Error) -> Failure {
    let once = |diagnostic: Diagnostic| Failure { diagnostic: Box::new(diagnostic), again: false };
    match error {
        sqlx::Error::Database(inner) => postgres_meaning(&inner.code().unwrap_or_default(), inner.as_ref()),
        sqlx::Error::Io(e) if e.kind() == std::io::ErrorKind::StorageFull => {
            once(Diagnostic::new(Code::DiskFull))
        }
        sqlx::Error::Io(e) => once(unavailable(e)),
        sqlx::Error::Tls(e) => once(unavailable(e)),
        sqlx::Error::Configuration(e) => {
            once(Diagnostic::new(Code::InvalidConfiguration).with("reason", format!("database address: {e}")))
        }
        sqlx::Error::PoolTimedOut => once(Diagnostic::new(Code::DatabaseBusy)),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => once(unavailable(error)),
        other => Failure { diagnostic: internal("running a statement", other), again: false },
    }
}

fn unavailable(reason: impl Display) -> Diagnostic {
    Diagnostic::new(Code::DatabaseUnavailable).with("reason", reason)
}

/// `code` is the SQLSTATE.
fn postgres_meaning(code: &str, inner: &dyn sqlx::error::DatabaseError) -> Failure {
    let diagnostic = match code {
        "40001" | "40P01" => {
            return Failure { diagnostic: Box::new(Diagnostic::new(Code::DatabaseBusy)), again: true };
        }
        "23505" => {
            let constraint = inner.constraint().unwrap_or_default();
            Diagnostic::new(Code::Duplicate).with("constraint", constraint).with("fields", constraint)
        }
        "23503" => Diagnostic::new(Code::ReferencedElsewhere),
        "22003" | "22008" => Diagnostic::new(Code::NumberOutOfRange),
        "55P03" => Diagnostic::new(Code::DatabaseBusy),
        "57014" => too_slow(),
        "53100" => Diagnostic::new(Code::DiskFull),
        "25006" => Diagnostic::new(Code::ReadOnlyStorage)
            .with("path", "the PostgreSQL database")
            .with("reason", inner.message()),
        "3D000" | "28000" | "28P01" | "53300" | "57P01" | "57P02" | "57P03" | "08000" | "08003" | "08006" => {
            unavailable(inner.message())
        }
        _ => *internal("running a statement", &format!("{code}: {}", inner.message())),
    };
    Failure { diagnostic: Box::new(diagnostic), again: false }
}

/// The meaning of an error of SQLite.
pub(crate) fn sqlite_failure(error: &rusqlite::Error) -> Failure {
    let rusqlite::Error::SqliteFailure(cause, message) = error else {
        return unexpected("running a statement", error);
    };
    let message = message.as_deref().unwrap_or_default();
    // The low byte of the extended result code is the primary one.
    let diagnostic = match (cause.extended_code, cause.extended_code & 0xff) {
        (2067 | 1555, _) => duplicate_in_sqlite(message),
        (787 | 1811, _) => Diagnostic::new(Code::ReferencedElsewhere),
        (_, 5 | 6) => Diagnostic::new(Code::DatabaseBusy),
        // Raised by sums and by the checks around arithmetic.
        (_, 1) if message.contains("integer overflow") => Diagnostic::new(Code::NumberOutOfRange),
        (_, 9) => too_slow(),
        (_, 13) => Diagnostic::new(Code::DiskFull),
        (_, 8 | 3) => {
            Diagnostic::new(Code::ReadOnlyStorage).with("path", "the database file").with("reason", message)
        }
        (_, 10 | 11 | 14 | 26) => unavailable(error),
        _ => *internal("running a statement", error),
    };
    Failure { diagnostic: Box::new(diagnostic), again: false }
}

/// A failure that nothing here can explain.
pub(crate) fn unexpected(doing: &str, cause: &(impl Display + ?Sized)) -> Failure {
    Failure { diagnostic: internal(doing, cause), again: false }
}

/// The database was closed: the process is going down.
pub(crate) fn closed() -> Failure {
    Failure { diagnostic: Box::new(Diagnostic::new(Code::NotReady)), again: false }
}

/// The database is silent.
pub(crate) fn no_answer() -> Box<Diagnostic> {
    Box::new(unavailable("it does not answer"))
}

/// A statement ran longer than it may.
pub(crate) fn too_slow() -> Diagnostic {
    Diagnostic::new(Code::QueryTooComplex).with("reason", "it ran longer than it may")
}

/// SQLite names the columns (`UNIQUE constraint failed: t.a, t.b`), or the index where it holds expressions
/// (`… failed: index 'name'`).
fn duplicate_in_sqlite(message: &str) -> Diagnostic {
    let what = message.rsplit_once("failed: ").map_or(message, |(_, what)| what);
    let found = Diagnostic::new(Code::Duplicate);
    if let Some(index) = what.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\'')) {
        return found.with("constraint", index).with("fields", index);
    }
    let table = what.split('.').next().unwrap_or_default().to_owned();
    let columns: Vec<&str> =
        what.split(", ").map(|column| column.rsplit('.').next().unwrap_or(column)).collect();
    found.with("table", table).with("columns", columns.join(",")).with("fields", columns.join(", "))
}

/// Says which fields a `duplicate` is about, by the unique constraint that refused it and with the words its
/// author wrote. Any other finding is answered as it is.
pub fn name_fields(mut found: Box<Diagnostic>, object: &Object) -> Box<Diagnostic> {
    if found.code != Code::Duplicate {
        return found;
    }
    let argument =
        |name: &str| found.arguments.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
    if argument("table").is_some_and(|table| *table != *object.table) {
        return found;
    }
    let columns: Option<HashSet<&str>> = argument("columns").map(|columns| columns.split(',').collect());
    let refused = object.uniques.values().find(|unique| {
        argument("constraint") == Some(&*unique.index)
            || columns.as_ref().is_some_and(|columns| {
                let own = unique.fields.iter().filter_map(|field| column(object, field));
                own.collect::<HashSet<&str>>() == *columns
            })
    });
    let Some(unique) = refused else { return found };
    let fields = unique.fields.join(", ");
    found.arguments = vec![("fields", fields)];
    found.message.clone_from(&unique.message);
    if let [only] = unique.fields.as_slice() {
        found.path = Some(only.to_string());
    }
    found
}

/// The column that stands for a field in a unique constraint: of an encrypted one its keyed hash.
fn column<'a>(object: &'a Object, field: &str) -> Option<&'a str> {
    let field = object.field(field)?;
    if let Some(hash) = field.encrypted.as_ref().and_then(|encryption| encryption.hash_column.as_ref()) {
        return Some(hash);
    }
    match &field.stored {
        Stored::Column { column, .. } => Some(column),
        _ => None,
    }
}
