//! What is kept of a flow that is walked, one thing that happened after the other.

use super::Walk;
use crate::flow::log::LogKind;
use chrono::{DateTime, Utc};
use diagnostic::Diagnostic;
use std::collections::HashMap;
use std::sync::Arc;
use storage::Watched;
use uuid::Uuid;
use workflow::decision::DecisionKind;
use workflow::{Flow, Instance};

/// Something that happened, and what came of it.
pub(in crate::flow) struct Moment {
    /// When.
    pub at: DateTime<Utc>,
    /// The token at whose step.
    pub token: Option<u32>,
    /// What.
    pub what: Happened,
    /// The tokens that came of it: from this one to before that one.
    pub tokens: (u32, u32),
    /// The tasks that came of it, by their places.
    pub tasks: (usize, usize),
    /// What it wrote.
    pub wrote: Watched,
    /// The automations that this set off.
    pub automations: Vec<SetOff>,
}

/// An automation that was walked as far as it comes by itself at once.
pub(in crate::flow) struct SetOff {
    pub walked: Below,
    /// What its record is called.
    pub title: Option<String>,
}

/// What happened.
pub(in crate::flow) enum Happened {
    /// The flow began.
    Started,
    /// Somebody decided.
    Decided {
        /// The task.
        task: Uuid,
        /// How.
        kind: DecisionKind,
        /// In which words.
        comment: Option<String>,
    },
    /// What a token waited for came.
    Woken {
        /// What.
        by: Arc<str>,
        /// Why that failed.
        failed: Option<String>,
    },
    /// A share of the time has passed.
    TimePassed {
        /// In percent.
        percent: u32,
        /// What that led to.
        kind: LogKind,
        /// Whom that told or brought in.
        people: Vec<Uuid>,
    },
    /// Another flow was walked, which this one waits for.
    Below(Box<Below>),
    /// The flow ended.
    Ended,
}

/// Another flow that was walked.
pub(in crate::flow) struct Below {
    pub flow: Arc<Flow>,
    pub instance: Instance,
    pub moments: Vec<Moment>,
    pub cases: HashMap<u32, Vec<usize>>,
    pub halted: Option<(Option<Arc<str>>, Box<Diagnostic>)>,
}

/// How a flow stood before something happened.
pub(super) struct Before {
    tokens: u32,
    tasks: usize,
}

impl Walk<'_> {
    pub(super) fn mark(&self) -> Before {
        Before { tokens: self.run.instance.tokens.len() as u32, tasks: self.run.instance.tasks.len() }
    }

    pub(super) fn keep(&mut self, before: Before, token: Option<u32>, what: Happened) {
        let after = self.mark();
        self.moments.push(Moment {
            at: self.now(),
            token,
            what,
            tokens: (before.tokens, after.tokens),
            tasks: (before.tasks, after.tasks),
            wrote: Watched::take(&self.work.tx),
            automations: Vec::new(),
        });
    }
}
