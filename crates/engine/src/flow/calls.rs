//! Calls that wake tokens of flows: jobs in the queue of flows.

use crate::work::Work;
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use storage::store::effect::Effect;
use storage::store::job::{self, Job};
use uuid::Uuid;
use workflow::{InstanceState, Missed, Parent};

/// The queue of flows.
pub(crate) const QUEUE: &str = "flows";
/// A token is woken.
pub(crate) const WAKE: &str = "wake";
/// What the keys of effects begin with that flows wait for.
const ASKED: &str = "flow.call:";
/// How often a job is taken up whose worker vanished or whose database was busy.
pub(super) const MOST_ATTEMPTS: i64 = 20;

/// Which token, by what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    pub instance: Uuid,
    pub token: u32,
    pub by: String,
    /// What failed elsewhere on behalf of the token: it fails now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// What the variable of the step takes.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub value: Json,
}

/// The key under which one thing wakes one token at most once at a time.
pub(super) fn key(instance: Uuid, token: u32, by: &str) -> String {
    format!("flow:{instance}:{token}:{by}")
}

/// The job that wakes a token.
pub(super) fn job(work: &Work, instance: Uuid, token: u32, by: &str, at: DateTime<Utc>) -> Job {
    let call = Call { instance, token, by: by.to_owned(), failed: None, value: Json::Null };
    of_call(&call, at, work.bindings.now)
}

fn of_call(call: &Call, at: DateTime<Utc>, now: DateTime<Utc>) -> Job {
    let mut made = Job::new(QUEUE, WAKE, json!(call), now);
    made.run_at = at;
    made.max_attempts = MOST_ATTEMPTS;
    made.dedup_key = Some(key(call.instance, call.token, &call.by));
    made
}

/// Wakes a token as soon as a worker comes to it; `failed` says why what it waited for did not succeed.
pub(crate) async fn soon(
    work: &Work,
    instance: Uuid,
    token: u32,
    by: &str,
    failed: Option<String>,
) -> Result<()> {
    put(work, &Call { instance, token, by: by.to_owned(), failed, value: Json::Null }).await
}

/// The flow that a step waits for has ended.
pub(super) async fn answered(work: &Work, parent: Parent, state: InstanceState) -> Result<()> {
    let Parent { instance, token } = parent;
    let by = workflow::instance::ANSWER.to_owned();
    put(work, &Call { instance, token, by, failed: None, value: json!(state.name()) }).await
}

/// What happened to a token while its flow was suspended is told to it.
pub(super) async fn resumed(work: &Work, instance: Uuid, token: u32, missed: Missed) -> Result<()> {
    let Missed { by, failed, value } = missed;
    put(work, &Call { instance, token, by: by.to_string(), failed, value }).await
}

/// The key of the effect by which the step of a token asks something of another system.
pub(super) fn asked(instance: Uuid, token: u32, effect: Uuid) -> String {
    format!("{ASKED}{instance}:{token}:{effect}")
}

/// The job that tells a flow how what it asked for has ended; none where no flow asked.
pub(crate) fn settled(
    effect: &Effect,
    end: std::result::Result<Json, String>,
    now: DateTime<Utc>,
) -> Option<Job> {
    let mut parts = effect.key.strip_prefix(ASKED)?.split(':');
    let (instance, token) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (value, failed) = match end {
        Ok(value) => (value, None),
        Err(reason) => (Json::Null, Some(reason)),
    };
    let by = workflow::instance::ANSWER.to_owned();
    Some(told(&Call { instance, token, by, failed, value }, now))
}

async fn put(work: &Work, call: &Call) -> Result<()> {
    job::enqueue(&work.tx, &told(call, work.bindings.now)).await.map(drop)
}

/// What happened elsewhere is told each time; the token knows whether it still waits for that.
fn told(call: &Call, now: DateTime<Utc>) -> Job {
    Job { dedup_key: None, ..of_call(call, now, now) }
}
