//! What the log of a flow says: who did what, when, in which words.

use serde_json::Value as Json;

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident => $name:literal,)*) => {
        /// What the log says happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum LogKind {
            $($(#[$meta])* $kind,)*
        }

        impl LogKind {
            /// What all of them are called.
            pub const NAMES: &[&str] = &[$($name),*];

            pub(super) fn name(self) -> &'static str {
                match self {
                    $(LogKind::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// Somebody submitted.
    Started => "started",
    /// Somebody approved.
    Approved => "approved",
    /// Somebody rejected.
    Rejected => "rejected",
    /// Somebody sent it back.
    Returned => "returned",
    /// Somebody did what was asked.
    Done => "done",
    /// Somebody took a decision back.
    TakenBack => "taken_back",
    /// An administrator ended it.
    Cancelled => "cancelled",
    /// Somebody deleted its record, which ended it.
    RecordDeleted => "record_deleted",
    /// Somebody gave a task away.
    Transferred => "transferred",
    /// Somebody asked another person to act.
    Delegated => "delegated",
    /// Somebody gave a task back.
    Resolved => "resolved",
    /// Somebody added people.
    SeatsAdded => "seats_added",
    /// Somebody took people off.
    SeatRemoved => "seat_removed",
    /// Somebody told further people.
    Copied => "copied",
    /// The initiator took it back.
    Withdrawn => "withdrawn",
    /// Somebody said something.
    Commented => "commented",
    /// Approvals became void because the record changed.
    Voided => "voided",
    /// A task went to the successor of somebody who left.
    HandedOver => "handed_over",
    /// A worker came to a step, or what it waited for happened.
    Woken => "woken",
    /// A decision table answered.
    Decided => "decided",
    /// A step could not be done.
    Failed => "failed",
    /// A newer run took its place.
    Replaced => "replaced",
    /// The flow above it waits for it no more.
    LeftBehind => "left_behind",
    /// An administrator halted it.
    Suspended => "suspended",
    /// An administrator let it go on.
    Resumed => "resumed",
    /// An administrator took it to a step.
    Jumped => "jumped",
    /// An administrator had what failed tried again.
    Retried => "retried",
    /// An administrator left out what failed.
    Skipped => "skipped",
    /// An administrator let it go on under another version of its definition.
    Migrated => "migrated",
    /// An administrator ended it, and its record was submitted anew.
    Restarted => "restarted",
    /// Whoever holds a task was reminded of it.
    Reminded => "reminded",
    /// Others came in because the time of a task passed.
    Escalated => "escalated",
    /// A task was decided because its time was up.
    DecidedAutomatically => "decided_automatically",
    /// A step was passed without a decision of anybody.
    PassedAutomatically => "passed_automatically",
    /// A step rejected because nobody could decide.
    RejectedAutomatically => "rejected_automatically",
    /// The initiator asked for a decision.
    Urged => "urged",
}

/// What a row of the log says beside its kind.
#[derive(Debug, Default)]
pub struct Said<'a> {
    /// Words of whoever did it.
    pub comment: Option<&'a str>,
    /// What belongs to the kind, such as `people`.
    pub more: Json,
}

impl LogKind {
    /// Whether it tells what nobody did: whoever made the flow go on has not decided it.
    pub(super) fn is_of_nobody(self) -> bool {
        matches!(self, LogKind::Decided | LogKind::PassedAutomatically | LogKind::RejectedAutomatically)
    }
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
