//! Background work: one loop takes leased jobs and does them.

mod status;

use crate::engine::Engine;
use crate::flow::{backtest, calls, dates, schedule, sla};
use crate::handover;
use crate::identity::reset;
use crate::requests::large;
use crate::transfer::chores;
use crate::transfer::terms::{self, BACKTEST};
use crate::work::{QUEUE, Work};
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::{Code, Diagnostic, Result};
use futures_util::FutureExt;
use std::sync::Arc;
use std::time::Duration;
use storage::settle::{self, Deferred};
use storage::store::job::{self, Job};
use tokio::sync::watch;
use uuid::Uuid;

/// How long a job may work before it must say that it is alive.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Jobs taken at once.
const BATCH: u32 = 4;
/// Steps of flows taken at once.
const FLOWS: u32 = 16;
/// How long the loop sleeps when nobody wakes it.
const IDLE: Duration = Duration::from_secs(2);

/// How often what has ended is removed.
const SWEEP: Duration = Duration::from_secs(600);

/// The kind of job that computes derived values that were too many for one transaction.
const SETTLE: &str = "settle";

impl Work {
    /// Leaves derived values to a job; answers its id.
    pub(crate) async fn settle_later(&self, deferred: &Deferred) -> Result<Uuid> {
        let payload =
            serde_json::to_value(deferred).map_err(|e| crate::engine::internal("a job's payload", &e))?;
        let mut job = Job::new(QUEUE, SETTLE, payload, self.bindings.now);
        let actor = self.identity.actor.id;
        job.created_by = (!actor.is_nil()).then_some(actor);
        job::enqueue(&self.tx, &job).await?;
        Ok(job.id)
    }
}

impl Engine {
    /// Takes jobs and does them, and delivers what lies in the outbox, until `stop` says so. Any number of processes
    /// may do this at once. Imports and exports take their time, a peer may be slow to take a mail: other jobs do not
    /// wait for them.
    pub async fn work_off(&self, stop: watch::Receiver<bool>) {
        let worker = Uuid::now_v7().to_string();
        tokio::join!(
            self.work_off_queue(QUEUE, BATCH, &worker, stop.clone()),
            self.work_off_queue(terms::QUEUE, 1, &worker, stop.clone()),
            self.work_off_queue(calls::QUEUE, FLOWS, &worker, stop.clone()),
            self.dispatch_until(stop.clone()),
            self.deliver_off(stop.clone()),
            self.read_mailboxes_until(stop.clone()),
            self.sweep_until(stop),
        );
    }

    async fn sweep_until(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.sweep_files().await {
                tracing::warn!(%error, "files that were let go could not be removed");
            }
            if let Err(error) = self.keep_schedules().await {
                tracing::warn!(%error, "the times of schedules could not be looked after");
            }
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "what has ended could not be removed");
            }
            tokio::select! {
                () = tokio::time::sleep(SWEEP) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Schedules whose next time got lost, or that an older version did not know, go on.
    async fn keep_schedules(&self) -> Result<()> {
        let (engine, published) = (self.clone(), self.published());
        self.database()
            .write(move |tx| {
                let (engine, published) = (engine.clone(), published.clone());
                async move { engine.keep_slots(&tx, &published).await }
            })
            .await
    }

    async fn work_off_queue(&self, queue: &str, most: u32, worker: &str, mut stop: watch::Receiver<bool>) {
        let ready = self.database().jobs_ready();
        while !*stop.borrow() {
            let done = match self.work_on(queue, most, worker, &stop).await {
                Ok(done) => done,
                Err(error) => {
                    tracing::warn!(%error, "jobs could not be taken");
                    0
                }
            };
            if done > 0 {
                continue;
            }
            tokio::select! {
                () = ready.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Takes what is due and does it; answers how many jobs that were.
    ///
    /// # Errors
    /// What the database refuses; a job that fails is not an error of the loop.
    pub async fn work_once(&self, worker: &str) -> Result<usize> {
        let (_never, stop) = watch::channel(false);
        let done = self.work_on(QUEUE, BATCH, worker, &stop).await?;
        let done = done + self.work_on(calls::QUEUE, FLOWS, worker, &stop).await?;
        Ok(done + self.work_on(terms::QUEUE, 1, worker, &stop).await?)
    }

    /// As [`Engine::work_once`], for work that may be told to stop: what takes long then ends after a part of it, and
    /// goes on where somebody takes it up again.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn work_until_stopped(&self, worker: &str, stop: &watch::Receiver<bool>) -> Result<usize> {
        self.work_on(terms::QUEUE, 1, worker, stop).await
    }

    /// When something is due next that nobody waits for now: a timer, a slot of a schedule.
    pub(crate) async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        job::next_due(&self.database().reader(), calls::QUEUE).await
    }

    async fn work_on(
        &self,
        queue: &str,
        most: u32,
        worker: &str,
        stop: &watch::Receiver<bool>,
    ) -> Result<usize> {
        let (now, worker, queue) = (self.now(), worker.to_owned(), queue.to_owned());
        let jobs = self
            .database()
            .write(move |tx| {
                let (worker, queue) = (worker.clone(), queue.clone());
                async move { job::claim(&tx, &queue, &worker, most, LEASE, now).await }
            })
            .await?;
        for job in &jobs {
            if let Err(error) = self.do_job(job, stop).await {
                tracing::warn!(job = %job.id, kind = job.kind, %error, "a job failed");
                let (job, text, now) = (job.clone(), error.to_string(), self.now());
                self.database()
                    .write(move |tx| {
                        let (job, text) = (job.clone(), text.clone());
                        async move { job::fail(&tx, &job, &text, now).await }
                    })
                    .await?;
            }
        }
        Ok(jobs.len())
    }

    async fn do_job(&self, job: &Job, stop: &watch::Receiver<bool>) -> Result<()> {
        if job.queue == terms::QUEUE {
            return match job.kind.as_str() {
                BACKTEST => self.labour(job, stop, |labour| backtest::job::carry_out(labour).boxed()).await,
                large::JOB => self.labour(job, stop, |labour| large::carry_out(labour).boxed()).await,
                _ => self.labour(job, stop, |labour| chores::carry_out(labour).boxed()).await,
            };
        }
        match job.kind.as_str() {
            SETTLE => self.settle_deferred(job).await,
            reset::JOB => self.make_reset(job).await,
            handover::JOB => self.hand_over(job).await,
            calls::WAKE => Box::pin(self.wake(job)).await,
            sla::MARK => Box::pin(self.mark(job)).await,
            schedule::SLOT => Box::pin(self.slot(job)).await,
            dates::DATES => Box::pin(self.dates(job)).await,
            other => Err(Box::new(Diagnostic::new(Code::UnknownKind).with("kind", other))),
        }
    }

    /// Computes derived values and ends the job in one transaction.
    async fn settle_deferred(&self, job: &Job) -> Result<()> {
        let deferred: Deferred = serde_json::from_value(job.payload.clone())
            .map_err(|e| crate::engine::internal("a job's payload", &e))?;
        let (id, lease, deferred) = (job.id, job.lease, Arc::new(deferred));
        let system = self.system();
        self.transact(system, plan::planner::Mode::System, true, move |work| {
            let deferred = deferred.clone();
            async move {
                let settled = settle::resume(&work.tx, work.rows().reading, &deferred).await?;
                if !settled.deferred.is_empty() {
                    work.settle_later(&settled.deferred).await?;
                }
                match job::complete(&work.tx, id, lease, None, work.bindings.now).await? {
                    true => Ok(()),
                    // Somebody else took the job over: what was computed here is rolled back.
                    false => Err(Box::new(Diagnostic::new(Code::DatabaseBusy))),
                }
            }
        })
        .await
    }
}
