//! The one expression language: conditions, formulas, defaults and filters are written in it.
//!
//! Source text in rhai's expression syntax is parsed once ([`parse`]), checked against the catalog into a
//! typed tree ([`check`] → [`Expr`]), and then evaluated in Rust ([`evaluate`]), serialised for the browser
//! ([`to_json`]), or rendered to SQL by `storage` from the same tree. What a back end cannot do is refused
//! at check time with its position.
//!
//! This crate does no I/O and knows no SQL; values of records reach it through [`Context`].
//!
//! Read in this order: [`value`], `root`, [`types`] and [`tree`] (what all else speaks of), `names` (functions and
//! operators by name), `number` and `literal` (exact arithmetic, dates in text), then the way of an expression:
//! `finding` (diagnostics), `tokens`, [`syntax`], [`parse`](parse()), [`check`](check()), and the back ends
//! [`evaluate`](evaluate()), [`dependencies`](dependencies()), [`bind`](bind()) and [`json`]. `conformance`
//! (a feature) is the table that every back end's tests run.

pub mod value;

mod root;

pub mod types;

pub mod tree;

mod names;

pub mod number;

pub mod literal;

mod finding;

mod tokens;

pub mod syntax;

mod parse;

mod check;

mod evaluate;

mod dependencies;

mod bind;

pub mod json;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use bind::{bind, substitute};
pub use check::{Expectation, check, compile};
pub use dependencies::{ChildDependency, Dependencies, dependencies, uses_clock};
pub use evaluate::{Clock, Context, EvaluateError, Record, evaluate, holds};
pub use finding::place;
pub use json::{from_json, to_json};
pub use parse::{MAX_DEPTH, MAX_SOURCE, parse};
pub use syntax::Syntax;
pub use tree::{
    Aggregate, ArithmeticOperator, CompareOperator, Expr, Function, Kind, Path, Position, Root, Step,
};
pub use types::{FieldInfo, Names, Schema, Type};
pub use value::Value;
