//! The one way to write: a job goes in, an answer comes out once it is committed.
//!
//! Read in this order: this file (a job and its end), [`sqlite`] (one thread writes, waiting jobs share a
//! commit), [`postgres`] (each job has a transaction of its own).

pub(crate) mod sqlite;

pub(crate) mod postgres;

use crate::dialect::Dialect;
use crate::error::{self, Failure, internal};
use crate::stages::Stages;
use crate::transaction::{AfterCommit, Link, Tx};
use diagnostic::{Diagnostic, Result};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::oneshot;
use tracing::{Instrument, Span};

/// What is done inside a transaction. It may run more than once, so it leaves its result where the next run
/// overwrites it.
pub(crate) type Job = Box<dyn Fn(Tx) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// A job on its way through the door.
pub(crate) struct Waiting {
    pub job: Job,
    pub way: Way,
    /// Longest time of the job and of one of its statements.
    pub limits: Limits,
    pub span: Span,
    pub stages: Stages,
    pub answer: oneshot::Sender<Result<()>>,
}

/// How a job stands to others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// It may share a commit with its neighbours.
    Shared,
    /// It has a commit of its own: a script may take its time and must not hold up the answers of neighbours.
    Alone,
    /// As alone, as long as it takes; it may change the catalog that others work under.
    Maintenance,
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

/// What one job left behind.
pub(crate) struct Outcome {
    pub result: Result<()>,
    /// Others stood in its way: it may run again.
    pub again: bool,
    pub after_commit: Vec<AfterCommit>,
}

/// Runs one job in a transaction that others may share, and ends every use of that transaction by it.
async fn run(waiting: &Waiting, dialect: Dialect, link: Link) -> Outcome {
    let tx = Tx::new(dialect, waiting.limits.statement, link);
    let work = AssertUnwindSafe((waiting.job)(tx.clone())).catch_unwind().instrument(waiting.span.clone());
    let work = waiting.stages.clone().scope(work);
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
