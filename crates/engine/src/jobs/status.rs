//! Jobs as whoever asked for them sees them.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::read;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::job::{self, Job};
use uuid::Uuid;

/// Most jobs of a list.
const MOST: u32 = 200;

impl Engine {
    /// A job, for whoever asked for it and administrators.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn job(&self, identity: &Identity, id: Uuid) -> Result<Json> {
        let found = job::get(&self.database().reader(), id).await?.filter(|job| concerns(identity, job));
        found.as_ref().map(shown).ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// The newest jobs of the asker; all for administrators.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn jobs(&self, identity: &Arc<Identity>) -> Result<Vec<Json>> {
        let work = self.reading(identity);
        let actor = &identity.actor;
        let jobs = job::list(&work.tx, (!actor.admin).then_some(actor.id), MOST).await?;
        let people = read::people(&work, jobs.iter().filter_map(|job| job.created_by)).await?;
        let told = |job: &Job| {
            let mut one = shown(job);
            one["created_by"] = people.of(job.created_by);
            one
        };
        Ok(jobs.iter().map(told).collect())
    }

    /// Takes a job back. What keeps derived values true is not taken back: nothing else would.
    ///
    /// # Errors
    /// `not_found`, `conflict` where it ended already, `not_permitted`.
    pub async fn cancel_job(&self, identity: &Identity, id: Uuid) -> Result<()> {
        let found = job::get(&self.database().reader(), id).await?.filter(|job| concerns(identity, job));
        let job = found.ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))?;
        if job.kind == super::SETTLE {
            let found = Diagnostic::new(Code::NotPermitted).with("action", "cancel").with("what", &job.kind);
            return Err(Box::new(found));
        }
        let now = self.now();
        match self.database().write(move |tx| async move { job::cancel(&tx, id, now).await }).await? {
            true => Ok(()),
            false => Err(Box::new(Diagnostic::new(Code::TaskDecided).with("state", job.state))),
        }
    }
}

fn concerns(identity: &Identity, job: &Job) -> bool {
    identity.actor.admin || job.created_by == Some(identity.actor.id)
}

fn shown(job: &Job) -> Json {
    json!({
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "attempts": job.attempts,
        "progress": job.progress,
        "result": job.result,
        // What went wrong inside is in the log; here only that it did.
        "failed": job.error.is_some(),
        "created_at": job.created_at,
        "run_at": job.run_at,
        "finished_at": job.finished_at,
    })
}
