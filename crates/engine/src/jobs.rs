//! Background work: one loop takes leased jobs and does them.

mod status;

use crate::engine::Engine;
use crate::handover;
use crate::identity::reset;
use crate::work::{QUEUE, Work};
use chrono::TimeDelta;
use diagnostic::{Code, Diagnostic, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::settle::{self, Deferred};
use storage::store::job::{self, Job};
use tokio::sync::watch;
use uuid::Uuid;

/// How long a job may work before it must say that it is alive.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Jobs taken at once.
const BATCH: u32 = 4;
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
    /// may do this at once. A peer that is slow to take a mail keeps no job waiting.
    pub async fn work_off(&self, stop: watch::Receiver<bool>) {
        tokio::join!(self.do_jobs(stop.clone()), self.deliver_off(stop));
    }

    async fn do_jobs(&self, mut stop: watch::Receiver<bool>) {
        let worker = Uuid::now_v7().to_string();
        let ready = self.database().jobs_ready();
        let mut swept: Option<Instant> = None;
        while !*stop.borrow() {
            if swept.is_none_or(|last| last.elapsed() >= SWEEP) {
                swept = Some(Instant::now());
                if let Err(error) = self.sweep().await {
                    tracing::warn!(%error, "what has ended could not be removed");
                }
            }
            let done = match self.work_once(&worker).await {
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
        let (now, worker) = (self.now(), worker.to_owned());
        let jobs = self
            .database()
            .write(move |tx| {
                let worker = worker.clone();
                async move { job::claim(&tx, QUEUE, &worker, BATCH, LEASE, now).await }
            })
            .await?;
        for job in &jobs {
            if let Err(error) = self.do_job(job).await {
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

    async fn do_job(&self, job: &Job) -> Result<()> {
        match job.kind.as_str() {
            SETTLE => self.settle_deferred(job).await,
            reset::JOB => self.make_reset(job).await,
            handover::JOB => self.hand_over(job).await,
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
