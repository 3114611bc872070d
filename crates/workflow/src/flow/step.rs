//! What each kind of step says. What it does is in `crate::step`, one file each.

use super::{Outcome, Performer, ScopeId};
use crate::instance::TaskKind;
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
    /// `set`
    Set(Set),
    /// `decide`
    Decide(Decide),
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
    pub reject: Reject,
    /// What they may do beside that.
    pub allow: Vec<Allow>,
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

/// What a rejection means for its step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reject {
    /// One rejects for all.
    #[default]
    Any,
    /// The step is rejected once the others cannot approve it any more.
    Unreachable,
}

/// What people may do with a task beside deciding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allow {
    /// Send the flow back to an earlier step.
    Return,
    /// Say something without deciding.
    Comment,
    /// Give the task to another person for good.
    Transfer,
    /// Ask another person to act, who gives it back.
    Delegate,
    /// Ask further people.
    AddSign,
    /// Take off people who have not acted.
    RemoveSign,
    /// Tell further people.
    Cc,
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
