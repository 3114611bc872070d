//! Reading and writing the tables of the engine: plain functions on a [`crate::Tx`]. Instants come from the
//! caller's clock, so that a scenario can move it.
//!
//! Read [`stored`] first (how a struct is a row), then the tables in any order.

#[macro_use]
pub mod stored;

pub mod session;

pub mod credential;

pub mod attempt;

pub mod factor;

pub mod reset;

pub mod publish;

pub mod job;

pub mod transfer;

pub mod effect;

pub mod event;

pub mod history;

pub mod comment;

pub mod mail;

pub mod connector;

pub mod mailbox;

pub mod signature;

pub mod follower;

pub mod file;

pub mod audit;

pub mod idempotency;

pub mod number;

pub mod demo;

pub mod workflow;
