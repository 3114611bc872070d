//! Connections to PostgreSQL: a pool for each runtime. A connection wakes the runtime that opened it; asked from another
//! one, each answer travels from thread to thread before anybody reads it, which costs as much as a short statement.
//!
//! Threads that serve requests have a runtime of one thread each, and a pool of their own from their first statement
//! on. All others share the pool of the runtime the database was opened on.

use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::PgPoolOptions;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::thread::{self, ThreadId};
use tokio::runtime::{Handle, RuntimeFlavor};

/// The pools of a database.
pub(crate) struct Pools {
    shared: DatabaseConnection,
    home: Handle,
    own: RwLock<HashMap<ThreadId, DatabaseConnection>>,
    /// Connections of an own pool at most.
    most: u32,
}

impl Pools {
    /// With one pool, of this runtime, and more as they are needed.
    pub fn new(shared: DatabaseConnection, home: Handle) -> Pools {
        let all = shared.get_postgres_connection_pool().options().get_max_connections();
        let cores =
            thread::available_parallelism().map_or(2, |cores| u32::try_from(cores.get()).unwrap_or(2));
        Pools { shared, home, own: RwLock::default(), most: (2 * all / cores).clamp(2, all.max(2)) }
    }

    /// The pool of the runtime the database was opened on.
    pub fn shared(&self) -> &DatabaseConnection {
        &self.shared
    }

    /// The pool of whoever asks.
    pub fn here(&self) -> DatabaseConnection {
        match own_runtime() {
            Some(_) => self.of_this_thread(),
            None => self.shared.clone(),
        }
    }

    /// The runtime to work on with [`Pools::here`].
    pub fn runtime(&self) -> Handle {
        own_runtime().unwrap_or_else(|| self.home.clone())
    }

    fn of_this_thread(&self) -> DatabaseConnection {
        let id = thread::current().id();
        if let Some(pool) = self.own.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return pool.clone();
        }
        let shared = self.shared.get_postgres_connection_pool();
        let options: PgPoolOptions = shared.options().clone();
        let options = options.min_connections(0).max_connections(self.most);
        let pool = DatabaseConnection::from(options.connect_lazy_with((*shared.connect_options()).clone()));
        let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
        // Closing marks the shared one as closed before it looks for others.
        if shared.is_closed() {
            return self.shared.clone();
        }
        own.entry(id).or_insert(pool).clone()
    }

    fn all(&self) -> Vec<DatabaseConnection> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(&self.shared).chain(own.values()).cloned().collect()
    }

    /// How many connections there are, and how many of them nobody uses.
    pub fn count(&self) -> (usize, usize) {
        self.all()
            .iter()
            .map(DatabaseConnection::get_postgres_connection_pool)
            .fold((0, 0), |(all, idle), pool| (all + pool.size() as usize, idle + pool.num_idle()))
    }

    /// Lets go of idle connections: they were made to a server that has gone meanwhile.
    pub fn renew(&self) {
        for pool in self.all() {
            while let Some(idle) = pool.get_postgres_connection_pool().try_acquire() {
                drop(idle.detach());
            }
        }
    }

    /// Whether they were closed.
    pub fn is_closed(&self) -> bool {
        self.shared.get_postgres_connection_pool().is_closed()
    }

    /// Waits for running work and closes all connections.
    pub async fn close(&self) {
        let shared = self.shared.get_postgres_connection_pool().close();
        let own =
            self.own.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect::<Vec<_>>();
        for pool in &own {
            pool.get_postgres_connection_pool().close().await;
        }
        shared.await;
    }
}

/// The runtime of a thread that has one for itself.
fn own_runtime() -> Option<Handle> {
    Handle::try_current().ok().filter(|handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread)
}
