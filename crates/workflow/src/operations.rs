//! What administrators do to a running flow: suspend and resume it, take it to another step, and say what becomes of
//! what failed.

use crate::flow::NodeId;
use crate::flow::step::Step;
use crate::instance::{Await, Awaited, ENTER, Instance, InstanceState, Missed, Task, TokenState, WORK};
use crate::run::{Next, Past, Question, Run};
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use std::sync::Arc;
use uuid::Uuid;

/// A step to which a flow can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JumpTarget {
    /// The step.
    pub node: NodeId,
    /// The steps at which the flow would stand no more.
    pub leaves: Vec<Arc<str>>,
    /// How many tasks would be taken off.
    pub tasks: usize,
}

impl Run<'_> {
    /// Halts the flow: nobody can act in it, and what would wake it is kept until it is resumed.
    ///
    /// # Errors
    /// `instance_ended`, `instance_suspended` where it is already.
    pub fn suspend(&mut self) -> Result<()> {
        self.running()?;
        self.instance.state = InstanceState::Suspended;
        Ok(())
    }

    /// What wakes a token of a suspended flow is kept, once for each thing that the token awaits. Whether the flow is
    /// suspended.
    pub fn miss(&mut self, token: u32, missed: Missed) -> bool {
        if self.instance.state != InstanceState::Suspended {
            return false;
        }
        let kept = &mut self.data(token).missed;
        if !kept.iter().any(|known| known.by == missed.by) {
            kept.push(missed);
        }
        true
    }

    /// Lets a suspended flow go on. What happened meanwhile is to be told to it then: see [`Run::take_missed`].
    ///
    /// # Errors
    /// `instance_ended`, and what the steps refuse that are entered now.
    pub fn unsuspend(&mut self) -> Result<Option<Question>> {
        self.live()?;
        self.instance.state = InstanceState::Running;
        self.advance()
    }

    /// What happened while the flow was suspended, by token.
    pub fn take_missed(&mut self) -> Vec<(u32, Missed)> {
        let mut all = Vec::new();
        for token in &mut self.instance.tokens {
            let missed = std::mem::take(&mut token.data.missed);
            if token.state == TokenState::Waiting {
                all.extend(missed.into_iter().map(|one| (token.id, one)));
            }
        }
        all
    }

    /// The token that an administrator means: the one named, else the only one at which something failed for good.
    ///
    /// # Errors
    /// `not_found` where nothing has failed there, `invalid_value` where several have and none is named, `instance_ended`,
    /// `instance_suspended`.
    pub fn failed_token(&self, named: Option<u32>) -> Result<u32> {
        self.running()?;
        let mut failed = self.instance.incidents().map(|token| token.id);
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        match named {
            Some(token) => failed.find(|id| *id == token).ok_or_else(missing),
            None => {
                let first = failed.next().ok_or_else(missing)?;
                match failed.next() {
                    None => Ok(first),
                    Some(_) => {
                        let reason = "several steps have failed: say which one by its token";
                        Err(Box::new(Diagnostic::new(Code::InvalidValue).with("reason", reason).at("token")))
                    }
                }
            }
        }
    }

    /// What failed for good is tried once more.
    ///
    /// # Errors
    /// `not_found` where nothing has failed there, `instance_ended`, `instance_suspended`.
    pub fn retry(&mut self, token: u32) -> Result<()> {
        self.running()?;
        let incident = self.incident(token)?;
        let now = self.now;
        let by = if *incident == *ENTER { ENTER } else { WORK };
        // A timer or an event that led to the failure leads there once more.
        let by = self.wakes(token, by).unwrap_or(incident);
        self.data(token).awaits = vec![Await { name: by, what: Awaited::At(now) }];
        Ok(())
    }

    fn wakes(&self, token: u32, by: &'static str) -> Option<Arc<str>> {
        let node = self.node_of(token)?;
        (!matches!(self.flow.nodes[node].step, Step::Wait(_)) || by == ENTER).then(|| by.into())
    }

    /// What failed for good is left out: the flow goes on behind the step.
    ///
    /// # Errors
    /// `not_found` where nothing has failed there, `instance_ended`, `instance_suspended`, and what the next steps refuse.
    pub fn skip(&mut self, token: u32) -> Result<Option<Question>> {
        self.running()?;
        self.incident(token)?;
        match self.node_of(token) {
            Some(node) => self.go_on(node, token, Next::Leave),
            None => Ok(None),
        }
    }

    /// An administrator takes the flow to a step. What runs beside it goes on where the flow walks the sequence of the
    /// step; else all is taken off that lies in the smallest scope which the flow walks.
    ///
    /// # Errors
    /// `unknown_reference`, `instance_ended`, `instance_suspended`, `invalid_value` for a step that is walked for items where
    /// none is walked, and what the step refuses.
    pub fn jump(&mut self, to: &str) -> Result<Option<Question>> {
        self.running()?;
        let target = self.flow.find(to).ok_or_else(|| {
            let known = self.flow.nodes.iter().map(|node| &*node.name);
            let found = Diagnostic::new(Code::UnknownReference).with("what", "step").with("name", to);
            Box::new(found.with_hint(did_you_mean(to, known)).at("node"))
        })?;
        let Some(from) = self.way_to(target) else {
            let reason = "the step is walked for items, and none is walked now";
            return Err(Box::new(Diagnostic::new(Code::InvalidValue).with("reason", reason).at("node")));
        };
        self.go_to(from, target, Past::Superseded);
        self.advance()
    }

    /// The steps to which the flow can be taken, in the order of the definition, each with what it would leave.
    ///
    /// # Errors
    /// `instance_ended`, `instance_suspended`.
    pub fn jump_targets(&self) -> Result<Vec<JumpTarget>> {
        self.running()?;
        let live = |instance: &Instance| -> Vec<u32> { instance.standing().map(|token| token.id).collect() };
        let before = live(&self.instance);
        let waits = |task: &&Task| task.state.is_live() && task.kind.is_awaited();
        let open = self.instance.tasks.iter().filter(waits).count();
        let of = |node: NodeId| {
            let from = self.way_to(node)?;
            let mut tried = Run::resume(self.flow, self.instance.clone(), self.now, Uuid::nil);
            tried.go_to(from, node, Past::Superseded);
            let after = live(&tried.instance);
            let mut leaves: Vec<Arc<str>> = Vec::new();
            for id in before.iter().filter(|id| !after.contains(id)) {
                let name = &self.instance.tokens[*id as usize].node;
                if !leaves.contains(name) {
                    leaves.push(name.clone());
                }
            }
            let tasks = open - tried.instance.tasks.iter().filter(waits).count();
            Some(JumpTarget { node, leaves, tasks })
        };
        Ok((0..self.flow.nodes.len()).filter_map(of).collect())
    }

    /// The token from which the flow would go to a step; `None` for a step that is walked for items where none is.
    fn way_to(&self, target: NodeId) -> Option<u32> {
        let from = self.nearest(target);
        let of_items = |scope: &usize| {
            let owner = self.flow.scopes[*scope].owner.map(|owner| &self.flow.nodes[owner].step);
            matches!(owner, Some(Step::ForEach(_)))
        };
        let walked = |scope: usize| {
            let token = self.walked(from, scope).filter(|token| token.data.item.is_some());
            token.and_then(|token| token.parent).is_some_and(|above| self.is_standing(above))
        };
        let mut scopes = self.flow.enclosing(target).into_iter().filter(of_items);
        scopes.all(walked).then_some(from)
    }

    /// The token from which a step is nearest: one in its sequence, or in the next one around it that is walked.
    fn nearest(&self, target: NodeId) -> u32 {
        let stands = |scope: usize| {
            let in_scope =
                |id: u32| self.node_of(id).is_some_and(|node| self.flow.nodes[node].scope == scope);
            let mut live = self.instance.tokens.iter().filter(|token| token.state.is_live());
            live.find(|token| in_scope(token.id)).map(|token| token.id)
        };
        self.flow.enclosing(target).into_iter().find_map(stands).unwrap_or(0)
    }

    fn is_standing(&self, token: u32) -> bool {
        self.instance.tokens.get(token as usize).is_some_and(|token| token.state.is_live())
    }

    /// Takes the incident of a token.
    fn incident(&mut self, token: u32) -> Result<Arc<str>> {
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let token = self.instance.tokens.get_mut(token as usize).ok_or_else(missing)?;
        let incident = token.data.incident.take().filter(|_| token.state.is_live());
        incident.map(|incident| incident.name).ok_or_else(missing)
    }
}
