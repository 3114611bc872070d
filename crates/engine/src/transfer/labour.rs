//! A job of imports, exports and large writes at work. Each batch of lines is one transaction that also says how far the
//! job is: a worker that dies is followed by one that goes on behind the last batch, and no line is written twice.

use crate::engine::{Engine, internal};
use crate::identity::Identity;
use crate::transfer::batch;
use crate::transfer::orders::Asked;
use crate::transfer::terms::LEASE;
use diagnostic::{Code, Diagnostic, Locale, Result};
use futures_util::future::BoxFuture;
use serde_json::Value as Json;
use std::sync::Arc;
use storage::Tx;
use storage::store::job::{self, Job};
use storage::store::transfer::{self, Transfer};
use tokio::sync::watch;
use uuid::Uuid;

/// What does a job.
pub(crate) type Doer = for<'a> fn(&'a Labour<'a>) -> BoxFuture<'a, Result<Ended>>;

/// A job at work.
pub(crate) struct Labour<'a> {
    pub engine: &'a Engine,
    pub job: &'a Job,
    /// What it is about.
    pub stored: Transfer,
    /// Who asked, with the rights of then as far as they still hold.
    pub identity: Arc<Identity>,
    /// Says when to stop.
    pub stop: &'a watch::Receiver<bool>,
}

/// How a job ended.
pub(crate) enum Ended {
    /// With this result.
    Done(Json),
    /// Not yet: the process stops, another worker goes on.
    Stopped,
}

/// The lease has gone to another worker, or the job was cancelled.
pub(crate) fn lost() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::DatabaseBusy))
}

impl Engine {
    /// Does a job of this queue.
    pub(crate) async fn labour(&self, job: &Job, stop: &watch::Receiver<bool>, doer: Doer) -> Result<()> {
        match self.labour_on(job, stop, doer).await {
            Ok(Ended::Done(result)) => {
                let (id, lease, now) = (job.id, job.lease, self.now());
                let ended = self.database().write(move |tx| {
                    let result = result.clone();
                    async move { job::complete(&tx, id, lease, Some(result), now).await }
                });
                if ended.await? { Ok(()) } else { Err(lost()) }
            }
            Ok(Ended::Stopped) => {
                let job = job.clone();
                let back = self.database().write(move |tx| {
                    let job = job.clone();
                    async move { job::give_back(&tx, &job).await }
                });
                back.await.map(drop)
            }
            // Repeating does not help against what the asker got wrong or may not do.
            Err(found) if batch::is_of_the_line(&found) => self.give_up(job, &found).await,
            Err(found) => Err(found),
        }
    }

    async fn give_up(&self, job: &Job, found: &Diagnostic) -> Result<()> {
        let locale = match transfer_of(job) {
            Ok(id) => {
                let stored = transfer::get(&self.database().reader(), id).await?;
                stored.and_then(|stored| Asked::of(&stored).ok()).map_or(Locale::En, |asked| asked.locale())
            }
            Err(_) => Locale::En,
        };
        let result = (self.teller())(found, locale);
        let (job, text, now) = (job.clone(), found.to_string(), self.now());
        let given = self.database().write(move |tx| {
            let (job, text, result) = (job.clone(), text.clone(), result.clone());
            async move { job::give_up(&tx, &job, &text, &result, now).await }
        });
        given.await.map(drop)
    }

    async fn labour_on(&self, job: &Job, stop: &watch::Receiver<bool>, doer: Doer) -> Result<Ended> {
        let id = transfer_of(job)?;
        let stored = transfer::get(&self.database().reader(), id).await?;
        let stored = stored.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
        let roles = stored.roles.clone().unwrap_or_default();
        let identity = match stored.created_by {
            Some(user) => {
                let roles = roles.iter().map(|role| role.as_str().into()).collect();
                self.identity(user, Some(roles)).await?
            }
            None => self.system(),
        };
        doer(&Labour { engine: self, job, stored, identity, stop }).await
    }
}

fn transfer_of(job: &Job) -> Result<Uuid> {
    let id = job.payload.get("transfer").and_then(Json::as_str).and_then(|text| text.parse().ok());
    id.ok_or_else(|| internal("a job's payload", &job.payload))
}

impl Labour<'_> {
    /// Whether the process is told to stop.
    pub fn is_told_to_stop(&self) -> bool {
        *self.stop.borrow()
    }

    /// Does something small in a transaction that also says how far the job is.
    pub async fn tell<F, W>(&self, progress: Json, then: F) -> Result<()>
    where
        F: Fn(Tx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<()>> + Send + 'static,
    {
        let (id, lease, until) = (self.job.id, self.job.lease, self.engine.now() + LEASE);
        let then = Arc::new(then);
        let told = self.engine.database().write(move |tx| {
            let (progress, then) = (progress.clone(), then.clone());
            async move {
                then(tx.clone()).await?;
                match job::progress(&tx, id, lease, &progress, until).await? {
                    true => Ok(()),
                    false => Err(lost()),
                }
            }
        });
        told.await
    }
}
