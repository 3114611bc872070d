//! A database as the engine holds it: reads, the door for writes, news.

use crate::connection::{self, Connections, Options};
use crate::dialect::Dialect;
use crate::door::sqlite::Message;
use crate::door::{self, Job, Limits, Waiting, Way};
use crate::error::{self, internal};
use crate::folder::FolderLock;
use crate::fuse::Fuse;
use crate::news::{Listeners, Outlet, Topic};
use crate::postgres::{Pools, Transaction};
use crate::sqlite::readers::Readers;
use crate::stages::Stages;
use crate::system;
use crate::transaction::{Link, Tx};
use crate::watch::{self, Line, Told, Versions};
use diagnostic::{Diagnostic, Result};
use futures_util::FutureExt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::runtime::Handle;
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch as channel};
use tracing::{Instrument, Span};
use uuid::Uuid;

/// An open database. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    link: Connected,
    handle: Handle,
    limits: Limits,
    versions: channel::Receiver<Versions>,
    lost: channel::Receiver<bool>,
    look: Arc<Notify>,
    jobs_ready: Arc<Notify>,
    listeners: Arc<Listeners>,
    outlet: Outlet,
    fuse: Fuse,
}

/// How much a database has to do for this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Writes before SQLite's door. On PostgreSQL each has a transaction of its own.
    pub waiting: i64,
    /// Connections.
    pub connections: i64,
    /// Connections that nobody uses.
    pub idle: i64,
}

enum Connected {
    Sqlite {
        readers: Arc<Readers>,
        /// To the thread that writes.
        jobs: mpsc::Sender<Message>,
        file: PathBuf,
        _lock: Option<FolderLock>,
    },
    Postgres(Arc<Pools>),
}

impl Database {
    /// Opens the database and brings the tables of the engine up to date. Connections belong to the runtime
    /// this is called on, which must be multi-threaded and outlive them.
    pub async fn open(options: Options) -> Result<Database> {
        let handle = Handle::current();
        let link = match connection::open(&options).await? {
            Connections::Sqlite { writer, readers, lock, file } => {
                let jobs = door::sqlite::start(writer, handle.clone())
                    .map_err(|e| internal("starting the thread that writes", &e))?;
                Connected::Sqlite { readers, jobs, file, _lock: lock }
            }
            Connections::Postgres(pools) => Connected::Postgres(pools),
        };
        let (sender, versions) =
            channel::channel(Versions { catalog: 0, rights: 0, secret: 0, confirmed: Instant::now() });
        let (lose, lost) = channel::channel(false);
        let (say, news) = mpsc::unbounded_channel();
        let listeners = Arc::<Listeners>::default();
        let outlet = match &link {
            Connected::Sqlite { .. } => Outlet::Here(listeners.clone()),
            Connected::Postgres(_) => Outlet::Wire(say),
        };
        let database = Database {
            inner: Arc::new(Inner {
                link,
                handle: handle.clone(),
                limits: Limits { statement: options.statement_timeout, job: options.job_timeout },
                versions,
                lost,
                look: Arc::default(),
                jobs_ready: Arc::default(),
                listeners: listeners.clone(),
                outlet,
                fuse: Fuse::default(),
            }),
        };
        if !system::is_current(&database.reader()).await? {
            database.maintain(|tx| async move { system::migrate(&tx).await }).await?;
        }
        let known = watch::read(&database.reader()).await?;
        sender.send_replace(known);
        let inner = &database.inner;
        let line = match &inner.link {
            Connected::Sqlite { .. } => None,
            Connected::Postgres(pools) => Some(Line::new(pools.clone())),
        };
        let told = Told { versions: sender, lost: lose, jobs: inner.jobs_ready.clone(), listeners };
        handle.spawn(watch::run(database.reader(), line, told, inner.look.clone(), news));
        Ok(database)
    }

    /// Which database.
    pub fn dialect(&self) -> Dialect {
        match &self.inner.link {
            Connected::Sqlite { .. } => Dialect::Sqlite,
            Connected::Postgres(_) => Dialect::Postgres,
        }
    }

    /// What cuts the database off, so that what a crash leaves can be looked at.
    pub fn fuse(&self) -> &Fuse {
        &self.inner.fuse
    }

    /// The runtime the connections belong to.
    pub fn handle(&self) -> &Handle {
        &self.inner.handle
    }

    /// The runtime that works best for whoever asks on this thread: their own, where PostgreSQL has connections for it.
    pub fn near(&self) -> Handle {
        match &self.inner.link {
            Connected::Sqlite { .. } => self.inner.handle.clone(),
            Connected::Postgres(pools) => pools.runtime(),
        }
    }

    /// The SQLite file.
    pub fn file(&self) -> Option<&Path> {
        match &self.inner.link {
            Connected::Sqlite { file, .. } => Some(file),
            Connected::Postgres(_) => None,
        }
    }

    /// Single reads: each statement sees the newest committed state, on whichever connection is free.
    pub fn reader(&self) -> Tx {
        let link = match &self.inner.link {
            Connected::Sqlite { readers, .. } => Link::Readers(readers.clone()),
            Connected::Postgres(pools) => Link::Pools(pools.clone()),
        };
        Tx::new(self.dialect(), self.inner.limits.statement, link)
    }

    /// Several reads of one and the same state.
    pub async fn read<T, F, W>(&self, job: F) -> Result<T>
    where
        F: FnOnce(Tx) -> W + Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.snapshot(job, self.inner.limits).await
    }

    /// As [`Database::read`], as long as it takes: a backup.
    pub async fn read_long<T, F, W>(&self, job: F) -> Result<T>
    where
        F: FnOnce(Tx) -> W + Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.snapshot(job, Limits::MAINTENANCE).await
    }

    async fn snapshot<T, F, W>(&self, job: F, limits: Limits) -> Result<T>
    where
        F: FnOnce(Tx) -> W + Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        match &self.inner.link {
            Connected::Sqlite { readers, .. } => read_on_sqlite(readers, job, limits).await,
            Connected::Postgres(pools) => {
                let work = read_on_postgres(pools.clone(), job, limits).instrument(Span::current());
                pools.runtime().spawn(work).await.unwrap_or_else(|e| Err(internal("reading", &e)))
            }
        }
    }

    /// Does `job` in a transaction and answers once it is committed. An error of the job rolls it back and
    /// does not touch neighbours. The job may run more than once. It is done even if whoever asked goes away.
    pub async fn write<T, F, W>(&self, job: F) -> Result<T>
    where
        F: Fn(Tx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.enter(job, Way::Shared).await
    }

    /// As [`Database::write`], with a commit of its own: for jobs that run scripts or take long.
    pub async fn write_alone<T, F, W>(&self, job: F) -> Result<T>
    where
        F: Fn(Tx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.enter(job, Way::Alone).await
    }

    /// As [`Database::write_alone`], as long as it takes: migrations and restores.
    pub async fn maintain<T, F, W>(&self, job: F) -> Result<T>
    where
        F: Fn(Tx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        let job = Arc::new(job);
        let unlimited = move |tx: Tx| {
            let job = job.clone();
            async move {
                lift_limit(&tx).await?;
                job(tx).await
            }
        };
        self.enter(unlimited, Way::Maintenance).await
    }

    /// Does `job` and takes back all it wrote: what a publish would do is tried before it is done.
    pub async fn rehearse<T, F, W>(&self, job: F) -> Result<T>
    where
        F: Fn(Tx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        let job = Arc::new(job);
        let unlimited = move |tx: Tx| {
            let job = job.clone();
            async move {
                lift_limit(&tx).await?;
                job(tx).await
            }
        };
        self.take_back(unlimited, Way::Maintenance).await
    }

    /// As [`Database::rehearse`], within the time that a request has.
    pub async fn try_out<T, F, W>(&self, job: F) -> Result<T>
    where
        F: Fn(Tx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.take_back(job, Way::Alone).await
    }

    async fn take_back<T, F, W>(&self, job: F, way: Way) -> Result<T>
    where
        F: Fn(Tx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        let seen: Arc<Mutex<Option<T>>> = Arc::default();
        let (place, job) = (seen.clone(), Arc::new(job));
        let rehearsed = move |tx: Tx| {
            let (place, job) = (place.clone(), job.clone());
            async move {
                let value = job(tx).await?;
                *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                // Only a refusal is rolled back.
                Err::<(), _>(closed())
            }
        };
        let taken_back = self.enter(rehearsed, way).await;
        match (seen.lock().unwrap_or_else(PoisonError::into_inner).take(), taken_back) {
            (Some(value), _) => Ok(value),
            (None, Err(found)) => Err(found),
            (None, Ok(())) => Err(internal("rehearsing", "the job left no value")),
        }
    }

    async fn enter<T, F, W>(&self, job: F, way: Way) -> Result<T>
    where
        F: Fn(Tx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.inner.fuse.pass()?;
        let left: Arc<Mutex<Option<T>>> = Arc::default();
        let place = left.clone();
        let job: Job = Box::new(move |tx| {
            let place = place.clone();
            let work = job(tx);
            async move {
                let value = work.await?;
                *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                Ok(())
            }
            .boxed()
        });
        let (answer, answered) = oneshot::channel();
        let limits = match way {
            Way::Maintenance => Limits::MAINTENANCE,
            Way::Shared | Way::Alone => self.inner.limits,
        };
        let waiting = Waiting { job, way, limits, span: Span::current(), stages: Stages::current(), answer };
        match &self.inner.link {
            Connected::Sqlite { jobs, .. } => jobs.send(Message::Job(waiting)).await.map_err(|_| closed())?,
            Connected::Postgres(pools) => {
                // A job of its own may compute for long, and keeps no thread that serves requests.
                let runtime = if way == Way::Shared { pools.runtime() } else { self.inner.handle.clone() };
                runtime.spawn(door::postgres::run(pools.clone(), waiting));
            }
        }
        answered.await.map_err(|_| closed())??;
        let value = left.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| internal("writing", "the job left no value"))
    }

    /// The versions of the catalog and of rights, kept up to date within half a second of a change by another
    /// process; [`Database::look`] makes it at once.
    pub fn watch(&self) -> channel::Receiver<Versions> {
        self.inner.versions.clone()
    }

    /// What is told to whoever asks while PostgreSQL does not answer; `None` while it does. SQLite is a file and
    /// always answers.
    pub fn silence(&self) -> Option<Box<Diagnostic>> {
        self.inner.lost.borrow().then(error::no_answer)
    }

    /// Waits until PostgreSQL does not answer any more, which is known after at most a second and a half.
    pub async fn silent(&self) -> Box<Diagnostic> {
        let mut lost = self.inner.lost.clone();
        if lost.wait_for(|lost| *lost).await.is_err() {
            // Nobody asks any more: the database was closed, and says so itself.
            std::future::pending::<()>().await;
        }
        error::no_answer()
    }

    /// Asks the database at once for the versions of [`Database::watch`].
    pub fn look(&self) {
        self.inner.look.notify_one();
    }

    /// Notified when a job may be waiting. Poll beside it: a job in the future is announced when it is made.
    pub fn jobs_ready(&self) -> Arc<Notify> {
        self.inner.jobs_ready.clone()
    }

    /// What concerns a user from now on; `None` where too many listen for that user already.
    pub fn listen(&self, user: Uuid) -> Option<broadcast::Receiver<Topic>> {
        self.inner.listeners.listen(user)
    }

    /// Tells everybody who listens in this process.
    pub fn tell_all(&self, topic: Topic) {
        self.inner.listeners.tell_all(topic);
    }

    /// Tells these users, once the transaction is committed and if it is, that there is news.
    pub fn tell(&self, tx: &Tx, topic: Topic, users: Vec<Uuid>) {
        let outlet = self.inner.outlet.clone();
        tx.after_commit(move || outlet.tell(topic, &users));
    }

    /// How much the database has to do for this process.
    pub fn load(&self) -> Load {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        match &self.inner.link {
            Connected::Sqlite { readers, jobs, .. } => {
                let (all, idle) = readers.count();
                let waiting = jobs.max_capacity() - jobs.capacity();
                Load { waiting: count(waiting), connections: count(all + 1), idle: count(idle) }
            }
            Connected::Postgres(pools) => {
                let (all, idle) = pools.count();
                Load { waiting: 0, connections: count(all), idle: count(idle) }
            }
        }
    }

    /// Writes the file anew and cuts its log, so that nothing of what was overwritten or removed stays in the
    /// bytes between (SQLite). Writers wait as long as it takes.
    pub async fn compact(&self) -> Result<()> {
        let Connected::Sqlite { jobs, .. } = &self.inner.link else { return Ok(()) };
        let (done, compacted) = oneshot::channel();
        jobs.send(Message::Compact(done)).await.map_err(|_| closed())?;
        let outcome = compacted.await.map_err(|_| closed())?;
        outcome.map_err(|error| internal("writing the database file anew", &error))
    }

    /// Waits for running work and closes all connections. Other clones are of no use afterwards.
    pub async fn close(&self) -> Result<()> {
        match &self.inner.link {
            Connected::Sqlite { readers, jobs, .. } => {
                // The writer last: who closes a file last leaves it whole, without a log beside it.
                readers.close().await;
                let (done, closed) = oneshot::channel();
                if jobs.send(Message::Close(done)).await.is_ok() {
                    // An error means that the thread has ended, and with it the connection.
                    let _ = closed.await;
                }
                Ok(())
            }
            Connected::Postgres(pools) => {
                pools.close().await;
                Ok(())
            }
        }
    }
}

fn closed() -> Box<Diagnostic> {
    error::closed().diagnostic
}

/// PostgreSQL holds a limit of its own on each statement.
async fn lift_limit(tx: &Tx) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => tx.batch("set local statement_timeout = 0").await,
    }
}

async fn read_on_sqlite<T, F, W>(readers: &Arc<Readers>, job: F, limits: Limits) -> Result<T>
where
    F: FnOnce(Tx) -> W,
    W: Future<Output = Result<T>>,
{
    let lent = Arc::new(readers.take().await.map_err(|failure| failure.diagnostic)?);
    let begun = lent.connection.batch("begin", limits.statement);
    begun.map_err(|e| error::sqlite_failure(&e).diagnostic)?;
    let tx = Tx::new(Dialect::Sqlite, limits.statement, Link::Reader(readers.clone(), lent.clone()));
    let result = tokio::time::timeout(limits.job, job(tx.clone())).await;
    tx.close().await;
    // A slow statement that nobody waits for any longer keeps the connection until it is broken off.
    if let Err(failure) = lent.connection.batch("rollback", limits.statement) {
        tracing::debug!(found = %failure, "a read did not end well");
    }
    result.unwrap_or_else(|_| Err(Box::new(error::too_slow())))
}

async fn read_on_postgres<T, F, W>(pools: Arc<Pools>, job: F, limits: Limits) -> Result<T>
where
    F: FnOnce(Tx) -> W,
    W: Future<Output = Result<T>>,
{
    let words = "begin isolation level repeatable read, read only";
    let begun = Transaction::begin(&pools, words, limits.statement).await;
    let (transaction, _) = begun.map_err(|failure| failure.diagnostic)?;
    let tx = Tx::new(Dialect::Postgres, limits.statement, Link::Transaction(transaction.clone()));
    let result = tokio::time::timeout(limits.job, job(tx.clone())).await;
    tx.close().await;
    // Nothing was written; how it ends tells nothing that the reads have not told.
    if let Err(failure) = transaction.end(false).await {
        tracing::debug!(found = %failure.diagnostic, "a read did not end well");
    }
    result.unwrap_or_else(|_| Err(Box::new(error::too_slow())))
}
