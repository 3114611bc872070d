//! What a write is: a value that `storage` turns into statements.

use crate::row::Row;
use catalog::Object;
use expression::Value;
use std::sync::Arc;
use uuid::Uuid;

/// What happens to one row. Children are row writes of their own, after their parent.
#[derive(Clone, Debug)]
pub struct RowWrite {
    /// The object.
    pub object: Arc<Object>,
    /// The record.
    pub id: Uuid,
    /// What happens.
    pub operation: Operation,
    /// The row before; `None` on insert.
    pub before: Option<Row>,
    /// The row after; on a purge the row before.
    pub after: Row,
    /// Indexes of the fields whose column changes; all non-null ones on insert.
    pub changed: Vec<usize>,
    /// Many-to-many relations that are written.
    pub links: Vec<LinkWrite>,
}

/// What happens to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is created.
    Insert,
    /// It is changed.
    Update,
    /// It goes to the recycle bin.
    Delete,
    /// It comes back from the recycle bin.
    Restore,
    /// It is gone for good.
    Purge,
}

/// A many-to-many relation of one record, replaced or patched.
#[derive(Clone, Debug)]
pub struct LinkWrite {
    /// Index of the `references` field.
    pub field: usize,
    /// Pairs that exist afterwards (replace) or are added or changed (patch): target, position, attribute
    /// values in the order of `Link::attributes`.
    pub pairs: Vec<(Uuid, i64, Vec<Value>)>,
    /// Targets whose pair is removed; `None`: every pair that is not in `pairs`.
    pub remove: Option<Vec<Uuid>>,
}
