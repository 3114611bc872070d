//! The state machine of an object.

use diagnostic::Text;
use expression::{Expr, Value};
use indexmap::IndexMap;
use std::sync::Arc;

/// A stage field and the moves that alone may change it.
#[derive(Clone, Debug)]
pub struct Transitions {
    /// The stage field, a select.
    pub field: Arc<str>,
    /// Stages a record may be created in; the first is the default.
    pub initial: Vec<Arc<str>>,
    /// The moves by name.
    pub moves: IndexMap<Arc<str>, Move>,
}

/// One move.
#[derive(Clone, Debug)]
pub struct Move {
    /// What users see.
    pub label: Option<Text>,
    /// Stages it may start at.
    pub from: Vec<Arc<str>>,
    /// The stage it leads to.
    pub to: Arc<str>,
    /// Roles that may make it, besides the grants; empty means everyone whose grant has the move.
    pub roles: Vec<Arc<str>>,
    /// Must hold.
    pub when: Option<Expr>,
    /// Fields that must have a value.
    pub require: Vec<Arc<str>>,
    /// Literals set by the move.
    pub set: Vec<(Arc<str>, Value)>,
    /// Values computed by the move.
    pub set_from: Vec<(Arc<str>, Expr)>,
    /// The workflow that must approve it first; until then the move is parked.
    pub approval: Option<Arc<str>>,
}
