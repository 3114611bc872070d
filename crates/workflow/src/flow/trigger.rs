//! What sets a flow off, and what a `wait` waits for.

use crate::instance::InstanceState;
use calendar::Duration;
use catalog::Parameter;
use chrono::NaiveTime;
use chrono_tz::Tz;
use expression::Expr;
use indexmap::IndexMap;
use std::sync::Arc;

/// What sets a flow off.
#[derive(Debug, Default)]
pub struct Trigger {
    /// Things that happen to records.
    pub events: Vec<Event>,
    /// Times.
    pub schedule: Option<Schedule>,
    /// Dates in records.
    pub dates: Option<Dates>,
    /// Signed calls of other systems: what they send, by the variable that takes it.
    pub webhook: Option<IndexMap<Arc<str>, Parameter>>,
    /// Mails that come in.
    pub mail: Option<Mails>,
    /// What happens where one runs already about the record.
    pub per_record: definition::workflow::PerRecord,
    /// It may set itself off.
    pub in_own_chain: bool,
    /// How many flows may lead from one to the next.
    pub max_depth: u32,
}

/// Mails of a mailbox.
#[derive(Debug)]
pub struct Mails {
    /// The connector.
    pub mailbox: Arc<str>,
    /// Only those for which this holds.
    pub when: Option<Expr>,
}

/// Something that happens to a record.
#[derive(Debug)]
pub struct Event {
    /// The object.
    pub object: Arc<str>,
    /// Only to the record of the flow that waits for it.
    pub own: bool,
    /// What.
    pub kind: EventKind,
    /// Only where one of these changed.
    pub fields: Vec<Arc<str>>,
    /// Only where this holds of the record as it was left.
    pub when: Option<Expr>,
}

/// What happens to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// It is made.
    Created,
    /// It is made or changed in a form.
    Submitted(Arc<str>),
    /// It is changed.
    Updated,
    /// It goes into the bin.
    Deleted,
    /// It makes one of these moves.
    Moved(Vec<Arc<str>>),
    /// A flow about it ends, in one of these states.
    Ended {
        /// The flow.
        workflow: Arc<str>,
        /// The states; empty: any.
        states: Vec<InstanceState>,
    },
}

/// Times at which a flow is set off.
#[derive(Debug)]
pub struct Schedule {
    /// Minute, hour, day, month, weekday.
    pub cron: Arc<str>,
    /// The zone; `None` is the site's.
    pub zone: Option<Tz>,
    /// For each of these records; `None`: about the run itself.
    pub each: Option<Expr>,
}

/// Dates in records that set a flow off.
#[derive(Debug)]
pub struct Dates {
    /// The field.
    pub field: Arc<str>,
    /// How long after it.
    pub offsets: Vec<Duration>,
    /// The time of day, where the field is a date.
    pub at: NaiveTime,
    /// The zone of the time of day; `None` is the site's.
    pub zone: Option<Tz>,
    /// Only for those for which this holds.
    pub when: Option<Expr>,
}
