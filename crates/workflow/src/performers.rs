//! Who acts, as far as a flow and an instance alone tell: who names people for which node, and who may not act
//! because of what he did elsewhere.

use crate::flow::{Flow, NodeId, Picked, Picker, SelfApproval};
use crate::instance::{Task, TaskKind, TaskState, TokenState};
use crate::run::{Person, Run};
use crate::step::Step;
use diagnostic::{Code, Diagnostic, Result};
use uuid::Uuid;

impl Flow {
    /// The node that is reached when this one is passed, out of as many scopes as end with it.
    pub fn following(&self, node: NodeId) -> Option<NodeId> {
        let mut at = node;
        loop {
            if let Some(next) = self.nodes[at].next {
                return Some(next);
            }
            at = self.scopes[self.nodes[at].scope].owner?;
        }
    }

    /// The rule by which people are named for a node.
    pub fn picked(&self, node: NodeId) -> Option<&Picked> {
        let rules = match &self.nodes[node].step {
            Step::People(step) => &step.by,
            Step::Cc(step) => &step.by,
            _ => return None,
        };
        rules.iter().find_map(|rule| rule.picked())
    }

    /// The node whose approver names the people of this one; `None` where the initiator does.
    pub fn picker(&self, node: NodeId) -> Option<NodeId> {
        match &self.picked(node)?.by {
            Picker::Initiator => None,
            Picker::Approver(Some(at)) => self.find(at),
            Picker::Approver(None) => self.approval_before(node),
        }
    }

    /// The last approval before a node, in its own or an enclosing sequence.
    fn approval_before(&self, node: NodeId) -> Option<NodeId> {
        let mut at = node;
        loop {
            at = match self.nodes.iter().position(|before| before.next == Some(at)) {
                Some(before) if self.nodes[before].step.asks() == Some(TaskKind::Approve) => {
                    return Some(before);
                }
                Some(before) => before,
                None => self.scopes[self.nodes[at].scope].owner?,
            };
        }
    }

    /// Whether one person may not act in both nodes.
    fn are_separate(&self, one: &str, other: &str) -> bool {
        let both = |steps: &Vec<_>| {
            let has = |name: &str| steps.iter().any(|step: &std::sync::Arc<str>| **step == *name);
            has(one) && has(other)
        };
        one != other && self.policy.separate.iter().any(both)
    }
}

impl Run<'_> {
    /// The node in which somebody approved, so that he may not act in this one.
    fn separated(&self, node: &str, user: Uuid) -> Option<&Task> {
        self.instance
            .tasks
            .iter()
            .find(|task| task.was_approved_by(user) && self.flow.are_separate(&task.node, node))
    }

    /// Refuses somebody who approved where he then may not act here, and the initiator where nobody approves an own
    /// request.
    ///
    /// # Errors
    /// `separate_duties`, `own_request`.
    pub fn may_act(&self, node: &str, user: Uuid) -> Result<()> {
        if let Some(task) = self.separated(node, user) {
            let found = Diagnostic::new(Code::SeparateDuties).with("step", node);
            return Err(Box::new(found.with("other", &task.node)));
        }
        let decides = |node: NodeId| self.flow.nodes[node].step.asks() == Some(TaskKind::Approve);
        let own = user == self.instance.initiator && self.flow.policy.own != SelfApproval::Allow;
        match own && self.flow.find(node).is_some_and(decides) {
            true => Err(Box::new(Diagnostic::new(Code::OwnRequest).with("step", node))),
            false => Ok(()),
        }
    }

    /// Those who may act at a node.
    pub(crate) fn without_separated(&self, node: NodeId, people: Vec<Person>) -> Vec<Person> {
        let name = &self.flow.nodes[node].name;
        people.into_iter().filter(|person| self.separated(name, person.user).is_none()).collect()
    }

    /// Somebody approved: what waits for him at nodes where he then may not act is taken from him. A node that is
    /// left without anybody is entered anew.
    pub(crate) fn leave_out(&mut self, approved: &Task, by: Uuid) {
        let flow = self.flow;
        let barred = |task: &Task| {
            task.assignee == by
                && task.kind == TaskKind::Approve
                && task.state.is_live()
                && flow.are_separate(&approved.node, &task.node)
        };
        for place in 0..self.instance.tasks.len() {
            if !barred(&self.instance.tasks[place]) {
                continue;
            }
            self.instance.tasks[place].state = TaskState::Cancelled;
            let taken = self.instance.tasks[place].clone();
            let counts = |task: &Task| {
                let stands = task.state.is_live() || task.state.is_passed();
                task.token == taken.token && task.kind == TaskKind::Approve && stands
            };
            match self.instance.tasks.iter().any(counts) {
                true => self.taken.push(taken),
                false => self.token(taken.token, TokenState::Ready),
            }
        }
    }
}
