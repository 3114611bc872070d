//! What every statement runs on: a transaction, or a connection of the pool for a single read.

use crate::codec::Cells;
use crate::dialect::Dialect;
use crate::error::{self, Failure};
use crate::postgres::{Pools, Transaction};
use crate::sqlite;
use crate::sqlite::readers::{Lent, Readers};
use crate::stages;
use diagnostic::{Code, Diagnostic, Result};
use sea_orm::{Value, sqlx};
use std::any::Any;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::RwLock;

/// What to do once the transaction is committed.
pub type AfterCommit = Box<dyn FnOnce() + Send>;

/// A transaction, or a connection of the pool where each statement stands alone. Cheap to clone; a script on
/// another thread uses it through `Handle::block_on`.
///
/// Once a statement failed the whole transaction is lost, on both databases: only [`Tx::savepoint`] goes on.
#[derive(Clone)]
pub struct Tx {
    inner: Arc<Inner>,
}

struct Inner {
    dialect: Dialect,
    timeout: Duration,
    /// Taken out when the transaction ends, so that a clone that lives longer is refused.
    link: RwLock<Option<Link>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failure: Option<Failure>,
    after_commit: Vec<AfterCommit>,
    savepoints: u64,
    statements: u64,
    seen: Option<Vec<Box<dyn Any + Send>>>,
}

/// Where statements go.
#[derive(Clone)]
pub(crate) enum Link {
    /// SQLite: each statement to any connection that reads.
    Readers(Arc<Readers>),
    /// SQLite: all to one connection that reads one state.
    Reader(Arc<Readers>, Arc<Lent>),
    /// SQLite: all to the connection that writes, whose transaction several jobs may share one after the other.
    Writer(Arc<sqlite::Connection>),
    /// PostgreSQL: each statement to any connection of the runtime it is sent from.
    Pools(Arc<Pools>),
    /// PostgreSQL: all to one transaction. Dropped without its end, it is taken back with its connection.
    Transaction(Transaction),
}

impl Tx {
    pub(crate) fn new(dialect: Dialect, timeout: Duration, link: Link) -> Self {
        Tx {
            inner: Arc::new(Inner {
                dialect,
                timeout,
                link: RwLock::new(Some(link)),
                state: Mutex::new(State::default()),
            }),
        }
    }

    /// Which database.
    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    /// How many statements were sent so far: what a request costs.
    pub fn statements(&self) -> u64 {
        self.state().statements
    }

    /// Runs SQL with `$1`, `$2` … for the values; answers the number of rows it changed.
    pub async fn execute_sql(&self, sql: impl Into<String>, values: Vec<Value>) -> Result<u64> {
        let (sql, begin) = (sql.into(), Instant::now());
        let link = self.inner.link.read().await;
        let result = match link.as_ref() {
            None => return Err(ended()),
            Some(Link::Writer(connection)) => {
                connection.execute(&sql, &values, self.inner.timeout).map_err(|e| error::sqlite_failure(&e))
            }
            Some(Link::Readers(_) | Link::Reader(..)) => Err(read_only()),
            Some(Link::Pools(pools)) => {
                async { self.limited(pools.lend().await?.execute(sql, values)).await }.await
            }
            Some(Link::Transaction(of)) => self.limited(of.held.lock().await.execute(sql, values)).await,
        };
        stages::note("storage", begin.elapsed());
        self.judged(result)
    }

    /// Reads all rows of SQL with `$1`, `$2` … for the values.
    pub async fn query_all_sql(&self, sql: impl Into<String>, values: Vec<Value>) -> Result<Vec<Cells>> {
        let (sql, limit, begin) = (sql.into(), self.inner.timeout, Instant::now());
        let link = self.inner.link.read().await;
        let of_table = |table: Arc<sqlite::table::Table>| Cells::of_table(&table);
        let result = match link.as_ref() {
            None => return Err(ended()),
            Some(Link::Readers(readers)) => readers.query(sql, values, limit).await.map(of_table),
            Some(Link::Reader(readers, lent)) => {
                readers.query_on(lent.clone(), sql, values, limit).await.map(of_table)
            }
            Some(Link::Writer(connection)) => {
                connection.query(&sql, &values, limit).map(of_table).map_err(|e| error::sqlite_failure(&e))
            }
            Some(Link::Pools(pools)) => {
                async { self.limited(pools.lend().await?.query(sql, values)).await }.await
            }
            Some(Link::Transaction(of)) => self.limited(of.held.lock().await.query(sql, values)).await,
        };
        stages::note("storage", begin.elapsed());
        self.judged(result)
    }

    /// As [`Tx::query_all_sql`], read through the codec of system tables.
    pub async fn rows(&self, sql: impl Into<String>, values: Vec<Value>) -> Result<Vec<Cells>> {
        self.query_all_sql(sql, values).await
    }

    /// The first row, if there is one.
    pub async fn row(&self, sql: impl Into<String>, values: Vec<Value>) -> Result<Option<Cells>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Runs one or several statements without values and without preparing them: DDL.
    pub async fn batch(&self, sql: &str) -> Result<()> {
        let begin = Instant::now();
        let link = self.inner.link.read().await;
        let result = match link.as_ref() {
            None => return Err(ended()),
            Some(Link::Writer(connection)) => {
                connection.batch(sql, self.inner.timeout).map_err(|e| error::sqlite_failure(&e))
            }
            Some(Link::Readers(_) | Link::Reader(..)) => Err(read_only()),
            Some(Link::Pools(pools)) => {
                async { self.limited(pools.lend().await?.batch(sql)).await.map(drop) }.await
            }
            Some(Link::Transaction(of)) => self.limited(of.held.lock().await.batch(sql)).await.map(drop),
        };
        stages::note("storage", begin.elapsed());
        self.judged(result)
    }

    /// Does `work` so that its failure undoes only `work`: rows of a bulk write that answer one by one.
    /// Callbacks that it registered are dropped with it. A deadlock or a lost connection still ends the whole
    /// transaction.
    pub async fn savepoint<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let (name, callbacks, watched) = {
            let mut state = self.state();
            state.savepoints += 1;
            let watched = state.seen.as_ref().map(Vec::len);
            (format!("part_{}", state.savepoints), state.after_commit.len(), watched)
        };
        self.batch(&format!("savepoint {name}")).await?;
        let outcome = work.await;
        let failed = self.failure();
        match (outcome, failed) {
            (Ok(value), None) => {
                self.batch(&format!("release savepoint {name}")).await?;
                Ok(value)
            }
            (_, Some(failure)) if failure.again => Err(failure.diagnostic),
            (outcome, failed) => {
                {
                    let mut state = self.state();
                    state.failure = None;
                    state.after_commit.truncate(callbacks);
                    if let (Some(seen), Some(count)) = (&mut state.seen, watched) {
                        seen.truncate(count);
                    }
                }
                self.batch(&format!("rollback to savepoint {name}; release savepoint {name}")).await?;
                match outcome {
                    Err(found) => Err(found),
                    // A statement failed, and the work went on as if it had not.
                    Ok(_) => Err(failed.map_or_else(ended, |failure| failure.diagnostic)),
                }
            }
        }
    }

    /// Calls `then` when the transaction has been committed, before its answer leaves. Not called if it fails.
    pub fn after_commit(&self, then: impl FnOnce() + Send + 'static) {
        self.state().after_commit.push(Box::new(then));
    }

    /// From now on it is kept in mind what is written.
    pub fn watch(&self) {
        self.state().seen = Some(Vec::new());
    }

    /// What was kept in mind since it was last asked.
    pub(crate) fn take_seen(&self) -> Vec<Box<dyn Any + Send>> {
        self.state().seen.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Keeps in mind what is written, where somebody watches.
    pub(crate) fn saw<T: Any + Clone + Send>(&self, written: &[T]) {
        if let Some(seen) = &mut self.state().seen {
            seen.extend(written.iter().map(|one| Box::new(one.clone()) as Box<dyn Any + Send>));
        }
    }

    /// The number of the last publish, where the transaction began by keeping others out.
    pub(crate) async fn catalog(&self) -> Option<i64> {
        match self.inner.link.read().await.as_ref() {
            Some(Link::Transaction(transaction)) => transaction.catalog,
            _ => None,
        }
    }

    /// Whether this process has closed the connections.
    pub(crate) async fn is_closed(&self) -> bool {
        match self.inner.link.read().await.as_ref() {
            Some(Link::Readers(readers) | Link::Reader(readers, _)) => readers.is_closed(),
            Some(Link::Pools(pools)) => pools.is_closed(),
            Some(Link::Writer(_) | Link::Transaction(_)) => false,
            None => true,
        }
    }

    /// Ends the use of this transaction by whoever still holds a clone; waits for a running statement.
    /// Answers the first failure of a statement and what to call after the commit.
    pub(crate) async fn close(&self) -> (Option<Failure>, Vec<AfterCommit>) {
        self.inner.link.write().await.take();
        let mut state = self.state();
        (state.failure.take(), std::mem::take(&mut state.after_commit))
    }

    /// Gives up waiting for a statement after the longest time it may take.
    async fn limited<T>(&self, work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Failure> {
        match tokio::time::timeout(self.inner.timeout, work).await {
            Ok(result) => result.map_err(|e| error::library_meaning(&e)),
            Err(_) => Err(Failure { diagnostic: Box::new(error::too_slow()), again: false }),
        }
    }

    fn judged<T>(&self, result: Result<T, Failure>) -> Result<T> {
        self.state().statements += 1;
        result.map_err(|failure| {
            let found = failure.diagnostic.clone();
            self.state().failure.get_or_insert(failure);
            found
        })
    }

    fn failure(&self) -> Option<Failure> {
        self.state().failure.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // The state stays whole whatever panics while it is held: nothing in between can.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The transaction ended while a clone of it was still in use: a script that ran past its time.
fn ended() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::DatabaseBusy))
}

/// A statement that writes came to a connection that reads: a defect of the program.
fn read_only() -> Failure {
    error::unexpected("writing", "this connection only reads")
}
