//! `each`: all cases that hold are walked at the same time.

pub use crate::flow::step::Each;

use crate::flow::NodeId;
use crate::run::{Answer, Branch, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for Each {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::Cases { node, token }))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, answer: Answer) -> Result<Next> {
        let Answer::Cases(taken) = answer else { return Ok(Next::Leave) };
        let branches = taken.iter().filter_map(|place| self.cases.get(*place));
        Ok(Next::Split(branches.map(|case| Branch::of(case.scope)).collect()))
    }
}
