//! What the kinds of steps do: one file each, and one line in the dispatch below. What a step says is in
//! [`crate::flow::step`].

pub mod approve;
pub mod cc;
pub mod choose;
pub mod end;
pub mod set;

pub use crate::flow::step::Step;
pub use crate::run::StepKind;

impl Step {
    /// The behaviour of the step's kind.
    pub fn kind(&self) -> &dyn StepKind {
        match self {
            Step::Approve(step) => step,
            Step::Choose(step) => step,
            Step::Set(step) => step,
            Step::Cc(step) => step,
            Step::End(step) => step,
        }
    }
}
