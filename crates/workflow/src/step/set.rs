//! `set`: the flow writes fields of its record.

use crate::flow::NodeId;
use crate::run::{Answer, Next, Question, Run};
use crate::step::StepKind;
use diagnostic::Result;
use expression::{Expr, Value};
use std::sync::Arc;

/// Writes fields of the record.
#[derive(Debug, Default)]
pub struct Set {
    /// Literals.
    pub set: Vec<(Arc<str>, Value)>,
    /// Computed values.
    pub set_from: Vec<(Arc<str>, Expr)>,
}

impl StepKind for Set {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, _token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::Write { node }))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _answer: Answer) -> Result<Next> {
        Ok(Next::Leave)
    }
}
