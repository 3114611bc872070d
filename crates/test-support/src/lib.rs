//! What tests of several crates share: databases of their own on every system that the product runs on.
//!
//! It never decides whether a test runs: a test that needs PostgreSQL fails on a build server when none is
//! there, instead of passing unseen. It depends on no crate of the product, so that each of them may use it in its
//! tests.
//!
//! Read in this order: `database`, [`corpus`] (hostile input).

mod database;

pub mod corpus;

pub use database::{Dialect, TestDatabase, databases};
