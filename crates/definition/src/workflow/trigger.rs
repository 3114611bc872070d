//! What sets off an automation, and what a `wait` waits for.

use super::Outcome;
use crate::field::FieldDefinition;
use crate::shape::{Expression, Names};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What sets off an automation. Several set it off each by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Trigger {
    /// A record was made.
    pub record_created: Option<RecordEvent>,
    /// A record was changed.
    pub record_updated: Option<RecordEvent>,
    /// A record was deleted.
    pub record_deleted: Option<RecordEvent>,
    /// A record made a move.
    pub transition: Option<MoveEvent>,
    /// Another workflow ended.
    pub workflow_ended: Option<FlowEvent>,
    /// At certain times.
    pub schedule: Option<Schedule>,
    /// Some time before or after a date that stands in the record.
    pub date_field: Option<DateField>,
    /// Another system says so.
    pub webhook: Option<Webhook>,
    /// A record was made or changed in a form.
    pub form_submitted: Option<FormEvent>,
    /// Somebody presses a button on the record.
    pub button: Option<Button>,
    /// A mail came in.
    pub mail_received: Option<MailEvent>,
}

/// Something that happens to a record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RecordEvent {
    /// The object, where it is not the workflow's. For a `wait`.
    pub object: Option<String>,
    /// Only where one of these fields changed.
    pub fields: Vec<String>,
    /// Only where this holds of the record as it was left, `old` being what it was before.
    pub when: Option<Expression>,
}

/// A move of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MoveEvent {
    /// The object, where it is not the workflow's. For a `wait`.
    pub object: Option<String>,
    /// The moves, any of which counts.
    #[schemars(length(min = 1))]
    pub moves: Vec<String>,
    /// Only where this holds of the record as it was left, `old` being what it was before.
    pub when: Option<Expression>,
}

/// The end of another workflow about a record of the same object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlowEvent {
    /// The workflow.
    pub workflow: String,
    /// How it ended; any way where it is not said.
    #[serde(default)]
    pub outcome: Vec<Ending>,
    /// Only where this holds of its record.
    pub when: Option<Expression>,
}

/// How a workflow ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Approved.
    Approved,
    /// Rejected.
    Rejected,
    /// Taken back by its initiator.
    Withdrawn,
    /// Ended by an administrator.
    Cancelled,
    /// An automation came to its end.
    Done,
}

impl From<Outcome> for Ending {
    fn from(outcome: Outcome) -> Ending {
        match outcome {
            Outcome::Approved => Ending::Approved,
            Outcome::Rejected => Ending::Rejected,
            Outcome::Done => Ending::Done,
        }
    }
}

/// Certain times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Schedule {
    /// Minute, hour, day of the month, month, weekday: `0 9 * * 1-5` is nine o'clock from Monday to Friday.
    pub cron: String,
    /// The zone its hours are meant in, such as `Asia/Shanghai`; the site's where it is not said.
    pub timezone: Option<String>,
    /// For which records: one run each. Without it one run, about the run itself.
    pub each: Option<Expression>,
}

/// Some time before or after a date in the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DateField {
    /// The field: a date or an instant.
    pub field: String,
    /// How long after it: `-90d` is before it. Several set it off several times.
    #[schemars(length(min = 1))]
    pub offset: Vec<String>,
    /// The time of day, where the field is a date; midnight where it is not said.
    pub at: Option<String>,
    /// The zone of the time of day; the site's where it is not said.
    pub timezone: Option<String>,
    /// Only where this holds of the record then.
    pub when: Option<Expression>,
}

/// A signed call of another system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Webhook {
    /// What the body of the call holds; variables of the flow by these names.
    pub parameters: IndexMap<String, FieldDefinition>,
}

/// A form in which records are made and changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FormEvent {
    /// The form.
    pub form: String,
    /// Only where this holds of the record as it was left, `old` being what it was before.
    pub when: Option<Expression>,
}

/// A button on the record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Button {
    /// Who may press it; everyone who may change the record where it is not said.
    pub roles: Names<()>,
    /// It is there only where this holds.
    pub when: Option<Expression>,
}

/// A mail that came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MailEvent {
    /// The mailbox: a connector that speaks `imap`.
    pub mailbox: String,
    /// Only where this holds of the mail.
    pub when: Option<Expression>,
}

/// How runs of one automation about one record, or one after another, get on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Reentry {
    /// What happens where one runs already about the record.
    pub per_record: PerRecord,
    /// What happens where the automation itself led to what sets it off.
    pub in_own_chain: InOwnChain,
    /// How many flows may lead from one to the next.
    #[schemars(range(min = 1, max = 64))]
    pub max_depth: u32,
}

impl Default for Reentry {
    fn default() -> Reentry {
        Reentry { per_record: PerRecord::Parallel, in_own_chain: InOwnChain::Skip, max_depth: 8 }
    }
}

/// What happens where an automation runs already about the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PerRecord {
    /// Both run.
    #[default]
    Parallel,
    /// The new one does not begin.
    Skip,
    /// The old one ends.
    Replace,
}

/// What happens where an automation sets itself off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InOwnChain {
    /// It does not begin.
    #[default]
    Skip,
    /// It begins, up to `max_depth`.
    Start,
}
