//! PostgreSQL: one job, one transaction, again when others stood in its way.

use crate::dialect::Dialect;
use crate::door::{self, Waiting};
use crate::error::{self, Failure};
use crate::transaction::Link;
use diagnostic::Result;
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};
use std::sync::Arc;
use std::time::Duration;

/// How often a job is run when others stand in its way.
const MOST_RUNS: u32 = 4;

/// Runs a job and answers it.
pub async fn run(pool: DatabaseConnection, waiting: Waiting) {
    let mut run = 1;
    let result = loop {
        let (result, again) = try_once(&pool, &waiting).await;
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

async fn try_once(pool: &DatabaseConnection, waiting: &Waiting) -> (Result<()>, bool) {
    let transaction = match pool.begin().await {
        Ok(transaction) => Arc::new(transaction),
        Err(e) => return (Err(error::diagnostic(&e)), false),
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

/// Commits or rolls back. Every other holder has let go: their use was ended.
pub(crate) async fn end(transaction: Arc<DatabaseTransaction>, commit: bool) -> Result<(), Failure> {
    let Ok(transaction) = Arc::try_unwrap(transaction) else {
        return Err(error::unexpected("ending a transaction", "it is still in use"));
    };
    let ended = if commit { transaction.commit().await } else { transaction.rollback().await };
    ended.map_err(|e| error::meaning(&e))
}
