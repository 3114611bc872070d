//! Packs and overlays resolved into one checked, immutable [`Catalog`].
//!
//! Everything a name in a definition can mean is resolved here, every expression is type-checked, every
//! derived value has its place in one order of computation. What comes out is read by all floors above and
//! never changes: publishing builds a new catalog beside the old one.
//!
//! This crate does no I/O. What must survive from one catalog to the next (the physical names of tables and
//! columns) comes in and goes out as a value, [`PhysicalNames`].
//!
//! Read in this order: [`model`] and its parts (what a catalog holds), [`names`] (physical names), [`scopes`]
//! (what expressions may speak of), [`parts`],
//! [`derivations`] and [`expand`] (computed values), [`encrypted`],
//! [`mod@build`], then what compares and
//! comments on catalogs: [`mod@diff`], [`merge`], [`mod@lint`].

pub mod model;

pub mod names;

pub mod scopes;

pub mod parts;

pub mod derivations;

pub mod expand;

pub mod encrypted;

pub mod build;

pub mod diff;

pub mod merge;

pub mod lint;

pub use build::{Built, Options, PackSource, build};
pub use diff::{Changes, diff};
pub use lint::{Notice, lint};
pub use model::catalog::{Catalog, Pack};
pub use model::connector::{Ask, Connection, Connector, Filling, HttpAsk, Operation};
pub use model::decision::{Decision, DecisionInput, DecisionOutput, DecisionValue};
pub use model::derived::{Derivation, DerivationId, Derivations, Hop, Trigger};
pub use model::field::{Derived, Encryption, Field, Link, Rollup, Stored, SystemField};
pub use model::object::{
    Action, Hooks, Index, Key, Object, Ownership, Parameter, Parent, Rule, ScriptRef, Title, TitlePart,
    Unique,
};
pub use model::role::{FieldRight, Grant, NameSet, Restriction, Role, Scope};
pub use model::template::{Partial, Template, TemplateText};
pub use model::transition::{Move, Transitions};
pub use names::PhysicalNames;
