//! What people do to a running flow: approve, do, reject, return, withdraw; and what a change of the record does.

pub use crate::flow::DecisionKind;

use crate::flow::step::{Allow, People, Step};
use crate::flow::{AfterReturn, NodeId, Outcome, Withdraw};
use crate::instance::{InstanceState, Task, TaskKind, TaskState};
use crate::moved::Before;
use crate::run::{Past, Question, Run};
use diagnostic::{Code, Diagnostic, Hint, Result};
use uuid::Uuid;

/// A decision about one task.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What is decided.
    pub kind: DecisionKind,
    /// Who decides: whoever holds the task, or an administrator.
    pub by: Uuid,
    /// Words of the decider.
    pub comment: Option<String>,
    /// The node to return to.
    pub to: Option<String>,
    /// Whether a returned flow comes back to the returner at once, where the flow leaves that to who returns it.
    pub back: bool,
    /// The record's version that the decider saw.
    pub seen: i64,
}

impl Run<'_> {
    /// Decides a task.
    ///
    /// # Errors
    /// `instance_ended`, `task_decided`, `not_your_turn`, `comment_required`, `separate_duties`, `own_request`, `not_permitted` where the node
    /// does not allow a return or asks for something else, `unknown_reference` for a node that cannot be returned to.
    pub fn decide(&mut self, task: Uuid, decision: Decision) -> Result<Option<Question>> {
        let place = self.open_task(task)?;
        let found = &self.instance.tasks[place];
        let fits = match decision.kind {
            DecisionKind::Approve | DecisionKind::Reject => found.kind == TaskKind::Approve,
            DecisionKind::Done => found.kind == TaskKind::Handle,
            DecisionKind::Return => true,
        };
        // Who was asked to act for somebody says so and gives the task back.
        if !fits || !found.owners.is_empty() {
            let action = decision.kind.name();
            return Err(Box::new(
                Diagnostic::new(Code::NotPermitted).with("action", action).with("what", &found.node),
            ));
        }
        let silent = decision.comment.as_deref().is_none_or(|c| c.trim().is_empty());
        if silent && self.flow.policy.comment_required.contains(&decision.kind) {
            return Err(Box::new(Diagnostic::new(Code::CommentRequired).at("comment")));
        }
        if decision.kind == DecisionKind::Approve {
            let node = found.node.clone();
            self.may_act(&node, decision.by)?;
        }
        let target = match decision.kind {
            DecisionKind::Return => Some(self.return_target(task, decision.to.as_deref())?),
            _ => None,
        };
        let now = self.now;
        self.before = Some(Before::of(&self.instance, task));
        let decided = &mut self.instance.tasks[place];
        decided.state = match decision.kind {
            DecisionKind::Approve => TaskState::Approved,
            DecisionKind::Reject => TaskState::Rejected,
            DecisionKind::Return => TaskState::Returned,
            DecisionKind::Done => TaskState::Done,
        };
        decided.comment = decision.comment;
        decided.seen = Some(decision.seen);
        (decided.decided_at, decided.decided_by) = (Some(now), Some(decision.by));
        let decided = decided.clone();
        match target {
            Some(target) => {
                self.send_back(&decided, target, decision.back);
                self.advance()
            }
            None => {
                if decided.state == TaskState::Approved {
                    self.leave_out(&decided, decision.by);
                }
                self.decided(&decided)
            }
        }
    }

    fn send_back(&mut self, task: &Task, target: NodeId, back: bool) {
        let direct = match self.flow.policy.after_return {
            AfterReturn::FromHere => false,
            AfterReturn::BackToReturner => true,
            AfterReturn::Ask => back,
        };
        if !direct || self.is_one_of_several(task, target) {
            self.go_to(task.token, target, Past::Superseded);
            return;
        }
        let token = self.go_to(task.token, target, Past::SupersededAt(task.token));
        self.data(token).back_to = Some(task.token);
    }

    /// Whether others act at the same time as a task, on their way from a node that lies before: going straight back to the
    /// task would pass them over.
    fn is_one_of_several(&self, task: &Task, before: NodeId) -> bool {
        let Some(node) = self.flow.find(&task.node) else { return false };
        let shared = self.flow.enclosing(before);
        self.flow.enclosing(node).into_iter().filter(|scope| !shared.contains(scope)).any(|scope| {
            let owner = self.flow.scopes[scope].owner.map(|owner| &self.flow.nodes[owner].step);
            match owner {
                Some(Step::Parallel(_) | Step::Each(_)) => true,
                Some(Step::ForEach(walk)) => walk.together,
                _ => false,
            }
        })
    }

    /// The place of a task that somebody may act upon now.
    pub(crate) fn open_task(&self, task: Uuid) -> Result<usize> {
        self.running()?;
        let found = self.instance.tasks.iter().position(|t| t.id == task && t.kind.is_awaited());
        let place = found.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
        match self.instance.tasks[place].state {
            TaskState::Open => Ok(place),
            TaskState::Queued => Err(Box::new(Diagnostic::new(Code::NotYourTurn))),
            state => Err(Box::new(Diagnostic::new(Code::TaskDecided).with("state", state.name()))),
        }
    }

    /// The step of people that a task belongs to.
    pub(crate) fn people_of(&self, task: &Task) -> Option<&People> {
        match &self.flow.nodes[self.flow.find(&task.node)?].step {
            Step::People(step) => Some(step),
            _ => None,
        }
    }

    /// The nodes a task may be returned to, nearest first: what people did that stands, before it in its own or an
    /// enclosing sequence, branches that ended included.
    pub fn return_targets(&self, task: Uuid) -> Vec<NodeId> {
        let Some(task) = self.instance.tasks.iter().find(|t| t.id == task) else { return Vec::new() };
        let Some(from) = self.flow.find(&task.node) else { return Vec::new() };
        if !self.people_of(task).is_some_and(|step| step.allows(Allow::Return)) {
            return Vec::new();
        }
        let mut targets = Vec::new();
        for past in self.instance.tasks.iter().rev() {
            let acted = past.kind.is_awaited() && past.state.is_passed();
            let Some(node) = self.flow.find(&past.node).filter(|_| acted) else { continue };
            if node != from && !targets.contains(&node) && self.leads_back(task, past, (from, node)) {
                targets.push(node);
            }
        }
        targets
    }

    /// Whether what was done lies before a task, where the flow can be taken back to.
    fn leads_back(&self, task: &Task, past: &Task, (from, node): (NodeId, NodeId)) -> bool {
        let around = self.flow.enclosing(from);
        let (shared, own): (Vec<_>, Vec<_>) =
            self.flow.enclosing(node).into_iter().partition(|scope| around.contains(scope));
        // Which item a step walked for cannot be told from outside.
        let items = own.into_iter().any(|scope| {
            let owner = self.flow.scopes[scope].owner.map(|owner| &self.flow.nodes[owner].step);
            matches!(owner, Some(Step::ForEach(_)))
        });
        let together = shared.into_iter().all(|scope| self.walk_together(task.token, past.token, scope));
        self.flow.follows(node, from) && !items && together
    }

    fn return_target(&self, task: Uuid, to: Option<&str>) -> Result<NodeId> {
        let targets = self.return_targets(task);
        let wanted = match to {
            None => targets.first().copied(),
            Some(name) => self.flow.find(name).filter(|n| targets.contains(n)),
        };
        wanted.ok_or_else(|| {
            let names = targets.iter().map(|n| self.flow.nodes[*n].name.to_string()).collect();
            Box::new(
                Diagnostic::new(Code::InvalidTransition)
                    .with("move", format!("return to {}", to.unwrap_or("an earlier step")))
                    .with("from", self.instance.tasks.iter().find(|t| t.id == task).map_or("", |t| &t.node))
                    .with_hint(Hint::OneOf(names)),
            )
        })
    }

    /// The initiator takes the request back.
    ///
    /// # Errors
    /// `instance_ended`, `withdraw_too_late`.
    pub fn withdraw(&mut self) -> Result<()> {
        self.running()?;
        let decided = |t: &Task| t.kind == TaskKind::Approve && t.decided_at.is_some();
        let late = match self.flow.policy.withdraw {
            Withdraw::Never => true,
            Withdraw::BeforeFirstDecision => self.instance.tasks.iter().any(decided),
            Withdraw::Anytime => false,
        };
        if late {
            return Err(Box::new(Diagnostic::new(Code::WithdrawTooLate)));
        }
        self.end(Outcome::Withdraw);
        Ok(())
    }

    /// An administrator ends the flow.
    ///
    /// # Errors
    /// `instance_ended`.
    pub fn cancel(&mut self) -> Result<()> {
        self.live()?;
        self.end(Outcome::Cancel);
        Ok(())
    }

    /// A material field changed: approvals are void for which `saw` says that they saw what it was. The flow goes back
    /// to the first node of each branch that gave one.
    ///
    /// # Errors
    /// What a step refuses.
    pub fn material_changed(&mut self, saw: impl Fn(&Task) -> bool) -> Result<Option<Question>> {
        let void = |t: &Task| t.state == TaskState::Approved && t.seen.is_some() && saw(t);
        while let Some((node, place)) = self.first_of(void) {
            let task = &mut self.instance.tasks[place];
            task.state = TaskState::Superseded;
            let token = task.token;
            // What lies in another branch, or was done for another item, is not touched by that way back: it is looked at
            // next.
            self.go_to(token, node, Past::Superseded);
        }
        self.advance()
    }

    /// The first of the tasks that are meant, in the order of the definition: its node and its place.
    fn first_of(&self, meant: impl Fn(&Task) -> bool) -> Option<(NodeId, usize)> {
        let tasks = self.instance.tasks.iter().enumerate().filter(|(_, task)| meant(task));
        tasks.filter_map(|(place, task)| Some((self.flow.find(&task.node)?, place))).min()
    }

    /// Whether the flow has not ended, suspended or not.
    pub(crate) fn live(&self) -> Result<()> {
        match self.instance.state.is_live() {
            true => Ok(()),
            false => Err(Box::new(Diagnostic::new(Code::InstanceEnded))),
        }
    }

    /// Whether the flow goes on.
    ///
    /// # Errors
    /// `instance_suspended`, `instance_ended`.
    pub fn running(&self) -> Result<()> {
        match self.instance.state {
            InstanceState::Running => Ok(()),
            InstanceState::Suspended => Err(Box::new(Diagnostic::new(Code::InstanceSuspended))),
            _ => Err(Box::new(Diagnostic::new(Code::InstanceEnded))),
        }
    }
}

impl DecisionKind {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            DecisionKind::Approve => "approve",
            DecisionKind::Reject => "reject",
            DecisionKind::Return => "return",
            DecisionKind::Done => "done",
        }
    }
}
