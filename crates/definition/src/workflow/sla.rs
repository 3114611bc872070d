//! `sla`: how long people have for a step, and what happens as that time passes.

use super::{Performer, Step, StepKind, Workflow};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long people have, from when a task opens for them, and what happens as that time passes. A task that is given away
/// keeps its time; one that opens again has it anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sla {
    /// The calendar whose hours count where `due` says `working`.
    pub calendar: Option<String>,
    /// How long: `30m`, `2d`, `8h working`.
    pub due: String,
    /// Percent of that time → what happens then, at most ten: `50%` is halfway, `200%` as long again after the time is up.
    #[serde(default)]
    pub at: IndexMap<String, SlaAct>,
}

/// What happens at a mark, while the task is still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlaAct {
    /// Whoever holds the task is notified.
    Remind,
    /// Further people hear of it, or come to decide.
    Escalate(Escalate),
    /// The task is decided without anybody.
    Decide(SlaDecision),
}

/// Who else comes in, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Escalate {
    /// The people; paths may begin with `assignee`, who holds the task.
    #[schemars(length(min = 1))]
    pub by: Vec<Performer>,
    /// What they come to.
    #[serde(default)]
    pub how: EscalateHow,
}

/// What people come to when a task is escalated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EscalateHow {
    /// They may decide too: the first decision counts for the task.
    Add,
    /// The task goes over to the first of them.
    Transfer,
    /// They are told.
    #[default]
    Tell,
}

/// What is decided without anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlaDecision {
    /// Yes. For `approve`.
    Approve,
    /// No. For `approve`.
    Reject,
    /// It counts as done. For `handle`.
    Done,
    /// It is not needed: the step goes on without it.
    Skip,
}

impl SlaDecision {
    /// Its name in definitions.
    pub fn name(self) -> &'static str {
        match self {
            SlaDecision::Approve => "approve",
            SlaDecision::Reject => "reject",
            SlaDecision::Done => "done",
            SlaDecision::Skip => "skip",
        }
    }

    /// Whether a step of this kind can be decided so.
    pub fn fits(self, step: &StepKind) -> bool {
        match self {
            SlaDecision::Approve | SlaDecision::Reject => matches!(step, StepKind::Approve(_)),
            SlaDecision::Done => matches!(step, StepKind::Handle(_)),
            SlaDecision::Skip => matches!(step, StepKind::Approve(_) | StepKind::Handle(_)),
        }
    }
}

impl Sla {
    /// The longest time that a mark tells, in percent.
    pub const MOST_PERCENT: u32 = 1000;

    /// What a mark says: `50%` is 50.
    pub fn percent(mark: &str) -> Option<u32> {
        let digits = mark.strip_suffix('%')?;
        let percent: u32 = digits.parse().ok()?;
        // One way to write it: two marks of the same share would be one.
        ((1..=Sla::MOST_PERCENT).contains(&percent) && percent.to_string() == digits).then_some(percent)
    }
}

impl Step {
    /// Whether it asks people for something.
    pub fn asks_people(&self) -> bool {
        matches!(self.kind, StepKind::Approve(_) | StepKind::Handle(_))
    }

    /// How long people have for it: what it says itself goes before what its workflow says.
    pub fn deadline<'a>(&'a self, workflow: &'a Workflow) -> Option<&'a Sla> {
        self.sla.as_ref().or(workflow.sla.as_ref()).filter(|_| self.asks_people())
    }
}
