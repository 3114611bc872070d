//! `query`: a variable takes the records that meet a condition, or their number.

pub use crate::flow::step::Query;

use crate::flow::NodeId;
use crate::run::{Answer, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for Query {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::Do { node, token }))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _answer: Answer) -> Result<Next> {
        Ok(Next::Leave)
    }
}
