//! What happens to a task as its time passes: others come in, or it is decided without anybody.

use crate::flow::sla::{EscalateHow, Sla, SlaDecision};
use crate::flow::step::Step;
use crate::flow::{NodeId, Outcome};
use crate::instance::{Added, Origin, Place, Task, TaskKind, TaskState};
use crate::run::{Person, Question, Run, Seat};
use diagnostic::{Code, Diagnostic, Result};
use uuid::Uuid;

impl<'f> Run<'f> {
    /// How long people have for a task.
    pub fn deadline(&self, task: &Task) -> Option<&'f Sla> {
        match &self.flow.nodes[self.flow.find(&task.node)?].step {
            Step::People(step) if task.kind.is_awaited() => step.sla.as_deref(),
            _ => None,
        }
    }

    /// Whether somebody can come in where a task stays open: not who has it, has a seat beside it or may not act here.
    pub fn may_come_in(&self, task: &Task, user: Uuid) -> bool {
        let sits = |state: TaskState| state.is_live() || state.is_passed();
        let seated = |t: &Task| t.token == task.token && t.kind.is_awaited() && sits(t.state);
        user != task.assignee
            && !self.instance.tasks.iter().any(|t| t.assignee == user && seated(t))
            && self.may_act(&task.node, user).is_ok()
    }

    /// People come in where a task stays open. Nothing happens where there is nobody who could.
    ///
    /// # Errors
    /// As [`Run::decide`], and what the next steps refuse.
    pub fn escalate(&mut self, task: Uuid, people: &[Person], how: EscalateHow) -> Result<Option<Question>> {
        let place = self.open_task(task)?;
        let mine = self.instance.tasks[place].clone();
        match how {
            EscalateHow::Tell => {
                self.tell(&mine, people);
                Ok(None)
            }
            EscalateHow::Transfer => {
                let Some(person) = people.iter().find(|person| self.may_come_in(&mine, person.user)) else {
                    return Ok(None);
                };
                let task = &mut self.instance.tasks[place];
                task.owners.clear();
                task.assignee = person.user;
                task.why.clone_from(&person.why);
                task.in_place_of.clone_from(&person.in_place_of);
                task.origin = Origin::Escalated;
                Ok(None)
            }
            EscalateHow::Add => {
                let Some(node) = self.flow.find(&mine.node) else { return self.advance() };
                // Whoever came in for the same task before is of the same group.
                let instead = mine.added.filter(|added| added.place == Place::Instead);
                let seat = instead.map_or(mine.id, |added| added.seat);
                for person in people {
                    if !self.may_come_in(&mine, person.user) {
                        continue;
                    }
                    let (origin, state) = (Origin::Escalated, TaskState::Queued);
                    let (kind, order) = (mine.kind, mine.order);
                    let id = self.seat(node, mine.token, Seat { kind, person, origin, order, state });
                    let added = Added { by: Uuid::nil(), seat, place: Place::Instead };
                    self.instance.tasks.iter_mut().filter(|t| t.id == id).for_each(|t| t.added = Some(added));
                }
                self.decided(&mine)
            }
        }
    }

    /// Tells people what a task is about, each once.
    pub(crate) fn tell(&mut self, task: &Task, people: &[Person]) {
        let Some(node) = self.flow.find(&task.node) else { return };
        for person in people {
            let told =
                |t: &Task| t.token == task.token && t.assignee == person.user && t.kind == TaskKind::Cc;
            if !self.instance.tasks.iter().any(told) {
                self.copy(node, task.token, person);
            }
        }
    }

    /// Tells people what a flow is about that takes long, each once: where it waits.
    pub fn tell_of_flow(&mut self, people: &[Person]) {
        let open = self.instance.tasks.iter().find(|t| t.kind.is_awaited() && t.state == TaskState::Open);
        let waits = self.instance.tokens.iter().rfind(|token| token.state.is_live()).map(|token| token.id);
        let Some(token) = open.map(|task| task.token).or(waits) else { return };
        let Some(node) = self.instance.tokens.get(token as usize).and_then(|t| self.flow.find(&t.node))
        else {
            return;
        };
        for person in people {
            let told = |t: &Task| t.assignee == person.user && t.kind == TaskKind::Cc;
            if !self.instance.tasks.iter().any(told) {
                self.copy(node, token, person);
            }
        }
    }

    fn copy(&mut self, node: NodeId, token: u32, person: &Person) {
        let (kind, origin, state) = (TaskKind::Cc, Origin::Added, TaskState::Open);
        self.seat(node, token, Seat { kind, person, origin, order: 0, state });
    }

    /// The time of the whole flow is up: it is rejected without anybody.
    ///
    /// # Errors
    /// `instance_ended`.
    pub fn reject_alone(&mut self) -> Result<()> {
        self.running()?;
        self.end(Outcome::Reject);
        Ok(())
    }

    /// Decides a task whose time is up. It does not count as a decision of whoever holds it.
    ///
    /// # Errors
    /// `instance_ended`, `task_decided`, `not_your_turn`, `not_permitted` for a decision that the task does not ask for,
    /// and what the next steps refuse.
    pub fn decide_alone(&mut self, task: Uuid, decision: SlaDecision, seen: i64) -> Result<Option<Question>> {
        let place = self.open_task(task)?;
        let now = self.now;
        let task = &mut self.instance.tasks[place];
        task.state = match (decision, task.kind) {
            (SlaDecision::Approve, TaskKind::Approve) => TaskState::Approved,
            (SlaDecision::Reject, TaskKind::Approve) => TaskState::Rejected,
            (SlaDecision::Done, TaskKind::Handle) => TaskState::Done,
            (SlaDecision::Skip, TaskKind::Approve | TaskKind::Handle) => TaskState::Skipped,
            _ => {
                let found = Diagnostic::new(Code::NotPermitted).with("action", decision.name());
                return Err(Box::new(found.with("what", &task.node)));
            }
        };
        task.automatic = true;
        // What is skipped is not decided, as with seats that are not needed from the beginning.
        if decision != SlaDecision::Skip {
            (task.seen, task.decided_at) = (Some(seen), Some(now));
        }
        task.owners.clear();
        let decided = task.clone();
        self.decided(&decided)
    }

    /// Of seats of which the first decision counts, those that did not decide are not needed any more, and the one that
    /// did stands where the first one was. Where that one is gone, the next one takes its place.
    pub(crate) fn settle_alternatives(&mut self, token: u32) {
        let mut firsts: Vec<Uuid> = Vec::new();
        for task in self.instance.tasks.iter().filter(|t| t.token == token) {
            let first = task.added.filter(|added| added.place == Place::Instead).map(|added| added.seat);
            firsts.extend(first.filter(|first| !firsts.contains(first)));
        }
        for first in firsts {
            let of_group = |t: &Task| {
                let instead = |added: Added| added.place == Place::Instead && added.seat == first;
                t.token == token && (t.id == first || t.added.is_some_and(instead))
            };
            let group = |test: &dyn Fn(TaskState) -> bool, tasks: &[Task]| {
                tasks.iter().find(|t| of_group(t) && test(t.state)).map(|t| t.id)
            };
            let tasks = &self.instance.tasks;
            let decided = group(&|state| state.is_passed() || state == TaskState::Rejected, tasks);
            let gone = !tasks.iter().any(|t| t.id == first && t.state.is_live());
            let heir = decided.or_else(|| group(&TaskState::is_live, tasks).filter(|_| gone));
            if decided.is_some() {
                for task in self.instance.tasks.iter_mut().filter(|t| of_group(t) && t.state.is_live()) {
                    task.state = TaskState::Cancelled;
                }
            }
            if let Some(heir) = heir.filter(|heir| *heir != first) {
                self.take_the_place(first, heir);
            }
        }
    }

    /// One seat stands where another one was, with all that was added around that.
    pub(crate) fn take_the_place(&mut self, first: Uuid, heir: Uuid) {
        let tasks = &mut self.instance.tasks;
        let Some(before) = tasks.iter().find(|t| t.id == first).cloned() else { return };
        for task in tasks.iter_mut() {
            if task.id == heir {
                (task.added, task.order, task.weight) = (before.added, before.order, before.weight);
            } else if task.id == first {
                task.added = Some(Added { by: Uuid::nil(), seat: heir, place: Place::Instead });
            } else if let Some(added) = task.added.as_mut().filter(|added| added.seat == first) {
                added.seat = heir;
            }
        }
    }
}
