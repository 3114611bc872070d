//! Writes of a request: one command, one transaction.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::command::{Command, Written};
use crate::work::Work;
use diagnostic::Result;
use futures_util::FutureExt;
use plan::planner::Mode;
use std::future::Future;
use std::sync::Arc;
use storage::Tx;

impl Engine {
    /// Work that only reads, on any connection.
    pub fn reading(&self, identity: &Arc<Identity>) -> Work {
        self.work(identity, self.database().reader(), Mode::Request)
    }

    /// Work in a transaction.
    pub fn work(&self, identity: &Arc<Identity>, tx: Tx, mode: Mode) -> Work {
        Work {
            engine: self.clone(),
            published: self.published(),
            identity: identity.clone(),
            tx,
            bindings: self.bindings(identity),
            mode,
            hooks: true,
            depth: 0,
            request: None,
            address: None,
            target: None,
            budget: None,
            task: None,
            chain: Arc::default(),
        }
    }

    /// Does one command in a transaction of its own, which others may share.
    ///
    /// # Errors
    /// Everything the plan, the rules, the hooks and the database refuse; nothing is changed then.
    pub async fn write(&self, identity: &Arc<Identity>, command: Command) -> Result<Written> {
        let published = self.published();
        let object = published.object(command.object())?;
        let alone = published.is_scripted(object);
        let command = Arc::new(command);
        let job = move |work: Work| {
            let command = command.clone();
            async move { work.execute(&command).await }
        };
        self.transact(identity.clone(), Mode::Request, alone, job).await
    }

    /// Does work that may run scripts in a transaction of its own.
    ///
    /// # Errors
    /// What the work refuses; nothing is changed then.
    pub async fn write_scripted<T, F, W>(&self, identity: Arc<Identity>, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(Work) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        self.transact(identity, Mode::Request, true, job).await
    }

    /// Does work in a transaction. A publish that comes in between makes it run again under the new catalog.
    ///
    /// # Errors
    /// What the work refuses; nothing is changed then.
    pub async fn transact<T, F, W>(
        &self,
        identity: Arc<Identity>,
        mode: Mode,
        alone: bool,
        job: F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(Work) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let run = self.under_the_catalog(identity, mode, job);
        match alone {
            true => self.database().write_alone(run).await,
            false => self.database().write(run).await,
        }
    }

    /// As [`Engine::transact`] with a commit of its own, as long as it takes.
    ///
    /// # Errors
    /// What the work refuses; nothing is changed then.
    pub(crate) async fn transact_long<T, F, W>(
        &self,
        identity: Arc<Identity>,
        mode: Mode,
        job: F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(Work) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        self.database().maintain(self.under_the_catalog(identity, mode, job)).await
    }

    /// Does work and takes back all it wrote.
    ///
    /// # Errors
    /// What the work refuses.
    pub(crate) async fn try_out<T, F, W>(&self, identity: Arc<Identity>, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(Work) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        self.database().try_out(self.under_the_catalog(identity, Mode::Request, job)).await
    }

    /// The work under the catalog in force when its transaction begins.
    fn under_the_catalog<T, F, W>(
        &self,
        identity: Arc<Identity>,
        mode: Mode,
        job: F,
    ) -> impl Fn(Tx) -> futures_util::future::BoxFuture<'static, Result<T>> + Send + Sync + 'static
    where
        T: Send + 'static,
        F: Fn(Work) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let (engine, job) = (self.clone(), Arc::new(job));
        move |tx: Tx| {
            let (engine, job, identity) = (engine.clone(), job.clone(), identity.clone());
            let work = async move {
                let number = storage::store::publish::version_for_write(&tx).await?;
                let mut work = engine.work(&identity, tx, mode);
                if u64::try_from(number).unwrap_or(0) != work.published.number {
                    engine.refresh(u64::try_from(number).unwrap_or(0)).await?;
                    // The rights of the new catalog hold, not those the request came with.
                    let again = match identity.actor.id.is_nil() {
                        true => engine.system(),
                        // A token stays limited to the roles it came with.
                        false => {
                            engine.identity(identity.actor.id, Some(identity.actor.roles.clone())).await?
                        }
                    };
                    work = engine.work(&again, work.tx, mode);
                }
                job(work).await
            };
            work.boxed()
        }
    }
}
