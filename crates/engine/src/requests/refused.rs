//! What is told with a refusal beside its words: what was changed since it was seen, who was quicker, which flow holds the
//! record. It is read once the refused transaction is gone, with the rights of whoever asked.

use crate::engine::Engine;
use crate::flow::{changed, entries::Names, rights, stored};
use crate::identity::Identity;
use crate::records::command::Command;
use crate::records::read;
use crate::requests::{Request, SeatAct};
use crate::runs;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use plan::Precondition;
use plan::actor::Access;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::workflow as table;
use uuid::Uuid;

impl Engine {
    /// The refusal with what can be told of it; as it is where nothing can.
    pub(super) async fn explained(
        &self,
        identity: &Arc<Identity>,
        request: &Request,
        found: Box<Diagnostic>,
    ) -> Box<Diagnostic> {
        let work = self.reading(identity);
        let told = match found.code {
            Code::StaleVersion => stale(&work, request, &found).await,
            Code::TaskDecided | Code::InstanceEnded => decided(&work, request, &found).await,
            _ => locked(&work, &found).await,
        };
        match told {
            Ok(Some(told)) => Box::new(told),
            Ok(None) => found,
            Err(error) => {
                tracing::warn!(%error, "what led to a refusal could not be read");
                found
            }
        }
    }
}

/// What was changed since the version that was seen.
async fn stale(work: &Work, request: &Request, found: &Diagnostic) -> Result<Option<Diagnostic>> {
    let told = match request {
        Request::Decide(action) => match action.seen {
            Some(seen) => of_task(work, action.task, seen).await?,
            None => None,
        },
        Request::SaveTask { task, precondition: Precondition::Version(seen), .. } => {
            of_task(work, *task, *seen).await?
        }
        Request::Write(command) => match seen_by(command) {
            Some((object, id, seen)) => changed::since(work, object, id, seen, None).await?,
            None => None,
        },
        _ => None,
    };
    Ok(told.map(|told| found.clone().telling("changed", told)))
}

/// What was changed of a task's record, as far as its step shows it.
async fn of_task(work: &Work, task: Uuid, seen: i64) -> Result<Option<Json>> {
    let Some(task) = table::task(&work.tx, task).await? else { return Ok(None) };
    let Some(instance) = table::instance(&work.tx, task.instance).await? else { return Ok(None) };
    let running = runs::look(&work.tx, &instance).await?;
    let flow = stored::flow_of(work, &running).await?;
    let shown = rights::told(work, &flow, &task.node)?;
    changed::since(work, &instance.object, instance.record, seen, Some(&shown)).await
}

/// The record and the version that a write names.
fn seen_by(command: &Command) -> Option<(&str, Uuid, i64)> {
    let precondition = match command {
        Command::Through { write, .. } => return seen_by(write),
        Command::Update { precondition, .. }
        | Command::Delete { precondition, .. }
        | Command::Purge { precondition, .. }
        | Command::Move { precondition, .. } => precondition,
        Command::Create { .. } | Command::Upsert { .. } | Command::Restore { .. } => return None,
    };
    match precondition {
        Precondition::Version(seen) => Some((command.object(), command.target()?, *seen)),
        Precondition::Absent | Precondition::Waived => None,
    }
}

/// Who decided the task, or was quicker at its step: what, and when.
async fn decided(work: &Work, request: &Request, found: &Diagnostic) -> Result<Option<Diagnostic>> {
    let asked = match request {
        Request::Decide(action) => action.task,
        Request::Seat(action) => action.task,
        Request::CommentOnTask { task, .. } | Request::SaveTask { task, .. } => *task,
        _ => return Ok(None),
    };
    let Some(own) = table::task(&work.tx, asked).await? else { return Ok(None) };
    let actor = &work.identity.actor;
    if own.assignee != Some(actor.id) && !actor.admin {
        return Ok(None);
    }
    let mut tasks = table::tasks(&work.tx, own.instance).await?;
    // Somebody may be taken off whose task is another one.
    let meant = match request {
        Request::Seat(action) if own.state == "open" => match action.act {
            SeatAct::RemoveSign(other) => other,
            _ => own.id,
        },
        _ => own.id,
    };
    tasks.retain(|task| task.decided_at.is_some() && (task.id == meant || task.node == own.node));
    tasks.sort_by_key(|task| (task.id == meant, task.decided_at));
    let Some(last) = tasks.pop() else { return Ok(None) };
    let names = Names::of(work, &[], &[&last], &[]).await?;
    let by = names.person(last.decided_by);
    let automatic = last.data["automatic"].as_bool().unwrap_or(false);
    let told = json!({"state": last.state, "by": by, "at": last.decided_at, "automatic": automatic});
    let zone = work.engine.site().time_zone;
    let at = last.decided_at.map(|at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
    let who = by["title"].as_str().filter(|_| !automatic).map(str::to_owned);
    let details: Vec<String> = who.into_iter().chain(at).collect();
    Ok(Some(found.clone().with_message(words(&last.state, &details)).telling("decided", told)))
}

/// `the task is already approved (Ann, 2026-11-23 10:00)`.
fn words(state: &str, details: &[String]) -> Text {
    let [en, zh_cn, zh_tw] = match state {
        "approved" => ["approved", "同意", "同意"],
        "rejected" => ["rejected", "拒绝", "拒絕"],
        "returned" => ["returned", "退回", "退回"],
        "done" => ["done", "办理", "辦理"],
        "skipped" => ["skipped", "跳过", "略過"],
        _ => ["decided", "处理", "處理"],
    };
    let mut text = Text::Plain(format!("the task is already {en} ({})", details.join(", ")));
    text.set(Locale::ZhCn, format!("任务已{zh_cn}（{}）", details.join("，")));
    text.set(Locale::ZhTw, format!("任務已{zh_tw}（{}）", details.join("，")));
    text
}

/// The flow that holds a record, for whoever may read that.
async fn locked(work: &Work, found: &Diagnostic) -> Result<Option<Diagnostic>> {
    let all = std::iter::once(found).chain(&found.details);
    let mut locks = all.filter(|one| one.code == Code::RecordLocked);
    let argument = |one: &Diagnostic| one.arguments.iter().find(|(name, _)| *name == "flow")?.1.parse().ok();
    let Some(flow) = locks.find_map(argument) else { return Ok(None) };
    let Some(instance) = table::instance(&work.tx, flow).await? else { return Ok(None) };
    if !read::may(work, &instance.object, instance.record, Access::Read).await? {
        return Ok(None);
    }
    let workflow = work.published.catalog.workflows.get(instance.workflow.as_str());
    let label = workflow.and_then(|workflow| workflow.label.as_ref());
    let name = |locale| Text::or_name(label, locale, &instance.workflow);
    let en = format!("the record is locked by the workflow {} until it ends", name(Locale::En));
    let mut text = Text::Plain(en);
    text.set(Locale::ZhCn, format!("记录已被流程“{}”锁定，流程结束前不能修改", name(Locale::ZhCn)));
    text.set(Locale::ZhTw, format!("記錄已被流程「{}」鎖定，流程結束前不能修改", name(Locale::ZhTw)));
    let mut told = found.clone().telling("flow", json!({"id": instance.id, "workflow": instance.workflow}));
    if told.code == Code::RecordLocked {
        told.message = Some(text.clone());
    }
    for detail in told.details.iter_mut().filter(|detail| detail.code == Code::RecordLocked) {
        detail.message = Some(text.clone());
    }
    Ok(Some(told))
}
