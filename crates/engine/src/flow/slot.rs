//! A time at which a flow is set off, as a job under a key that stays taken.

use crate::engine::internal;
use crate::flow::calls::QUEUE;
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use storage::store::job::Job;

/// Flows that are set off in one transaction.
pub(super) const CHUNK: usize = 200;

/// A time at which a flow is set off, or at which records are looked at whose dates may have come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Slot {
    /// The flow.
    pub workflow: Arc<str>,
    /// When.
    pub at: DateTime<Utc>,
    /// What was looked at before: dates that came after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
}

impl Slot {
    /// Reads it out of a job.
    pub fn of(job: &Job) -> Result<Slot> {
        serde_json::from_value(job.payload.clone()).map_err(|error| internal("a job's payload", &error))
    }

    /// The job that comes to it.
    pub fn job(&self, kind: &str, now: DateTime<Utc>) -> Job {
        let mut made = Job::new(QUEUE, kind, json!(self), now);
        made.run_at = self.at;
        made.dedup_key = Some(format!("{}{}", prefix(kind, &self.workflow), self.at.to_rfc3339()));
        made.once = true;
        made
    }
}

fn prefix(kind: &str, workflow: &str) -> String {
    format!("{kind}:{workflow}@")
}
