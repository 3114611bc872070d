//! The queue of jobs and timers: enqueued in the transaction of what caused them, taken on a lease that
//! carries a number, so that a worker that comes back late changes nothing.

use super::stored::{self, Stored};
use crate::{Dialect, Tx, cells, watch};
use chrono::{DateTime, Duration, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

stored! {
    /// A job or timer.
    Job in "sys_job" {
        /// Its id.
        id: Uuid = "id",
        /// Which workers take it.
        queue: String = "queue",
        /// What it is.
        kind: String = "kind",
        /// What it needs.
        payload: Json = "payload",
        /// `ready running done failed cancelled`.
        state: String = "state",
        /// Higher ones first.
        priority: i64 = "priority",
        /// Not before.
        run_at: DateTime<Utc> = "run_at",
        /// How often it was begun.
        attempts: i64 = "attempts",
        /// How often it is tried.
        max_attempts: i64 = "max_attempts",
        /// Who works on it.
        locked_by: Option<String> = "locked_by",
        /// Counts leases; a completion must carry the number of its own.
        lease: i64 = "lease",
        /// When the lease runs out.
        lease_until: Option<DateTime<Utc>> = "lease_until",
        /// Another job of this key is not made while one is open.
        dedup_key: Option<String> = "dedup_key",
        /// The key stays taken after the job has ended: a slot of a schedule.
        once: bool = "once",
        /// How far it is.
        progress: Option<Json> = "progress",
        /// What it led to.
        result: Option<Json> = "result",
        /// Why it last failed.
        error: Option<String> = "error",
        /// Who asked for it.
        created_by: Option<Uuid> = "created_by",
        /// When it was made.
        created_at: DateTime<Utc> = "created_at",
        /// When it ended.
        finished_at: Option<DateTime<Utc>> = "finished_at",
    }
}

impl Job {
    /// A job of a kind, to be done now, tried eight times.
    pub fn new(queue: &str, kind: &str, payload: Json, now: DateTime<Utc>) -> Self {
        Job {
            id: Uuid::now_v7(),
            queue: queue.to_owned(),
            kind: kind.to_owned(),
            payload,
            state: "ready".to_owned(),
            priority: 0,
            run_at: now,
            attempts: 0,
            max_attempts: 8,
            locked_by: None,
            lease: 0,
            lease_until: None,
            dedup_key: None,
            once: false,
            progress: None,
            result: None,
            error: None,
            created_by: None,
            created_at: now,
            finished_at: None,
        }
    }
}

/// Puts a job into the queue; `false` where another one holds its key.
pub async fn enqueue(tx: &Tx, job: &Job) -> Result<bool> {
    let then = "on conflict (dedup_key) where dedup_key is not null do nothing";
    let made = stored::insert(tx, std::slice::from_ref(job), then).await? == 1;
    watch::announce(tx).await?;
    Ok(made)
}

/// Takes up to `limit` jobs that are due, those first whose worker let its lease run out.
pub async fn claim(
    tx: &Tx,
    queue: &str,
    worker: &str,
    limit: u32,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Vec<Job>> {
    reclaim(tx, now).await?;
    let due = "select id from sys_job where queue = $3 and state = 'ready' and run_at <= $4 \
               order by priority desc, run_at, id limit $5";
    let sql = format!(
        "update sys_job set state = 'running', attempts = attempts + 1, lease = lease + 1, locked_by = $1, \
         lease_until = $2 where id {} returning {}",
        tx.dialect().among_taken(due),
        stored::columns::<Job>(),
    );
    let values = cells![tx.dialect(); worker, now + lease, queue, now, i64::from(limit)];
    let rows = tx.rows(sql, values).await?;
    let mut jobs: Vec<Job> = rows.iter().map(Job::read).collect::<Result<_>>()?;
    jobs.sort_by_key(|job| (-job.priority, job.run_at, job.id));
    Ok(jobs)
}

/// Makes jobs ready again whose lease ran out, and fails those that were tried often enough. Answers how many.
pub async fn reclaim(tx: &Tx, now: DateTime<Utc>) -> Result<u64> {
    let sql = format!(
        "update sys_job set state = case when attempts >= max_attempts then 'failed' else 'ready' end, \
         finished_at = case when attempts >= max_attempts then lease_until else null end, \
         dedup_key = case when attempts >= max_attempts and not {} then null else dedup_key end, \
         error = 'the worker did not come back', locked_by = null, lease_until = null \
         where id {}",
        is_once(tx),
        tx.dialect().among_taken("select id from sys_job where state = 'running' and lease_until < $1")
    );
    tx.execute_sql(sql, cells![tx.dialect(); now]).await
}

/// Lets the leases of all workers run out: none of them is there any more.
pub async fn let_go(tx: &Tx, now: DateTime<Utc>) -> Result<()> {
    let sql = "update sys_job set lease_until = $1 where state = 'running'";
    let before = now - Duration::seconds(1);
    tx.execute_sql(sql, cells![tx.dialect(); before]).await?;
    let sql = "update sys_effect set lease_until = $1 where state = 'sending'";
    tx.execute_sql(sql, cells![tx.dialect(); before]).await.map(drop)
}

/// The flag as a condition: SQLite keeps 0 and 1.
fn is_once(tx: &Tx) -> &'static str {
    match tx.dialect() {
        Dialect::Sqlite => "(once = 1)",
        Dialect::Postgres => "once",
    }
}

/// Ends a job. `false`: the lease is no longer the caller's and nothing was changed; the caller must roll back
/// what else it did in this transaction.
pub async fn complete(
    tx: &Tx,
    id: Uuid,
    lease: i64,
    result: Option<Json>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let sql = format!(
        "update sys_job set state = 'done', result = $3, error = null, finished_at = $4, locked_by = null, \
         lease_until = null, dedup_key = case when {} then dedup_key else null end \
         where id = $1 and lease = $2 and state = 'running'",
        is_once(tx)
    );
    Ok(tx.execute_sql(sql, cells![tx.dialect(); id, lease, result, now]).await? == 1)
}

/// Says that a job failed: it comes back after 2, 4, 8 … seconds (at most an hour), or has failed for good once
/// tried often enough. `false`: the lease is no longer the caller's.
pub async fn fail(tx: &Tx, job: &Job, error: &str, now: DateTime<Utc>) -> Result<bool> {
    let again = job.attempts < job.max_attempts;
    let backoff = Duration::seconds((1i64 << job.attempts.clamp(1, 12)).min(3600));
    let keep = if again { "(1 = 1)" } else { is_once(tx) };
    let sql = format!(
        "update sys_job set state = $3, run_at = $4, error = $5, finished_at = $6, locked_by = null, \
         lease_until = null, dedup_key = case when {keep} then dedup_key else null end \
         where id = $1 and lease = $2 and state = 'running'"
    );
    let (state, run_at) = if again { ("ready", now + backoff) } else { ("failed", job.run_at) };
    let values = cells![tx.dialect(); job.id, job.lease, state, run_at, error, (!again).then_some(now)];
    Ok(tx.execute_sql(sql, values).await? == 1)
}

/// Gives a job back as if it had not been taken: whoever works on it is told to stop. `false`: the lease is no longer
/// the caller's.
pub async fn give_back(tx: &Tx, job: &Job) -> Result<bool> {
    let sql = "update sys_job set state = 'ready', attempts = attempts - 1, locked_by = null, lease_until = null \
               where id = $1 and lease = $2 and state = 'running'";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); job.id, job.lease]).await? == 1)
}

/// Ends a job that repeating would not help: why stands in its result, for whoever asked for it. `false`: the lease is
/// no longer the caller's.
pub async fn give_up(tx: &Tx, job: &Job, error: &str, result: &Json, now: DateTime<Utc>) -> Result<bool> {
    let sql = format!(
        "update sys_job set state = 'failed', error = $3, result = $4, finished_at = $5, locked_by = null, \
         lease_until = null, dedup_key = case when {} then dedup_key else null end \
         where id = $1 and lease = $2 and state = 'running'",
        is_once(tx)
    );
    let values = cells![tx.dialect(); job.id, job.lease, error, result, now];
    Ok(tx.execute_sql(sql, values).await? == 1)
}

/// Says how far a job is and holds its lease for longer. `false`: the lease is no longer the caller's.
pub async fn progress(tx: &Tx, id: Uuid, lease: i64, at: &Json, lease_until: DateTime<Utc>) -> Result<bool> {
    let sql = "update sys_job set progress = $3, lease_until = $4 \
               where id = $1 and lease = $2 and state = 'running'";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); id, lease, at, lease_until]).await? == 1)
}

const CANCEL: &str = "update sys_job set state = 'cancelled', lease = lease + 1, finished_at = $2, \
                      locked_by = null, lease_until = null, dedup_key = null where state in ('ready', 'running')";

/// Takes a job out of the queue; a worker that has it finds its lease gone. Whether it was still open.
pub async fn cancel(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    Ok(tx.execute_sql(format!("{CANCEL} and id = $1"), cells![tx.dialect(); id, now]).await? == 1)
}

/// Takes the job of a key out of the queue: the timer of a scope that ended.
pub async fn cancel_key(tx: &Tx, key: &str, now: DateTime<Utc>) -> Result<bool> {
    Ok(tx.execute_sql(format!("{CANCEL} and dedup_key = $1"), cells![tx.dialect(); key, now]).await? == 1)
}

/// The job of this id.
pub async fn get(tx: &Tx, id: Uuid) -> Result<Option<Job>> {
    stored::first(tx, "where id = $1", cells![tx.dialect(); id]).await
}

/// The newest jobs, of one person or all.
pub async fn list(tx: &Tx, created_by: Option<Uuid>, limit: u32) -> Result<Vec<Job>> {
    let limit = i64::from(limit);
    match created_by {
        Some(person) => {
            let values = cells![tx.dialect(); person, limit];
            stored::select(tx, "where created_by = $1 order by id desc limit $2", values).await
        }
        None => stored::select(tx, "order by id desc limit $1", cells![tx.dialect(); limit]).await,
    }
}

/// The jobs of a kind that are not done yet, the next one first.
pub async fn open(tx: &Tx, queue: &str, kind: &str) -> Result<Vec<Job>> {
    let rest = "where queue = $1 and kind = $2 and state in ('ready', 'running') order by run_at, id";
    stored::select(tx, rest, cells![tx.dialect(); queue, kind]).await
}

/// When the next job of a queue is due.
pub async fn next_due(tx: &Tx, queue: &str) -> Result<Option<DateTime<Utc>>> {
    let sql = "select min(run_at) from sys_job where queue = $1 and state = 'ready'";
    tx.row(sql, cells![tx.dialect(); queue]).await?.map_or(Ok(None), |row| row.get(0))
}

/// Removes jobs that ended before an instant.
pub async fn sweep(tx: &Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute_sql("delete from sys_job where finished_at < $1", cells![tx.dialect(); before]).await
}
