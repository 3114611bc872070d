//! `create`, `update`, `delete`, `transition`, `script`, `send`, `sub`, `call`: something is done without people. A worker does it
//! in a transaction of its own, so that what fails there fails nobody's decision; in a `together` it is done at once.

pub use crate::flow::step::{Act, Call, Deed, Retry, Send, Sub, Target};

use crate::flow::NodeId;
use crate::instance::{ANSWER, WORK};
use crate::run::{Answer, Next, Question, Run, StepKind};
use diagnostic::Result;

impl StepKind for Act {
    fn enter(&self, run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        Ok(match run.is_together(token) {
            true => Next::Ask(Question::Do { node, token }),
            false => run.work_at_once(),
        })
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, answer: Answer) -> Result<Next> {
        Ok(match answer {
            Answer::Awaits(awaits) => Next::Await(awaits),
            _ => Next::Leave,
        })
    }

    fn woken(&self, _run: &mut Run<'_>, node: NodeId, token: u32, by: &str) -> Result<Next> {
        Ok(match by {
            WORK => Next::Ask(Question::Do { node, token }),
            ANSWER => Next::Leave,
            _ => Next::Wait,
        })
    }
}
