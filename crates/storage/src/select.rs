//! A page of records as the bytes of a JSON array.
//!
//! The page is cut first, by conditions, order and limit; to-one references are joined to its rows only, and
//! each to-many relation is read by one further query for the whole page. Rows become bytes by a plan made
//! before: no value is looked at twice, none becomes a JSON tree.
//!
//! Read in this order: [`cell`] (how one value becomes bytes), [`output`] (what is selected for a record),
//! [`keyset`] (order and place), [`many`] (to-many relations), [`frame`] (what is
//! the same from page to page), then this file.

pub mod cell;

pub mod output;

pub mod keyset;

pub(crate) mod many;

pub mod frame;

#[cfg(test)]
mod tests;

use crate::codec::Cells;
use crate::dialect::quoted;
use crate::secret::Secret;
use crate::sql::scope::{Context, Renderer, Scope};
use crate::transaction::Tx;
use bytes::Bytes;
use catalog::{Catalog, Object};
use diagnostic::Result;
use expression::Value;
use plan::read::{Bindings, Conditions, Count, Page, Select};
use std::collections::HashMap;
use std::sync::Arc;

pub use frame::Frame;

/// Rows counted before `count=capped` stops.
pub const CAP: u64 = 10_000;

/// A page that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct PageOf {
    /// A JSON array of records.
    pub body: Bytes,
    /// How many.
    pub rows: usize,
    /// Values of the sort keys of the last row, where further rows follow; see [`crate::cursor`].
    pub next: Option<Vec<Value>>,
    /// All rows, where they were counted, and whether counting stopped at the cap.
    pub total: Option<(u64, bool)>,
}

/// What reading needs besides the select: objects, clock and user, and the key of encrypted fields.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The catalog of the request.
    pub catalog: &'a Catalog,
    /// Clock, zone and user.
    pub bindings: &'a Bindings,
    /// The key of encrypted fields; without it they read as masked in full.
    pub secret: Option<&'a Secret>,
}

/// Reads one page.
///
/// # Errors
/// `expression_backend` for what the database cannot compute, `number_out_of_range`, and the failures of a
/// database.
pub async fn fetch_page(tx: &Tx, reading: Reading<'_>, select: &Select) -> Result<PageOf> {
    let frame = Frame::of(tx.dialect(), reading, &select.shape)?;
    fetch_page_in(tx, reading, &frame, select).await
}

/// As [`fetch_page`], in a frame that was made for this shape, actor and catalog.
///
/// # Errors
/// As [`fetch_page`].
pub async fn fetch_page_in(tx: &Tx, reading: Reading<'_>, frame: &Frame, select: &Select) -> Result<PageOf> {
    let (sql, values) = frame.statement(reading, select)?;
    let mut rows = tx.query_all_sql(sql, values).await?;
    let (limit, keyset) = match &select.page {
        Page::Keyset { limit, .. } => (*limit as usize, true),
        Page::Offset { limit, .. } => (*limit as usize, false),
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last() {
        Some(last) if more && keyset => Some(keyset::values(last, &frame.keys)?),
        _ => None,
    };
    let lists = many::fetch(tx, reading, &frame.level, &frame.lists, &rows).await?;
    let written = cell::write_rows(tx.dialect(), reading.secret, &frame.level.cells, &rows, &lists)?;
    let (object, conditions) = (&select.shape.object, &select.conditions);
    let total = match select.count {
        Count::None => None,
        Count::Capped => Some(count(tx, reading, object, conditions, Some(CAP)).await?),
        Count::Exact => Some(count(tx, reading, object, conditions, None).await?),
    };
    Ok(PageOf { body: cell::array(&written), rows: rows.len(), next, total })
}

/// Reads one record; `None` where no row meets the conditions.
///
/// # Errors
/// As [`fetch_page`].
pub async fn fetch_one(tx: &Tx, reading: Reading<'_>, select: &Select) -> Result<Option<Bytes>> {
    let frame = Frame::of(tx.dialect(), reading, &select.shape)?;
    fetch_one_in(tx, reading, &frame, select).await
}

/// As [`fetch_one`], in a frame that was made for this shape, actor and catalog.
///
/// # Errors
/// As [`fetch_page`].
pub async fn fetch_one_in(
    tx: &Tx,
    reading: Reading<'_>,
    frame: &Frame,
    select: &Select,
) -> Result<Option<Bytes>> {
    let (sql, values) = frame.statement(reading, select)?;
    let mut rows = tx.query_all_sql(sql, values).await?;
    rows.truncate(1);
    let lists = many::fetch(tx, reading, &frame.level, &frame.lists, &rows).await?;
    let mut written = cell::write_rows(tx.dialect(), reading.secret, &frame.level.cells, &rows, &lists)?;
    Ok(written.pop().map(Bytes::from))
}

/// How many rows meet the conditions; with a cap, whether counting stopped there.
pub async fn count(
    tx: &Tx,
    reading: Reading<'_>,
    object: &Arc<Object>,
    conditions: &Conditions,
    cap: Option<u64>,
) -> Result<(u64, bool)> {
    let mut renderer = Renderer::new(reading.context(&conditions.guards), tx.dialect());
    let mut scope = Scope::of_row("r0", object);
    let conditions = renderer.conditions(&mut scope, "r0", object, conditions)?;
    let from = format!("FROM {} r0{} WHERE {conditions}", quoted(&object.table), scope.join_text());
    let sql = match cap {
        None => format!("SELECT count(*) {from}"),
        Some(cap) => format!("SELECT count(*) FROM (SELECT 1 {from} LIMIT {}) c", cap + 1),
    };
    let row = tx.query_all_sql(sql, renderer.take_values()).await?;
    let number = row.first().map(|row| row.get::<i64>(0)).transpose()?.unwrap_or_default();
    let number = u64::try_from(number).unwrap_or_default();
    Ok(match cap {
        Some(cap) if number > cap => (cap, true),
        _ => (number, false),
    })
}

impl<'a> Reading<'a> {
    /// What a statement is put together from, with the rows of other objects that count in it.
    pub(crate) fn context(self, guards: &'a HashMap<Arc<str>, plan::Rows>) -> Context<'a> {
        Context { catalog: self.catalog, bindings: self.bindings, guards, secret: self.secret }
    }
}

/// The raw rows of a statement that was prepared elsewhere.
pub(crate) type Rows = [Cells];
