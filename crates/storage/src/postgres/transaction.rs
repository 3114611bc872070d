//! A transaction of PostgreSQL.

use crate::codec::Cells;
use crate::error::{self, Failure};
use crate::postgres::Pools;
use crate::postgres::held::Held;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// A transaction. Dropped without its end, it is taken back with its connection.
#[derive(Clone)]
pub(crate) struct Transaction {
    pub held: Arc<Mutex<Held>>,
    /// The number of the last publish, where no other can come before the end.
    pub catalog: Option<i64>,
}

impl Transaction {
    /// Begins it by these words, which may go on with statements that read; answers what they read, too.
    pub async fn begin(
        pools: &Pools,
        words: &str,
        limit: Duration,
    ) -> Result<(Transaction, Vec<Cells>), Failure> {
        let mut held = pools.lend().await?;
        let read = match tokio::time::timeout(limit, held.begin(words)).await {
            Ok(begun) => begun.map_err(|e| error::library_meaning(&e))?,
            Err(_) => return Err(Failure { diagnostic: Box::new(error::too_slow()), again: false }),
        };
        Ok((Transaction { held: Arc::new(Mutex::new(held)), catalog: None }, read))
    }

    /// Commits or takes back. Nobody else uses it any more: their use was ended.
    pub async fn end(self, commit: bool) -> Result<(), Failure> {
        self.held.lock().await.end(commit).await.map_err(|e| error::library_meaning(&e))
    }
}
