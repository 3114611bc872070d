//! Flows that end before their steps do: an administrator cancels them, nobody waits for them any more, their record is
//! deleted, or another flow takes their place.

use crate::flow::log::LogKind;
use crate::flow::stored::{self, Held};
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use plan::planner::Planned;
use plan::write::Operation;
use uuid::Uuid;
use workflow::{Instance, Run};

/// An administrator ends a flow; its record is released as if the initiator had taken it back.
pub(crate) async fn cancel(work: &Work, id: Uuid, comment: Option<&str>) -> Result<()> {
    if !work.identity.actor.admin {
        return Err(Box::new(Diagnostic::new(Code::NotFound)));
    }
    end(work, stored::hold(work, id).await?, LogKind::Cancelled, comment).await
}

/// Ends the flows that hold records which a write is about to delete, so that what their end sets is deleted with them.
/// Answers whether there were any. A flow that deletes its own record goes on.
///
/// # Errors
/// What the records refuse.
pub(super) async fn end_with_records(work: &Work, planned: &Planned) -> Result<bool> {
    let deleted = planned.writes.iter().filter(|write| write.operation == Operation::Delete);
    let flows = deleted.filter_map(|write| write.before.as_ref()?.flow());
    let mut ended = false;
    for id in flows.filter(|id| !work.is_of(*id)) {
        ended |= stop(work, id, LogKind::RecordDeleted).await?;
    }
    Ok(ended)
}

/// Ends a flow where it runs. Answers whether it did.
pub(super) fn stop(work: &Work, id: Uuid, why: LogKind) -> BoxFuture<'_, Result<bool>> {
    async move {
        let held = stored::hold(work, id).await?;
        let runs = held.1.state.is_live();
        if runs {
            end(work, held, why, None).await?;
        }
        Ok(runs)
    }
    .boxed()
}

/// Ends a flow that is held, as its log then says.
///
/// # Errors
/// `instance_ended`, and what its record refuses.
pub(super) async fn end(
    work: &Work,
    (mut held, instance): (Held, Instance),
    why: LogKind,
    comment: Option<&str>,
) -> Result<()> {
    let flow = stored::flow_of(work, &instance).await?;
    held.say(work, why, None, comment);
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    run.cancel()?;
    work.drive(held, &mut run, None).await
}
