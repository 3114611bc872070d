//! What happens next in a flow that is walked: the earliest of all that is known to come.

use super::Walk;
use super::script::{Turn, What};
use calendar::{Duration, add_elapsed};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;
use workflow::instance::{ANSWER, ENTER, WORK};
use workflow::{Await, Awaited, InstanceState, Task, TaskState, Token, TokenState};

/// What happens next, and when.
pub(super) struct Next {
    pub at: DateTime<Utc>,
    pub deed: Deed,
}

/// What happens.
pub(super) enum Deed {
    /// Somebody decides.
    Decide(Box<Task>, Option<Turn>),
    /// A token is woken.
    Wake(u32, Arc<str>),
    /// A token waits for another flow.
    Below(u32, Uuid),
    /// A share of time has passed.
    Mark { place: usize },
}

/// The order of what happens at the same instant: time that passes comes behind what is done in it.
type Order = (DateTime<Utc>, bool, u32, usize);

impl Walk<'_> {
    /// The earliest of what is known to come; `None` where that is nothing.
    pub(super) fn next(&mut self) -> Option<Next> {
        if self.run.instance.state != InstanceState::Running {
            return None;
        }
        let mut all: Vec<(Order, Deed)> = Vec::new();
        let waits = |token: &&Token| {
            token.state == TokenState::Waiting && token.data.left == 0 && token.data.incident.is_none()
        };
        for token in self.run.instance.tokens.iter().filter(waits) {
            let open = |task: &&Task| {
                task.token == token.id && task.kind.is_awaited() && task.state == TaskState::Open
            };
            let tasks = self.run.instance.tasks.iter().filter(open);
            all.extend(tasks.enumerate().filter_map(|(place, task)| self.decision(task, place)));
            all.extend(self.waking(token));
        }
        if self.script.marks {
            all.extend(self.passing());
        }
        if self.script.at_once {
            all.retain(|((at, ..), deed)| self.is_at_once(*at, deed));
        }
        let ((at, ..), deed) = all.into_iter().min_by_key(|(order, _)| *order)?;
        if let Deed::Decide(task, None) = &deed
            && self.script.paces.is_some()
            && self.usually(task).is_none()
        {
            self.certain = false;
        }
        Some(Next { at, deed })
    }

    /// Whether a worker does it as soon as it comes to it.
    fn is_at_once(&self, at: DateTime<Utc>, deed: &Deed) -> bool {
        match deed {
            Deed::Wake(_, by) => at <= self.now() && [ENTER, WORK].contains(&&**by),
            Deed::Below(..) => true,
            Deed::Decide(..) | Deed::Mark { .. } => false,
        }
    }

    fn decision(&self, task: &Task, place: usize) -> Option<(Order, Deed)> {
        let now = self.now();
        let turn = self.script.of_task(&self.run, task);
        let since = self.opened.get(&task.id).copied().unwrap_or(now);
        let at = match turn {
            Some(Turn { what: What::Nothing, .. }) => return None,
            Some(Turn { at: Some(at), .. }) => *at,
            Some(Turn { after: Some(after), .. }) => self.behind(since, after),
            Some(_) => now,
            None => self.usually(task).unwrap_or(now),
        };
        let order = (at.max(now), false, task.token, place);
        Some((order, Deed::Decide(Box::new(task.clone()), turn.cloned())))
    }

    /// So long after an instant.
    fn behind(&self, since: DateTime<Utc>, after: &Duration) -> DateTime<Utc> {
        add_elapsed(self.work.engine.site().time_zone, since, after).unwrap_or(since)
    }

    /// When somebody is expected to have decided: when there is time to, else when such steps are usually done.
    fn usually(&self, task: &Task) -> Option<DateTime<Utc>> {
        self.script.paces.as_ref()?;
        let since = self.opened.get(&task.id).copied().unwrap_or(self.now());
        task.due_at.or_else(|| self.script.pace(&task.node).map(|pace| since + pace))
    }

    /// What wakes a token: what workers do, then the branch that the script names, then the first time, then what is named
    /// first.
    fn waking(&self, token: &Token) -> Option<(Order, Deed)> {
        let (now, awaits) = (self.now(), &token.data.awaits);
        let turn = self.script.turn(&self.run, token.id, None);
        let at_of = |one: &Await| match one.what {
            Awaited::At(at) => at.max(now),
            _ => now,
        };
        let wake = |one: &Await, at: DateTime<Utc>| {
            let deed = match one.what {
                Awaited::Flow(child) if self.script.ends => Deed::Below(token.id, child),
                _ => Deed::Wake(token.id, one.name.clone()),
            };
            Some(((at.max(now), false, token.id, 0), deed))
        };
        if let Some(one) = awaits.iter().find(|one| [ENTER, WORK, ANSWER].contains(&&*one.name)) {
            let after = turn.and_then(|turn| turn.after.as_ref()).filter(|_| *one.name == *ANSWER);
            return match turn.map(|turn| &turn.what) {
                Some(What::Nothing) if *one.name == *ANSWER => None,
                _ => wake(one, after.map_or(at_of(one), |after| self.behind(now, after))),
            };
        }
        let timer =
            awaits.iter().filter(|one| matches!(one.what, Awaited::At(_))).min_by_key(|one| at_of(one));
        match turn {
            Some(Turn { what: What::Branch(name), after, at, .. }) => {
                let one = awaits.iter().find(|one| *one.name == **name)?;
                let after = after.as_ref().map(|after| self.behind(now, after));
                let at = at.or(after).unwrap_or(at_of(one));
                // A time that passes before is not waited out.
                match timer.filter(|timer| at_of(timer) < at) {
                    Some(timer) => wake(timer, at_of(timer)),
                    None => wake(one, at),
                }
            }
            Some(Turn { what: What::Nothing, .. }) => timer.and_then(|one| wake(one, at_of(one))),
            _ => timer.or_else(|| awaits.first()).and_then(|one| wake(one, at_of(one))),
        }
    }

    /// The shares of time that are ahead of what is still open.
    fn passing(&self) -> impl Iterator<Item = (Order, Deed)> {
        let now = self.now();
        self.ahead.iter().enumerate().filter_map(move |(place, ahead)| {
            if ahead.done {
                return None;
            }
            if let Some((task, since)) = ahead.task
                && self.opened.get(&task) != Some(&since)
            {
                return None;
            }
            let deed = Deed::Mark { place };
            Some(((ahead.at.max(now), true, 0, place), deed))
        })
    }
}
