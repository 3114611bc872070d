//! `parallel`: all branches are walked at the same time.

pub use crate::flow::step::{Join, Parallel};

use crate::flow::NodeId;
use crate::run::{Answer, Branch, Next, Run, StepKind};
use diagnostic::Result;

impl StepKind for Parallel {
    fn enter(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32) -> Result<Next> {
        Ok(Next::Split(self.branches.iter().copied().map(Branch::of).collect()))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _answer: Answer) -> Result<Next> {
        Ok(Next::Wait)
    }

    fn joined(&self, run: &mut Run<'_>, _node: NodeId, token: u32, left: u32) -> Result<Next> {
        let begun = run.data(token).begun;
        Ok(if self.join.is_met(begun, left) { Next::Leave } else { Next::Wait })
    }
}

impl Join {
    /// Whether enough branches ended of those that were begun.
    pub(crate) fn is_met(self, begun: u32, left: u32) -> bool {
        match self {
            Join::All => left == 0,
            Join::Count(wanted) => left == 0 || begun.saturating_sub(left) >= wanted,
        }
    }
}
