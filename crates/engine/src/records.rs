//! Reading and writing records.

pub mod command;

pub(crate) mod bind;

pub(crate) mod changes;

mod execute;

pub(crate) mod facts;

pub(crate) mod followers;

mod hooks;

pub(crate) mod host;

mod parameters;

mod trail;

pub mod read;

pub mod write;

mod moves;

mod search;

pub use crate::rows;
pub use crate::work;
pub use crate::work::Work;
pub use command::{Command, Written};
