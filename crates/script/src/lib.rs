//! Hooks and actions in rhai, templates in handlebars, with limits on operations, depth, sizes and wall clock.
//!
//! A script sees records as lazy objects and reaches the database only through the narrow port [`Host`],
//! which the engine implements on the request's transaction and under the actor's rights. This crate never
//! touches the database, the network, files or the environment by itself.
//!
//! Read in this order: [`limits`], [`budget`] (what a run may ask for), [`host`] (the port), [`record`] (a record as
//! scripts see it), `convert` (values), `library` (functions scripts may call), `sandbox` (the engine), [`run`]
//! (compile and call), [`template`].

pub mod limits;

pub mod budget;

pub mod host;

pub mod record;

mod convert;

mod library;

mod sandbox;

pub mod run;

pub mod template;

#[cfg(test)]
mod tests;

pub use budget::Budget;
pub use host::{Host, Message, Receiver, Situation};
pub use record::Record;
pub use run::{Compiled, Limits, Scripts};
