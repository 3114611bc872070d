//! The kinds of steps: one file each, one line in [`Step`] and its dispatch.

pub mod approve;
pub mod cc;
pub mod choose;
pub mod end;
pub mod set;

use crate::flow::NodeId;
use crate::instance::Task;
use crate::run::{Answer, Next, Run};
use diagnostic::Result;

/// What every kind of step does.
pub trait StepKind {
    /// A token reached the node.
    fn enter(&self, run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next>;
    /// The engine answered the question this step asked.
    fn answered(&self, run: &mut Run<'_>, node: NodeId, token: u32, answer: Answer) -> Result<Next>;
    /// A task of the node was decided (its state already says how).
    fn decided(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _task: &Task) -> Result<Next> {
        Ok(Next::Wait)
    }
}

macro_rules! steps {
    ($($variant:ident($kind:path)),* $(,)?) => {
        /// A step.
        #[derive(Debug)]
        pub enum Step {
            $(#[allow(missing_docs)] $variant($kind),)*
        }

        impl Step {
            /// The behaviour of the step's kind.
            pub fn kind(&self) -> &dyn StepKind {
                match self { $(Step::$variant(step) => step,)* }
            }
        }
    };
}

steps! {
    Approve(approve::Approve),
    Choose(choose::Choose),
    Set(set::Set),
    Cc(cc::Cc),
    End(end::End),
}
