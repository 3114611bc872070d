//! `compensate`: the `undo` of steps that were done is walked, the last one first, each once.

pub use crate::flow::step::Compensate;

use crate::flow::NodeId;
use crate::instance::{Token, TokenState};
use crate::run::{Answer, Branch, Next, Run, StepKind};
use diagnostic::Result;

impl StepKind for Compensate {
    fn enter(&self, run: &mut Run<'_>, _node: NodeId, token: u32) -> Result<Next> {
        let flow = run.flow;
        let meant = |done: &&Token| {
            let node = flow.find(&done.node).map(|node| &flow.nodes[node]);
            let named = self.steps.is_empty() || self.steps.contains(&done.node);
            let undoes = node.is_some_and(|node| node.undo.is_some());
            named && undoes && done.state == TokenState::Done && !done.data.undone
        };
        let done = run.instance.tokens.iter().filter(meant).map(|done| done.id).collect();
        run.data(token).undo = done;
        Ok(self.following(run, token))
    }

    fn answered(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _answer: Answer) -> Result<Next> {
        Ok(Next::Wait)
    }

    fn joined(&self, run: &mut Run<'_>, _node: NodeId, token: u32, left: u32) -> Result<Next> {
        Ok(if left > 0 { Next::Wait } else { self.following(run, token) })
    }
}

impl Compensate {
    fn following(&self, run: &mut Run<'_>, token: u32) -> Next {
        let Some(done) = run.data(token).undo.pop() else { return Next::Leave };
        run.data(done).undone = true;
        run.data(token).undoing = Some(done);
        let undo = run.node_of(done).and_then(|node| run.flow.nodes[node].undo);
        undo.map_or(Next::Leave, |scope| Next::Split(vec![Branch::of(scope)]))
    }
}
