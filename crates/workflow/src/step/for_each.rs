//! `for_each`: its steps are walked once for each item of a list.

pub use crate::flow::step::ForEach;

use crate::flow::NodeId;
use crate::run::{Answer, Branch, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for ForEach {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::Items { node, token }))
    }

    fn answered(&self, run: &mut Run<'_>, _node: NodeId, token: u32, answer: Answer) -> Result<Next> {
        let Answer::Items(items) = answer else { return Ok(Next::Wait) };
        let count = items.len() as u32;
        let data = run.data(token);
        data.items = items;
        data.round = 0;
        if self.together {
            return Ok(Next::Split((0..count).map(|item| self.walk(item)).collect()));
        }
        Ok(self.following(run, token))
    }

    fn joined(&self, run: &mut Run<'_>, _node: NodeId, token: u32, left: u32) -> Result<Next> {
        if !self.together {
            return Ok(if left > 0 { Next::Wait } else { self.following(run, token) });
        }
        let begun = run.data(token).begun;
        Ok(if self.join.is_met(begun, left) { Next::Leave } else { Next::Wait })
    }
}

impl ForEach {
    fn walk(&self, item: u32) -> Branch {
        Branch { scope: self.scope, item: Some(item) }
    }

    /// The next item, where they are walked one after another.
    fn following(&self, run: &mut Run<'_>, token: u32) -> Next {
        let data = run.data(token);
        let item = data.round;
        if item as usize >= data.items.len() {
            return Next::Leave;
        }
        data.round += 1;
        Next::Split(vec![self.walk(item)])
    }
}
