//! `scenario`: a test that a pack ships: people act, and what they then see is compared.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// A test that a pack ships.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scenario {
    /// The scenario's name.
    pub name: String,
    /// What it shows.
    pub label: Option<diagnostic::Text>,
    /// What it starts from.
    #[serde(default)]
    pub given: Given,
    /// What happens, in order.
    pub steps: Vec<ScenarioStep>,
}

/// What a scenario starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Given {
    /// The demo data that is loaded.
    pub demo: GivenDemo,
    /// The time at the start, RFC 3339.
    pub clock: Option<String>,
}

/// Which demo data is loaded; seeds always are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum GivenDemo {
    /// All of it, or none.
    Whole(bool),
    /// These files, and what they come after.
    Files(Vec<String>),
}

impl Default for GivenDemo {
    fn default() -> Self {
        GivenDemo::Whole(false)
    }
}

/// One step: who acts, and what is done or expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioStep {
    /// The login of who acts from here on.
    pub r#as: Option<String>,
    /// What is done or expected.
    #[serde(flatten)]
    #[schemars(skip)]
    pub action: ScenarioAction,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $type:ty;)*) => {
        /// What is done or expected, told by its key.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        pub enum ScenarioAction {
            $($(#[$doc])* #[serde(rename = $name)] $variant($type),)*
        }

        impl ScenarioAction {
            /// The keys that tell the actions apart.
            pub const KEYS: &[&str] = &[$($name),*];

            /// The key.
            pub fn name(&self) -> &'static str {
                match self { $(ScenarioAction::$variant(_) => $name,)* }
            }
        }

        impl<'de> Deserialize<'de> for ScenarioAction {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let step = serde_json::Map::<String, Json>::deserialize(deserializer)?;
                $(
                    if let Some(action) = step.get($name) {
                        let action = <$type>::deserialize(action).map_err(serde::de::Error::custom)?;
                        return Ok(ScenarioAction::$variant(action));
                    }
                )*
                Err(serde::de::Error::custom("a step says what is done or expected"))
            }
        }

        /// The JSON Schema of each action's step, by its key.
        pub(crate) fn own_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
            vec![$((
                $name,
                schemars::json_schema!({
                    "type": "object",
                    "properties": {$name: generator.subschema_for::<$type>()},
                    "required": [$name]
                }),
            )),*]
        }
    };
}

actions! {
    /// A record is created.
    Create = "create" CreateRecord;
    /// A record is changed.
    Update = "update" UpdateRecord;
    /// A record is deleted.
    Delete = "delete" OnRecord;
    /// A deleted record is brought back.
    Restore = "restore" OnRecord;
    /// A record moves to another stage.
    Move = "move" MoveRecord;
    /// An action runs.
    Action = "action" RunAction;
    /// A workflow starts.
    Submit = "submit" Submit;
    /// A task is approved.
    Approve = "approve" ApproveTask;
    /// A task is rejected.
    Reject = "reject" Decide;
    /// What a task asks for is done.
    Done = "done" Decide;
    /// The actor takes a decision back.
    TakeBack = "take_back" Decide;
    /// A task goes to another person for good.
    Transfer = "transfer" GiveTo;
    /// Another person acts, and gives the task back.
    Delegate = "delegate" GiveTo;
    /// A task goes back to who lent it.
    Resolve = "resolve" Decide;
    /// Further people are asked.
    AddSign = "add_sign" AddPeople;
    /// A person is taken off a step.
    RemoveSign = "remove_sign" GiveTo;
    /// Further people are told.
    Copy = "cc" CopyTo;
    /// An administrator ends the flow.
    Cancel = "cancel" Decide;
    /// An administrator halts the flow.
    Suspend = "suspend" OnFlow;
    /// An administrator lets a halted flow go on.
    Resume = "resume" OnFlow;
    /// An administrator takes the flow to a step.
    Jump = "jump" JumpTo;
    /// An administrator has what failed tried once more.
    Retry = "retry" RetryStep;
    /// An administrator leaves out what failed.
    Skip = "skip" SkipStep;
    /// The initiator asks for a decision.
    Urge = "urge" Decide;
    /// The initiator takes the flow back.
    Withdraw = "withdraw" Decide;
    /// Somebody says something without deciding.
    Comment = "comment" Decide;
    /// The flow is sent back to an earlier step.
    Return = "return" ReturnTo;
    /// A file is uploaded.
    Upload = "upload" UploadFile;
    /// Records are counted.
    Query = "query" Query;
    /// Time passes: `9h`, `2d`, `9h working`.
    Advance = "advance" Advance;
    /// Another system answers the oldest call that waits.
    Answer = "answer" AnswerCall;
    /// A mail comes into a mailbox.
    Mail = "mail" ReceiveMail;
    /// What follows is refused.
    Refused = "refused" Refused;
    /// What is then seen.
    Expect = "expect" Expect;
}

/// A record to create.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreateRecord {
    /// The object.
    pub object: String,
    /// The form in which it is done.
    pub form: Option<String>,
    /// Field → value in wire form; `@alias` names a record.
    #[serde(default)]
    pub set: IndexMap<String, Json>,
    /// The alias under which later steps know it.
    pub save: Option<String>,
}

/// A record to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateRecord {
    /// The record's alias.
    pub record: String,
    /// The form in which it is done.
    pub form: Option<String>,
    /// Field → value in wire form; `@alias` names a record.
    #[serde(default)]
    pub set: IndexMap<String, Json>,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OnRecord {
    /// The record's alias.
    pub record: String,
}

/// A record to move.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MoveRecord {
    /// The record's alias.
    pub record: String,
    /// The move.
    pub r#move: String,
    /// Values given with the move.
    #[serde(default)]
    pub set: IndexMap<String, Json>,
}

/// An action to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunAction {
    /// The record's alias, where the action is about one.
    pub record: Option<String>,
    /// The object, where the action is about the object.
    pub object: Option<String>,
    /// The action.
    pub action: String,
    /// Its parameters.
    #[serde(default)]
    pub with: IndexMap<String, Json>,
    /// The alias of the record it answers.
    pub save: Option<String>,
}

/// A file to upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UploadFile {
    /// What it is called.
    pub name: String,
    /// What stands in it; either this or `base64`.
    pub text: Option<String>,
    /// Its bytes.
    pub base64: Option<String>,
    /// The alias by which later steps put it into fields.
    pub save: String,
}

/// A workflow to start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Submit {
    /// The record's alias.
    pub record: String,
    /// The workflow.
    pub workflow: String,
    /// What the initiator says.
    pub comment: Option<String>,
    /// Step → logins of the people whom the initiator names for it.
    #[serde(default)]
    pub picks: IndexMap<String, Vec<String>>,
    /// The alias under which later steps know the instance.
    pub save: Option<String>,
}

/// An approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApproveTask {
    /// The record's alias.
    pub record: String,
    /// The step, where the actor has tasks in several.
    pub node: Option<String>,
    /// What the actor says.
    pub comment: Option<String>,
    /// Step → logins of the people whom the actor names for it.
    #[serde(default)]
    pub picks: IndexMap<String, Vec<String>>,
}

/// What another system answers. No scenario reaches any: calls wait in the outbox until they are answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerCall {
    /// The connector and its operation.
    pub call: String,
    /// What is asked, or a part of it: `method`, `path`, `query`, `body`, or what a mail says.
    #[serde(default)]
    pub asked: IndexMap<String, Json>,
    /// Part of the answer → value.
    #[serde(default)]
    pub with: IndexMap<String, Json>,
    /// It says no, for this reason.
    pub refused: Option<String>,
}

/// A mail that comes into a mailbox. No scenario reaches any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiveMail {
    /// The mailbox: a connector that speaks `imap`.
    pub mailbox: String,
    /// Whom it is from: `Ann <ann@example.com>`.
    pub from: String,
    /// What it is about.
    #[serde(default)]
    pub subject: String,
    /// What it says.
    #[serde(default)]
    pub text: String,
    /// Its `Message-ID`, without brackets; one of its own where nothing is said.
    pub message_id: Option<String>,
    /// Further headers, such as `In-Reply-To` and `Auto-Submitted`.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// The alias of the record of `base.mail` that it becomes.
    pub save: Option<String>,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decide {
    /// The record's alias.
    pub record: String,
    /// The step, where the actor has tasks in several.
    pub node: Option<String>,
    /// What the actor says.
    pub comment: Option<String>,
}

/// A flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OnFlow {
    /// The alias of its record, or its own.
    pub record: String,
    /// What the actor says.
    pub comment: Option<String>,
}

/// A flow and a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JumpTo {
    /// The alias of its record, or its own.
    pub record: String,
    /// The step it is taken to.
    pub to: String,
    /// What the actor says.
    pub comment: Option<String>,
}

/// A flow in which something failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RetryStep {
    /// The alias of its record, or its own.
    pub record: String,
    /// The step, where several have failed.
    pub node: Option<String>,
    /// What the actor says.
    pub comment: Option<String>,
}

/// A flow in which something failed that is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SkipStep {
    /// The alias of its record, or its own.
    pub record: String,
    /// The step, where several have failed.
    pub node: Option<String>,
    /// What the variable of the step takes: parts of a `call`, a record (`@alias`) of a `create`, else what the step would
    /// have answered.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub value: Json,
    /// What the actor says.
    pub comment: Option<String>,
}

/// A task and a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GiveTo {
    /// The record's alias.
    pub record: String,
    /// The login of the person.
    pub to: String,
    /// The step, where the actor has tasks in several.
    pub node: Option<String>,
    /// What the actor says.
    pub comment: Option<String>,
}

/// A task and further people who are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AddPeople {
    /// The record's alias.
    pub record: String,
    /// Their logins.
    #[schemars(length(min = 1))]
    pub people: Vec<String>,
    /// When they act, seen from the actor.
    pub place: SeatPlace,
    /// The step, where the actor has tasks in several.
    pub node: Option<String>,
    /// What the actor says.
    pub comment: Option<String>,
}

/// When an added person acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeatPlace {
    /// Before the actor.
    Before,
    /// After the actor.
    After,
    /// Beside the actor.
    Parallel,
}

/// A task and further people who are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CopyTo {
    /// The record's alias.
    pub record: String,
    /// Their logins.
    #[schemars(length(min = 1))]
    pub people: Vec<String>,
    /// The step, where the actor has tasks in several.
    pub node: Option<String>,
    /// What the actor says.
    pub comment: Option<String>,
}

/// A way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReturnTo {
    /// The record's alias.
    pub record: String,
    /// The step it goes back to.
    pub to: String,
    /// Whether the flow comes back to the actor at once, where it leaves that to who returns it.
    #[serde(default)]
    pub back: bool,
    /// The step that sends it back, where the actor has tasks in several.
    pub node: Option<String>,
    /// What the actor says.
    pub comment: Option<String>,
}

/// Records to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Query {
    /// The object.
    pub object: String,
    /// The condition.
    pub filter: Option<String>,
    /// The words searched for.
    pub search: Option<String>,
    /// How many the actor sees.
    pub count: u64,
}

/// Time that passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Advance {
    /// This long: `9h`, `2d`; `9h working` is time of the calendar that is usual.
    By(String),
    /// This long, by a calendar.
    Calendar(AdvanceBy),
}

/// Time that passes by a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdvanceBy {
    /// How long: `9h working`, `2d working`, `9h`.
    pub by: String,
    /// The calendar; absent means the one that is usual.
    pub calendar: Option<String>,
}

impl Advance {
    /// How long.
    pub fn by(&self) -> &str {
        match self {
            Advance::By(by) | Advance::Calendar(AdvanceBy { by, .. }) => by,
        }
    }

    /// The calendar that is named.
    pub fn calendar(&self) -> Option<&str> {
        match self {
            Advance::By(_) => None,
            Advance::Calendar(advance) => advance.calendar.as_deref(),
        }
    }
}

/// An action that must be refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// The action.
    #[serde(flatten)]
    #[schemars(skip)]
    pub action: Box<ScenarioAction>,
    /// The code of the refusal.
    pub code: String,
    /// The field it is about.
    pub at: Option<String>,
}

/// What is seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Expect {
    /// The record's alias.
    pub record: Option<String>,
    /// Field → value in wire form.
    pub fields: IndexMap<String, Json>,
    /// Fields that the actor is not shown.
    pub absent: Vec<String>,
    /// Whether a move is parked.
    pub pending: Option<bool>,
    /// The open tasks; every one is listed.
    pub tasks: Option<Vec<ExpectTask>>,
    /// Field → number of entries in its history.
    pub history: IndexMap<String, u64>,
    /// Whether the actor sees the record.
    pub visible: Option<bool>,
}

/// A task that is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectTask {
    /// The login of who holds it.
    pub assignee: String,
    /// The step.
    pub node: Option<String>,
    /// Its state.
    pub state: Option<String>,
    /// The box it lies in.
    pub r#box: Option<String>,
    /// The login of the absent person in whose place it is held.
    pub in_place_of: Option<String>,
    /// Until when it should be done: an instant, or a time of the site such as `2026-01-05T18:00`.
    pub due: Option<String>,
}
