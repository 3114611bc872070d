//! Approvals: the engine's side of the token engine. One run is one short transaction under the lock of its
//! instance; what the run asks is answered from the same transaction.

pub mod start;

pub mod decide;

pub mod drive;

mod people;

pub mod stored;

pub mod tasks;

pub mod trace;
