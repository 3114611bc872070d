//! What each kind of step says. What it does is in `crate::step`, one file each.

pub use definition::workflow::{Allow, RejectRule};

use super::sla::Sla;
use super::trigger::Event;
use super::{Outcome, Performer, ScopeId};
use crate::instance::TaskKind;
use calendar::{Duration, Quiet};
use catalog::ScriptRef;
use chrono::TimeDelta;
use expression::{Expr, Value};
use std::sync::Arc;

/// A step.
#[derive(Debug)]
pub enum Step {
    /// `approve`, `handle`
    People(People),
    /// `choose`
    Choose(Choose),
    /// `each`
    Each(Each),
    /// `parallel`
    Parallel(Parallel),
    /// `repeat`
    Repeat(Repeat),
    /// `for_each`
    ForEach(ForEach),
    /// `wait`
    Wait(Wait),
    /// `set`
    Set(Set),
    /// `decide`
    Decide(Decide),
    /// `create`, `update`, `delete`, `transition`, `script`, `send`, `sub`
    Act(Act),
    /// `query`
    Query(Query),
    /// `together`
    Together(Together),
    /// `compensate`
    Compensate(Compensate),
    /// `cc`
    Cc(Cc),
    /// `goto`
    Goto(Goto),
    /// `end`
    End(End),
}

impl Step {
    /// What the step asks of people; `None` where it asks nothing.
    pub fn asks(&self) -> Option<TaskKind> {
        match self {
            Step::People(step) => Some(step.asks),
            _ => None,
        }
    }
}

/// People decide (`approve`) or do something (`handle`).
#[derive(Debug)]
pub struct People {
    /// Whether a decision is asked for, or only that something is done.
    pub asks: TaskKind,
    /// Who acts.
    pub by: Vec<Performer>,
    /// How their decisions count.
    pub mode: Mode,
    /// What one rejection means.
    pub reject: RejectRule,
    /// What they may do beside that.
    pub allow: Vec<Allow>,
    /// How long they have.
    pub sla: Option<Arc<Sla>>,
}

/// How decisions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// One approval is enough (或签).
    #[default]
    Any,
    /// Everyone must approve (会签).
    All,
    /// Everyone must approve, in order (依次).
    Sequential,
    /// So many must approve.
    Count(u32),
    /// At least this share of the people must approve, in millionths.
    Ratio(u32),
    /// The weights of those who approved must reach this.
    Weight(u32),
}

/// Takes the first case that holds; none at all passes on.
#[derive(Debug)]
pub struct Choose {
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// Takes all cases that hold, at the same time; the one without a condition where none does.
#[derive(Debug)]
pub struct Each {
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug)]
pub struct Case {
    /// Its name in the definition; `otherwise` for the last resort.
    pub name: Arc<str>,
    /// Must hold; `None` always does.
    pub when: Option<Expr>,
    /// The condition as it was written.
    pub written: Option<Arc<str>>,
    /// The steps it leads to.
    pub scope: ScopeId,
}

/// Takes all branches at the same time.
#[derive(Debug)]
pub struct Parallel {
    /// The branches.
    pub branches: Vec<ScopeId>,
    /// How many of them must end before the flow goes on; the others are taken off then.
    pub join: Join,
}

/// How many branches must end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Join {
    /// All.
    #[default]
    All,
    /// So many.
    Count(u32),
}

/// Takes its steps again and again.
#[derive(Debug)]
pub struct Repeat {
    /// At most so often.
    pub max: u32,
    /// Must hold before each round.
    pub while_holds: Option<Expr>,
    /// Ends it where it holds after a round.
    pub until: Option<Expr>,
    /// The variable that counts the rounds from 1.
    pub counter: Option<Arc<str>>,
    /// The steps.
    pub scope: ScopeId,
}

/// Takes its steps once for each item.
#[derive(Debug)]
pub struct ForEach {
    /// A list; `None` where it does not compile, and then no flow comes of it.
    pub items: Option<Expr>,
    /// The variable that holds the item.
    pub item: Arc<str>,
    /// All at the same time, rather than one after another.
    pub together: bool,
    /// How many must end, where they run at the same time.
    pub join: Join,
    /// The steps.
    pub scope: ScopeId,
}

/// Writes fields of the record, and variables.
#[derive(Debug, Default)]
pub struct Set {
    /// Literals.
    pub set: Vec<(Arc<str>, Value)>,
    /// Computed values.
    pub set_from: Vec<(Arc<str>, Expr)>,
    /// What variables hold from now on.
    pub variables: Vec<(Arc<str>, Expr)>,
}

/// Asks a decision table.
#[derive(Debug)]
pub struct Decide {
    /// The decision.
    pub decision: Arc<str>,
    /// The inputs that are given to it.
    pub with: Vec<(Arc<str>, Expr)>,
    /// The record that is asked about; that of the flow without.
    pub record: Option<Expr>,
    /// What its answer is called: the variable of an output is `into.output`.
    pub into: Arc<str>,
}

impl Decide {
    /// The variable that holds an output.
    pub fn variable(&self, output: &str) -> Arc<str> {
        format!("{}.{output}", self.into).into()
    }
}

/// Stands until one of several things happens.
#[derive(Debug)]
pub struct Wait {
    /// What it waits for, in the order of the definition.
    pub branches: Vec<Awaiting>,
}

/// One thing that is waited for.
#[derive(Debug)]
pub struct Awaiting {
    /// Its name in the definition.
    pub name: Arc<str>,
    /// What it is.
    pub on: On,
    /// The steps it leads to.
    pub scope: ScopeId,
}

/// What is waited for.
#[derive(Debug)]
pub enum On {
    /// A time.
    Timer(Timer),
    /// Something that happens to a record.
    Event(Event),
}

/// When something is due.
#[derive(Debug, Default)]
pub struct Timer {
    /// After this time.
    pub after: Option<Duration>,
    /// After a time that is computed.
    pub after_from: Option<Expr>,
    /// At an instant that is computed.
    pub until: Option<Expr>,
    /// The calendar whose hours count.
    pub calendar: Option<Arc<str>>,
    /// The hours in which it is put off.
    pub quiet: Option<Quiet>,
}

/// Does something by itself, in a transaction of its own or that of the `together` around it.
#[derive(Debug)]
pub struct Act {
    /// What.
    pub deed: Deed,
    /// The variable that takes what came of it.
    pub into: Option<Arc<str>>,
}

/// What is done.
#[derive(Debug)]
pub enum Deed {
    /// A record is made.
    Create {
        /// Its object.
        object: Arc<str>,
        /// Its fields.
        set: Set,
    },
    /// Records are changed.
    Update {
        /// Which.
        at: Target,
        /// Their fields.
        set: Set,
    },
    /// Records go into the bin.
    Delete {
        /// Which.
        at: Target,
    },
    /// Records make a move.
    Move {
        /// Which.
        at: Target,
        /// The move.
        name: Arc<str>,
        /// Fields that change with it.
        set: Set,
    },
    /// A script runs.
    Script(ScriptRef),
    /// People are told.
    Send(Send),
    /// Another flow runs.
    Sub(Sub),
    /// Something is asked of another system.
    Call(Call),
}

/// What is asked of another system.
#[derive(Debug)]
pub struct Call {
    /// The connector and its operation, in full.
    pub operation: Arc<str>,
    /// Parameters, as they were written.
    pub with: serde_json::Map<String, serde_json::Value>,
    /// Parameters that are computed.
    pub with_from: Vec<(Arc<str>, Expr)>,
    /// What the answer is called: the variable of a part is `into.part`.
    pub into: Option<Arc<str>>,
}

impl Call {
    /// The variable that holds a part of the answer.
    pub fn variable(&self, part: &str) -> Option<Arc<str>> {
        self.into.as_ref().map(|into| format!("{into}.{part}").into())
    }
}

/// Records of an object.
#[derive(Debug)]
pub struct Target {
    /// The object.
    pub object: Arc<str>,
    /// A condition on them; `None` is the flow's own record.
    pub filter: Option<Expr>,
}

/// A message and its receivers.
#[derive(Debug)]
pub struct Send {
    /// By mail, rather than as a notification.
    pub mail: bool,
    /// The template's full name.
    pub template: Arc<str>,
    /// The users.
    pub to: Vec<Performer>,
    /// Addresses.
    pub to_from: Option<Expr>,
}

/// Another flow.
#[derive(Debug)]
pub struct Sub {
    /// Its full name.
    pub workflow: Arc<str>,
    /// The record it is about; `None` is the flow's own.
    pub record: Option<Expr>,
    /// Whether this one goes on only once it has ended.
    pub wait: bool,
}

/// Looks for records.
#[derive(Debug)]
pub struct Query {
    /// Their object.
    pub object: Arc<str>,
    /// Which; all where it is not said.
    pub filter: Option<Expr>,
    /// The most that are taken.
    pub limit: u32,
    /// Only how many there are.
    pub count: bool,
    /// The variable that takes them.
    pub into: Arc<str>,
}

/// Steps in one transaction.
#[derive(Debug)]
pub struct Together {
    /// The steps.
    pub scope: ScopeId,
}

/// Undoes what was done.
#[derive(Debug)]
pub struct Compensate {
    /// The steps whose `undo` is walked; empty: all that have one.
    pub steps: Vec<Arc<str>>,
}

/// How often a step is tried again.
#[derive(Clone, Debug)]
pub struct Retry {
    /// So often.
    pub max: u32,
    /// After this time.
    pub backoff: TimeDelta,
    /// Each time so much later.
    pub factor: u32,
}

/// Tells people.
#[derive(Debug)]
pub struct Cc {
    /// Who is told.
    pub by: Vec<Performer>,
}

/// Goes on at another step of the same or an enclosing sequence.
#[derive(Debug)]
pub struct Goto {
    /// The step.
    pub target: Arc<str>,
}

/// Ends the flow.
#[derive(Debug)]
pub struct End {
    /// How.
    pub outcome: Outcome,
}
