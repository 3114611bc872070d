//! Where a flow went: the steps at which something was asked or done, and whom they asked; and where two ways part.

use crate::flow::walk::Halted;
use crate::records::read::People;
use diagnostic::{Diagnostic, Locale};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;
use workflow::step::Step;
use workflow::{Flow, Instance, Origin};

/// Where a flow went.
#[derive(Clone, Debug)]
pub(super) struct Way {
    stops: Vec<Stop>,
    /// How it ended, or that it stands.
    outcome: &'static str,
    refused: Option<(Option<Arc<str>>, Diagnostic)>,
}

/// A step at which something was asked or done.
#[derive(Clone, Debug)]
struct Stop {
    node: Arc<str>,
    people: Vec<Uuid>,
    /// Somebody gave a task away or brought others in: whom the definition asks is not seen any more.
    moved: bool,
}

/// Where two ways part.
#[derive(Debug)]
pub(super) struct Difference {
    what: &'static str,
    at: usize,
    old: Way,
    new: Way,
    locale: Locale,
}

impl Way {
    /// Of an instance.
    pub fn of(flow: &Flow, instance: &Instance, halted: Halted) -> Way {
        let counts = |node: &str| {
            let step = flow.find(node).map(|node| &flow.nodes[node].step);
            matches!(step, Some(Step::People(_) | Step::Cc(_) | Step::Act(_) | Step::Wait(_)))
        };
        let tokens = instance.tokens.iter().filter(|token| counts(&token.node));
        let stops = tokens.map(|token| {
            let tasks = || instance.tasks.iter().filter(|task| task.token == token.id);
            let by_hand = |origin: Origin| {
                matches!(origin, Origin::Transferred | Origin::Delegated | Origin::Added | Origin::Escalated)
            };
            let moved = tasks().any(|task| by_hand(task.origin));
            let people = tasks().map(|task| task.assignee).collect();
            Stop { node: token.node.clone(), people, moved }
        });
        // Where a flow is refused nobody was asked.
        let refuses = |stop: &Stop| {
            let node = halted.as_ref().and_then(|(node, _)| node.as_ref());
            node == Some(&stop.node) && stop.people.is_empty()
        };
        let stops = stops.filter(|stop| !refuses(stop)).collect();
        let outcome = if halted.is_some() { "refused" } else { instance.state.name() };
        Way { stops, outcome, refused: halted }
    }

    /// Of a flow that does not begin.
    pub fn refused(found: Diagnostic) -> Way {
        Way { stops: Vec::new(), outcome: "refused", refused: Some((None, found)) }
    }

    fn told(&self, people: &People) -> Vec<Json> {
        self.stops.iter().map(|stop| stop.told(people)).collect()
    }
}

impl Stop {
    fn told(&self, people: &People) -> Json {
        let asked = self.people.iter().map(|user| people.of(Some(*user))).collect::<Vec<_>>();
        json!({"node": self.node, "people": asked})
    }

    fn asks_others_than(&self, other: &Stop) -> bool {
        let set = |stop: &Stop| stop.people.iter().copied().collect::<BTreeSet<_>>();
        !self.moved && !other.moved && set(self) != set(other)
    }
}

impl Difference {
    /// Where a new way leaves an old one, that may have been cut short.
    pub fn between(old: &Way, new: &Way, cut_short: bool, locale: Locale) -> Option<Difference> {
        let part = |what, at| Some(Difference { what, at, old: old.clone(), new: new.clone(), locale });
        for (at, (one, other)) in old.stops.iter().zip(&new.stops).enumerate() {
            if one.node != other.node {
                return part("step", at);
            }
            if one.asks_others_than(other) {
                return part("people", at);
            }
        }
        let (before, after) = (old.stops.len(), new.stops.len());
        if before > after {
            return part(if new.refused.is_some() { "refused" } else { "step" }, after);
        }
        if cut_short {
            return None;
        }
        if after > before {
            return part("step", before);
        }
        if old.outcome != new.outcome {
            return part(if new.refused.is_some() { "refused" } else { "outcome" }, before);
        }
        None
    }

    /// Everybody whom the two ways asked.
    pub fn people(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.old.stops.iter().chain(&self.new.stops).flat_map(|stop| stop.people.iter().copied())
    }

    /// As it is answered.
    pub fn told(&self, people: &People) -> Json {
        let at = |way: &Way| way.stops.get(self.at).map(|stop| stop.told(people));
        let refused = self.new.refused.as_ref().map(|(node, found)| {
            json!({"node": node, "code": found.code.name(), "message": found.render(self.locale)})
        });
        json!({
            "what": self.what,
            "first": {"old": at(&self.old), "new": at(&self.new)},
            "old": {"steps": self.old.told(people), "outcome": self.old.outcome},
            "new": {"steps": self.new.told(people), "outcome": self.new.outcome, "refused": refused},
        })
    }
}
