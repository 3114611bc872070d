//! What each kind of step says. What it does is in `crate::step`, one file each.

use super::{Outcome, Performer, ScopeId};
use expression::{Expr, Value};
use std::sync::Arc;

/// A step.
#[derive(Debug)]
pub enum Step {
    /// `approve`
    Approve(Approve),
    /// `choose`
    Choose(Choose),
    /// `set`
    Set(Set),
    /// `cc`
    Cc(Cc),
    /// `end`
    End(End),
}

/// People decide.
#[derive(Debug)]
pub struct Approve {
    /// Who decides.
    pub by: Vec<Performer>,
    /// How their decisions count.
    pub mode: Mode,
    /// Whether they may return the flow to an earlier node.
    pub may_return: bool,
}

/// How decisions count. One rejection rejects in every mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// One approval is enough (或签).
    #[default]
    Any,
    /// Everyone must approve (会签).
    All,
    /// Everyone must approve, in order (依次).
    Sequential,
}

/// Takes the first case that holds; none at all passes on.
#[derive(Debug)]
pub struct Choose {
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug)]
pub struct Case {
    /// Its name in the definition; `otherwise` for the last resort.
    pub name: Arc<str>,
    /// Must hold; `None` always does.
    pub when: Option<Expr>,
    /// The steps it leads to.
    pub scope: ScopeId,
}

/// Writes fields of the record.
#[derive(Debug, Default)]
pub struct Set {
    /// Literals.
    pub set: Vec<(Arc<str>, Value)>,
    /// Computed values.
    pub set_from: Vec<(Arc<str>, Expr)>,
}

/// Tells people.
#[derive(Debug)]
pub struct Cc {
    /// Who is told.
    pub by: Vec<Performer>,
}

/// Ends the flow.
#[derive(Debug)]
pub struct End {
    /// How.
    pub outcome: Outcome,
}
