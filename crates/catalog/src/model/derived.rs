//! The graph of derived values: what must be computed again when something changes, where, in which order.

use std::collections::HashMap;
use std::sync::Arc;

/// Place of a derivation in [`Derivations::order`].
pub type DerivationId = usize;

/// One stored derived field.
#[derive(Clone, Debug)]
pub struct Derivation {
    /// The object.
    pub object: Arc<str>,
    /// The field.
    pub field: Arc<str>,
    /// Reads only columns of its own row: computed in memory with the row's own write.
    pub local: bool,
    /// How many stored derived values stand, one after the other, before it. Those of one level do not read one
    /// another: an object's are computed together.
    pub level: usize,
}

/// All stored derived fields, and what sets them off.
#[derive(Clone, Debug, Default)]
pub struct Derivations {
    /// By level, and within a level by object: every input comes before what reads it.
    pub order: Vec<Derivation>,
    /// By (object, field) that changes: what depends on it. Creation, deletion and restoring of a row count as
    /// a change of all its fields.
    pub triggers: HashMap<(Arc<str>, Arc<str>), Vec<Trigger>>,
}

/// A derivation that reads the changed field, and how to find the rows it must be computed for.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// What is computed again.
    pub derivation: DerivationId,
    /// From the changed rows to the rows of the derivation's object; empty: the changed rows themselves.
    pub hops: Vec<Hop>,
}

/// One hop between two objects.
#[derive(Clone, Debug, PartialEq)]
pub enum Hop {
    /// From rows to the rows of `object` whose reference `field` points at them.
    Referrers {
        /// The referring object.
        object: Arc<str>,
        /// Its reference field.
        field: Arc<str>,
    },
    /// From rows of `object` to the rows its reference `field` points at (a child's parents), before and
    /// after the change.
    Targets {
        /// The referring object.
        object: Arc<str>,
        /// Its reference field.
        field: Arc<str>,
    },
}
