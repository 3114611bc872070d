//! What a write changed, record by record: fields of its own, the parts it holds, and what is derived from them.

use catalog::{Field, Stored, SystemField};
use plan::Row;
use plan::planner::Planned;
use plan::write::RowWrite;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use storage::row;
use storage::settle::Change;
use uuid::Uuid;

/// What one write changed.
pub(crate) struct Changes<'w> {
    /// The write.
    pub planned: &'w Planned,
    /// Derived values that changed with it, in the order they were settled.
    pub derived: &'w [Change],
}

impl<'w> Changes<'w> {
    /// The fields that a write gives a row: columns and relations, without what every write changes.
    pub fn own(write: &RowWrite) -> impl Iterator<Item = &Arc<str>> {
        let linked = |index| write.links.iter().any(|link| link.field == index);
        let fields = write.object.fields.values();
        let fields = fields.filter(move |field| {
            linked(field.index) || write.changed.contains(&field.index) && !is_bookkeeping(field)
        });
        fields.map(|field| &field.name)
    }

    /// The lists of a row whose parts are written.
    pub fn parts<'a>(&'a self, row: &'a RowWrite) -> impl Iterator<Item = &'a Arc<str>> {
        let fields = row.object.fields.values().filter(|field| match &field.stored {
            Stored::Children { object, via } => {
                let below = |part: &Row| part.get(via).as_reference() == Some(row.id);
                let mut parts = self.planned.writes.iter().filter(|write| write.object.name == *object);
                parts.any(|part| below(&part.after) || part.before.as_ref().is_some_and(below))
            }
            _ => false,
        });
        fields.map(|field| &field.name)
    }

    /// The derived values of a record that changed.
    pub fn derived_of(&self, id: Uuid) -> impl Iterator<Item = &'w Change> {
        self.derived.iter().filter(move |change| change.id == id)
    }

    /// The records that were not written and of which a derived field changed that is `meant`.
    pub fn derived_only(&self, meant: impl Fn(&Change) -> bool) -> BTreeMap<&'w Arc<str>, BTreeSet<Uuid>> {
        let mut found: BTreeMap<&Arc<str>, BTreeSet<Uuid>> = BTreeMap::new();
        for change in self.derived.iter().filter(|change| meant(change)) {
            if self.planned.writes.iter().all(|write| write.id != change.id) {
                found.entry(&change.object).or_default().insert(change.id);
            }
        }
        found
    }

    /// A row as its write and what was derived from it left it.
    pub fn after(&self, write: &RowWrite) -> Row {
        let mut row = row::write::written(write);
        for change in self.derived_of(write.id) {
            row.set(&change.field, change.new.clone());
        }
        row
    }

    /// A row as it was before values of it were derived anew.
    pub fn underived(&self, after: &Row) -> Row {
        let mut row = after.clone();
        // What was derived twice was at first what the first time says.
        for change in self.derived.iter().rev().filter(|change| change.id == after.id()) {
            row.set(&change.field, change.old.clone());
        }
        row
    }
}

/// What every write changes: nothing has happened to a record of which only this is new.
fn is_bookkeeping(field: &Field) -> bool {
    field.system.is_some_and(|system| !matches!(system, SystemField::Owner | SystemField::Department))
}
