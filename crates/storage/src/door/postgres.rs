//! PostgreSQL: one job, one transaction, again when others stood in its way.

use crate::dialect::Dialect;
use crate::door::{self, Waiting, Way};
use crate::error::Failure;
use crate::postgres::{Pools, Transaction};
use crate::store::publish;
use crate::transaction::Link;
use diagnostic::Result;
use std::sync::Arc;
use std::time::Duration;

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
    let ended = transaction.end(outcome.result.is_ok()).await;
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
    let limit = waiting.limits.statement;
    if waiting.way == Way::Maintenance {
        return Ok(Transaction::begin(pools, "begin", limit).await?.0);
    }
    let (transaction, read) = Transaction::begin(pools, publish::BEGIN_UNDER_CATALOG, limit).await?;
    let number = read.last().map(|row| row.get::<i64>(0)).transpose();
    let catalog = number.map_err(|diagnostic| Failure { diagnostic, again: false })?;
    Ok(Transaction { catalog, ..transaction })
}
