//! Hooks and actions in rhai, in a sandbox with limits on operations, depth, sizes and wall clock.
//!
//! A script sees records as lazy objects and reaches the database only through the narrow port [`Host`],
//! which the engine implements on the request's transaction and under the actor's rights. This crate never
//! touches the database, the network, files or the environment by itself.
//!
//! Read in this order: [`host`] (the port), [`record`] (a record as scripts see it), [`convert`] (values),
//! [`library`] (functions scripts may call), [`sandbox`] (limits), [`run`] (compile and call).

pub mod host;

pub mod record;

mod convert;

mod library;

mod sandbox;

pub mod run;

#[cfg(test)]
mod tests;

pub use host::{Host, Situation};
pub use record::Record;
pub use run::{Compiled, Limits, Scripts};
