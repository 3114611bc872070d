//! What became of a mark.

use crate::flow::log::LogKind;
use uuid::Uuid;
use workflow::Question;

/// What became of a mark.
pub(in crate::flow) struct Acted {
    /// What the log calls it.
    pub kind: LogKind,
    /// Whom it told or brought in.
    pub people: Vec<Uuid>,
    /// What the flow asks then.
    pub asked: Option<Question>,
}
