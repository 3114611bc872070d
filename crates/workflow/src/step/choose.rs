//! `choose`: the first case that holds is taken.

pub use crate::flow::step::{Case, Choose};

use crate::flow::NodeId;
use crate::run::{Answer, Branch, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for Choose {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::Cases { node, token }))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, answer: Answer) -> Result<Next> {
        let Answer::Cases(taken) = answer else { return Ok(Next::Leave) };
        let case = taken.first().and_then(|place| self.cases.get(*place));
        Ok(case.map_or(Next::Leave, |case| Next::Split(vec![Branch::of(case.scope)])))
    }
}
