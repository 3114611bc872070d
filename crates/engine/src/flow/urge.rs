//! Whoever started a flow asks those it waits for to decide (催办).

use crate::flow::log::{LogKind, Said};
use crate::flow::{notice, stored};
use crate::work::Work;
use chrono::TimeDelta;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::json;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::{Run, TaskState};

/// Once within this time for each flow.
const PAUSE: TimeDelta = TimeDelta::minutes(15);

/// Notifies everybody for whom a task of the flow is open.
///
/// # Errors
/// `not_found` for a request of somebody else, `instance_ended`, `nobody_to_urge`, `too_soon`.
pub(crate) async fn urge(work: &Work, id: Uuid, comment: Option<&str>) -> Result<()> {
    let (mut held, instance) = stored::hold(work, id).await?;
    let actor = &work.identity.actor;
    if instance.initiator != actor.id && !actor.admin {
        return Err(Box::new(Diagnostic::new(Code::NotFound)));
    }
    let flow = stored::flow_of(work, &instance).await?;
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    run.running()?;
    let open = |task: &&workflow::Task| task.kind.is_awaited() && task.state == TaskState::Open;
    let mut waiting: Vec<(Uuid, _)> =
        run.instance.tasks.iter().filter(open).map(|task| (task.assignee, task.due_at)).collect();
    // Nobody is told of several tasks; the one that is due first counts.
    waiting.sort_by_key(|(user, due)| (*user, due.is_none(), *due));
    waiting.dedup_by_key(|(user, _)| *user);
    if waiting.is_empty() {
        return Err(Box::new(Diagnostic::new(Code::NobodyToUrge)));
    }
    let last = table::last_log(&work.tx, id, LogKind::Urged.name()).await?;
    let left = last.map_or(TimeDelta::zero(), |last| last.at + PAUSE - work.bindings.now);
    if left > TimeDelta::zero() {
        let seconds = left.num_seconds().max(1);
        let found = Diagnostic::new(Code::TooSoon).with("minutes", PAUSE.num_minutes());
        return Err(Box::new(found.with("seconds", seconds)));
    }
    let mut told = Vec::new();
    for (user, due) in waiting {
        told.extend(notice::put(work, &run, &[user], notice::URGED, due).await?);
    }
    held.say(work, LogKind::Urged, None, Said { comment, more: json!({"people": told}) });
    work.drive(held, &mut run, None).await
}
