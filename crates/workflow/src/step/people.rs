//! `approve` and `handle`: people decide or do something, one for all, all, so many, or one after another.

pub use crate::flow::step::{Allow, Mode, People, RejectRule};

use crate::flow::{Dedupe, Empty, NodeId, Outcome, SelfApproval};
use crate::instance::{Origin, Place, Task, TaskKind, TaskState};
use crate::run::{Answer, Next, Person, Question, Run, Seat, StepKind};
use diagnostic::{Code, Diagnostic, Result};

impl StepKind for People {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, _token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::People { node, rules: self.by.clone() }))
    }

    fn answered(&self, run: &mut Run<'_>, node: NodeId, token: u32, answer: Answer) -> Result<Next> {
        let (people, origin) = match answer {
            Answer::People(people) => {
                let own = people.iter().any(|p| p.user == run.instance.initiator);
                let head = match run.flow.policy.own {
                    SelfApproval::Superior => Some(false),
                    SelfApproval::DepartmentHead => Some(true),
                    SelfApproval::Allow | SelfApproval::Skip => None,
                };
                if let Some(head) = head.filter(|_| own && self.asks == TaskKind::Approve) {
                    let others = others(run, people);
                    return Ok(Next::Ask(Question::Substitute { node, head, others }));
                }
                (people, Origin::Assigned)
            }
            Answer::Substituted { mut others, substitutes } => {
                others.extend(substitutes.into_iter().map(|p| Person { substituted: true, ..p }));
                (others, Origin::Assigned)
            }
            Answer::Fallback(people) => (people, Origin::Fallback),
            _ => return Ok(Next::Wait),
        };
        let people = run.without_separated(node, people);
        if people.is_empty() {
            if origin == Origin::Fallback {
                return Err(nobody(run, node));
            }
            return Ok(match &run.flow.policy.empty {
                Empty::Refuse => return Err(nobody(run, node)),
                Empty::Pass => Next::Leave,
                Empty::Reject => Next::End(Outcome::Reject),
                Empty::Assign(rule) => Next::Ask(Question::Fallback { node, rule: rule.clone() }),
            });
        }
        self.open(run, node, token, people, origin);
        Ok(self.settled(run, token))
    }

    fn decided(&self, run: &mut Run<'_>, _node: NodeId, token: u32, _task: &Task) -> Result<Next> {
        Ok(self.settled(run, token))
    }
}

fn nobody(run: &Run<'_>, node: NodeId) -> Box<Diagnostic> {
    let step = &run.flow.nodes[node].name;
    Box::new(Diagnostic::new(Code::NobodyToApprove).with("step", step))
}

/// Everyone but the initiator.
fn others(run: &Run<'_>, people: Vec<Person>) -> Vec<Person> {
    people.into_iter().filter(|p| p.user != run.instance.initiator).collect()
}

impl People {
    /// Whether people at this step may do so.
    pub fn allows(&self, what: Allow) -> bool {
        self.allow.contains(&what)
    }

    /// Makes a task for each person, once; those who need not act get a skipped one that says so.
    fn open(&self, run: &mut Run<'_>, node: NodeId, token: u32, people: Vec<Person>, origin: Origin) {
        let mut seen = Vec::new();
        for person in people {
            if seen.contains(&person.user) {
                continue;
            }
            seen.push(person.user);
            let decides = self.asks == TaskKind::Approve;
            let own = run.flow.policy.own == SelfApproval::Skip && person.user == run.instance.initiator;
            let state = match decides && (own || approved_before(run, node, &person)) {
                true => TaskState::Skipped,
                false => TaskState::Queued,
            };
            let origin = match &person {
                Person { in_place_of: Some(_), .. } => Origin::Absent,
                Person { substituted: true, .. } => Origin::Substituted,
                _ => origin,
            };
            let order = seen.len() as u32 - 1;
            run.seat(node, token, Seat { kind: self.asks, person: &person, origin, order, state });
        }
    }

    /// Opens what is due and says whether the node is done.
    pub(crate) fn settled(&self, run: &mut Run<'_>, token: u32) -> Next {
        run.settle_alternatives(token);
        let seats: Vec<Task> =
            run.instance.tasks.iter().filter(|t| t.token == token && t.kind.is_awaited()).cloned().collect();
        let tally = Tally::of(&seats);
        if self.reject == RejectRule::Any && seats.iter().any(|t| t.state == TaskState::Rejected) {
            return Next::End(Outcome::Reject);
        }
        if tally.reaches(self.mode, tally.passed, tally.weight_passed) {
            return Next::Leave;
        }
        if !tally.reaches(self.mode, tally.passed + tally.live, tally.weight_passed + tally.weight_live) {
            return Next::End(Outcome::Reject);
        }
        let waits = |seat: &Task| {
            let added = |place: Place| {
                move |t: &&Task| t.added.is_some_and(|a| a.seat == seat.id && a.place == place)
            };
            // What signs before it comes first; what signs after somebody waits for that seat.
            let before = seats.iter().filter(added(Place::Before)).any(|t| t.state.is_live());
            let after = seat.added.filter(|a| a.place == Place::After);
            before || after.is_some_and(|a| seats.iter().any(|t| t.id == a.seat && t.state.is_live()))
        };
        let mut due: Vec<&Task> = seats.iter().filter(|t| t.state.is_live() && !waits(t)).collect();
        if self.mode == Mode::Sequential {
            // Whoever was added acts in the place of the seat it was added to.
            due.sort_by_key(|t| t.order);
            let first = due.first().map(|t| t.order);
            due.retain(|t| Some(t.order) == first);
        }
        let due: Vec<_> = due.into_iter().map(|t| t.id).collect();
        for task in run.instance.tasks.iter_mut().filter(|t| t.token == token && t.state.is_live()) {
            task.state = if due.contains(&task.id) { TaskState::Open } else { TaskState::Queued };
        }
        Next::Wait
    }
}

/// How the seats of a node stand. Seats that somebody added before or after their own count with that one.
struct Tally {
    seats: u32,
    passed: u32,
    live: u32,
    weight_passed: u32,
    weight_live: u32,
}

impl Tally {
    fn of(seats: &[Task]) -> Tally {
        let mut tally = Tally { seats: 0, passed: 0, live: 0, weight_passed: 0, weight_live: 0 };
        let counts = |t: &&Task| {
            let own = t.added.is_none_or(|added| added.place == Place::Parallel);
            own && !matches!(t.state, TaskState::Removed | TaskState::Cancelled | TaskState::Superseded)
        };
        for seat in seats.iter().filter(counts) {
            tally.seats += 1;
            match stands(seats, seat) {
                Some(true) => {
                    (tally.passed, tally.weight_passed) =
                        (tally.passed + 1, tally.weight_passed + seat.weight)
                }
                None => (tally.live, tally.weight_live) = (tally.live + 1, tally.weight_live + seat.weight),
                Some(false) => {}
            }
        }
        tally
    }

    fn reaches(&self, mode: Mode, seats: u32, weight: u32) -> bool {
        match mode {
            Mode::Any => seats >= 1,
            Mode::All | Mode::Sequential => seats >= self.seats,
            Mode::Count(wanted) => seats >= wanted.min(self.seats),
            Mode::Ratio(millionths) => {
                u64::from(seats) * 1_000_000 >= u64::from(millionths) * u64::from(self.seats)
            }
            Mode::Weight(wanted) => weight >= wanted,
        }
    }
}

/// Whether a seat passed, with all that were added around it; `None` while it may still.
fn stands(seats: &[Task], seat: &Task) -> Option<bool> {
    let around = |t: &&Task| {
        t.added.is_some_and(|a| a.seat == seat.id && matches!(a.place, Place::Before | Place::After))
            && !matches!(t.state, TaskState::Removed | TaskState::Cancelled | TaskState::Superseded)
    };
    let own = match seat.state {
        state if state.is_passed() => Some(true),
        state if state.is_live() => None,
        _ => Some(false),
    };
    seats.iter().filter(around).map(|t| stands(seats, t)).fold(own, |all, one| match (all, one) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, _) | (_, None) => None,
        _ => Some(true),
    })
}

/// Whether the policy spares a person who approved already.
fn approved_before(run: &Run<'_>, node: NodeId, person: &Person) -> bool {
    let instance = &run.instance;
    // An approval that was returned is superseded: those that are left stand.
    let approved = |t: &&Task| t.assignee == person.user && t.state == TaskState::Approved && !t.automatic;
    match run.flow.policy.dedupe {
        Dedupe::None => false,
        Dedupe::AnyEarlier => instance.tasks.iter().any(|t| approved(&t)),
        Dedupe::Consecutive => {
            let before = instance.tasks.iter().rev().find(|t| {
                t.kind == TaskKind::Approve && *t.node != *run.flow.nodes[node].name && t.decided_at.is_some()
            });
            before.is_some_and(|last| {
                instance.tasks.iter().filter(|t| t.token == last.token).any(|t| approved(&t))
            })
        }
    }
}
