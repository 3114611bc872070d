//! The one expression language: conditions, formulas, defaults and filters are written in it.
//!
//! Source text in rhai's expression syntax is parsed once ([`parse`]), checked against the catalog into a
//! typed tree ([`check`] → [`Expr`]), and then evaluated in Rust ([`evaluate`]), serialised for the browser
//! ([`to_json`]), or rendered to SQL by `storage` from the same tree. What a back end cannot do is refused
//! at check time with its position.
//!
//! This crate does no I/O and knows no SQL; values of records reach it through [`Context`].
//!
//! Read in this order: [`value`], [`types`], [`tree`], then parsing, checking and the back ends.

pub mod value;

pub mod types;

pub mod tree;

pub use tree::{
    Aggregate, ArithmeticOperator, CompareOperator, Expr, Function, Kind, Path, Position, Root, Step,
};
pub use types::{FieldInfo, Names, Schema, Type};
pub use value::Value;
