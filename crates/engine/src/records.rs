//! Reading and writing records.

pub mod command;

pub mod work;

mod facts;

mod hooks;

mod host;

mod parameters;

pub mod rows;

mod trail;

pub mod read;

pub mod write;

pub use command::{Command, Written};
pub use work::Work;
