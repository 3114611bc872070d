//! `workflow`: who decides about a record, in which order, and what happens by itself.
//!
//! A new step type is a file under `workflow/`, its `mod` line and its line in the list below; a new kind
//! of performer is a variant in [`performer`].

mod performer;

mod acts;
mod approve;
mod call;
mod cc;
mod choose;
mod compensate;
mod decide;
mod each;
mod end;
mod for_each;
mod goto;
mod parallel;
mod records;
mod repeat;
mod script;
mod send;
mod set;
mod sla;
mod sub;
mod timer;
mod together;
mod trigger;
mod wait;

pub use acts::{Retry, Steps};
pub use approve::{Approve, ApproveMode, ApproveStep, Handle, HandleStep, Ratio, RejectRule};
pub use call::{Call, CallStep};
pub use cc::{Cc, CcStep};
pub use choose::{Branch, ChooseStep};
pub use compensate::CompensateStep;
pub use decide::DecideStep;
pub use each::EachStep;
pub use end::{EndStep, Outcome};
pub use for_each::{ForEach, ForEachMode, ForEachStep};
pub use goto::GotoStep;
pub use parallel::{Join, ParallelStep, Path};
pub(crate) use performer::own_schemas as performer_schemas;
pub use performer::{
    ChainOf, Departments, DepartmentsOf, Logins, Member, Performer, PersonOf, Picks, PreviousPicks,
    SuperiorOf,
};
pub use records::{
    Create, CreateStep, Delete, DeleteStep, Query, QueryStep, Transition, TransitionStep, Update, UpdateStep,
};
pub use repeat::{Repeat, RepeatStep};
pub use script::ScriptStep;
pub use send::{Channel, Send, SendStep};
pub use set::SetStep;
pub use sla::{Escalate, EscalateHow, Sla, SlaAct, SlaDecision};
pub use sub::{Sub, SubStep};
pub use timer::Timer;
pub use together::TogetherStep;
pub use trigger::{
    Button, DateField, Ending, FlowEvent, FormEvent, InOwnChain, MailEvent, MoveEvent, PerRecord,
    RecordEvent, Reentry, Schedule, Trigger, Webhook,
};
pub use wait::{Awaited, WaitStep};

use crate::field::FieldDefinition;
use crate::role::FieldRight;
use crate::shape::Expression;
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// Who decides about a record, in which order, or what happens by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Workflow {
    /// What it is for.
    pub r#use: WorkflowUse,
    /// The workflow's name.
    pub name: String,
    /// The name people read.
    pub label: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// The object whose records it is about. An automation that a schedule, another system or a mail sets off need not
    /// say it: it is about the run, the message or the mail.
    #[serde(default)]
    pub object: String,
    /// How an approval is started.
    #[serde(default)]
    pub start: Start,
    /// What sets off an automation.
    #[serde(default)]
    pub trigger: Trigger,
    /// How runs of an automation get on.
    #[serde(default)]
    pub reentry: Reentry,
    /// What happens to the record meanwhile.
    #[serde(default)]
    pub record: RecordPolicy,
    /// What people may do, and what happens in the usual corner cases.
    #[serde(default)]
    pub policy: Policy,
    /// What approvers may do with fields; `*` stands for all others.
    #[serde(default)]
    pub fields: IndexMap<String, FieldRight>,
    /// How long people have for each of its steps; a step may say otherwise.
    pub sla: Option<Sla>,
    /// How long the whole flow may take, from its start. While it runs, those it waits for are reminded, people are told, and
    /// an approval is rejected (`decide: reject`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall_sla: Option<Sla>,
    /// What it keeps in mind while it runs: each with a type, and what it holds at the start (`default`, `default_from`).
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub variables: IndexMap<String, FieldDefinition>,
    /// The steps, in order.
    pub steps: IndexMap<String, Step>,
    /// Names it had before.
    #[serde(default)]
    pub formerly: Vec<String>,
}

/// What a workflow is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowUse {
    /// People decide about a record.
    Approval,
    /// Something happens by itself.
    Automation,
}

/// How a workflow is started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Start {
    /// The ways; a button where it is not said.
    pub by: Vec<StartBy>,
    /// Who may start it; absent means everyone whose role grants it.
    pub roles: Option<Vec<String>>,
    /// It can be started only where this holds.
    pub when: Option<Expression>,
}

impl Default for Start {
    fn default() -> Self {
        Start { by: vec![StartBy::Button], roles: None, when: None }
    }
}

/// A way to start a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StartBy {
    /// Somebody submits the record.
    Button,
    /// A move of the record names this workflow as its `approval`.
    Transition,
}

/// What happens to the record while a workflow runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RecordPolicy {
    /// What may not be changed.
    pub lock: Lock,
    /// The fields whose change voids approvals that saw the old value.
    pub material: Vec<String>,
    /// Literals the record takes at each event.
    pub set: RecordSet,
}

/// What may not be changed while a workflow runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// Everything may be changed.
    None,
    /// The material fields.
    Material,
    /// The whole record.
    #[default]
    All,
}

/// Literals the record takes, by event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RecordSet {
    /// When the workflow starts.
    pub submit: IndexMap<String, Json>,
    /// When it ends approved.
    pub approve: IndexMap<String, Json>,
    /// When it ends rejected.
    pub reject: IndexMap<String, Json>,
    /// When the initiator takes it back.
    pub withdraw: IndexMap<String, Json>,
}

/// What people may do, and what happens in the usual corner cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Policy {
    /// Until when the initiator may withdraw.
    pub withdraw: Withdraw,
    /// Whether one person decides twice.
    pub dedupe: Dedupe,
    /// Who decides where the initiator would.
    #[serde(rename = "self")]
    pub self_approval: SelfApproval,
    /// What happens where nobody matches a step; absent means that starting or moving on is refused.
    pub empty: Option<Empty>,
    /// The decisions that need a comment.
    pub comment_required: Vec<CommentOn>,
    /// Where a returned flow goes on.
    pub after_return: AfterReturn,
    /// Whether people may take back what they decided.
    pub take_back: TakeBack,
    /// What happens where somebody who should act is absent.
    pub absent: Absent,
    /// Steps in which one person may not act twice.
    pub separate: Vec<Vec<String>>,
}

/// Until when the initiator may withdraw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Withdraw {
    /// Not at all.
    Never,
    /// Until somebody has decided.
    #[default]
    BeforeFirstDecision,
    /// Until the end.
    Anytime,
}

/// Whether one person decides twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dedupe {
    /// Yes.
    #[default]
    None,
    /// Not in two steps that follow each other.
    Consecutive,
    /// Not after any earlier approval.
    AnyEarlier,
}

/// Who decides where the initiator would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SelfApproval {
    /// The initiator.
    #[default]
    Allow,
    /// Nobody: the seat is passed over.
    Skip,
    /// The initiator's manager.
    Superior,
    /// The head of the initiator's department.
    DepartmentHead,
}

/// What happens where nobody matches a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    /// The step counts as approved.
    Pass,
    /// The flow ends rejected.
    Reject,
    /// These decide.
    Assign(Performer),
}

impl JsonSchema for Empty {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Empty".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let performer = generator.subschema_for::<Performer>();
        schemars::json_schema!({
            "anyOf": [
                {"enum": ["pass", "reject"]},
                {
                    "type": "object",
                    "properties": {"assign": performer},
                    "required": ["assign"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

/// A decision that may need a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommentOn {
    /// Approving.
    Approve,
    /// Rejecting.
    Reject,
    /// Returning.
    Return,
}

/// Where a returned flow goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterReturn {
    /// From the step it was returned to, step by step.
    #[default]
    FromHere,
    /// From the step it was returned to straight back to who returned it.
    BackToReturner,
    /// Whoever returns it says.
    Ask,
}

/// Whether people may take back what they decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TakeBack {
    /// No.
    #[default]
    Never,
    /// As long as nobody has acted upon it.
    NextUntouched,
}

/// What happens where somebody who should act is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// The task waits until the person is back.
    #[default]
    Wait,
    /// The substitute whom the person named acts.
    Substitute,
    /// The person is left out.
    Skip,
}

/// One step: what every step may say, and its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The name people read.
    pub label: Option<Text>,
    /// What approvers may do beside approving and rejecting.
    #[serde(default)]
    pub allow: Vec<Allow>,
    /// What approvers of this step may do with fields.
    #[serde(default)]
    pub fields: IndexMap<String, FieldRight>,
    /// The form in which approvers of this step see the record, instead of the object's own.
    pub form: Option<String>,
    /// How long people have for it, instead of what the workflow says. For `approve` and `handle`.
    pub sla: Option<Sla>,
    /// How often it is tried again where it fails. For steps that act by themselves.
    pub retry: Option<Retry>,
    /// What happens instead where it has failed for good. For steps that act by themselves.
    pub on_error: Option<Steps>,
    /// What undoes it, where a `compensate` asks for that. For steps that act by themselves.
    pub undo: Option<Steps>,
    /// The type, told by its key.
    #[serde(flatten)]
    #[schemars(skip)]
    pub kind: StepKind,
}

/// What approvers may do beside approving and rejecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Allow {
    /// Send the flow back to an earlier step.
    Return,
    /// Say something without deciding.
    Comment,
    /// Give the task to another person for good.
    Transfer,
    /// Ask another person to act in one's place, who gives it back.
    Delegate,
    /// Ask further people, before, after or beside oneself.
    AddSign,
    /// Take off people of the step who have not acted.
    RemoveSign,
    /// Tell further people.
    Cc,
}

macro_rules! step_types {
    ($($variant:ident = $name:literal $type:ident ($($key:literal),+);)*) => {
        /// What a step does.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum StepKind {
            $(#[doc = concat!("`", $name, ": …`")] $variant($type),)*
        }

        impl StepKind {
            /// The name of every step type and the keys that belong to it alone.
            pub const TYPES: &[(&str, &[&str])] = &[$(($name, &[$($key),+])),*];

            /// The name of the type.
            pub fn name(&self) -> &'static str {
                match self { $(StepKind::$variant(_) => $name,)* }
            }
        }

        impl<'de> Deserialize<'de> for StepKind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let step = serde_json::Map::<String, Json>::deserialize(deserializer)?;
                $(
                    if [$($key),+].iter().any(|key| step.contains_key(*key)) {
                        let step = $type::deserialize(Json::Object(step));
                        return step.map(StepKind::$variant).map_err(serde::de::Error::custom);
                    }
                )*
                Err(serde::de::Error::custom("a step says what it does"))
            }
        }

        /// The JSON Schema of each type's own keys, by name, in the order of the list.
        pub(crate) fn own_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
            vec![$(($name, <$type as JsonSchema>::json_schema(generator))),*]
        }
    };
}

step_types! {
    Approve = "approve" ApproveStep ("approve");
    Handle = "handle" HandleStep ("handle");
    Choose = "choose" ChooseStep ("choose");
    Each = "each" EachStep ("each");
    Parallel = "parallel" ParallelStep ("parallel");
    Repeat = "repeat" RepeatStep ("repeat");
    ForEach = "for_each" ForEachStep ("for_each");
    Wait = "wait" WaitStep ("wait");
    Set = "set" SetStep ("set", "set_from");
    Decide = "decide" DecideStep ("decide");
    Create = "create" CreateStep ("create");
    Update = "update" UpdateStep ("update");
    Delete = "delete" DeleteStep ("delete");
    Transition = "transition" TransitionStep ("transition");
    Query = "query" QueryStep ("query");
    Together = "together" TogetherStep ("together");
    Script = "script" ScriptStep ("script");
    Send = "send" SendStep ("send");
    Sub = "sub" SubStep ("sub");
    Call = "call" CallStep ("call");
    Compensate = "compensate" CompensateStep ("compensate");
    Cc = "cc" CcStep ("cc");
    Goto = "goto" GotoStep ("goto");
    End = "end" EndStep ("end");
}

impl Step {
    /// The sequences of steps inside a step, each with the way to it: `choose/high/steps`.
    pub fn sequences(&self) -> Vec<(String, &IndexMap<String, Step>)> {
        let branch = |key: &str, name: &String| format!("{key}/{name}/steps");
        let mut all: Vec<_> = match &self.kind {
            StepKind::Choose(step) => {
                step.choose.iter().map(|(name, b)| (branch("choose", name), &b.steps)).collect()
            }
            StepKind::Each(step) => {
                step.each.iter().map(|(name, b)| (branch("each", name), &b.steps)).collect()
            }
            StepKind::Parallel(step) => {
                step.parallel.iter().map(|(name, b)| (branch("parallel", name), &b.steps)).collect()
            }
            StepKind::Wait(step) => {
                step.wait.iter().map(|(name, b)| (branch("wait", name), &b.steps)).collect()
            }
            StepKind::Repeat(step) => vec![("steps".to_owned(), &step.steps)],
            StepKind::ForEach(step) => vec![("steps".to_owned(), &step.steps)],
            StepKind::Together(step) => vec![("together".to_owned(), &step.together)],
            _ => Vec::new(),
        };
        let further = [("on_error/steps", &self.on_error), ("undo/steps", &self.undo)];
        all.extend(
            further.into_iter().filter_map(|(way, steps)| Some((way.to_owned(), &steps.as_ref()?.steps))),
        );
        all
    }

    /// Whether the step acts by itself, at a time of its own, and so can fail without anybody being there.
    pub fn acts(&self) -> bool {
        matches!(
            self.kind,
            StepKind::Create(_)
                | StepKind::Update(_)
                | StepKind::Delete(_)
                | StepKind::Transition(_)
                | StepKind::Together(_)
                | StepKind::Script(_)
                | StepKind::Send(_)
                | StepKind::Sub(_)
                | StepKind::Call(_)
        )
    }
}
