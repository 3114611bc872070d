//! Decision tables: the cells, the hit policies and the checks of DMN 1.3.
//!
//! A [`Table`] is a value. It is asked with the values of its inputs and a clock, and answers with the values of its
//! outputs and the numbers of the rules that led to them ([`Table::evaluate`]). What can be told wrong about it before it
//! is asked, [`Table::analyse`] tells. This crate does no I/O, and knows neither definitions nor records: `catalog` makes
//! the tables.
//!
//! Read in this order: [`scalar`] (what cells compare), [`domain`] (what a column holds), `finding`, [`cell`],
//! [`mod@parse`], [`table`], [`evaluate`], then what the analysis needs: `axis`, `bits`, [`analyse`].

pub mod scalar;

pub mod domain;

mod finding;

pub mod cell;

pub mod parse;

pub mod table;

pub mod evaluate;

mod axis;

mod bits;

pub mod analyse;

pub use analyse::{Example, Finding};
pub use cell::{Cell, Test};
pub use domain::{Content, Domain};
pub use evaluate::{Answer, Decided};
pub use parse::{parse, parse_value};
pub use scalar::Scalar;
pub use table::{Collect, Hit, Input, MAX_RULES, Output, Rule, Table, Then};
