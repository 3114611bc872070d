//! The definition language: texts of files in, typed definitions and diagnostics out, and a JSON Schema per
//! kind that comes from the same types.
//!
//! This crate does no I/O and knows one file at a time: whether a name that a file mentions exists is for
//! the catalog to say.
//!
//! Read in this order: `wording` and `findings` (what was found, where, in three languages), [`shape`] (what
//! several kinds share), [`name`] (permitted names), [`column`] and [`field`] (field types, one file each), the
//! kinds ([`pack`], [`object`], [`role`], [`form`], [`view`], [`page`], [`app`], [`seed`], [`translation`], [`scenario`],
//! [`workflow`], [`template`], [`mod@calendar`], [`connector`], [`decision`]), [`kind`], [`overlay`], `definition` (any of them), [`schema`], `check` (what one file tells),
//! [`read`] (the entry: [`parse_file`]), [`classify`] (what a file is by its path).

mod wording;

mod findings;

pub mod shape;

pub mod name;

pub mod column;

pub mod field;

pub mod pack;

pub mod object;

pub mod role;

pub mod form;

pub mod view;

pub mod page;

pub mod app;

pub mod seed;

pub mod translation;

pub mod scenario;

pub mod workflow;

pub mod template;

pub mod calendar;
pub mod decision;

pub mod connector;

pub mod kind;

pub mod overlay;

mod definition;

pub mod schema;

mod check;

pub mod read;

mod classify;

pub use self::calendar::Calendar;
pub use app::{App, MenuEntry};
pub use classify::{FileKind, Script, Table, classify};
pub use column::ColumnType;
pub use connector::Connector;
pub use decision::Decision;
pub use definition::Definition;
pub use field::{FieldDefinition, FieldKind, FieldType, Rollup, RollupFunction, SelectOption};
pub use form::Form;
pub use kind::Kind;
pub use object::{
    Action, Concurrency, Feature, Move, Object, Ownership, Rule, ScriptFunction, Transitions, Unique,
};
pub use overlay::Overlay;
pub use pack::Pack;
pub use page::Page;
pub use read::{At, Parsed, Positions, Trust, parse_file, parse_known, read_tree};
pub use role::{FieldRight, Grant, Restriction, Role, Scope};
pub use scenario::Scenario;
pub use seed::Seed;
pub use shape::{Expression, Names, NamesOrAll, Number};
pub use template::{Template, TemplatePart, TemplateUse};
pub use translation::Translation;
pub use view::View;
pub use workflow::Workflow;
