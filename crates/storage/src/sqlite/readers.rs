//! Connections that read. A quick statement runs on the thread that asks; one that turns out to be slow is
//! broken off and begins anew on a thread where nobody waits behind it, and from then on runs there at once.

use crate::error;
use crate::error::Failure;
use crate::sqlite::table::Table;
use crate::sqlite::{Allowance, Connection, Opening, is_interrupted};
use diagnostic::{Code, Diagnostic};
use sea_orm::Value;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// How long a statement may keep a thread that serves requests: what lists of a page and reads of a record
/// take, many times over; some five milliseconds. Counted in steps, because time passes for a quick statement, too,
/// while others have the processor; in time for one that waits for the disk.
const QUICK: Allowance = Allowance { time: Duration::from_millis(50), steps: 800 };
/// How many slow statements are remembered.
const MOST_SLOW: usize = 1024;
/// How long a read waits for a free connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// Several connections to one file.
pub(crate) struct Readers {
    opening: Opening,
    idle: Mutex<Vec<Arc<Connection>>>,
    free: Arc<Semaphore>,
    /// Connections at most.
    most: u32,
    /// Turns of slow statements: more of them than cores make each other slower.
    slowly: Arc<Semaphore>,
    /// Hashes of the statements that were slow last time.
    slow: RwLock<HashSet<u64>>,
    hasher: RandomState,
}

/// A connection that goes back to the others when it is let go.
pub(crate) struct Lent {
    readers: Arc<Readers>,
    pub connection: Arc<Connection>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut idle = self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at under the lock, under which closing empties the list.
        if !self.readers.is_closed() {
            idle.push(self.connection.clone());
        }
    }
}

impl Readers {
    /// At most so many connections. One is opened at once, to see that it works.
    pub fn open(opening: Opening, most: usize) -> rusqlite::Result<Arc<Readers>> {
        let first = Arc::new(opening.reader()?);
        let most = most.clamp(1, 1024);
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Arc::new(Readers {
            opening,
            idle: Mutex::new(vec![first]),
            free: Arc::new(Semaphore::new(most)),
            most: u32::try_from(most).unwrap_or(1),
            slowly: Arc::new(Semaphore::new(cores.min(most))),
            slow: RwLock::default(),
            hasher: RandomState::new(),
        }))
    }

    /// How many connections there are, and how many of them nobody uses.
    pub fn count(&self) -> (usize, usize) {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).len();
        (idle + (self.most as usize).saturating_sub(self.free.available_permits()), idle)
    }

    /// A connection; waits for one to become free.
    pub async fn take(self: &Arc<Self>) -> Result<Lent, Failure> {
        let free = self.free.clone();
        let permit = match free.try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => waited(self.free.clone().acquire_owned()).await?,
        };
        // The one used last: its pages and statements are warm.
        let known = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match known {
            Some(connection) => connection,
            None => Arc::new(self.opening.reader().map_err(|e| error::sqlite_failure(&e))?),
        };
        Ok(Lent { readers: self.clone(), connection, _permit: permit })
    }

    /// All rows of a statement on any connection.
    pub async fn query(
        self: &Arc<Self>,
        sql: String,
        values: Vec<Value>,
        limit: Duration,
    ) -> Result<Arc<Table>, Failure> {
        let key = self.hasher.hash_one(&sql);
        if !self.is_slow(key)
            && let Some(done) = self.quickly(key, &self.take().await?, &sql, &values, limit)
        {
            return done;
        }
        // Before the connection is taken: who waits for a turn keeps nobody else waiting.
        let turns = self.slowly.clone();
        let _turn = waited(turns.acquire_owned()).await?;
        self.apart(key, self.take().await?, sql, values, limit).await
    }

    /// All rows of a statement on this connection, which `holder` keeps for as long as it runs.
    pub async fn query_on(
        &self,
        holder: impl Holder,
        sql: String,
        values: Vec<Value>,
        limit: Duration,
    ) -> Result<Arc<Table>, Failure> {
        let key = self.hasher.hash_one(&sql);
        if !self.is_slow(key)
            && let Some(done) = self.quickly(key, &holder, &sql, &values, limit)
        {
            return done;
        }
        self.apart(key, holder, sql, values, limit).await
    }

    /// On this thread; `None` where that takes too long.
    fn quickly(
        &self,
        key: u64,
        holder: &impl Holder,
        sql: &str,
        values: &[Value],
        limit: Duration,
    ) -> Option<Result<Arc<Table>, Failure>> {
        let allowed = Allowance { time: limit.min(QUICK.time), ..QUICK };
        match holder.connection().query(sql, values, allowed) {
            Err(e) if is_interrupted(&e) && limit > QUICK.time => {
                self.remember(key);
                None
            }
            done => Some(done.map_err(|e| error::sqlite_failure(&e))),
        }
    }

    /// On a thread where nobody waits behind it.
    async fn apart(
        &self,
        key: u64,
        holder: impl Holder,
        sql: String,
        values: Vec<Value>,
        limit: Duration,
    ) -> Result<Arc<Table>, Failure> {
        let work = tokio::task::spawn_blocking(move || {
            let done = holder.connection().query(&sql, &values, limit);
            (done, holder.connection().steps())
        });
        let (done, steps) = work.await.map_err(|e| error::unexpected("a slow statement", &e))?;
        if steps < QUICK.steps / 2 {
            self.forget(key);
        }
        done.map_err(|e| error::sqlite_failure(&e))
    }

    fn is_slow(&self, key: u64) -> bool {
        self.slow.read().unwrap_or_else(PoisonError::into_inner).contains(&key)
    }

    fn remember(&self, key: u64) {
        let mut slow = self.slow.write().unwrap_or_else(PoisonError::into_inner);
        if slow.len() >= MOST_SLOW {
            slow.clear();
        }
        slow.insert(key);
    }

    fn forget(&self, key: u64) {
        self.slow.write().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }

    /// Waits for what is lent, lends no more and closes all. What is not back in time is closed when it comes.
    pub async fn close(&self) {
        // An error means that it was closed before.
        let _ = tokio::time::timeout(PATIENCE, self.free.acquire_many(self.most)).await;
        self.free.close();
        self.slowly.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.free.is_closed()
    }
}

/// A permit, within reasonable time.
async fn waited(
    turn: impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>>,
) -> Result<OwnedSemaphorePermit, Failure> {
    match tokio::time::timeout(PATIENCE, turn).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) => Err(error::closed()),
        Err(_) => Err(Failure { diagnostic: Box::new(Diagnostic::new(Code::DatabaseBusy)), again: false }),
    }
}

/// Whoever keeps a connection while a statement runs on it.
pub(crate) trait Holder: Send + 'static {
    /// The connection.
    fn connection(&self) -> &Connection;
}

impl Holder for Lent {
    fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Holder for Arc<Lent> {
    fn connection(&self) -> &Connection {
        &self.connection
    }
}
