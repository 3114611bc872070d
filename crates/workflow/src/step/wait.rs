//! `wait`: the token stands until one of several things happens; that one's steps are walked.

pub use crate::flow::step::{Awaiting, On, Timer, Wait};

use crate::flow::NodeId;
use crate::run::{Answer, Branch, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for Wait {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::Arm { node, token }))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, answer: Answer) -> Result<Next> {
        Ok(match answer {
            // What never comes is not waited for.
            Answer::Awaits(awaits) if awaits.is_empty() => Next::Leave,
            Answer::Awaits(awaits) => Next::Await(awaits),
            _ => Next::Wait,
        })
    }

    fn woken(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, by: &str) -> Result<Next> {
        let branch = self.branches.iter().find(|branch| *branch.name == *by);
        Ok(branch.map_or(Next::Wait, |branch| Next::Split(vec![Branch::of(branch.scope)])))
    }
}
