//! `end`: the flow ends here, approved or rejected.

use crate::flow::{NodeId, Outcome};
use crate::run::{Answer, Next, Run};
use crate::step::StepKind;
use diagnostic::Result;

/// Ends the flow.
#[derive(Debug)]
pub struct End {
    /// How.
    pub outcome: Outcome,
}

impl StepKind for End {
    fn enter(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32) -> Result<Next> {
        Ok(Next::End(self.outcome))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _answer: Answer) -> Result<Next> {
        Ok(Next::End(self.outcome))
    }
}
