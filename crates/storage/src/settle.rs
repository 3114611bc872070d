//! Derived values kept true inside the writing transaction.
//!
//! After the row writes of a plan, what depends on the changed fields is computed again in the order of the
//! catalog, found through the hops of its triggers: roll-ups and functions over children by the database,
//! formulas in Rust over inputs read by one statement. Only what differs is written; derived writes touch
//! neither version nor history.
//!
//! Before the first write, [`lock_set`] makes other writers of the rows involved wait (PostgreSQL; SQLite has
//! one writer): without it two concurrent inserts of lines each see their own line only.
//!
//! Read in this order: [`hops`] (from changed rows to derived ones), [`compute`] (the values), this file.

pub mod hops;

pub mod compute;

#[cfg(test)]
mod tests;

use crate::dialect::{Dialect, quoted};
use crate::row::load_rows;
use crate::search;
use crate::select::Reading;
use crate::sql::Binder;
use crate::transaction::Tx;
use catalog::{Derivation, DerivationId, Stored};
use diagnostic::Result;
use expression::{Kind, Path, Value};
use hops::Moved;
use plan::write::{Operation, RowWrite};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Most derived rows of one transaction; what is beyond is left to a job.
pub const MOST: usize = 10_000;

/// A derived value that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The object.
    pub object: Arc<str>,
    /// The record.
    pub id: Uuid,
    /// The field.
    pub field: Arc<str>,
    /// What it was.
    pub old: Value,
    /// What it is.
    pub new: Value,
}

/// Derived values still to be computed: rows by object and field.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Deferred {
    /// (object, field, rows)
    pub work: Vec<(String, String, Vec<Uuid>)>,
}

impl Deferred {
    /// Nothing is left.
    pub fn is_empty(&self) -> bool {
        self.work.is_empty()
    }
}

/// What came of settling.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// Every change, in the order it was made.
    pub changes: Vec<Change>,
    /// What is left to a job.
    pub deferred: Deferred,
}

/// Rows to compute by derivation: each comes before those that read it.
type Work = BTreeMap<DerivationId, BTreeSet<Uuid>>;

/// Computes again what depends on these writes, which have just been applied.
pub async fn settle(tx: &Tx, reading: Reading<'_>, writes: &[RowWrite]) -> Result<Settled> {
    settle_up_to(tx, reading, writes, MOST).await
}

async fn settle_up_to(tx: &Tx, reading: Reading<'_>, writes: &[RowWrite], most: usize) -> Result<Settled> {
    let mut work = Work::new();
    seed(tx, reading, writes, &mut work).await?;
    run(tx, reading, work, most).await
}

/// Goes on with what was deferred, again up to [`MOST`] rows.
pub async fn resume(tx: &Tx, reading: Reading<'_>, deferred: &Deferred) -> Result<Settled> {
    resume_up_to(tx, reading, deferred, MOST).await
}

async fn resume_up_to(tx: &Tx, reading: Reading<'_>, deferred: &Deferred, most: usize) -> Result<Settled> {
    let order = &reading.catalog.derivations.order;
    let mut work = Work::new();
    for (object, field, ids) in &deferred.work {
        // What left the catalog in the meantime needs no value.
        let place = order.iter().position(|d| *d.object == **object && *d.field == **field);
        if let Some(place) = place {
            work.entry(place).or_default().extend(ids.iter().copied());
        }
    }
    run(tx, reading, work, most).await
}

/// Computes a derived field of all rows: after a publish added it or changed its formula.
pub async fn all_rows(reading: Reading<'_>, tx: &Tx, object: &str, field: &str) -> Result<Deferred> {
    let Some(found) = reading.catalog.object(object) else {
        return Ok(Deferred::default());
    };
    let sql =
        format!("SELECT \"id\" FROM {} WHERE \"deleted_at\" IS NULL ORDER BY \"id\"", quoted(&found.table));
    let ids = crate::row::ids(tx.query_all_sql(sql, Vec::new()).await?)?;
    Ok(Deferred { work: vec![(found.name.to_string(), field.to_owned(), ids)] })
}

/// The fields a write changes: creation and deletion change all.
fn changed<'w>(write: &'w RowWrite) -> Box<dyn Iterator<Item = &'w Arc<str>> + 'w> {
    match write.operation {
        Operation::Update => Box::new(
            write
                .changed
                .iter()
                .filter_map(|index| write.object.fields.get_index(*index))
                .map(|(name, _)| name),
        ),
        _ => Box::new(write.object.fields.keys()),
    }
}

async fn seed(tx: &Tx, reading: Reading<'_>, writes: &[RowWrite], work: &mut Work) -> Result<()> {
    let derivations = &reading.catalog.derivations;
    // Rows that changed alike travel together.
    let mut groups: BTreeMap<(Arc<str>, Arc<str>), Vec<&RowWrite>> = BTreeMap::new();
    for write in writes {
        for field in changed(write) {
            groups.entry((write.object.name.clone(), field.clone())).or_default().push(write);
        }
        if matches!(write.operation, Operation::Insert | Operation::Restore) {
            for (place, derivation) in derivations.order.iter().enumerate() {
                if derivation.object == write.object.name && !derivation.local {
                    work.entry(place).or_default().insert(write.id);
                }
            }
        }
    }
    // Fields that changed together mostly lead the same way.
    let mut followed: Vec<(Vec<Uuid>, &[catalog::Hop], BTreeSet<Uuid>)> = Vec::new();
    for (changed, writes) in groups {
        let ids: Vec<Uuid> = writes.iter().map(|write| write.id).collect();
        for trigger in derivations.triggers.get(&changed).map_or(&[][..], Vec::as_slice) {
            let local = derivations.order.get(trigger.derivation).is_some_and(|d| d.local);
            if local && trigger.hops.is_empty() {
                // Computed in memory with the row's own write.
                continue;
            }
            let known = followed.iter().find(|(from, hops, _)| *from == ids && **hops == *trigger.hops);
            let reached = match known {
                Some((.., reached)) => reached.clone(),
                None => {
                    let from = Moved::of_writes(&writes);
                    let reached = hops::follow(tx, reading, from, &trigger.hops).await?;
                    followed.push((ids.clone(), &trigger.hops, reached.clone()));
                    reached
                }
            };
            work.entry(trigger.derivation).or_default().extend(reached);
        }
    }
    Ok(())
}

/// What is computed together: the derived values of one object and level.
fn next<'c>(work: &mut Work, order: &'c [Derivation]) -> Option<Vec<(&'c Derivation, BTreeSet<Uuid>)>> {
    let mut together: Vec<(&Derivation, BTreeSet<Uuid>)> = Vec::new();
    while let Some(entry) = work.first_entry() {
        let Some(derivation) = order.get(*entry.key()) else {
            entry.remove();
            continue;
        };
        let beside = |(first, _): &(&Derivation, _)| {
            (first.level, &first.object) == (derivation.level, &derivation.object)
        };
        if !together.first().is_none_or(beside) {
            break;
        }
        together.push((derivation, entry.remove()));
    }
    (!together.is_empty()).then_some(together)
}

async fn run(tx: &Tx, reading: Reading<'_>, mut work: Work, most: usize) -> Result<Settled> {
    let derivations = &reading.catalog.derivations;
    let mut settled = Settled::default();
    let mut done = 0;
    let mut words: BTreeMap<Arc<str>, BTreeSet<Uuid>> = BTreeMap::new();
    while let Some(mut together) = next(&mut work, &derivations.order) {
        for (derivation, ids) in &mut together {
            let left = most - done;
            if let Some(first) = ids.iter().nth(left).copied() {
                let rest = ids.split_off(&first).into_iter().collect();
                let (object, field) = (derivation.object.to_string(), derivation.field.to_string());
                settled.deferred.work.push((object, field, rest));
            }
            done += ids.len();
        }
        let changes = compute::compute(tx, reading, &together).await?;
        for (derivation, _) in together {
            let of = changes.iter().filter(|change| change.field == derivation.field);
            let moved: Vec<Uuid> = of.map(|change| change.id).collect();
            if moved.is_empty() {
                continue;
            }
            let key = (derivation.object.clone(), derivation.field.clone());
            let field = reading.catalog.object(&derivation.object).and_then(|o| o.field(&derivation.field));
            if field.is_some_and(|field| field.search) {
                words.entry(derivation.object.clone()).or_default().extend(moved.iter().copied());
            }
            for trigger in derivations.triggers.get(&key).map_or(&[][..], Vec::as_slice) {
                let from = Moved::of_ids(moved.clone());
                let reached = hops::follow(tx, reading, from, &trigger.hops).await?;
                if !reached.is_empty() {
                    work.entry(trigger.derivation).or_default().extend(reached);
                }
            }
        }
        settled.changes.extend(changes);
    }
    for (object, ids) in words {
        let Some(object) = reading.catalog.object(&object) else { continue };
        let ids: Vec<Uuid> = ids.into_iter().collect();
        for row in load_rows(tx, reading, object, &ids, false).await? {
            search::index(tx, &row).await?;
        }
    }
    Ok(settled)
}

/// Takes the locks that keep derived values true, in one order for all transactions: the rows that will be
/// written, those derived from them, and those whose values their formulas read. To be called before the
/// first write; does nothing on SQLite. `held` was locked when it was read.
pub async fn lock_set(tx: &Tx, reading: Reading<'_>, writes: &[RowWrite], held: Option<Uuid>) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let mut rows: BTreeMap<Arc<str>, BTreeSet<Uuid>> = BTreeMap::new();
    for write in writes.iter().filter(|write| write.operation != Operation::Insert) {
        rows.entry(write.object.name.clone()).or_default().insert(write.id);
    }
    let mut work = Work::new();
    seed(tx, reading, writes, &mut work).await?;
    let derivations = &reading.catalog.derivations;
    let mut seen = 0;
    while let Some((place, ids)) = work.pop_first() {
        let Some(derivation) = derivations.order.get(place) else { continue };
        seen += ids.len();
        if seen > MOST {
            // So many rows are settled by a job, which locks its own.
            break;
        }
        let ids: Vec<Uuid> = ids.into_iter().collect();
        read_by(tx, reading, derivation, &ids, writes, &mut rows).await?;
        let key = (derivation.object.clone(), derivation.field.clone());
        for trigger in derivations.triggers.get(&key).map_or(&[][..], Vec::as_slice) {
            let reached = hops::follow(tx, reading, Moved::of_ids(ids.clone()), &trigger.hops).await?;
            if !reached.is_empty() {
                work.entry(trigger.derivation).or_default().extend(reached);
            }
        }
        rows.entry(derivation.object.clone()).or_default().extend(ids);
    }
    for (object, ids) in rows {
        let Some(object) = reading.catalog.object(&object) else { continue };
        let ids: Vec<Uuid> = ids.into_iter().collect();
        if ids.iter().all(|id| Some(*id) == held) {
            continue;
        }
        let mut binder = Binder::new(tx.dialect());
        let among = binder.id_in("\"id\"", &ids);
        let sql = format!(
            "SELECT \"id\" FROM {} WHERE {among} ORDER BY \"id\" FOR NO KEY UPDATE",
            quoted(&object.table)
        );
        tx.query_all_sql(sql, binder.into_values()).await?;
    }
    Ok(())
}

/// The rows a formula reads through references, of rows stored or about to be.
async fn read_by(
    tx: &Tx,
    reading: Reading<'_>,
    derivation: &catalog::Derivation,
    ids: &[Uuid],
    writes: &[RowWrite],
    rows: &mut BTreeMap<Arc<str>, BTreeSet<Uuid>>,
) -> Result<()> {
    let Some(object) = reading.catalog.object(&derivation.object) else { return Ok(()) };
    let Some(catalog::Derived::Formula(formula)) =
        object.field(&derivation.field).and_then(|f| f.derived.clone())
    else {
        return Ok(());
    };
    for path in own_paths(&formula) {
        if path.steps.len() < 2 {
            continue;
        }
        let Some(Stored::Column { .. }) = object.field(&path.steps[0].field).map(|f| &f.stored) else {
            continue;
        };
        let mut targets: BTreeSet<Uuid> = BTreeSet::new();
        for write in writes.iter().filter(|write| write.object.name == object.name) {
            targets.extend(write.after.get(&path.steps[0].field).as_reference());
        }
        let stored = hops::targets(tx, object, &path.steps[0].field, ids).await?;
        targets.extend(stored);
        for pair in path.steps.windows(2).skip(1) {
            let Some(next) = reading.catalog.object(&pair[0].object) else { break };
            let from: Vec<Uuid> = targets.iter().copied().collect();
            rows.entry(next.name.clone()).or_default().append(&mut targets);
            targets = hops::targets(tx, next, &pair[0].field, &from).await?.into_iter().collect();
        }
        if let Some(last) = path.steps.last().and_then(|step| reading.catalog.object(&step.object)) {
            rows.entry(last.name.clone()).or_default().append(&mut targets);
        }
    }
    Ok(())
}

/// Paths of the formula that start at its own row.
fn own_paths(formula: &expression::Expr) -> Vec<Path> {
    let mut found = Vec::new();
    plan::walk::visit(formula, &mut |part, inside| {
        if let Kind::Path(path) = &part.kind
            && !inside
            && path.root == expression::Root::Row
        {
            found.push(path.clone());
        }
    });
    found
}
