//! `decide`: a decision table answers, and the steps behind know the answer.

pub use crate::flow::step::Decide;

use crate::flow::NodeId;
use crate::run::{Answer, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for Decide {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::Decide { node, token }))
    }

    fn answered(&self, run: &mut Run<'_>, _node: NodeId, token: u32, answer: Answer) -> Result<Next> {
        let Answer::Values(values) = answer else { return Ok(Next::Wait) };
        for (name, value) in values {
            run.keep(token, name, value);
        }
        Ok(Next::Leave)
    }
}
