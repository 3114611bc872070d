//! Connections to PostgreSQL: a pool for each runtime. A connection wakes the runtime that opened it; asked from another
//! one, each answer travels from thread to thread before anybody reads it, which costs as much as a short statement.
//!
//! Threads that serve requests have a runtime of one thread each, and a pool of their own from their first statement
//! on. All others share the pool of the runtime the database was opened on.

pub(crate) mod held;

mod transaction;

pub(crate) use transaction::Transaction;

use crate::error::{self, Failure};
use deadpool::Runtime;
use deadpool::managed::{Pool, PoolError, QueueMode, TimeoutType};
use diagnostic::{Code, Diagnostic};
use held::{Held, Opening};
use sea_orm::sqlx::Connection as _;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::thread::{self, ThreadId};
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};

/// How long anybody waits for a connection, or for its opening.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether all connections came back.
const LOOK: Duration = Duration::from_millis(10);

/// The pools of a database.
pub(crate) struct Pools {
    opening: Opening,
    shared: Pool<Opening>,
    home: Handle,
    own: RwLock<HashMap<ThreadId, Pool<Opening>>>,
    /// Connections of an own pool at most.
    most: usize,
}

impl Pools {
    /// With one pool, of this runtime, of so many connections at most, and more as they are needed.
    pub fn new(opening: Opening, connections: u32, home: Handle) -> Result<Pools, Failure> {
        let all = connections.max(2) as usize;
        let cores = thread::available_parallelism().map_or(2, usize::from);
        let most = (2 * all / cores).clamp(2, all);
        let shared = pool(&opening, all)?;
        Ok(Pools { opening, shared, home, own: RwLock::default(), most })
    }

    /// How connections are opened.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// A connection for whoever asks, of their own runtime where they have one.
    pub async fn lend(&self) -> Result<Held, Failure> {
        let pool = match own_runtime() {
            Some(_) => self.of_this_thread()?,
            None => self.shared.clone(),
        };
        match pool.get().await {
            Ok(object) => Ok(Held::new(object)),
            Err(PoolError::Backend(error)) => Err(error::library_meaning(&error)),
            Err(PoolError::Closed) => Err(error::closed()),
            Err(PoolError::Timeout(TimeoutType::Create)) => {
                Err(Failure { diagnostic: error::no_answer(), again: false })
            }
            Err(PoolError::Timeout(_)) => {
                Err(Failure { diagnostic: Box::new(Diagnostic::new(Code::DatabaseBusy)), again: false })
            }
            Err(other) => Err(error::unexpected("lending a connection", &other)),
        }
    }

    /// The runtime whose connections whoever asks is held.
    pub fn runtime(&self) -> Handle {
        own_runtime().unwrap_or_else(|| self.home.clone())
    }

    fn of_this_thread(&self) -> Result<Pool<Opening>, Failure> {
        let id = thread::current().id();
        if let Some(pool) = self.own.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(pool.clone());
        }
        let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
        // Closing marks the shared one as closed before it looks for others.
        if self.is_closed() {
            return Err(error::closed());
        }
        let pool = pool(&self.opening, self.most)?;
        Ok(own.entry(id).or_insert(pool).clone())
    }

    fn all(&self) -> Vec<Pool<Opening>> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(&self.shared).chain(own.values()).cloned().collect()
    }

    /// How many connections there are, and how many of them nobody uses.
    pub fn count(&self) -> (usize, usize) {
        let pools = self.all().into_iter().map(|pool| pool.status());
        pools.fold((0, 0), |(all, idle), status| (all + status.size, idle + status.available))
    }

    /// Lets go of idle connections: they were made to a server that has gone meanwhile.
    pub fn renew(&self) {
        for pool in self.all() {
            pool.retain(|_, _| false);
        }
    }

    /// Whether they were closed.
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }

    /// Waits for running work and closes all connections.
    pub async fn close(&self) {
        self.shared.close();
        let pools = self.all();
        pools.iter().for_each(Pool::close);
        let back = async {
            while pools.iter().any(|pool| pool.status().size > 0) {
                for connection in pools.iter().flat_map(|pool| pool.retain(|_, _| false).removed) {
                    // An error means that it has gone before.
                    let _ = connection.close().await;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        // What is not back in time is closed when it comes.
        let _ = tokio::time::timeout(PATIENCE, back).await;
    }
}

fn pool(opening: &Opening, most: usize) -> Result<Pool<Opening>, Failure> {
    let builder = Pool::builder(opening.clone())
        .max_size(most)
        // The one used last: its statements are prepared.
        .queue_mode(QueueMode::Lifo)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .runtime(Runtime::Tokio1);
    builder.build().map_err(|e| error::unexpected("making a pool of connections", &e))
}

/// The runtime of a thread that has one for itself.
fn own_runtime() -> Option<Handle> {
    Handle::try_current().ok().filter(|handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread)
}
