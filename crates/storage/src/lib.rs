//! The only crate that knows the database libraries: what a plan says becomes SQL in a transaction, what a
//! publish changes becomes a migration, and what the engine keeps about itself lives in system tables.
//! SQLite and PostgreSQL answer alike.
//!
//! It decides no permission: rights arrive inside the plan. It keeps no global state: a [`Database`] is a
//! value, and a process may hold several.
//!
//! Read in this order: [`stages`] (what a request spends its time on), [`dialect`] and [`codec`] (what differs between the databases), [`error`] (what their
//! errors mean), `sqlite` and `postgres` (their connections), [`connection`] and [`folder`] (opening), [`transaction`] (what every statement runs on),
//! [`door`] (the one way to write), [`database`] (all of it together), [`system`] (the tables of the engine),
//! [`store`] (reading and writing them), then what plans say of records: [`secret`], [`search`], [`sql`],
//! [`select`] and [`row`]; [`watch`] (news from other processes), [`files`] (their bytes), then migrations, [`reseal`] (another key) and backup.

pub mod stages;

pub mod dialect;

pub mod codec;

pub mod error;

mod sqlite;

mod postgres;

pub mod connection;

pub mod folder;

pub mod fuse;

mod watched;

pub mod transaction;

pub mod door;

pub mod system;

pub mod news;

pub mod watch;

pub mod database;

pub mod store;

pub mod migrate;

pub mod secret;

pub mod search;

pub mod sql;

pub mod select;

pub mod row;

pub mod aggregate;

pub mod settle;

pub mod files;

pub mod reseal;

pub mod backup;

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests;

pub use codec::{Cell, Cells, FromCell};
pub use connection::{Options, Role};
pub use database::Database;
pub use diagnostic::Result;
pub use dialect::Dialect;
pub use transaction::Tx;
pub use watch::Versions;
pub use watched::Watched;
