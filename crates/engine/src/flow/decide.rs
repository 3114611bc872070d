//! Decisions: approve, reject, return, withdraw, comment.

use crate::engine::Engine;
use crate::flow::log::{LogKind, Said};
use crate::flow::people::picks::{self, Named};
use crate::flow::stored;
use crate::identity::Identity;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use plan::Row;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;
use workflow::decision::DecisionKind;
use workflow::step::Step;
use workflow::step::people::Allow;
use workflow::{Decision, Flow, Run};

/// What somebody wants to do with a task.
#[derive(Clone, Debug)]
pub struct TaskAction {
    /// The task.
    pub task: Uuid,
    /// What is decided.
    pub kind: DecisionKind,
    /// Words of the decider.
    pub comment: Option<String>,
    /// The step to return to.
    pub to: Option<String>,
    /// Whether a returned flow comes back at once, where the flow leaves that to who returns it.
    pub back: bool,
    /// The people whom an approver names for later steps.
    pub picks: Named,
    /// The record's version that the decider saw; `None` takes the current one.
    pub seen: Option<i64>,
}

impl TaskAction {
    /// A decision without words.
    pub fn new(task: Uuid, kind: DecisionKind) -> TaskAction {
        TaskAction { task, kind, comment: None, to: None, back: false, picks: Named::new(), seen: None }
    }
}

impl Engine {
    /// Decides a task.
    ///
    /// # Errors
    /// `not_found` for a task of somebody else, `task_decided`, `instance_ended`, `stale_version` where the
    /// record changed since it was seen, `comment_required`, what is wrong with the people named, and what the next steps refuse.
    pub async fn decide(&self, identity: &Arc<Identity>, action: TaskAction) -> Result<()> {
        self.write_scripted(identity.clone(), move |work| {
            let action = action.clone();
            async move { decide(&work, &action).await }
        })
        .await
    }

    /// Takes a request back.
    ///
    /// # Errors
    /// `not_found` for a request of somebody else, `withdraw_too_late`, `instance_ended`.
    pub async fn withdraw(
        &self,
        identity: &Arc<Identity>,
        instance: Uuid,
        comment: Option<String>,
    ) -> Result<()> {
        self.write_scripted(identity.clone(), move |work| {
            let comment = comment.clone();
            async move { withdraw(&work, instance, comment).await }
        })
        .await
    }

    /// Says something about a task without deciding it.
    ///
    /// # Errors
    /// `not_found` for a task of somebody else, `not_permitted` where the step takes no comments.
    pub async fn comment_on_task(&self, identity: &Arc<Identity>, task: Uuid, text: String) -> Result<()> {
        self.write_scripted(identity.clone(), move |work| {
            let text = text.clone();
            async move { comment(&work, task, &text).await }
        })
        .await
    }
}

pub(crate) async fn decide(work: &Work, action: &TaskAction) -> Result<()> {
    let (mut held, instance) = stored::hold_by_task(work, action.task).await?;
    let flow = stored::flow_of(work, &instance).await?;
    let task = instance.tasks.iter().find(|t| t.id == action.task);
    let task = task.filter(|t| t.assignee == work.identity.actor.id || work.identity.actor.admin);
    let task = task.cloned().ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    let version = record(work, &flow, instance.record).await?.map_or(0, |row| row.version());
    if action.seen.is_some_and(|seen| seen != version) {
        return Err(Box::new(Diagnostic::new(Code::StaleVersion)));
    }
    let (kind, back, seen, by) = (action.kind, action.back, version, work.identity.actor.id);
    let decision = Decision { kind, by, comment: action.comment.clone(), to: action.to.clone(), back, seen };
    let log = match action.kind {
        DecisionKind::Approve => LogKind::Approved,
        DecisionKind::Reject => LogKind::Rejected,
        DecisionKind::Return => LogKind::Returned,
        DecisionKind::Done => LogKind::Done,
    };
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    let to =
        action.to.clone().filter(|_| action.kind == DecisionKind::Return).or_else(|| nearest(&run, action));
    let said =
        Said { comment: action.comment.as_deref(), more: to.map_or(Json::Null, |to| json!({"to": to})) };
    held.say(work, log, Some(&task.node), said);
    let asked = run.decide(action.task, decision)?;
    if action.kind == DecisionKind::Approve {
        picks::take(work, &mut run, flow.find(&task.node), &action.picks).await?;
    }
    work.drive(held, &mut run, asked).await
}

/// The step that a task goes back to where no other is named.
fn nearest(run: &Run<'_>, action: &TaskAction) -> Option<String> {
    let targets = (action.kind == DecisionKind::Return).then(|| run.return_targets(action.task))?;
    targets.first().map(|node| run.flow.nodes[*node].name.to_string())
}

pub(crate) async fn withdraw(work: &Work, id: Uuid, comment: Option<String>) -> Result<()> {
    let (mut held, instance) = stored::hold(work, id).await?;
    let actor = &work.identity.actor;
    if instance.initiator != actor.id && !actor.admin {
        return Err(Box::new(Diagnostic::new(Code::NotFound)));
    }
    let flow = stored::flow_of(work, &instance).await?;
    held.say(work, LogKind::Withdrawn, None, comment.as_deref());
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    run.withdraw()?;
    work.drive(held, &mut run, None).await
}

pub(crate) async fn comment(work: &Work, id: Uuid, text: &str) -> Result<()> {
    let (mut held, instance) = stored::hold_by_task(work, id).await?;
    let flow = stored::flow_of(work, &instance).await?;
    let actor = work.identity.actor.id;
    let task = instance.tasks.iter().find(|t| t.id == id && t.assignee == actor);
    let task = task.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    if text.trim().is_empty() {
        return Err(Box::new(Diagnostic::new(Code::CommentRequired).at("comment")));
    }
    let step = flow.find(&task.node).map(|node| &flow.nodes[node].step);
    // A cc is there to be read and answered; an approval says whether it takes comments.
    if matches!(step, Some(Step::People(step)) if !step.allows(Allow::Comment)) && task.kind.is_awaited() {
        let found = Diagnostic::new(Code::NotPermitted).with("action", "comment on").with("what", &task.node);
        return Err(Box::new(found));
    }
    held.say(work, LogKind::Commented, Some(&task.node), Some(text));
    held.save(work, &instance).await
}

async fn record(work: &Work, flow: &Flow, id: Uuid) -> Result<Option<Row>> {
    let object = work.published.object(&flow.object)?;
    work.rows().load(object, id).await
}
