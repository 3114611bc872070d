//! What happens without people: a token is woken by what it awaits, and where that fails it is tried again, goes another
//! way, or stands until a person says what becomes of it.

use crate::flow::{Flow, NodeId};
use crate::instance::{Await, Awaited, ENTER, Incident, Instance, TokenState, WORK};
use crate::run::{Branch, Next, Past, Question, Run};
use crate::step::Step;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Result};
use std::sync::Arc;
use uuid::Uuid;

impl<'f> Run<'f> {
    /// A flow that a worker starts: its first step is entered in a transaction of its own.
    pub fn later(flow: &'f Flow, instance: Instance, now: DateTime<Utc>, new_id: fn() -> Uuid) -> Run<'f> {
        let mut run = Run::start(flow, instance, now, new_id);
        for token in 0..run.instance.tokens.len() as u32 {
            run.token(token, TokenState::Waiting);
            run.data(token).awaits = vec![at(ENTER, now)];
        }
        run
    }

    /// Something that a token awaits has happened. Nothing is done where it awaits that no more.
    ///
    /// # Errors
    /// What the step refuses; the transaction must be given up then, and [`Run::fail`] called in another one.
    pub fn wake(&mut self, token: u32, by: &str) -> Result<Option<Question>> {
        if !self.awaits(token, by) {
            return Ok(None);
        }
        self.data(token).awaits.clear();
        let Some(node) = self.node_of(token).filter(|_| by != ENTER) else {
            self.token(token, TokenState::Ready);
            return self.advance();
        };
        let next = self.flow.nodes[node].step.kind().woken(self, node, token, by)?;
        self.go_on(node, token, next)
    }

    /// Whether a token awaits something of this name.
    pub fn awaits(&self, token: u32, by: &str) -> bool {
        self.running().is_ok()
            && self.instance.tokens.get(token as usize).is_some_and(|token| {
                token.state == TokenState::Waiting && token.data.awaits.iter().any(|one| *one.name == *by)
            })
    }

    /// What woke a token led to a failure: it is tried again, or what the step says for that case is done, or the token
    /// stands.
    ///
    /// # Errors
    /// What the steps refuse that are walked instead.
    pub fn fail(&mut self, token: u32, by: &str, reason: String) -> Result<Option<Question>> {
        let Some(node) = self.node_of(token).filter(|_| self.awaits(token, by)) else { return Ok(None) };
        let (retry, on_error) = (&self.flow.nodes[node].retry, self.flow.nodes[node].on_error);
        let (now, data) = (self.now, self.data(token));
        data.awaits.clear();
        data.failed += 1;
        if let Some(retry) = retry.as_ref().filter(|retry| data.failed <= retry.max) {
            let times = retry.factor.saturating_pow(data.failed - 1).min(1_000_000);
            let pause = retry.backoff.checked_mul(times as i32).unwrap_or(retry.backoff);
            data.awaits = vec![at(if by == ENTER { ENTER } else { WORK }, now + pause)];
            return Ok(None);
        }
        if let Some(scope) = on_error.filter(|_| by != ENTER) {
            // There is nothing to undo of what failed.
            data.undone = true;
            return self.go_on(node, token, Next::Split(vec![Branch::of(scope)]));
        }
        data.incident = Some(Incident { name: by.into(), reason });
        Ok(None)
    }

    /// What failed for good is tried once more.
    ///
    /// # Errors
    /// `not_found` where nothing has failed there, `instance_ended`.
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
    /// `not_found` where nothing has failed there, `instance_ended`, and what the next steps refuse.
    pub fn skip(&mut self, token: u32) -> Result<Option<Question>> {
        self.running()?;
        self.incident(token)?;
        match self.node_of(token) {
            Some(node) => self.go_on(node, token, Next::Leave),
            None => Ok(None),
        }
    }

    /// An administrator takes the flow to a step.
    ///
    /// # Errors
    /// `instance_ended`, and what the step refuses.
    pub fn jump(&mut self, target: NodeId) -> Result<Option<Question>> {
        self.running()?;
        // As the flow went through it before, else from its outermost sequence.
        let name = &self.flow.nodes[target].name;
        let from = self.instance.token_at(name).map_or(0, |token| token.id);
        self.go_to(from, target, Past::Superseded);
        self.advance()
    }

    /// Takes the incident of a token.
    fn incident(&mut self, token: u32) -> Result<Arc<str>> {
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let token = self.instance.tokens.get_mut(token as usize).ok_or_else(missing)?;
        let incident = token.data.incident.take().filter(|_| token.state.is_live());
        incident.map(|incident| incident.name).ok_or_else(missing)
    }

    /// The step is done by a worker, at once.
    pub(crate) fn work_at_once(&self) -> Next {
        Next::Await(vec![at(WORK, self.now)])
    }

    /// Whether a token walks steps that are one transaction.
    pub(crate) fn is_together(&self, token: u32) -> bool {
        let mut above = self.instance.tokens.get(token as usize).and_then(|token| token.parent);
        while let Some(id) = above {
            if self.node_of(id).is_some_and(|node| matches!(self.flow.nodes[node].step, Step::Together(_))) {
                return true;
            }
            above = self.instance.tokens.get(id as usize).and_then(|token| token.parent);
        }
        false
    }
}

fn at(name: &str, instant: DateTime<Utc>) -> Await {
    Await { name: name.into(), what: Awaited::At(instant) }
}
