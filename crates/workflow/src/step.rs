//! What the kinds of steps do: one file each, and one line in the dispatch below. What a step says is in
//! [`crate::flow::step`].

pub mod act;
pub mod cc;
pub mod choose;
pub mod compensate;
pub mod decide;
pub mod each;
pub mod end;
pub mod for_each;
pub mod goto;
pub mod parallel;
pub mod people;
pub mod query;
pub mod repeat;
pub mod set;
pub mod together;
pub mod wait;

pub use crate::flow::step::Step;
pub use crate::run::StepKind;

impl Step {
    /// The behaviour of the step's kind.
    pub fn kind(&self) -> &dyn StepKind {
        match self {
            Step::People(step) => step,
            Step::Choose(step) => step,
            Step::Each(step) => step,
            Step::Parallel(step) => step,
            Step::Repeat(step) => step,
            Step::ForEach(step) => step,
            Step::Wait(step) => step,
            Step::Set(step) => step,
            Step::Decide(step) => step,
            Step::Act(step) => step,
            Step::Query(step) => step,
            Step::Together(step) => step,
            Step::Compensate(step) => step,
            Step::Cc(step) => step,
            Step::Goto(step) => step,
            Step::End(step) => step,
        }
    }
}
