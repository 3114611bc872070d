//! PostgreSQL: one job, one transaction, again when others stood in its way.

use crate::dialect::Dialect;
use crate::door::{self, Waiting};
use crate::error::{self, Failure};
use crate::postgres::Pools;
use crate::store::publish;
use crate::transaction::{Link, Transaction};
use diagnostic::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How often a job is run when others stand in its way.
const MOST_RUNS: u32 = 4;

/// Runs a job and answers it.
pub async fn run(pools: Arc<Pools>, waiting: Waiting) {
    let mut run = 1;
    let result = loop {
        let (result, again) = try_once(&pools, &waiting).await;
        if !again || run == MOST_RUNS {
            break result;
        }
        tracing::debug!(run, "a job stood in the way of another; it runs again");
        // Both of two rivals would meet again at once without some luck.
        let pause = u64::from(rand::random::<u8>() % 16) * u64::from(run);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        run += 1;
    };
    // Whoever asked may be gone; the work is done all the same.
    let _ = waiting.answer.send(result);
}

async fn try_once(pools: &Pools, waiting: &Waiting) -> (Result<()>, bool) {
    let transaction = match begin(pools, waiting).await {
        Ok(transaction) => transaction,
        Err(failure) => return (Err(failure.diagnostic), failure.again),
    };
    let outcome = door::run(waiting, Dialect::Postgres, Link::Transaction(transaction.clone())).await;
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

/// Begins a transaction. One that is not for maintenance keeps publishes out and learns the number of the last one, by
/// the same message that begins it.
async fn begin(pools: &Pools, waiting: &Waiting) -> Result<Transaction, Failure> {
    let mut held = pools.lend().await?;
    let words = if waiting.maintenance { "begin" } else { publish::BEGIN_UNDER_CATALOG };
    let begun = tokio::time::timeout(waiting.limits.statement, held.begin(words)).await;
    let read = match begun {
        Ok(read) => read.map_err(|e| error::library_meaning(&e))?,
        Err(_) => return Err(Failure { diagnostic: Box::new(error::too_slow()), again: false }),
    };
    let number = read.last().filter(|_| !waiting.maintenance).map(|row| row.get::<i64>(0)).transpose();
    let catalog = number.map_err(|diagnostic| Failure { diagnostic, again: false })?;
    Ok(Transaction { held: Arc::new(Mutex::new(held)), catalog })
}

/// Commits or rolls back. Nobody else uses it any more: their use was ended.
pub(crate) async fn end(transaction: Transaction, commit: bool) -> Result<(), Failure> {
    transaction.held.lock().await.end(commit).await.map_err(|e| error::library_meaning(&e))
}
