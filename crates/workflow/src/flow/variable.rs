//! What a flow keeps in mind while it runs.

use definition::FieldType;
use expression::{Expr, Type};
use indexmap::IndexMap;
use std::sync::Arc;

/// The variables of a flow.
#[derive(Debug, Default)]
pub struct Variables {
    /// Those that the flow declares, in order.
    pub declared: IndexMap<Arc<str>, Declared>,
    /// Every name that some step knows, whether declared, a round, an item or an answer.
    pub types: IndexMap<Arc<str>, Type>,
}

/// A variable that the flow declares.
#[derive(Debug)]
pub struct Declared {
    /// What it holds.
    pub kind: FieldType,
    /// What it holds at the start; nothing without.
    pub default: Option<Expr>,
}
