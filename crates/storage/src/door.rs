//! The one way to write. On SQLite one task takes the waiting jobs and lets them share a commit (each in a
//! savepoint of its own); on PostgreSQL each job has a transaction of its own and runs again when two stood
//! in each other's way.

use crate::dialect::Dialect;
use crate::error::{self, Failure, internal};
use crate::transaction::{AfterCommit, Link, Tx};
use diagnostic::{Code, Diagnostic, Result};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tracing::{Instrument, Span};

/// Most jobs that share one commit.
const MOST_PER_COMMIT: usize = 64;
/// How often a job is run when others stand in its way.
const MOST_RUNS: u32 = 4;

/// What is done inside a transaction. It may run more than once, so it leaves its result where the next run
/// overwrites it.
pub(crate) type Job = Box<dyn Fn(Tx) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// A job on its way through the door.
pub(crate) struct Waiting {
    pub job: Job,
    /// Has a commit of its own: a script may take its time and must not hold up the answers of neighbours.
    pub alone: bool,
    /// Longest time of the job and of one of its statements.
    pub limits: Limits,
    pub span: Span,
    pub answer: oneshot::Sender<Result<()>>,
}

/// Longest times.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub statement: Duration,
    pub job: Duration,
}

impl Limits {
    /// For migrations, backups and restores.
    pub const MAINTENANCE: Limits =
        Limits { statement: Duration::from_secs(6 * 3600), job: Duration::from_secs(24 * 3600) };
}

/// What the door needs of the database.
#[derive(Clone)]
pub(crate) struct Door {
    pub dialect: Dialect,
    pub writer: DatabaseConnection,
}

/// What one job left behind.
struct Outcome {
    result: Result<()>,
    again: bool,
    after_commit: Vec<AfterCommit>,
}

impl Door {
    /// Runs one job in a transaction that others may share, and ends every use of that transaction by it.
    async fn run(&self, waiting: &Waiting, transaction: &Arc<DatabaseTransaction>) -> Outcome {
        let tx = Tx::new(self.dialect, waiting.limits.statement, Link::Transaction(transaction.clone()));
        let work =
            AssertUnwindSafe((waiting.job)(tx.clone())).catch_unwind().instrument(waiting.span.clone());
        let result = match tokio::time::timeout(waiting.limits.job, work).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(internal("running a job", &panic_text(panic.as_ref()))),
            Err(_) => Err(Box::new(error::too_slow())),
        };
        let (failure, after_commit) = tx.close().await;
        match failure {
            None => Outcome { result, again: false, after_commit },
            // A statement failed. PostgreSQL would turn the commit into a rollback without a word.
            Some(Failure { diagnostic, again }) => {
                Outcome { result: Err(result.err().unwrap_or(diagnostic)), again, after_commit: Vec::new() }
            }
        }
    }

    /// PostgreSQL: one job, one transaction, again when others stood in its way.
    pub async fn run_on_postgres(&self, waiting: Waiting) {
        let mut run = 1;
        let result = loop {
            let (result, again) = self.try_on_postgres(&waiting).await;
            if !again || run == MOST_RUNS {
                break result;
            }
            tracing::debug!(run, "a job stood in the way of another; it runs again");
            // Both of two rivals would meet again at once without some luck.
            tokio::time::sleep(Duration::from_millis(u64::from(rand::random::<u8>() % 16) * u64::from(run)))
                .await;
            run += 1;
        };
        // Whoever asked may be gone; the work is done all the same.
        let _ = waiting.answer.send(result);
    }

    async fn try_on_postgres(&self, waiting: &Waiting) -> (Result<()>, bool) {
        let transaction = match self.writer.begin().await {
            Ok(transaction) => Arc::new(transaction),
            Err(e) => return (Err(error::diagnostic(&e)), false),
        };
        let outcome = self.run(waiting, &transaction).await;
        let ended = end(transaction, outcome.result.is_ok()).await;
        match (outcome.result, ended) {
            (Ok(()), Ok(())) => {
                outcome.after_commit.into_iter().for_each(|then| then());
                (Ok(()), false)
            }
            (Ok(()), Err(failure)) => (Err(failure.diagnostic), failure.again),
            (Err(found), _) => (Err(found), outcome.again),
        }
    }

    /// SQLite: takes the waiting jobs until nobody can send more.
    pub async fn run_on_sqlite(self, mut jobs: mpsc::Receiver<Waiting>) {
        let mut next = None;
        loop {
            let first = match next.take() {
                Some(first) => first,
                None => match jobs.recv().await {
                    Some(first) => first,
                    None => return,
                },
            };
            let mut batch = Vec::with_capacity(8);
            let mut alone = first.alone;
            batch.push(first);
            while !alone && batch.len() < MOST_PER_COMMIT {
                match jobs.try_recv() {
                    Ok(waiting) if waiting.alone => {
                        next = Some(waiting);
                        alone = true;
                    }
                    Ok(waiting) => batch.push(waiting),
                    Err(_) => break,
                }
            }
            // Who has gone away before his job began does not get it done.
            batch.retain(|waiting| !waiting.answer.is_closed());
            if !batch.is_empty() {
                self.run_batch(batch).await;
            }
        }
    }

    /// One transaction, a savepoint for each job, one commit; answers leave after it.
    async fn run_batch(&self, batch: Vec<Waiting>) {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = match self.writer.begin_with_options(options).await {
            Ok(transaction) => Arc::new(transaction),
            Err(e) => return refuse(batch, &error::diagnostic(&e)),
        };
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut broken = None;
        for waiting in &batch {
            match self.run_in_savepoint(waiting, &transaction).await {
                Ok(outcome) => outcomes.push(outcome),
                Err(found) => {
                    broken = Some(found);
                    break;
                }
            }
        }
        let keep = broken.is_none() && outcomes.iter().any(|outcome| outcome.result.is_ok());
        let ended = end(transaction, keep).await;
        let lost = broken.or(ended.err().filter(|_| keep).map(|failure| failure.diagnostic));
        if let Some(found) = lost {
            self.renew().await;
            return refuse(batch, &found);
        }
        for (waiting, outcome) in batch.into_iter().zip(outcomes) {
            outcome.after_commit.into_iter().for_each(|then| then());
            // Whoever asked may be gone; the work is done all the same.
            let _ = waiting.answer.send(outcome.result);
        }
    }

    /// Lets go of the connection of the writer: after a transaction that SQLite ended by itself the driver
    /// still believes in it. The pool opens a new one.
    async fn renew(&self) {
        match self.writer.get_sqlite_connection_pool().acquire().await {
            Ok(connection) => drop(connection.detach()),
            Err(error) => tracing::error!(%error, "the connection of the writer cannot be renewed"),
        }
    }

    /// An error means that the transaction itself is gone (SQLite ends it when the disk is full), and with it
    /// what the jobs before have done.
    async fn run_in_savepoint(
        &self,
        waiting: &Waiting,
        transaction: &Arc<DatabaseTransaction>,
    ) -> Result<Outcome> {
        let lost = |e: &sea_orm::DbErr| error::diagnostic(e);
        transaction.execute_unprepared("savepoint job").await.map_err(|e| lost(&e))?;
        let mut outcome = self.run(waiting, transaction).await;
        let end = match &outcome.result {
            Ok(()) => "release savepoint job",
            Err(_) => "rollback to savepoint job; release savepoint job",
        };
        if let Err(e) = transaction.execute_unprepared(end).await {
            return Err(outcome.result.err().unwrap_or_else(|| lost(&e)));
        }
        if outcome.result.is_err() {
            outcome.after_commit.clear();
        }
        Ok(outcome)
    }
}

/// Commits or rolls back. Every other holder has let go: their use was ended.
pub(crate) async fn end(transaction: Arc<DatabaseTransaction>, commit: bool) -> Result<(), Failure> {
    let Ok(transaction) = Arc::try_unwrap(transaction) else {
        let diagnostic = internal("ending a transaction", "it is still in use");
        return Err(Failure { diagnostic, again: false });
    };
    let ended = if commit { transaction.commit().await } else { transaction.rollback().await };
    ended.map_err(|e| error::meaning(&e))
}

/// Nothing of the batch was kept: all hear why.
fn refuse(batch: Vec<Waiting>, found: &Diagnostic) {
    for waiting in batch {
        // Whoever asked may be gone.
        let _ = waiting.answer.send(Err(Box::new(found.clone())));
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}

/// The door is closed: the process is going down.
pub(crate) fn closed() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::NotReady))
}
