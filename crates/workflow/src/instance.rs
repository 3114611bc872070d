//! What is stored of a running flow.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// One run of a flow about one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: Uuid,
    /// The workflow's full name.
    pub workflow: Arc<str>,
    /// Content hash of the definition it runs under.
    pub hash: String,
    /// The record's object.
    pub object: Arc<str>,
    /// The record.
    pub record: Uuid,
    /// Who started it.
    pub initiator: Uuid,
    /// Where it stands.
    pub state: InstanceState,
    /// The move that waits for its end.
    pub parked: Option<ParkedMove>,
    /// The step of another flow that waits for its end.
    #[serde(default)]
    pub parent: Option<Parent>,
    /// Counts returns; decisions of earlier rounds are superseded.
    pub round: u32,
    /// The values of its variables, as they go over the wire.
    pub variables: BTreeMap<Arc<str>, serde_json::Value>,
    /// The people whom somebody named, by node.
    #[serde(default)]
    pub picks: Picks,
    /// Until when it should end.
    #[serde(default)]
    pub due_at: Option<DateTime<Utc>>,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Its tokens, the ended ones too.
    pub tokens: Vec<Token>,
    /// Its tasks, the ended ones too.
    pub tasks: Vec<Task>,
}

/// A step that waits for the end of another flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its instance.
    pub instance: Uuid,
    /// Its token.
    pub token: u32,
}

impl Instance {
    /// The token that stands at a node, or else the last one that did.
    pub fn token_at(&self, node: &str) -> Option<&Token> {
        let mut at = self.tokens.iter().filter(|token| *token.node == *node);
        at.clone().find(|token| token.state.is_live()).or_else(|| at.next_back())
    }

    /// The tokens at which something failed for good.
    pub fn incidents(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().filter(|token| token.state.is_live() && token.data.incident.is_some())
    }

    /// The tokens that wait for somebody or something themselves, not for what lies below them.
    pub fn standing(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().filter(|token| token.state.is_live() && token.data.left == 0)
    }
}

/// Node → the people whom somebody named for it.
pub type Picks = BTreeMap<Arc<str>, Vec<Uuid>>;

/// A move that is made once the flow has approved it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParkedMove {
    /// The move.
    pub name: Arc<str>,
    /// What the initiator sent along.
    pub sent: serde_json::Value,
}

/// Where an instance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceState {
    /// Tokens wait for somebody or something.
    Running,
    /// An administrator halted it: nothing is done in it until it is resumed.
    Suspended,
    /// Ended: approved.
    Approved,
    /// Ended: rejected.
    Rejected,
    /// Ended: taken back by the initiator.
    Withdrawn,
    /// Ended by an administrator.
    Cancelled,
    /// Ended: an automation came to its end.
    Done,
}

/// A place where the flow stands. The token of a step that has steps of its own stays there while tokens below it walk
/// them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// Counts from 0 in its instance.
    pub id: u32,
    /// The node's id in the definition.
    pub node: Arc<str>,
    /// Where it stands.
    pub state: TokenState,
    /// The token of the step whose steps it walks; `None` in the outermost sequence.
    pub parent: Option<u32>,
    /// What its step keeps.
    #[serde(default)]
    pub data: TokenData,
}

/// What a step keeps with its token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenData {
    /// Branches that were begun.
    #[serde(skip_serializing_if = "is_zero")]
    pub begun: u32,
    /// Branches that are still on their way: as many tokens have this one as their parent.
    #[serde(skip_serializing_if = "is_zero")]
    pub left: u32,
    /// The round of a `repeat`, the place of the next item of a `for_each`.
    #[serde(skip_serializing_if = "is_zero")]
    pub round: u32,
    /// The items of a `for_each`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<serde_json::Value>,
    /// The item whose steps this token walks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    /// What steps below have found out, for the steps behind them: by the item they are walked for (0 without one), then
    /// by the name of the variable.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub known: BTreeMap<u32, BTreeMap<Arc<str>, serde_json::Value>>,
    /// Where it goes when its step is done, instead of to the next step: to where this token stood when somebody returned
    /// the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_to: Option<u32>,
    /// What wakes it beside people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub awaits: Vec<Await>,
    /// What its step asked of another system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<Uuid>,
    /// How often its work failed.
    #[serde(skip_serializing_if = "is_zero")]
    pub failed: u32,
    /// Why it cannot go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// What it awaited and what happened while the flow was suspended, in that order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
    /// The steps whose `undo` a `compensate` has yet to walk: their tokens, the next one last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<u32>,
    /// The token whose `undo` a `compensate` walks: its steps know what that one knew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoing: Option<u32>,
    /// What it did was undone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub undone: bool,
    /// Why its step was passed, or rejected, without a decision of anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unasked: Option<Unasked>,
}

/// Why nobody had to decide at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unasked {
    /// Nobody matched its rules, or those who did may not act there.
    Nobody,
    /// Only the initiator would have been asked.
    OwnRequest,
    /// Those who were needed had approved before.
    ApprovedBefore,
}

impl Unasked {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Unasked::Nobody => "nobody",
            Unasked::OwnRequest => "own_request",
            Unasked::ApprovedBefore => "approved_before",
        }
    }
}

/// Something that wakes a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Await {
    /// Its name among those of the token: a branch of a `wait`, [`WORK`], [`ANSWER`].
    pub name: Arc<str>,
    /// What it is.
    pub what: Awaited,
}

/// What would have woken a token while its flow was suspended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missed {
    /// Its name among those that the token awaits.
    pub by: Arc<str>,
    /// Why what the token waited for did not succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// What the variable of the step takes.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub value: serde_json::Value,
}

/// What failed for good, and waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// What woke the token.
    pub name: Arc<str>,
    /// What went wrong.
    pub reason: String,
}

/// The step is entered.
pub const ENTER: &str = "enter";
/// A worker does the step.
pub const WORK: &str = "work";
/// What the step asked for is there: the answer of another system, the end of another flow.
pub const ANSWER: &str = "answer";

/// What wakes a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// An instant: of a timer, or when a worker may do the step.
    At(DateTime<Utc>),
    /// Something that happens to a record of an object, to this one where it is named.
    Event {
        /// The object.
        object: Arc<str>,
        /// The record.
        record: Option<Uuid>,
    },
    /// An effect that was had.
    Effect(Uuid),
    /// Another flow that ended.
    Flow(Uuid),
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// Its node is about to be entered.
    Ready,
    /// Its node waits for a decision or an event.
    Waiting,
    /// It passed its node.
    Done,
    /// It was taken off.
    Cancelled,
}

/// Something one person is asked to do or to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: Uuid,
    /// The node's id in the definition.
    pub node: Arc<str>,
    /// The token that waits for it.
    pub token: u32,
    /// What is asked.
    pub kind: TaskKind,
    /// Who is asked.
    pub assignee: Uuid,
    /// Where it stands.
    pub state: TaskState,
    /// Place in a sequential node, from 0.
    pub order: u32,
    /// The round it belongs to.
    pub round: u32,
    /// How it came to this person.
    pub origin: Origin,
    /// The rule that named the person, in words of the definition (`role crm.finance`).
    pub why: String,
    /// The absent person in whose place it came to this one.
    #[serde(default)]
    pub in_place_of: Option<InPlaceOf>,
    /// The record's version that the decision saw.
    pub seen: Option<i64>,
    /// What the decider said.
    pub comment: Option<String>,
    /// How much the decision counts.
    pub weight: u32,
    /// Why this seat exists beside those that the definition names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<Added>,
    /// Who asked the assignee to act in their place and gets the task back: the last one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// Until when it should be done; counted from when it opened.
    #[serde(default)]
    pub due_at: Option<DateTime<Utc>>,
    /// It was decided because its time was up: the assignee decided nothing.
    #[serde(default)]
    pub automatic: bool,
    /// What its decision moved, as long as that may be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Box<Moved>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Who decided, where it was told: an administrator decides in the tasks of others, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Uuid>,
}

impl Task {
    /// Whether somebody approved, and what was returned or decided because its time was up left it standing.
    pub(crate) fn was_approved_by(&self, user: Uuid) -> bool {
        let approved = self.kind == TaskKind::Approve && self.state == TaskState::Approved;
        approved && !self.automatic && self.decided_by.unwrap_or(self.assignee) == user
    }
}

/// What a decision moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The tokens that stood somewhere else or otherwise before, and its own, as they stood.
    pub(crate) stood: Vec<Stand>,
    /// These and the ones it put, as it left them.
    pub(crate) stands: Vec<Stand>,
    /// Other seats that it changed.
    pub(crate) seats: Vec<Turn>,
    /// Seats that it made where the flow had come before.
    pub(crate) made: Vec<Uuid>,
}

/// How a token stands. What it walks and what is known to its steps are not part of it: no decision changes them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stand {
    pub(crate) token: u32,
    pub(crate) state: TokenState,
    pub(crate) data: TokenData,
}

/// What became of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    pub(crate) task: Uuid,
    pub(crate) from: Seat,
    pub(crate) to: Seat,
}

/// How a seat stands among those of its step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seat {
    pub(crate) state: TaskState,
    pub(crate) order: u32,
    pub(crate) weight: u32,
    pub(crate) added: Option<Added>,
}

/// Somebody who lent a task (委派).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Who.
    pub user: Uuid,
    /// How the task had come to them: it is theirs that way again once it is given back.
    pub origin: Origin,
}

/// A seat that somebody added (加签).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Who added it.
    pub by: Uuid,
    /// The seat of who added it.
    pub seat: Uuid,
    /// When it acts, seen from that seat.
    pub place: Place,
}

/// When an added seat acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Before it: that seat waits.
    Before,
    /// After it: that seat counts once this one has passed too.
    After,
    /// Beside it: one more of those who are asked.
    Parallel,
    /// Instead of it: of both, the first decision counts.
    Instead,
}

/// Somebody absent, whose task another has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InPlaceOf {
    /// The absent person.
    pub user: Uuid,
    /// The last day of the absence.
    pub until: NaiveDate,
}

/// What a task asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// To decide.
    Approve,
    /// To do something.
    Handle,
    /// To know.
    Cc,
}

impl TaskKind {
    /// Whether the flow waits for it.
    pub fn is_awaited(self) -> bool {
        self != TaskKind::Cc
    }
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Not yet its turn in a sequential node.
    Queued,
    /// To be done now.
    Open,
    /// Approved.
    Approved,
    /// Rejected.
    Rejected,
    /// Returned to an earlier node.
    Returned,
    /// Done (handle).
    Done,
    /// Taken off before the person acted (减签).
    Removed,
    /// Read (cc).
    Read,
    /// Not needed: the person had approved before, or is the initiator.
    Skipped,
    /// Not needed any more: somebody else decided, or the flow ended.
    Cancelled,
    /// Decided in a round that was returned, or on values that changed since.
    Superseded,
}

impl TokenState {
    /// Whether the token stands somewhere.
    pub fn is_live(self) -> bool {
        matches!(self, TokenState::Ready | TokenState::Waiting)
    }
}

impl TaskState {
    /// Whether the step may go on as far as this task is concerned.
    pub fn is_passed(self) -> bool {
        matches!(self, TaskState::Approved | TaskState::Done | TaskState::Skipped)
    }

    /// Whether it still can be acted upon.
    pub fn is_live(self) -> bool {
        matches!(self, TaskState::Queued | TaskState::Open)
    }

    /// The name on the wire and in tables.
    pub fn name(self) -> &'static str {
        match self {
            TaskState::Queued => "queued",
            TaskState::Open => "open",
            TaskState::Approved => "approved",
            TaskState::Rejected => "rejected",
            TaskState::Returned => "returned",
            TaskState::Done => "done",
            TaskState::Removed => "removed",
            TaskState::Read => "read",
            TaskState::Skipped => "skipped",
            TaskState::Cancelled => "cancelled",
            TaskState::Superseded => "superseded",
        }
    }
}

impl InstanceState {
    /// Whether it has not ended.
    pub fn is_live(self) -> bool {
        matches!(self, InstanceState::Running | InstanceState::Suspended)
    }

    /// The name on the wire and in tables.
    pub fn name(self) -> &'static str {
        match self {
            InstanceState::Running => "running",
            InstanceState::Suspended => "suspended",
            InstanceState::Approved => "approved",
            InstanceState::Rejected => "rejected",
            InstanceState::Withdrawn => "withdrawn",
            InstanceState::Cancelled => "cancelled",
            InstanceState::Done => "done",
        }
    }
}

/// How a task came to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A performer rule named the person.
    Assigned,
    /// In place of the initiator, who may not approve an own request.
    Substituted,
    /// Because nobody matched the rules.
    Fallback,
    /// Somebody gave the task away (转交).
    Transferred,
    /// Somebody asked this person to act in their place (委派).
    Delegated,
    /// Somebody added this person (加签).
    Added,
    /// The flow came back to the initiator.
    Initiator,
    /// In place of somebody absent.
    Absent,
    /// The time of who had it ran out.
    Escalated,
}
