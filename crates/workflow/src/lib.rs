//! The token engine of workflows: a pure function of a flow, an instance and what happened.
//!
//! A flow is a block tree: every split owns its join, so scopes nest and "return to node T" has one meaning.
//! A [`run::Run`] moves tokens until all of them wait. Where it must know something of the world (who holds
//! a role, whether a condition holds) it stops with a [`run::Question`]; the engine answers and goes on. One
//! run is one short transaction of the engine.
//!
//! This crate does no I/O and knows neither tables nor people.
//!
//! Read in this order: [`flow`] (a compiled definition), [`instance`] (what is stored of a running one),
//! [`run`] (the engine), [`step`] (what each kind of step does), [`decision`], [`take_back`], [`seats`] and [`options`]
//! (what people do), [`performers`] (who may act), `previous` (who approved just
//! before), `way` (returns and jumps), `wake` (what happens without people), [`operations`]
//! (what administrators do), [`migration`] (from one version to another), [`deadline`] (what happens as time passes),
//! [`compile`] (definition → flow).

pub mod flow;

pub mod instance;

pub mod run;

pub mod step;

pub mod decision;

mod moved;

pub mod take_back;

pub mod seats;

pub mod options;

pub mod performers;

mod previous;

mod way;

mod wake;

pub mod operations;

pub mod deadline;
pub mod migration;

pub mod compile;

#[cfg(test)]
mod tests;

pub use compile::compile;
pub use decision::Decision;
pub use flow::{
    Absent, Chain, Departments, Flow, Lock, Node, NodeId, Outcome, Performer, Picked, Picker, Policy,
};
pub use instance::{
    Added, Await, Awaited, InPlaceOf, Incident, Instance, InstanceState, Missed, Origin, Owner, Parent,
    ParkedMove, Picks, Place, Task, TaskKind, TaskState, Token, TokenData, TokenState, Unasked,
};
pub use run::{Answer, Person, Question, Run};
