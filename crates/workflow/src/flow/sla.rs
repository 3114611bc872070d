//! How long people have for a step, and what happens as that time passes.

pub use definition::workflow::{EscalateHow, SlaDecision};

use super::Performer;
use calendar::Duration;
use std::sync::Arc;

/// How long people have.
#[derive(Debug)]
pub struct Sla {
    /// The calendar whose hours count.
    pub calendar: Option<Arc<str>>,
    /// How long, from when a seat opens, or the flow starts.
    pub due: Duration,
    /// What happens on the way, the earliest first.
    pub marks: Vec<Mark>,
}

/// A share of the time, and what happens then.
#[derive(Debug)]
pub struct Mark {
    /// The share in percent.
    pub percent: u32,
    /// What happens.
    pub act: Act,
}

/// What happens at a mark.
#[derive(Debug)]
pub enum Act {
    /// Whoever holds the task is notified.
    Remind,
    /// Further people come in.
    Escalate {
        /// Who.
        by: Vec<Performer>,
        /// To what.
        how: EscalateHow,
    },
    /// The task is decided without anybody.
    Decide(SlaDecision),
}
