//! Jobs of flows: a token is woken in a transaction of its own; where that fails, another one says what becomes of it.

use crate::engine::Engine;
use crate::flow::calls::Call;
use crate::flow::log::{LogKind, Said};
use crate::flow::{asked, stored};
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::planner::Mode;
use serde_json::json;
use storage::store::job::{self, Job};
use uuid::Uuid;
use workflow::{Instance, Missed, Run};

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
pub(super) fn is_transient(found: &Diagnostic) -> bool {
    matches!(found.code, Code::DatabaseBusy | Code::DatabaseUnavailable)
}

/// Ends the job first: its key is free for what the step awaits next. A lease that is no longer ours ends all of it.
pub(super) async fn complete(work: &Work, id: Uuid, lease: i64) -> Result<()> {
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
    if run.miss(call.token, missed(call, None)) {
        return held.save(work, &run.instance).await;
    }
    let node = node_of(&run.instance, call.token);
    if call.by != workflow::instance::ENTER {
        held.say(work, LogKind::Woken, node.as_deref(), Said::more(json!({"by": call.by})));
    }
    if !call.value.is_null() {
        asked::take(work, &mut run, call.token, &call.value);
    }
    let asked = run.wake(call.token, &call.by)?;
    work.drive(held, &mut run, asked).await
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
    if run.miss(call.token, missed(call, Some(reason.clone()))) {
        return held.save(work, &run.instance).await;
    }
    let node = node_of(&run.instance, call.token);
    held.say(work, LogKind::Failed, node.as_deref(), Said::more(json!({"reason": reason})));
    let asked = run.fail(call.token, &call.by, reason)?;
    work.drive(held, &mut run, asked).await
}

/// What a suspended flow keeps of a call.
fn missed(call: &Call, failed: Option<String>) -> Missed {
    Missed { by: call.by.as_str().into(), failed, value: call.value.clone() }
}

fn node_of(instance: &Instance, token: u32) -> Option<String> {
    instance.tokens.get(token as usize).map(|token| token.node.to_string())
}
