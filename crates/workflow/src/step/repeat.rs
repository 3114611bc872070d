//! `repeat`: its steps are walked again and again.

pub use crate::flow::step::Repeat;

use crate::flow::NodeId;
use crate::run::{Answer, Branch, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for Repeat {
    fn enter(&self, run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        run.data(token).round = 0;
        Ok(self.before(run, node, token))
    }

    fn answered(&self, run: &mut Run<'_>, node: NodeId, token: u32, answer: Answer) -> Result<Next> {
        let Answer::Holds(holds) = answer else { return Ok(Next::Wait) };
        // A round that ended asks `until`; what asks before a round is `while`.
        let data = run.data(token);
        let after = data.begun > 0;
        data.begun = 0;
        Ok(match (after, holds) {
            (true, true) | (false, false) => Next::Leave,
            (true, false) => self.before(run, node, token),
            (false, true) => self.round(run, token),
        })
    }

    fn joined(&self, run: &mut Run<'_>, node: NodeId, token: u32, left: u32) -> Result<Next> {
        if left > 0 {
            return Ok(Next::Wait);
        }
        if self.until.is_some() {
            return Ok(Next::Ask(Question::Again { node, token, after: true }));
        }
        run.data(token).begun = 0;
        Ok(self.before(run, node, token))
    }
}

impl Repeat {
    fn before(&self, run: &mut Run<'_>, node: NodeId, token: u32) -> Next {
        if run.data(token).round >= self.max {
            return Next::Leave;
        }
        match self.while_holds {
            Some(_) => Next::Ask(Question::Again { node, token, after: false }),
            None => self.round(run, token),
        }
    }

    fn round(&self, run: &mut Run<'_>, token: u32) -> Next {
        run.data(token).round += 1;
        Next::Split(vec![Branch::of(self.scope)])
    }
}
