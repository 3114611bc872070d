//! `choose`: the first case that holds is taken.

use crate::flow::{NodeId, ScopeId};
use crate::run::{Answer, Next, Question, Run};
use crate::step::StepKind;
use diagnostic::Result;
use expression::Expr;
use std::sync::Arc;

/// Takes the first case that holds; none at all passes on.
#[derive(Debug)]
pub struct Choose {
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug)]
pub struct Case {
    /// Its name in the definition; `otherwise` for the last resort.
    pub name: Arc<str>,
    /// Must hold; `None` always does.
    pub when: Option<Expr>,
    /// The steps it leads to.
    pub scope: ScopeId,
}

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
