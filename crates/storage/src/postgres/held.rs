//! A connection that goes back to its pool when it is let go, if it is fit to.

use crate::codec::Cells;
use deadpool::managed::{Manager, Metrics, Object, RecycleError, RecycleResult};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions as _};
use sea_orm::{QueryResult, Value};
use sea_query_sqlx::SqlxValues;
use std::time::Duration;

/// How long a connection is used: what a server keeps for each grows with its age.
const LIFE: Duration = Duration::from_secs(30 * 60);

/// Opens connections.
#[derive(Clone)]
pub(crate) struct Opening {
    /// Where, and how.
    pub options: PgConnectOptions,
    /// The schema; `None` for the server's own search path.
    pub schema: Option<String>,
}

impl Opening {
    /// What a new connection is told first.
    pub fn search_path(&self) -> Option<String> {
        let quoted = self.schema.as_ref()?.replace('"', "\"\"");
        Some(format!("set search_path to \"{quoted}\""))
    }
}

impl Manager for Opening {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        if let Some(path) = self.search_path() {
            sqlx::raw_sql(AssertSqlSafe(path)).execute(&mut connection).await?;
        }
        Ok(connection)
    }

    async fn recycle(&self, _: &mut PgConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        match metrics.age() < LIFE {
            true => Ok(()),
            false => Err(RecycleError::message("it is old")),
        }
    }
}

/// A connection that somebody holds. Unlike the pool of the driver, which asks the server on each return whether it is still
/// there, at the price of a statement, it knows by itself what became of its last statement.
pub(crate) struct Held {
    object: Option<Object<Opening>>,
    /// A statement has not been answered whole.
    busy: bool,
    /// A transaction is open.
    open: bool,
}

impl Held {
    /// As it came from the pool.
    pub fn new(object: Object<Opening>) -> Held {
        Held { object: Some(object), busy: false, open: false }
    }

    /// Runs a prepared statement; answers the number of rows it changed.
    pub async fn execute(&mut self, sql: String, values: Vec<Value>) -> Result<u64, sqlx::Error> {
        let query = sqlx::query_with(AssertSqlSafe(sql), SqlxValues(sea_orm::sea_query::Values(values)));
        let done = query.execute(self.begun()?).await;
        self.ended(done.map(|done| done.rows_affected()))
    }

    /// All rows of a prepared statement.
    pub async fn query(&mut self, sql: String, values: Vec<Value>) -> Result<Vec<Cells>, sqlx::Error> {
        let query = sqlx::query_with(AssertSqlSafe(sql), SqlxValues(sea_orm::sea_query::Values(values)));
        let rows = query.fetch_all(self.begun()?).await;
        self.ended(rows.map(cells))
    }

    /// All rows of one or several statements without values, sent as they are.
    pub async fn batch(&mut self, sql: &str) -> Result<Vec<Cells>, sqlx::Error> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(self.begun()?).await;
        self.ended(rows.map(cells))
    }

    /// Begins a transaction by these words, which may go on with statements that read; answers what they read, too.
    pub async fn begin(&mut self, words: &str) -> Result<Vec<Cells>, sqlx::Error> {
        self.open = true;
        self.batch(words).await
    }

    /// Commits or takes back.
    pub async fn end(&mut self, commit: bool) -> Result<(), sqlx::Error> {
        let ended = self.batch(if commit { "commit" } else { "rollback" }).await;
        // A commit that is refused ends the transaction, too.
        self.open = self.busy;
        ended.map(drop)
    }

    /// From here on until the answer it is in the middle of something, and stays so if nobody waits for the answer.
    fn begun(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        self.busy = true;
        self.object.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    fn ended<T>(&mut self, done: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        // A statement that the server refused is answered, too.
        self.busy = !matches!(done, Ok(_) | Err(sqlx::Error::Database(_)));
        done
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(object) = self.object.take().filter(|_| self.busy || self.open) {
            // The server takes back what was not committed when it sees the end of the connection.
            drop(Object::take(object));
        }
    }
}

fn cells(rows: Vec<PgRow>) -> Vec<Cells> {
    rows.into_iter().map(|row| Cells::of_postgres(QueryResult::from(row))).collect()
}
