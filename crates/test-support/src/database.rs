//! One empty database for one test, gone when the test ends.

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;
use uuid::Uuid;

/// Names the PostgreSQL server on which tests may create databases, as a URL with user and password.
const SERVER: &str = "LIFELOOM_TEST_POSTGRES";

/// A database system that the product runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite, in a folder of its own.
    Sqlite,
    /// PostgreSQL, a database of its own.
    Postgres,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        })
    }
}

/// An empty database that belongs to one test and is removed when it is dropped, also after a panic.
#[derive(Debug)]
pub struct TestDatabase {
    dialect: Dialect,
    url: String,
    folder: TempDir,
    /// The server and the database's name there.
    server: Option<(String, String)>,
}

impl TestDatabase {
    /// A SQLite file in a temporary folder.
    ///
    /// # Panics
    /// When the temporary folder cannot be made: no test can go on then.
    pub fn sqlite() -> Self {
        let folder = folder();
        let url = format!("sqlite://{}", folder.path().join("lifeloom.db").display());
        Self { dialect: Dialect::Sqlite, url, folder, server: None }
    }

    /// A database on the server that `LIFELOOM_TEST_POSTGRES` names; `None` when it names none.
    ///
    /// # Panics
    /// When the variable is missing although `CI=true`, or when the server refuses.
    pub fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(SERVER) else {
            let on_build_server = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!on_build_server, "{SERVER} is not set: run the tests by `make test`");
            eprintln!("{SERVER} is not set: this test runs on SQLite only (make postgres)");
            return None;
        };
        // Names sort by time, so that a leftover of a killed test is easy to tell from a living one.
        let name = format!("test_{}", Uuid::now_v7().simple());
        execute(&server, format!("create database {name} template template0"));
        let (address, _) = server.rsplit_once('/').unwrap_or((&server, ""));
        let url = format!("{address}/{name}");
        Some(Self { dialect: Dialect::Postgres, url, folder: folder(), server: Some((server, name)) })
    }

    /// A database of PostgreSQL that somebody else made and removes.
    ///
    /// # Panics
    /// When the temporary folder cannot be made.
    pub fn at(url: &str) -> Self {
        Self { dialect: Dialect::Postgres, url: url.to_owned(), folder: folder(), server: None }
    }

    /// Which system it is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// `sqlite://<path>` or `postgres://user:password@host:port/name`, as `--database` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder for files that belong to this database (the SQLite file lies in it), as `--data` takes it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The SQLite file; `None` on PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        self.url.strip_prefix("sqlite://").map(PathBuf::from)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            // FORCE ends connections that a pool of the test still holds.
            execute(server, format!("drop database if exists {name} with (force)"));
        }
    }
}

/// A new database of every system, for tests that must give the same answer on all of them.
///
/// # Panics
/// When a database cannot be made, or PostgreSQL is missing on a build server.
pub fn databases() -> Vec<TestDatabase> {
    std::iter::once(TestDatabase::sqlite()).chain(TestDatabase::postgres()).collect()
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("lifeloom-test-").tempdir().unwrap_or_else(|error| {
        panic!("a temporary folder cannot be made: {error}");
    })
}

/// Runs one statement on the server. On a thread of its own, because a test may itself run inside a runtime.
fn execute(server: &str, statement: String) {
    let server = server.to_owned();
    let run = move || {
        block_on(async move {
            let mut connection = PgConnectOptions::from_str(&server)?.connect().await?;
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
            connection.close().await
        })
    };
    let outcome = std::thread::spawn(run).join();
    // A panic while a failed test unwinds would abort the process and hide the failure.
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) if std::thread::panicking() => eprintln!("the PostgreSQL server refused: {error}"),
        Ok(Err(error)) => panic!("the PostgreSQL server that {SERVER} names refused: {error}"),
        Err(_) => eprintln!("the thread that talks to PostgreSQL panicked"),
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(sqlx::Error::Io)?.block_on(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_database_is_empty_and_its_own() {
        let (first, second) = (databases(), databases());
        for (a, b) in first.iter().zip(&second) {
            assert_eq!(a.dialect(), b.dialect());
            assert_ne!(a.url(), b.url());
            assert!(a.folder().is_dir());
        }
        let dialects: Vec<Dialect> = first.iter().map(TestDatabase::dialect).collect();
        assert_eq!(dialects.first(), Some(&Dialect::Sqlite));
    }

    #[test]
    fn a_database_is_gone_after_its_test() {
        let Some(database) = TestDatabase::postgres() else { return };
        let (server, name) = database.server.clone().unwrap();
        let url = database.url().to_owned();
        drop(database);
        let again = std::thread::spawn(move || {
            block_on(async { PgConnectOptions::from_str(&url)?.connect().await.map(drop) })
        });
        let error = again.join().unwrap().unwrap_err().to_string();
        assert!(error.contains(&name), "{error} on {server}");
    }
}
