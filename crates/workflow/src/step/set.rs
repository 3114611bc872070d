//! `set`: the flow writes fields of its record, and variables.

pub use crate::flow::step::Set;

use crate::flow::NodeId;
use crate::run::{Answer, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for Set {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::Write { node, token }))
    }

    fn answered(&self, run: &mut Run<'_>, _node: NodeId, _token: u32, answer: Answer) -> Result<Next> {
        if let Answer::Values(values) = answer {
            run.instance.variables.extend(values);
        }
        Ok(Next::Leave)
    }
}
