//! From changed rows to the rows that derive something from them.

use crate::dialect::quoted;
use crate::row::ids;
use crate::select::Reading;
use crate::sql::Binder;
use crate::transaction::Tx;
use catalog::{Hop, Object, Stored};
use diagnostic::Result;
use plan::Row;
use plan::write::RowWrite;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// Rows at one end of a hop. Where they were just written, their values before and after are known.
pub(crate) struct Moved<'w> {
    ids: Vec<Uuid>,
    known: Vec<&'w Row>,
}

impl<'w> Moved<'w> {
    /// Rows that were just written.
    pub fn of_writes(writes: &[&'w RowWrite]) -> Self {
        let known = writes.iter().flat_map(|w| w.before.iter().chain([&w.after])).collect();
        Moved { ids: writes.iter().map(|w| w.id).collect(), known }
    }

    /// Rows as they are stored.
    pub fn of_ids(ids: Vec<Uuid>) -> Self {
        Moved { ids, known: Vec::new() }
    }
}

/// Follows the hops; no hop leads to the rows themselves.
pub(crate) async fn follow(
    tx: &Tx,
    reading: Reading<'_>,
    from: Moved<'_>,
    hops: &[Hop],
) -> Result<BTreeSet<Uuid>> {
    let Moved { ids, mut known } = from;
    let mut rows: BTreeSet<Uuid> = ids.into_iter().collect();
    for hop in hops {
        let here: Vec<Uuid> = rows.into_iter().collect();
        rows = BTreeSet::new();
        match hop {
            Hop::Targets { object, field } => {
                rows.extend(known.iter().filter_map(|row| row.get(field).as_reference()));
                if let Some(object) = reading.catalog.object(object) {
                    rows.extend(targets(tx, object, field, &here).await?);
                }
            }
            Hop::Referrers { object, field } => {
                if let Some(referrer) = reading.catalog.object(object) {
                    rows.extend(referrers(tx, referrer, field, &here).await?);
                }
            }
        }
        known.clear();
        if rows.is_empty() {
            break;
        }
    }
    Ok(rows)
}

/// The rows that a reference of these rows points at.
pub(crate) async fn targets(tx: &Tx, object: &Arc<Object>, field: &str, from: &[Uuid]) -> Result<Vec<Uuid>> {
    let Some(Stored::Column { column, .. }) = object.field(field).map(|f| &f.stored) else {
        return Ok(Vec::new());
    };
    if from.is_empty() {
        return Ok(Vec::new());
    }
    let mut binder = Binder::new(tx.dialect());
    let among = binder.id_in("t.\"id\"", from);
    let column = format!("t.{}", quoted(column));
    let sql = format!(
        "SELECT DISTINCT {column} FROM {} t WHERE {among} AND {column} IS NOT NULL",
        quoted(&object.table)
    );
    ids(tx.query_all_sql(sql, binder.into_values()).await?)
}

/// The live rows whose reference points at one of these rows.
async fn referrers(tx: &Tx, object: &Arc<Object>, field: &str, to: &[Uuid]) -> Result<Vec<Uuid>> {
    let Some(Stored::Column { column, .. }) = object.field(field).map(|f| &f.stored) else {
        return Ok(Vec::new());
    };
    if to.is_empty() {
        return Ok(Vec::new());
    }
    let mut binder = Binder::new(tx.dialect());
    let among = binder.id_in(&format!("t.{}", quoted(column)), to);
    let sql = format!(
        "SELECT t.\"id\" FROM {} t WHERE {among} AND t.\"deleted_at\" IS NULL",
        quoted(&object.table)
    );
    ids(tx.query_all_sql(sql, binder.into_values()).await?)
}
