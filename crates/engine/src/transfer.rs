//! Records out of and into files (CSV and XLSX), under the rights of who asks.
//!
//! What is exported can be imported again: columns are fields, references stand as `account.number` where the
//! target has a key of one field, several values in one cell are separated by `;`. Cells that a spreadsheet
//! would take for a formula are written with an apostrophe before them, which the import takes away. Memory is flat,
//! whatever the size of a file: a thread reads ahead by a few hundred rows, each batch of them is one transaction.
//!
//! Read in this order: `cells` (one value as text), `columns` (headers), `format`, `charset` (bytes as
//! characters), `archive` (what a workbook may
//! unpack to), `table` and `sheet` (a file becomes rows), `output` (rows become a file), `mapping`, `rows` (a line
//! becomes a write), `findings` (what became of lines), `terms`, `batch` (some lines in a transaction), [`import`],
//! [`export`], then those that go on without anybody waiting: `spool` (files in the database), [`orders`] (what is
//! asked for), `values` (what stands in a column), [`fetch`] (what came of it), `labour` (a job at work), `undo`, `chores` (the other jobs).

mod cells;

mod columns;

mod format;

mod charset;

mod archive;

mod table;

mod sheet;

mod output;

mod mapping;

mod rows;

mod findings;

pub(crate) mod terms;

mod batch;

pub mod import;

pub mod export;

pub(crate) mod spool;

pub mod orders;

mod values;

pub mod fetch;

pub(crate) mod labour;

mod undo;

pub(crate) mod chores;

#[cfg(test)]
mod tests;

pub use charset::Charset;
pub use findings::{FailedRow, Finding, ImportReport};
pub use format::Format;
pub use import::ImportOptions;
pub use mapping::{ImportMode, Mapping};
pub use output::{Sink, WriteTo};
pub use table::Source;
