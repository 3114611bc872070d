//! `goto`: the flow goes on at another step of the same or an enclosing sequence.

pub use crate::flow::step::Goto;

use crate::flow::NodeId;
use crate::run::{Answer, Next, Run, StepKind};
use diagnostic::{Code, Diagnostic, Result};

impl StepKind for Goto {
    fn enter(&self, run: &mut Run<'_>, _node: NodeId, _token: u32) -> Result<Next> {
        let missing =
            || Diagnostic::new(Code::UnknownReference).with("what", "step").with("name", &self.target);
        Ok(Next::Jump(run.flow.find(&self.target).ok_or_else(missing)?))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _answer: Answer) -> Result<Next> {
        Ok(Next::Wait)
    }
}
