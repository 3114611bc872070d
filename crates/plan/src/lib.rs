//! `(Request, Actor, &Catalog) → Plan`: permission, validation, defaults, transition. Pure values in, pure
//! values out; what a rule needs of the database the engine reads first and passes in.
//!
//! A read becomes a [`read::Select`], a write a list of [`write::RowWrite`]: values that say what will be read
//! and written, with the rights of the actor already in them. This crate does no I/O.
//!
//! Read in this order: [`actor`] (who asks, and what it may), [`walk`], [`grants`] and `veil` (how roles become that),
//! [`wording`] and [`known`] (what exists for an actor), [`row`] (a record in memory), [`read`] and [`write`]
//! (what reads and writes are), [`query`] (requests that read). Then the way of a write: [`facts`], [`draft`],
//! [`scene`] (records that expressions speak of), [`planner`], `parse`, `begin`, `prepare`, `deletion`,
//! `defaults`, `moves`, `actions`, `checks`, [`render`], `finish`. Last [`mod@evaluate`], [`decisions`] and [`explain`].

pub mod actor;

pub mod walk;

pub mod grants;

mod veil;

pub mod wording;

pub mod known;

pub mod row;

pub mod read;

pub mod write;

pub mod query;

pub mod facts;

pub mod draft;

pub mod scene;

mod settled;

pub mod planner;

mod parse;

mod begin;

mod prepare;

mod deletion;

mod defaults;

mod moves;

mod actions;

mod options;

mod pairs;

mod checks;

pub mod render;

mod parents;

mod finish;

pub mod evaluate;

pub mod decisions;

pub mod explain;

#[cfg(test)]
mod tests;

pub use actor::{Access, Actor, Grants, ObjectGrant, Rows};
pub use begin::Upsert;
pub use defaults::conform;
pub use draft::{Draft, Intent, Precondition, RowDraft};
pub use evaluate::Evaluated;
pub use facts::{Facts, KeyLookup, Lock, Needs, Referring};
pub use moves::{Available, AvailableMove};
pub use planner::{
    FieldChange, Finished, HistoryEntry, Later, Mode, Numbering, Parked, Planned, Planner, Progress,
};
pub use row::Row;
pub use scene::Roots;
