//! A page of records as the bytes of a JSON array.
//!
//! The page is cut first, by conditions, order and limit; to-one references are joined to its rows only, and
//! each to-many relation is read by one further query for the whole page. Rows become bytes by a plan made
//! before: no value is looked at twice, none becomes a JSON tree.
//!
//! Read in this order: [`cell`] (how one value becomes bytes), [`output`] (what is selected for a record),
//! [`keyset`] (order and place), [`many`] (to-many relations), then this file.

pub mod cell;

pub mod output;

pub mod keyset;

pub(crate) mod many;

#[cfg(test)]
mod tests;

use crate::codec::Cells;
use crate::dialect::{Dialect, quoted};
use crate::secret::Secret;
use crate::sql::scope::{Context, Renderer, Scope};
use crate::transaction::Tx;
use bytes::Bytes;
use catalog::Catalog;
use diagnostic::Result;
use expression::Value;
use output::Level;
use plan::read::{Bindings, Count, Page, Select};
use std::collections::BTreeSet;

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

/// A statement, and how its rows become bytes.
pub(crate) struct Prepared {
    pub sql: String,
    pub values: Vec<sea_orm::Value>,
    pub level: Level,
    /// Where the sort keys stand in each row, and how they are stored.
    pub keys: Vec<keyset::Key>,
}

/// Reads one page.
///
/// # Errors
/// `expression_backend` for what the database cannot compute, `number_out_of_range`, and the failures of a
/// database.
pub async fn fetch_page(tx: &Tx, reading: Reading<'_>, select: &Select) -> Result<PageOf> {
    let prepared = prepare(tx.dialect(), reading, select)?;
    let mut rows = tx.query_all_sql(prepared.sql, prepared.values).await?;
    let (limit, keyset) = match &select.page {
        Page::Keyset { limit, .. } => (*limit as usize, true),
        Page::Offset { limit, .. } => (*limit as usize, false),
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last() {
        Some(last) if more && keyset => Some(keyset::values(last, &prepared.keys)?),
        _ => None,
    };
    let lists = many::fetch(tx, reading, &select.conditions.guards, &prepared.level, &rows).await?;
    let written = cell::write_rows(tx.dialect(), reading.secret, &prepared.level.cells, &rows, &lists)?;
    let total = match select.count {
        Count::None => None,
        Count::Capped => Some(count(tx, reading, select, Some(CAP)).await?),
        Count::Exact => Some(count(tx, reading, select, None).await?),
    };
    Ok(PageOf { body: cell::array(&written), rows: rows.len(), next, total })
}

/// Reads one record; `None` where no row meets the conditions.
///
/// # Errors
/// As [`fetch_page`].
pub async fn fetch_one(tx: &Tx, reading: Reading<'_>, select: &Select) -> Result<Option<Bytes>> {
    let prepared = prepare(tx.dialect(), reading, select)?;
    let mut rows = tx.query_all_sql(prepared.sql, prepared.values).await?;
    rows.truncate(1);
    let lists = many::fetch(tx, reading, &select.conditions.guards, &prepared.level, &rows).await?;
    let mut written = cell::write_rows(tx.dialect(), reading.secret, &prepared.level.cells, &rows, &lists)?;
    Ok(written.pop().map(Bytes::from))
}

/// How many rows meet the conditions; with a cap, whether counting stopped there.
pub async fn count(tx: &Tx, reading: Reading<'_>, select: &Select, cap: Option<u64>) -> Result<(u64, bool)> {
    let context = context(reading, select);
    let mut renderer = Renderer::new(context, tx.dialect());
    let mut scope = Scope::of_row("r0", &select.object);
    let conditions = renderer.conditions(&mut scope, "r0", &select.object, &select.conditions)?;
    let from = format!("FROM {} r0{} WHERE {conditions}", quoted(&select.object.table), scope.join_text());
    let sql = match cap {
        None => format!("SELECT count(*) {from}"),
        Some(cap) => format!("SELECT count(*) FROM (SELECT 1 {from} LIMIT {}) c", cap + 1),
    };
    let row = tx.query_all_sql(sql, renderer.binder.into_values()).await?;
    let number = row.first().map(|row| row.get::<i64>(0)).transpose()?.unwrap_or_default();
    let number = u64::try_from(number).unwrap_or_default();
    Ok(match cap {
        Some(cap) if number > cap => (cap, true),
        _ => (number, false),
    })
}

fn context<'a>(reading: Reading<'a>, select: &'a Select) -> Context<'a> {
    Context {
        catalog: reading.catalog,
        bindings: reading.bindings,
        guards: &select.conditions.guards,
        secret: reading.secret,
    }
}

/// Puts the statement of a page together.
pub(crate) fn prepare(dialect: Dialect, reading: Reading<'_>, select: &Select) -> Result<Prepared> {
    let mut renderer = Renderer::new(context(reading, select), dialect);
    let object = &select.object;
    let mut outer = Scope::of_row("r0", object);
    let mut level = Level::new("r0");
    output::add(&mut renderer, &mut outer, &mut level, "r0", object, &select.outputs)?;
    // What joins or computes is done for the rows of the page only.
    let nested = !outer.joins.is_empty() || level.columns.iter().any(|column| column.contains("(SELECT"));
    let inside = if nested { "p" } else { "r0" };

    let mut inner = Scope::of_row(inside, object);
    let mut conditions = renderer.conditions(&mut inner, inside, object, &select.conditions)?;
    let mut keys = keyset::keys(&mut renderer, &mut inner, inside, object, &select.sort)?;
    if let Page::Keyset { after: Some(after), .. } = &select.page {
        let place = keyset::after(&mut renderer.binder, &keys, after)?;
        conditions = format!("{conditions} AND {place}");
    }
    let order = keyset::order(&keys, dialect);
    let limit = match &select.page {
        Page::Keyset { limit, .. } => format!(" LIMIT {}", u64::from(*limit) + 1),
        Page::Offset { limit, offset } => format!(" LIMIT {} OFFSET {offset}", u64::from(*limit) + 1),
    };
    let from = format!(
        "FROM {} {inside}{} WHERE {conditions} ORDER BY {order}{limit}",
        quoted(&object.table),
        inner.join_text()
    );
    let first_key = level.columns.len();
    for (place, key) in keys.iter_mut().enumerate() {
        key.index = first_key + place;
    }
    let sql = if nested {
        let joins = outer.join_text();
        let mut needed = columns_of("r0", level.columns.iter().map(String::as_str));
        needed.extend(columns_of("r0", [joins.as_str()]));
        let own = needed.iter().map(|column| format!("{inside}.{column}"));
        let sorted = keys.iter().enumerate().map(|(place, key)| format!("{} AS k{place}", key.sql));
        let own: Vec<String> = own.chain(sorted).collect();
        let outside: Vec<String> = (0..keys.len()).map(|place| format!("r0.k{place}")).collect();
        for (key, outside) in keys.iter_mut().zip(&outside) {
            key.sql = outside.clone();
        }
        format!(
            "SELECT {}, {} FROM (SELECT {} {from}) r0{joins} ORDER BY {}",
            level.columns.join(", "),
            outside.join(", "),
            own.join(", "),
            keyset::order(&keys, dialect)
        )
    } else {
        let sorted: Vec<&str> = keys.iter().map(|key| key.sql.as_str()).collect();
        format!("SELECT {}, {} {from}", level.columns.join(", "), sorted.join(", "))
    };
    Ok(Prepared { sql, values: renderer.binder.into_values(), level, keys })
}

/// The quoted columns of an alias that pieces of SQL mention. Values of users are bound, so every quotation
/// mark begins or ends a name.
fn columns_of<'s>(alias: &str, pieces: impl IntoIterator<Item = &'s str>) -> BTreeSet<String> {
    let start = format!("{alias}.\"");
    let mut found = BTreeSet::new();
    for piece in pieces {
        let mut from = 0;
        while let Some(place) = piece[from..].find(&start) {
            let begin = from + place;
            let name = begin + start.len();
            let end = piece[name..].find('"').map_or(piece.len(), |length| name + length);
            let bounded = !piece[..begin].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if bounded {
                found.insert(format!("\"{}\"", &piece[name..end]));
            }
            from = end;
        }
    }
    found
}

/// The raw rows of a statement that was prepared elsewhere.
pub(crate) type Rows = [Cells];
