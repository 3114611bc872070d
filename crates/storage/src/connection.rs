//! Opening connections: one writer and several readers on a SQLite file, or a pool on PostgreSQL.

use crate::dialect::Dialect;
use crate::error;
use crate::folder::{self, FolderLock};
use diagnostic::{Code, Diagnostic, Result};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{ConnectOptions, DatabaseConnection};
use std::path::PathBuf;
use std::time::Duration;

/// What the process is to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Serves requests or works off jobs: takes the SQLite folder for itself.
    Server,
    /// A command that runs beside a server.
    Command,
}

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder of the SQLite file; used where `url` is absent.
    pub data: PathBuf,
    /// `postgres://…`, or `sqlite://path` for a file elsewhere.
    pub url: Option<String>,
    /// What the process is.
    pub role: Role,
    /// Readers of SQLite, connections of PostgreSQL.
    pub connections: u32,
    /// The schema in PostgreSQL; `None` for the server's own search path.
    pub schema: Option<String>,
    /// SQLite flushes each commit to the disk (`synchronous=FULL`). Without it an acknowledged commit may be
    /// lost when the power fails.
    pub durable: bool,
    /// Longest time of one statement.
    pub statement_timeout: Duration,
    /// Longest time of one job in the door, and of one consistent read.
    pub job_timeout: Duration,
}

impl Options {
    /// A SQLite database in this folder.
    pub fn folder(data: impl Into<PathBuf>) -> Self {
        Options {
            data: data.into(),
            url: None,
            role: Role::Command,
            connections: 8,
            schema: None,
            durable: true,
            statement_timeout: Duration::from_secs(30),
            job_timeout: Duration::from_secs(120),
        }
    }

    /// The database at this address.
    pub fn url(url: impl Into<String>) -> Self {
        Options { url: Some(url.into()), ..Options::folder("data") }
    }
}

/// Open connections.
pub(crate) struct Connections {
    pub dialect: Dialect,
    pub writer: DatabaseConnection,
    pub reader: DatabaseConnection,
    pub lock: Option<FolderLock>,
    /// The SQLite file.
    pub file: Option<PathBuf>,
}

/// Opens what the options name.
pub(crate) async fn open(options: &Options) -> Result<Connections> {
    match options.url.as_deref() {
        None => {
            let file = folder::prepare(&options.data)?;
            open_sqlite(options, file).await
        }
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            open_postgres(options, url).await
        }
        Some(url) => match url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            Some(path) => {
                let file = PathBuf::from(path.split('?').next().unwrap_or(path));
                if let Some(parent) = file.parent().filter(|p| !p.as_os_str().is_empty()) {
                    folder::prepare(parent)?;
                }
                open_sqlite(options, file).await
            }
            None => Err(Box::new(Diagnostic::new(Code::InvalidConfiguration).with(
                "reason",
                format!("database address `{}` is not known: use postgres://… or sqlite://…", scheme(url)),
            ))),
        },
    }
}

/// The part of an address that holds no password.
fn scheme(url: &str) -> &str {
    url.split("://").next().unwrap_or_default()
}

async fn open_sqlite(options: &Options, file: PathBuf) -> Result<Connections> {
    let folder =
        file.parent().filter(|p| !p.as_os_str().is_empty()).map_or(PathBuf::from("."), PathBuf::from);
    let lock = match options.role {
        Role::Server => Some(folder::lock(&folder)?),
        Role::Command => None,
    };
    let durable = options.durable;
    let path = file.clone();
    let base = move |_: SqliteConnectOptions| {
        SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(if durable { SqliteSynchronous::Full } else { SqliteSynchronous::Normal })
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("cache_size", "-32768")
            .pragma("mmap_size", "268435456")
            .pragma("temp_store", "memory")
            .statement_cache_capacity(256)
    };
    // Opened first: it creates the file and turns on the write-ahead log, which a reader cannot.
    let mut writer = ConnectOptions::new("sqlite::memory:");
    let of_writer = base.clone();
    writer.max_connections(1).min_connections(1).map_sqlx_sqlite_opts(of_writer);
    common(&mut writer);
    let mut reader = ConnectOptions::new("sqlite::memory:");
    reader
        .max_connections(options.connections.max(1))
        .min_connections(1)
        .map_sqlx_sqlite_opts(move |o| base(o).create_if_missing(false).read_only(true));
    common(&mut reader);
    let failed = |e: sea_orm::DbErr| {
        let mut found = error::diagnostic(&e);
        if found.code == Code::DatabaseUnavailable {
            found.arguments.push(("path", file.display().to_string()));
        }
        found
    };
    Ok(Connections {
        dialect: Dialect::Sqlite,
        writer: sea_orm::Database::connect(writer).await.map_err(failed)?,
        reader: sea_orm::Database::connect(reader).await.map_err(failed)?,
        lock,
        file: Some(file.clone()),
    })
}

async fn open_postgres(options: &Options, url: &str) -> Result<Connections> {
    reach(url, options.schema.as_deref()).await?;
    let mut settings = ConnectOptions::new(url);
    let timeout = options.statement_timeout.as_millis().to_string();
    settings
        .max_connections(options.connections.max(2))
        .min_connections(2)
        .set_application_name("lifeloom")
        .map_sqlx_postgres_opts(move |o| {
            o.options([
                ("statement_timeout", timeout.as_str()),
                ("timezone", "UTC"),
                // A node that vanished in the middle of a transaction must not hold its locks for ever.
                ("idle_in_transaction_session_timeout", "300000"),
            ])
            .statement_cache_capacity(256)
        });
    if let Some(schema) = &options.schema {
        settings.set_schema_search_path(schema.clone());
    }
    common(&mut settings);
    let pool = sea_orm::Database::connect(settings).await.map_err(|e| error::diagnostic(&e))?;
    Ok(Connections { dialect: Dialect::Postgres, writer: pool.clone(), reader: pool, lock: None, file: None })
}

/// Tries one connection: a pool would go on trying until its time is over, and not say why. A schema that is
/// named and missing is made.
async fn reach(url: &str, schema: Option<&str>) -> Result<()> {
    let connection = connect(url).await?;
    let made = schema.map(|schema| format!("create schema if not exists {}", quoted(schema)));
    finish(connection, made).await
}

/// Drops a schema of PostgreSQL with all it holds.
///
/// # Errors
/// What the server refuses.
pub async fn drop_schema(url: &str, schema: &str) -> Result<()> {
    finish(connect(url).await?, Some(format!("drop schema if exists {} cascade", quoted(schema)))).await
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn finish(mut connection: PgConnection, statement: Option<String>) -> Result<()> {
    if let Some(statement) = statement {
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await;
        done.map_err(|e| error::library_meaning(&e).diagnostic)?;
    }
    connection.close().await.map_err(|e| error::library_meaning(&e).diagnostic)
}

async fn connect(url: &str) -> Result<PgConnection> {
    let wrong = |e: sqlx::Error| {
        Box::new(
            Diagnostic::new(Code::InvalidConfiguration)
                .with("reason", format!("the address of the database is not valid: {e}")),
        )
    };
    let settings: PgConnectOptions = url.parse().map_err(wrong)?;
    let tried = tokio::time::timeout(Duration::from_secs(10), settings.connect()).await;
    let unreachable =
        || Diagnostic::new(Code::DatabaseUnavailable).with("reason", "it does not answer in time");
    tried.map_err(|_| Box::new(unreachable()))?.map_err(|e| error::library_meaning(&e).diagnostic)
}

/// What both databases share. Statements are logged through `tracing` at its trace level, slow ones as
/// warnings; bound values never are.
fn common(options: &mut ConnectOptions) {
    options
        .acquire_timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(true)
        .record_stmt_in_spans(false);
    // The level type of the `log` crate parses from its name.
    if let (Ok(all), Ok(slow)) = ("trace".parse(), "warn".parse()) {
        options.sqlx_logging_level(all).sqlx_slow_statements_logging_settings(slow, Duration::from_secs(1));
    }
}
