//! Typed expressions and conditions as SQL of both databases. Pure: text and bound values come out, nothing
//! runs. Text of users never becomes part of a statement; it is always bound.
//!
//! Read in this order: [`binder`] (bound values), [`fragment`] (a piece of SQL and how its value is stored),
//! [`column`] (the stored form of a record's columns), [`scope`] (which row a name means, and the joins a path
//! needs), [`number`], [`moment`], [`text`], [`children`], [`tree`], then [`expression`] (all of them together)
//! and [`condition`] (the WHERE of a read).

pub mod binder;

pub mod fragment;

pub mod column;

pub mod scope;

mod number;

mod moment;

mod text;

mod children;

mod tree;

pub mod expression;

pub mod condition;

#[cfg(test)]
mod tests;

pub use binder::Binder;
pub use expression::supports;
pub use scope::{Scope, Source};
