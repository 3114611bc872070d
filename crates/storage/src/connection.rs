//! Opening connections: one writer and several readers on a SQLite file, or a pool on PostgreSQL.

use crate::error;
use crate::folder::{self, FolderLock};
use crate::postgres::Pools;
use crate::postgres::held::Opening;
use crate::sqlite;
use crate::sqlite::readers::Readers;
use diagnostic::{Code, Diagnostic, Result};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

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
pub(crate) enum Connections {
    /// To a SQLite file.
    Sqlite {
        /// The one that writes.
        writer: Arc<sqlite::Connection>,
        /// Those that read.
        readers: Arc<Readers>,
        /// The folder, where this process has it for itself.
        lock: Option<FolderLock>,
        /// The file.
        file: PathBuf,
    },
    /// The pools of PostgreSQL.
    Postgres(Arc<Pools>),
}

/// Opens what the options name.
pub(crate) async fn open(options: &Options) -> Result<Connections> {
    match options.url.as_deref() {
        None => {
            let file = folder::prepare(&options.data)?;
            open_sqlite(options, file)
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
                open_sqlite(options, file)
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

fn open_sqlite(options: &Options, file: PathBuf) -> Result<Connections> {
    let folder =
        file.parent().filter(|p| !p.as_os_str().is_empty()).map_or(PathBuf::from("."), PathBuf::from);
    let lock = match options.role {
        Role::Server => Some(folder::lock(&folder)?),
        Role::Command => None,
    };
    let opening = sqlite::Opening { file: file.clone(), durable: options.durable };
    let failed = |e: rusqlite::Error| {
        let mut found = error::sqlite_failure(&e).diagnostic;
        if found.code == Code::DatabaseUnavailable {
            found.arguments.push(("path", file.display().to_string()));
        }
        found
    };
    // Opened first: it makes the file.
    let writer = Arc::new(opening.writer().map_err(failed)?);
    let readers = Readers::open(opening, options.connections as usize).map_err(failed)?;
    Ok(Connections::Sqlite { writer, readers, lock, file })
}

async fn open_postgres(options: &Options, url: &str) -> Result<Connections> {
    reach(url, options.schema.as_deref()).await?;
    let timeout = options.statement_timeout.as_millis().to_string();
    let settings = address(url)?
        .application_name("lifeloom")
        .options([
            ("statement_timeout", timeout.as_str()),
            ("timezone", "UTC"),
            // A node that vanished in the middle of a transaction must not hold its locks for ever.
            ("idle_in_transaction_session_timeout", "300000"),
        ])
        .statement_cache_capacity(256);
    // Statements are logged through `tracing` at its trace level, slow ones as warnings; bound values never
    // are. The level type of the `log` crate parses from its name.
    let settings = match ("trace".parse(), "warn".parse()) {
        (Ok(all), Ok(slow)) => settings.log_statements(all).log_slow_statements(slow, Duration::from_secs(1)),
        _ => settings,
    };
    let opening = Opening { options: settings, schema: options.schema.clone() };
    let pools = Pools::new(opening, options.connections, Handle::current());
    Ok(Connections::Postgres(Arc::new(pools.map_err(|failure| failure.diagnostic)?)))
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

fn address(url: &str) -> Result<PgConnectOptions> {
    let wrong = |e: sqlx::Error| {
        let reason = format!("the address of the database is not valid: {e}");
        Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
    };
    url.parse().map_err(wrong)
}

async fn connect(url: &str) -> Result<PgConnection> {
    let settings = address(url)?;
    let tried = tokio::time::timeout(Duration::from_secs(10), settings.connect()).await;
    let unreachable =
        || Diagnostic::new(Code::DatabaseUnavailable).with("reason", "it does not answer in time");
    tried.map_err(|_| Box::new(unreachable()))?.map_err(|e| error::library_meaning(&e).diagnostic)
}
