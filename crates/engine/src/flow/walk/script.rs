//! What people do while a flow is walked, and how long they take.

use calendar::Duration;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use workflow::decision::DecisionKind;
use workflow::{Run, Task};

/// What people do. Where it says nothing they approve, at once.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// What is done at a step, one visit after the other; the last one holds for all that follow.
    pub turns: HashMap<String, Vec<Turn>>,
    /// How long a step takes usually: people take as long, or as long as they have.
    pub paces: Option<HashMap<String, TimeDelta>>,
    /// Whether what happens as time passes happens.
    pub marks: bool,
    /// Whether steps that fail go on as such steps do; else the walk halts there.
    pub fails: bool,
    /// Whether the end of the flow does what it means for the record.
    pub ends: bool,
    /// Whether only that happens which workers do at once: nobody decides, no time passes.
    pub at_once: bool,
}

/// What is done at one visit of a step.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// The visit, from 0.
    pub visit: usize,
    /// By whom; anybody where it is not said.
    pub person: Option<Uuid>,
    /// What.
    pub what: What,
    /// So long after it was asked for.
    pub after: Option<Duration>,
    /// At this instant.
    pub at: Option<DateTime<Utc>>,
}

/// What is done.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum What {
    /// What is wanted: an approval.
    #[default]
    Usual,
    /// This decision.
    Decide {
        /// Which.
        kind: DecisionKind,
        /// In which words.
        comment: Option<String>,
        /// The step to return to.
        to: Option<String>,
        /// Whether a returned flow comes straight back.
        back: bool,
    },
    /// Nothing: its time passes.
    Nothing,
    /// This branch of a `wait` comes.
    Branch(String),
    /// The other system answers this.
    Answer(Json),
    /// The step fails.
    Fail(String),
}

impl Script {
    /// What somebody does with a task.
    pub(super) fn of_task(&self, run: &Run<'_>, task: &Task) -> Option<&Turn> {
        self.turn(run, task.token, Some(task.assignee))
    }

    /// What happens at the step of a token that asks nobody.
    pub(super) fn what_of(&self, run: &Run<'_>, token: u32) -> Option<What> {
        self.turn(run, token, None).map(|turn| turn.what.clone())
    }

    pub(super) fn turn(&self, run: &Run<'_>, token: u32, person: Option<Uuid>) -> Option<&Turn> {
        let node = &run.instance.tokens.get(token as usize)?.node;
        let turns = self.turns.get(&**node)?;
        let visit =
            run.instance.tokens.iter().filter(|other| other.node == *node && other.id < token).count();
        let last = turns.iter().map(|turn| turn.visit).filter(|at| *at <= visit).max()?;
        let at = || turns.iter().filter(move |turn| turn.visit == last);
        at().find(|turn| turn.person.is_some() && turn.person == person)
            .or_else(|| at().find(|turn| turn.person.is_none()))
    }

    /// How long a step usually takes.
    pub(super) fn pace(&self, node: &Arc<str>) -> Option<TimeDelta> {
        self.paces.as_ref()?.get(&**node).copied()
    }
}
