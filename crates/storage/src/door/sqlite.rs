//! SQLite: one thread writes. It takes the waiting jobs and lets them share a commit, each in a savepoint of its
//! own; that a commit waits for the disk holds up nobody else.

use crate::dialect::Dialect;
use crate::door::{self, Limits, Outcome, Waiting, Way, refuse};
use crate::error;
use crate::sqlite::Connection;
use crate::transaction::Link;
use diagnostic::{Diagnostic, Result};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Most jobs that share one commit.
const MOST_PER_COMMIT: usize = 64;
/// How many jobs wait before the door before further ones wait outside.
const WAITING: usize = 1024;

/// The stack of the thread that writes, in bytes; only what is used of it takes memory.
const STACK: usize = 16 << 20;

/// What the thread is asked.
pub enum Message {
    /// To do a job.
    Job(Waiting),
    /// To write the file anew and cut its log, outside of any transaction.
    Compact(oneshot::Sender<rusqlite::Result<()>>),
    /// To close the connection and end; answered when that is done.
    Close(oneshot::Sender<()>),
}

/// Starts the thread that writes, with what the runtime offers. It ends with the last sender, or when told to.
pub fn start(connection: Arc<Connection>, handle: Handle) -> std::io::Result<mpsc::Sender<Message>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let writer = Writer { connection };
    std::thread::Builder::new()
        .name("sqlite writer".to_owned())
        // It runs scripts, whose depth is bounded but may be great.
        .stack_size(STACK)
        .spawn(move || handle.block_on(writer.run(receiver)))?;
    Ok(sender)
}

struct Writer {
    connection: Arc<Connection>,
}

impl Writer {
    /// Takes the waiting jobs until nobody can send more.
    async fn run(self, mut jobs: mpsc::Receiver<Message>) {
        let mut next = None;
        loop {
            let message = match next.take() {
                Some(message) => Some(message),
                None => jobs.recv().await,
            };
            let first = match message {
                Some(Message::Job(first)) => first,
                Some(Message::Compact(done)) => {
                    let sql = "vacuum; pragma wal_checkpoint(truncate)";
                    let _ = done.send(self.connection.batch(sql, Limits::MAINTENANCE.statement));
                    continue;
                }
                Some(Message::Close(done)) => {
                    // The last connection of a file does this as it closes; another process may have it open.
                    if let Err(found) = self.say("pragma wal_checkpoint(truncate)") {
                        tracing::debug!(%found, "the log beside the database file stays");
                    }
                    drop(self);
                    // Whoever asked may be gone.
                    let _ = done.send(());
                    return;
                }
                None => return,
            };
            let mut batch = Vec::with_capacity(8);
            let mut alone = first.way != Way::Shared;
            batch.push(first);
            while !alone && batch.len() < MOST_PER_COMMIT {
                match jobs.try_recv() {
                    Ok(Message::Job(waiting)) if waiting.way == Way::Shared => batch.push(waiting),
                    Ok(message) => {
                        next = Some(message);
                        alone = true;
                    }
                    Err(_) => break,
                }
            }
            // Who has gone away before his job began does not get it done.
            batch.retain(|waiting| !waiting.answer.is_closed());
            if !batch.is_empty() {
                self.run_batch(batch).await;
            }
        }
    }

    /// One transaction, a savepoint for each job, one commit; answers leave after it.
    async fn run_batch(&self, batch: Vec<Waiting>) {
        if let Err(found) = self.say("begin immediate") {
            return refuse(batch, &found);
        }
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut broken = None;
        for waiting in &batch {
            match self.run_in_savepoint(waiting, batch.len() > 1).await {
                Ok(outcome) => outcomes.push(outcome),
                Err(found) => {
                    broken = Some(found);
                    break;
                }
            }
        }
        let keep = broken.is_none() && outcomes.iter().any(|outcome| outcome.result.is_ok());
        let ended = self.say(if keep { "commit" } else { "rollback" });
        if let Some(found) = broken.or(ended.err().filter(|_| keep)) {
            if !self.connection.is_outside_transaction() {
                // Nothing was kept, and the next batch begins anew.
                let _ = self.say("rollback");
            }
            return refuse(batch, &found);
        }
        for (waiting, outcome) in batch.into_iter().zip(outcomes) {
            outcome.after_commit.into_iter().for_each(|then| then());
            // Whoever asked may be gone; the work is done all the same.
            let _ = waiting.answer.send(outcome.result);
        }
    }

    /// An error means that the transaction itself is gone (SQLite ends it when the disk is full), and with it
    /// what the jobs before have done. A job that is alone needs no savepoint: its failure rolls back all.
    async fn run_in_savepoint(&self, waiting: &Waiting, shared: bool) -> Result<Outcome> {
        if shared {
            self.say("savepoint job")?;
        }
        let mut outcome = door::run(waiting, Dialect::Sqlite, Link::Writer(self.connection.clone())).await;
        if outcome.result.is_err() {
            outcome.after_commit.clear();
        }
        if self.connection.is_outside_transaction() {
            let found = outcome.result.err();
            return Err(found.unwrap_or_else(|| error::internal("writing", "the transaction is gone")));
        }
        if shared {
            if outcome.result.is_err() {
                self.say("rollback to savepoint job")?;
            }
            self.say("release savepoint job")?;
        }
        Ok(outcome)
    }

    fn say(&self, sql: &str) -> Result<(), Box<Diagnostic>> {
        let done = self.connection.execute(sql, &[], Limits::MAINTENANCE.statement);
        done.map(drop).map_err(|e| error::sqlite_failure(&e).diagnostic)
    }
}
