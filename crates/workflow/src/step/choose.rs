//! `choose`: the first case that holds is taken.

pub use crate::flow::step::{Case, Choose};

use crate::flow::NodeId;
use crate::run::{Answer, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for Choose {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, _token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::Case { node }))
    }

    fn answered(&self, run: &mut Run<'_>, _node: NodeId, _token: u32, answer: Answer) -> Result<Next> {
        let Answer::Case(Some(taken)) = answer else { return Ok(Next::Leave) };
        let Some(case) = self.cases.get(taken) else { return Ok(Next::Leave) };
        Ok(run.flow.scopes[case.scope].first.map_or(Next::Leave, Next::Goto))
    }
}
