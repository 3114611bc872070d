//! Seats of a node beside those that its definition names: given away, lent, added, taken off.

use crate::flow::step::Allow;
use crate::instance::{Added, Origin, Owner, Place, Task, TaskState};
use crate::run::{Person, Question, Run, Seat};
use diagnostic::{Code, Diagnostic, Result};
use uuid::Uuid;

impl Run<'_> {
    /// Gives a task to another person for good (转交). One who has a seat at the node already gets no second one.
    ///
    /// # Errors
    /// As [`Run::decide`]; `not_permitted` where the step does not allow it, or the person has the seat already.
    pub fn transfer(&mut self, task: Uuid, to: Uuid) -> Result<Option<Question>> {
        let place = self.open_task(task)?;
        self.allowed(&self.instance.tasks[place], Allow::Transfer, "transfer")?;
        if self.instance.tasks[place].assignee == to {
            return Err(not_permitted("transfer", &self.instance.tasks[place]));
        }
        self.give(task, to)
    }

    /// Gives a task to another person for good, whoever has it and whatever the step allows: as an administrator does.
    ///
    /// # Errors
    /// As [`Run::reassign`].
    pub fn give(&mut self, task: Uuid, to: Uuid) -> Result<Option<Question>> {
        let asked = self.reassign(task, to, "")?;
        if let Some(task) = self.instance.tasks.iter_mut().find(|t| t.id == task && t.assignee == to) {
            task.owners.clear();
            task.origin = Origin::Transferred;
        }
        Ok(asked)
    }

    /// Asks another person to act in one's place (委派), who gives the task back with what they think of it.
    ///
    /// # Errors
    /// As [`Run::decide`]; `not_permitted` where the step does not allow it, or the person has the seat already.
    pub fn delegate(&mut self, task: Uuid, to: Uuid) -> Result<()> {
        let place = self.open_task(task)?;
        self.allowed(&self.instance.tasks[place], Allow::Delegate, "delegate")?;
        let task = &mut self.instance.tasks[place];
        if task.assignee == to || task.owners.iter().any(|owner| owner.user == to) {
            return Err(not_permitted("delegate", task));
        }
        task.owners.push(Owner { user: task.assignee, origin: task.origin });
        task.assignee = to;
        task.origin = Origin::Delegated;
        Ok(())
    }

    /// Gives a task back to who asked for it.
    ///
    /// # Errors
    /// As [`Run::decide`]; `not_permitted` for a task that nobody lent.
    pub fn resolve(&mut self, task: Uuid) -> Result<()> {
        let place = self.open_task(task)?;
        let task = &mut self.instance.tasks[place];
        let Some(owner) = task.owners.pop() else { return Err(not_permitted("resolve", task)) };
        (task.assignee, task.origin) = (owner.user, owner.origin);
        Ok(())
    }

    /// Asks further people (加签): before oneself, after oneself, or beside oneself. People with a live seat at the node
    /// are left out.
    ///
    /// # Errors
    /// As [`Run::decide`]; `not_permitted` where the step does not allow it, `separate_duties` and `own_request` for
    /// somebody who may not act there.
    pub fn add_sign(&mut self, task: Uuid, people: &[Uuid], place: Place) -> Result<Option<Question>> {
        let at = self.open_task(task)?;
        let mine = self.instance.tasks[at].clone();
        self.allowed(&mine, Allow::AddSign, "add_sign")?;
        let Some(node) = self.flow.find(&mine.node) else { return self.advance() };
        for user in people {
            self.may_act(&mine.node, *user)?;
        }
        for user in people {
            let seated = |t: &Task| t.token == mine.token && t.assignee == *user && t.state.is_live();
            if self.instance.tasks.iter().any(seated) {
                continue;
            }
            let person = Person::new(*user, "added");
            let order = match place {
                Place::Before | Place::After | Place::Instead => mine.order,
                Place::Parallel => self.last_seat(mine.token) + 1,
            };
            let seat = Seat {
                kind: mine.kind,
                person: &person,
                origin: Origin::Added,
                order,
                state: TaskState::Queued,
            };
            let id = self.seat(node, mine.token, seat);
            if let Some(task) = self.instance.tasks.iter_mut().find(|t| t.id == id) {
                task.added = Some(Added { by: mine.assignee, seat: mine.id, place });
            }
        }
        self.decided(&mine)
    }

    /// Takes off people who have not acted (减签): one's own additions, or others of the node where the step allows it.
    /// The node is looked at again.
    ///
    /// # Errors
    /// As [`Run::decide`]; `not_permitted` where the step does not allow it, `task_decided` for one who has acted,
    /// `not_found` for a task of another node.
    pub fn remove_sign(&mut self, task: Uuid, seat: Uuid) -> Result<Option<Question>> {
        let at = self.open_task(task)?;
        let mine = self.instance.tasks[at].clone();
        let beside = |t: &Task| t.id == seat && t.token == mine.token && t.kind.is_awaited();
        let found = self.instance.tasks.iter().position(beside);
        let found = found.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
        let other = &self.instance.tasks[found];
        if !self.may_remove(&mine, other) {
            return Err(not_permitted("remove_sign", &mine));
        }
        if !other.state.is_live() {
            return Err(Box::new(Diagnostic::new(Code::TaskDecided).with("state", other.state.name())));
        }
        self.instance.tasks[found].state = TaskState::Removed;
        self.decided(&mine)
    }

    /// The seats of its node that the holder of an open task may take off.
    pub fn removable(&self, task: Uuid) -> impl Iterator<Item = &Task> {
        let mine = self.open_task(task).ok().map(|place| &self.instance.tasks[place]);
        mine.into_iter().flat_map(|mine| {
            let beside = |t: &&Task| t.token == mine.token && t.kind.is_awaited() && t.state.is_live();
            self.instance.tasks.iter().filter(beside).filter(|other| self.may_remove(mine, other))
        })
    }

    /// Whether the holder of one seat may take another one off: one's own additions always.
    fn may_remove(&self, mine: &Task, other: &Task) -> bool {
        let added = other.added.is_some_and(|added| added.by == mine.assignee);
        other.id != mine.id
            && (added || self.people_of(mine).is_some_and(|step| step.allows(Allow::RemoveSign)))
    }

    /// Tells further people (抄送) what a task is about.
    ///
    /// # Errors
    /// `instance_ended`, `not_found`, `not_permitted` where the step does not allow it.
    pub fn copy_to(&mut self, task: Uuid, people: &[Uuid]) -> Result<()> {
        self.running()?;
        let mine = self.instance.tasks.iter().find(|t| t.id == task && t.kind.is_awaited()).cloned();
        let mine = mine.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
        self.allowed(&mine, Allow::Cc, "cc")?;
        let people: Vec<Person> = people.iter().map(|user| Person::new(*user, "copied")).collect();
        self.tell(&mine, &people);
        Ok(())
    }

    /// Puts another person in the place of somebody. One who has a seat at the node already gets no second one: the task is
    /// taken off, the one seat counts for both, and the node is looked at again. `why` replaces the reason where it says
    /// something.
    ///
    /// # Errors
    /// `instance_ended`, `task_decided`, `separate_duties`, `own_request`, and what the next steps refuse.
    pub fn reassign(&mut self, task: Uuid, to: Uuid, why: &str) -> Result<Option<Question>> {
        self.live()?;
        let Some(place) = self.instance.tasks.iter().position(|t| t.id == task) else {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        };
        let found = &self.instance.tasks[place];
        if !found.state.is_live() || !found.kind.is_awaited() {
            return Err(Box::new(Diagnostic::new(Code::TaskDecided).with("state", found.state.name())));
        }
        let (token, assignee) = (found.token, found.assignee);
        self.may_act(&found.node, to)?;
        if assignee == to {
            return Ok(None);
        }
        let seated =
            |t: &Task| t.token == token && t.assignee == to && (t.state.is_live() || t.state.is_passed());
        let stays = self.instance.tasks.iter().find(|t| t.kind.is_awaited() && seated(t)).map(|t| t.id);
        if let Some(stays) = stays {
            self.instance.tasks[place].state = TaskState::Removed;
            self.merge(task, stays);
            let gone = self.instance.tasks[place].clone();
            return self.decided(&gone);
        }
        let task = &mut self.instance.tasks[place];
        task.assignee = to;
        if !why.is_empty() {
            why.clone_into(&mut task.why);
        }
        Ok(None)
    }

    /// One seat stands for two: what the other one counted for, and whoever was added around that, goes to it.
    fn merge(&mut self, gone: Uuid, stays: Uuid) {
        let stands = |seat: &Task| seat.state.is_live() || seat.state.is_passed();
        let instead = |t: &Task| t.added.is_some_and(|a| a.seat == gone && a.place == Place::Instead);
        if self.instance.tasks.iter().any(|t| instead(t) && stands(t)) {
            // Whoever came in for it has its place.
            return;
        }
        let seats = self.counts_with(stays);
        let Some(counts) = seats.last().filter(|seat| !seats.iter().any(|t| t.id == gone) && stands(seat))
        else {
            // It counts with the one that goes, or with none that still does.
            return self.take_the_place(gone, stays);
        };
        let counts = counts.id;
        let own = self.counts_with(gone).len() == 1;
        let weight = self.instance.tasks.iter().find(|t| t.id == gone && own).map_or(0, |t| t.weight);
        for task in &mut self.instance.tasks {
            if task.id == counts {
                task.weight = task.weight.saturating_add(weight);
            }
            if let Some(added) = task.added.as_mut().filter(|added| added.seat == gone && task.id != stays) {
                added.seat = stays;
            }
        }
    }

    /// A seat, the one that it was added around, and so on to the one that counts by itself.
    fn counts_with(&self, seat: Uuid) -> Vec<&Task> {
        let (mut seats, mut next) = (Vec::new(), Some(seat));
        while let Some(seat) = next.and_then(|id| self.instance.tasks.iter().find(|t| t.id == id)) {
            seats.push(seat);
            next = seat.added.filter(|added| added.place != Place::Parallel).map(|added| added.seat);
        }
        seats
    }

    fn last_seat(&self, token: u32) -> u32 {
        self.instance.tasks.iter().filter(|t| t.token == token).map(|t| t.order).max().unwrap_or(0)
    }

    fn allowed(&self, task: &Task, what: Allow, action: &str) -> Result<()> {
        match self.people_of(task).is_some_and(|step| step.allows(what)) {
            true => Ok(()),
            false => Err(not_permitted(action, task)),
        }
    }
}

fn not_permitted(action: &str, task: &Task) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::NotPermitted).with("action", action).with("what", &task.node))
}
