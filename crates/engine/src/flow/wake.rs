//! Jobs of flows: a token is woken in a transaction of its own; where that fails, another one says what becomes of it.

use crate::engine::Engine;
use crate::flow::log::{LogKind, Said};
use crate::flow::{drive, stored};
use crate::work::Work;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::planner::Mode;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::job::{self, Job};
use uuid::Uuid;
use workflow::step::Step;
use workflow::{Flow, Instance, InstanceState, Parent, Run};

/// The queue of flows.
pub(crate) const QUEUE: &str = "flows";
/// A token is woken.
pub(crate) const WAKE: &str = "wake";
/// How often a job is taken up whose worker vanished or whose database was busy.
const MOST_ATTEMPTS: i64 = 20;

/// Which token, by what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    instance: Uuid,
    token: u32,
    by: String,
    /// What failed elsewhere on behalf of the token: it fails now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    /// What the variable of the step takes.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    value: Json,
}

/// The key under which one thing wakes one token at most once at a time.
pub(super) fn key(instance: Uuid, token: u32, by: &str) -> String {
    format!("flow:{instance}:{token}:{by}")
}

/// The job that wakes a token.
pub(super) fn job(work: &Work, instance: Uuid, token: u32, by: &str, at: DateTime<Utc>) -> Job {
    of_call(work, &Call { instance, token, by: by.to_owned(), failed: None, value: Json::Null }, at)
}

fn of_call(work: &Work, call: &Call, at: DateTime<Utc>) -> Job {
    let mut made = Job::new(QUEUE, WAKE, json!(call), work.bindings.now);
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

async fn put(work: &Work, call: &Call) -> Result<()> {
    let mut made = of_call(work, call, work.bindings.now);
    // What happened elsewhere is told each time; the token knows whether it still waits for that.
    made.dedup_key = None;
    job::enqueue(&work.tx, &made).await.map(drop)
}

impl Engine {
    /// Wakes the token of a job.
    pub(crate) async fn wake(&self, job: &Job) -> Result<()> {
        let call: Call = serde_json::from_value(job.payload.clone())
            .map_err(|error| crate::engine::internal("a job's payload", &error))?;
        let (id, lease, wanted) = (job.id, job.lease, call.clone());
        let woken = self
            .transact(self.system(), Mode::System, true, move |work| {
                let call = wanted.clone();
                async move { woken(&work, id, lease, &call).await }
            })
            .await;
        let Err(found) = woken else { return Ok(()) };
        if is_transient(&found) && job.attempts < job.max_attempts {
            return Err(found);
        }
        let reason = found.render(Locale::En);
        tracing::info!(instance = %call.instance, token = call.token, by = call.by, %reason, "a step of a flow failed");
        self.transact(self.system(), Mode::System, true, move |work| {
            let (call, reason) = (call.clone(), reason.clone());
            async move { failed(&work, id, lease, &call, reason).await }
        })
        .await
    }
}

/// What another attempt may mend: the database was busy or away.
fn is_transient(found: &Diagnostic) -> bool {
    matches!(found.code, Code::DatabaseBusy | Code::DatabaseUnavailable)
}

/// Ends the job first: its key is free for what the step awaits next. A lease that is no longer ours ends all of it.
async fn complete(work: &Work, id: Uuid, lease: i64) -> Result<()> {
    match job::complete(&work.tx, id, lease, None, work.bindings.now).await? {
        true => Ok(()),
        false => Err(Box::new(Diagnostic::new(Code::DatabaseBusy))),
    }
}

async fn woken(work: &Work, id: Uuid, lease: i64, call: &Call) -> Result<()> {
    complete(work, id, lease).await?;
    if let Some(reason) = &call.failed {
        return fail(work, call, reason.clone()).await;
    }
    let (mut held, instance) = stored::hold(work, call.instance).await?;
    let flow = stored::flow_of(work, &instance).await?;
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    if !run.awaits(call.token, &call.by) {
        return Ok(());
    }
    let node = node_of(&run.instance, call.token);
    if call.by != workflow::instance::ENTER {
        held.say(work, LogKind::Woken, node.as_deref(), Said::more(json!({"by": call.by})));
    }
    if let Some(into) = node.as_deref().and_then(|name| taken_by(&flow, name)).filter(|_| !call.value.is_null()) {
        run.instance.variables.insert(into, call.value.clone());
    }
    let asked = run.wake(call.token, &call.by)?;
    drive::until_it_waits(work, held, &mut run, asked).await
}

async fn failed(work: &Work, id: Uuid, lease: i64, call: &Call, reason: String) -> Result<()> {
    complete(work, id, lease).await?;
    fail(work, call, reason).await
}

async fn fail(work: &Work, call: &Call, reason: String) -> Result<()> {
    let (mut held, instance) = stored::hold(work, call.instance).await?;
    let flow = stored::flow_of(work, &instance).await?;
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    if !run.awaits(call.token, &call.by) {
        return Ok(());
    }
    let node = node_of(&run.instance, call.token);
    held.say(work, LogKind::Failed, node.as_deref(), Said::more(json!({"reason": reason})));
    let asked = run.fail(call.token, &call.by, reason)?;
    drive::until_it_waits(work, held, &mut run, asked).await
}

/// The variable that takes what comes of a step.
fn taken_by(flow: &Flow, node: &str) -> Option<Arc<str>> {
    match &flow.nodes[flow.find(node)?].step {
        Step::Act(act) => act.into.clone(),
        _ => None,
    }
}

fn node_of(instance: &Instance, token: u32) -> Option<String> {
    instance.tokens.get(token as usize).map(|token| token.node.to_string())
}
