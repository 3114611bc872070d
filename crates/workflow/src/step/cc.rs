//! `cc`: people are told; the flow goes on at once.

pub use crate::flow::step::Cc;

use crate::flow::NodeId;
use crate::instance::{Origin, TaskKind, TaskState};
use crate::run::{Answer, Next, Question, Run, Seat, StepKind};
use diagnostic::Result;

impl StepKind for Cc {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, _token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::People { node, rules: self.by.clone() }))
    }

    fn answered(&self, run: &mut Run<'_>, node: NodeId, token: u32, answer: Answer) -> Result<Next> {
        if let Answer::People(people) = answer {
            for (order, person) in (0..).zip(people) {
                let seat = Seat {
                    kind: TaskKind::Cc,
                    person: &person,
                    origin: Origin::Assigned,
                    order,
                    state: TaskState::Open,
                };
                run.seat(node, token, seat);
            }
        }
        Ok(Next::Leave)
    }
}
