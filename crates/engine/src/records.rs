//! Reading and writing records.

pub mod command;

mod execute;

mod facts;

mod hooks;

mod host;

mod parameters;

mod trail;

pub mod read;

pub mod write;

pub use crate::rows;
pub use crate::work;
pub use crate::work::Work;
pub use command::{Command, Written};
