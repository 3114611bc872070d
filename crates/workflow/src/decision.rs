//! What people do to a running flow: approve, reject, return, withdraw; and what a change of the record does.

pub use crate::flow::DecisionKind;

use crate::flow::step::Step;
use crate::flow::{NodeId, Outcome, Withdraw};
use crate::instance::{InstanceState, Task, TaskKind, TaskState, TokenState};
use crate::run::{Question, Run};
use diagnostic::{Code, Diagnostic, Hint, Result};
use uuid::Uuid;

/// A decision about one task.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What is decided.
    pub kind: DecisionKind,
    /// Words of the decider.
    pub comment: Option<String>,
    /// The node to return to.
    pub to: Option<String>,
    /// The record's version that the decider saw.
    pub seen: i64,
}

impl Run<'_> {
    /// Decides a task.
    ///
    /// # Errors
    /// `instance_ended`, `task_decided`, `not_your_turn`, `comment_required`, `separate_duties`, `not_permitted` where the node does not allow a
    /// return, `unknown_reference` for a node that cannot be returned to.
    pub fn decide(&mut self, task: Uuid, decision: Decision) -> Result<Option<Question>> {
        self.running()?;
        let Some(place) =
            self.instance.tasks.iter().position(|t| t.id == task && t.kind == TaskKind::Approve)
        else {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        };
        let state = self.instance.tasks[place].state;
        if state == TaskState::Queued {
            return Err(Box::new(Diagnostic::new(Code::NotYourTurn)));
        }
        if state != TaskState::Open {
            return Err(Box::new(Diagnostic::new(Code::TaskDecided).with("state", state.name())));
        }
        let silent = decision.comment.as_deref().is_none_or(|c| c.trim().is_empty());
        if silent && self.flow.policy.comment_required.contains(&decision.kind) {
            return Err(Box::new(Diagnostic::new(Code::CommentRequired).at("comment")));
        }
        if decision.kind == DecisionKind::Approve {
            let task = self.instance.tasks[place].clone();
            self.keep_separate(&task.node, task.assignee)?;
        }
        let target = match decision.kind {
            DecisionKind::Return => Some(self.return_target(task, decision.to.as_deref())?),
            _ => None,
        };
        let now = self.now;
        let decided = &mut self.instance.tasks[place];
        decided.state = match decision.kind {
            DecisionKind::Approve => TaskState::Approved,
            DecisionKind::Reject => TaskState::Rejected,
            DecisionKind::Return => TaskState::Returned,
        };
        decided.comment = decision.comment;
        decided.seen = Some(decision.seen);
        decided.decided_at = Some(now);
        let decided = decided.clone();
        match target {
            Some(node) => {
                self.go_back(&decided.node, node);
                self.advance()
            }
            None => {
                if decided.state == TaskState::Approved {
                    self.leave_out(&decided)?;
                }
                self.decided(&decided)
            }
        }
    }

    /// The nodes a task may be returned to, nearest first: approvals that stand and lie before it in its own or
    /// an enclosing sequence.
    pub fn return_targets(&self, task: Uuid) -> Vec<NodeId> {
        let Some(from) =
            self.instance.tasks.iter().find(|t| t.id == task).and_then(|t| self.flow.find(&t.node))
        else {
            return Vec::new();
        };
        if !matches!(&self.flow.nodes[from].step, Step::Approve(step) if step.may_return) {
            return Vec::new();
        }
        let enclosing = self.flow.enclosing(from);
        let mut targets = Vec::new();
        for past in self.instance.tasks.iter().rev() {
            let decided = past.kind == TaskKind::Approve
                && matches!(past.state, TaskState::Approved | TaskState::Skipped);
            let Some(node) = self.flow.find(&past.node).filter(|_| decided) else { continue };
            let reachable = node != from && enclosing.contains(&self.flow.nodes[node].scope);
            if reachable && !targets.contains(&node) {
                targets.push(node);
            }
        }
        targets
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

    /// The smallest scope that holds source and target is cleared, and one token put at the target. What was
    /// decided at the target and behind it stays in the log as superseded; what was decided before it stands.
    fn go_back(&mut self, source: &str, target: NodeId) {
        let inner = self.flow.find(source).map(|n| self.flow.enclosing(n)).unwrap_or_default();
        let outer = self.flow.enclosing(target);
        let scope = inner.into_iter().find(|s| outer.contains(s)).unwrap_or(0);
        let inside: Vec<_> = self
            .flow
            .nodes
            .iter()
            .enumerate()
            .filter(|(id, _)| self.flow.contains(scope, *id))
            .map(|(_, n)| n.name.clone())
            .collect();
        for token in self.instance.tokens.iter_mut().filter(|t| inside.contains(&t.node)) {
            if matches!(token.state, TokenState::Ready | TokenState::Waiting) {
                token.state = TokenState::Cancelled;
            }
        }
        let flow = self.flow;
        for task in self.instance.tasks.iter_mut().filter(|t| inside.contains(&t.node)) {
            // Nodes are numbered in the order of the definition.
            let behind = flow.find(&task.node).is_none_or(|node| node >= target);
            task.state = match task.state {
                live if live.is_live() && task.kind == TaskKind::Approve => TaskState::Cancelled,
                TaskState::Approved | TaskState::Skipped if behind => TaskState::Superseded,
                other => other,
            };
        }
        self.instance.round += 1;
        self.put(target);
    }

    /// Gives a live task to another person. One who has a seat at the node already gets no second one: the task is
    /// taken off, and the node looked at again.
    ///
    /// # Errors
    /// `instance_ended`, `task_decided`, `separate_duties`, and what the next steps refuse.
    pub fn reassign(&mut self, task: Uuid, to: Uuid, why: &str) -> Result<Option<Question>> {
        self.running()?;
        let Some(place) = self.instance.tasks.iter().position(|t| t.id == task) else {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        };
        let found = &self.instance.tasks[place];
        if !found.state.is_live() || found.kind != TaskKind::Approve {
            return Err(Box::new(Diagnostic::new(Code::TaskDecided).with("state", found.state.name())));
        }
        let (token, assignee) = (found.token, found.assignee);
        self.keep_separate(&found.node, to)?;
        let seated = self.instance.tasks.iter().any(|t| {
            t.token == token
                && t.assignee == to
                && (t.state.is_live() || matches!(t.state, TaskState::Approved | TaskState::Skipped))
        });
        if assignee == to {
            return Ok(None);
        }
        if seated {
            self.instance.tasks[place].state = TaskState::Cancelled;
            let gone = self.instance.tasks[place].clone();
            return self.decided(&gone);
        }
        let task = &mut self.instance.tasks[place];
        task.assignee = to;
        why.clone_into(&mut task.why);
        Ok(None)
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

    /// A material field changed: approvals that saw an older version are void, and the flow goes back to the
    /// first node that gave one.
    ///
    /// # Errors
    /// What a step refuses.
    pub fn material_changed(&mut self, version: i64) -> Result<Option<Question>> {
        let void = |t: &&Task| t.state == TaskState::Approved && t.seen.is_some_and(|seen| seen < version);
        let Some(first) = self.instance.tasks.iter().find(void).map(|t| t.node.clone()) else {
            return self.advance();
        };
        if let Some(node) = self.flow.find(&first) {
            self.go_back(&first, node);
        }
        self.advance()
    }

    fn running(&self) -> Result<()> {
        match self.instance.state {
            InstanceState::Running => Ok(()),
            _ => Err(Box::new(Diagnostic::new(Code::InstanceEnded))),
        }
    }
}
