//! `together`: a worker walks its steps in one transaction.

pub use crate::flow::step::Together;

use crate::flow::NodeId;
use crate::run::{Answer, Branch, Next, Run, StepKind};
use diagnostic::Result;

impl StepKind for Together {
    fn enter(&self, run: &mut Run<'_>, _node: NodeId, token: u32) -> Result<Next> {
        Ok(match run.is_together(token) {
            true => self.walked(),
            false => run.work_at_once(),
        })
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _answer: Answer) -> Result<Next> {
        Ok(Next::Wait)
    }

    fn woken(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _by: &str) -> Result<Next> {
        Ok(self.walked())
    }
}

impl Together {
    fn walked(&self) -> Next {
        Next::Split(vec![Branch::of(self.scope)])
    }
}
