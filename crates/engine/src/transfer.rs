//! Records out of and into tables of text (CSV), under the rights of who asks.
//!
//! What is exported can be imported again: columns are fields, references stand as `account.number` where the
//! target has a key of one field, several values in one cell are separated by `;`. Cells that a spreadsheet
//! would take for a formula are written with an apostrophe before them, which the import takes away.
//!
//! Read in this order: `cells` (one value as text), `columns` (headers), [`export`], `rows` (a line becomes a
//! write), [`import`].

mod cells;

mod columns;

pub mod export;

mod rows;

pub mod import;

pub use import::{FailedRow, ImportOptions, ImportReport};
pub use rows::ImportMode;
