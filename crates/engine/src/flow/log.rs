//! What the log of a flow says: who did what, when, in which words.

use serde_json::Value as Json;

/// What the log says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogKind {
    /// Somebody submitted.
    Started,
    /// Somebody approved.
    Approved,
    /// Somebody rejected.
    Rejected,
    /// Somebody sent it back.
    Returned,
    /// Somebody did what was asked.
    Done,
    /// Somebody took a decision back.
    TakenBack,
    /// An administrator ended it.
    Cancelled,
    /// Somebody gave a task away.
    Transferred,
    /// Somebody asked another person to act.
    Delegated,
    /// Somebody gave a task back.
    Resolved,
    /// Somebody added people.
    SeatsAdded,
    /// Somebody took people off.
    SeatRemoved,
    /// Somebody told further people.
    Copied,
    /// The initiator took it back.
    Withdrawn,
    /// Somebody said something.
    Commented,
    /// Approvals became void because the record changed.
    Voided,
    /// A task went to the successor of somebody who left.
    HandedOver,
    /// A worker came to a step, or what it waited for happened.
    Woken,
    /// A decision table answered.
    Decided,
    /// A step could not be done.
    Failed,
    /// A newer run took its place.
    Replaced,
    /// An administrator halted it.
    Suspended,
    /// An administrator let it go on.
    Resumed,
    /// An administrator took it to a step.
    Jumped,
    /// An administrator had what failed tried again.
    Retried,
    /// An administrator left out what failed.
    Skipped,
    /// An administrator let it go on under another version of its definition.
    Migrated,
    /// Whoever holds a task was reminded of it.
    Reminded,
    /// Others came in because the time of a task passed.
    Escalated,
    /// A task was decided because its time was up.
    DecidedAutomatically,
    /// The initiator asked for a decision.
    Urged,
}

impl LogKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            LogKind::Started => "started",
            LogKind::Approved => "approved",
            LogKind::Rejected => "rejected",
            LogKind::Returned => "returned",
            LogKind::Done => "done",
            LogKind::TakenBack => "taken_back",
            LogKind::Cancelled => "cancelled",
            LogKind::Transferred => "transferred",
            LogKind::Delegated => "delegated",
            LogKind::Resolved => "resolved",
            LogKind::SeatsAdded => "seats_added",
            LogKind::SeatRemoved => "seat_removed",
            LogKind::Copied => "copied",
            LogKind::Withdrawn => "withdrawn",
            LogKind::Commented => "commented",
            LogKind::Voided => "voided",
            LogKind::HandedOver => "handed_over",
            LogKind::Woken => "woken",
            LogKind::Decided => "decided",
            LogKind::Failed => "failed",
            LogKind::Replaced => "replaced",
            LogKind::Suspended => "suspended",
            LogKind::Resumed => "resumed",
            LogKind::Jumped => "jumped",
            LogKind::Retried => "retried",
            LogKind::Skipped => "skipped",
            LogKind::Migrated => "migrated",
            LogKind::Reminded => "reminded",
            LogKind::Escalated => "escalated",
            LogKind::DecidedAutomatically => "decided_automatically",
            LogKind::Urged => "urged",
        }
    }
}

/// What a row of the log says beside its kind.
#[derive(Debug, Default)]
pub struct Said<'a> {
    /// Words of whoever did it.
    pub comment: Option<&'a str>,
    /// What belongs to the kind, such as `people`.
    pub more: Json,
}

impl Said<'_> {
    /// No words, but what belongs to the kind.
    pub fn more(more: Json) -> Said<'static> {
        Said { comment: None, more }
    }
}

impl<'a> From<Option<&'a str>> for Said<'a> {
    fn from(comment: Option<&'a str>) -> Self {
        Said { comment, more: Json::Null }
    }
}
