//! `end`: the flow ends here, approved or rejected.

pub use crate::flow::step::End;

use crate::flow::NodeId;
use crate::run::{Answer, Next, Run, StepKind};
use diagnostic::Result;

impl StepKind for End {
    fn enter(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32) -> Result<Next> {
        Ok(Next::End(self.outcome))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _answer: Answer) -> Result<Next> {
        Ok(Next::End(self.outcome))
    }
}
