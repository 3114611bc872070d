//! `approve` and `handle`: people decide or do something, one for all, all, so many, or one after another.

pub use crate::flow::step::{Allow, Mode, People, RejectRule};

use crate::flow::{Dedupe, Empty, NodeId, Outcome, SelfApproval};
use crate::instance::{Origin, Place, Task, TaskKind, TaskState, Unasked};
use crate::run::{Answer, Next, Person, Question, Run, Seat, StepKind};
use diagnostic::{Code, Diagnostic, Result};

impl StepKind for People {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, _token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::People { node, rules: self.by.clone() }))
    }

    fn answered(&self, run: &mut Run<'_>, node: NodeId, token: u32, answer: Answer) -> Result<Next> {
        let head = match run.flow.policy.own {
            _ if self.asks != TaskKind::Approve => None,
            SelfApproval::Superior => Some(false),
            SelfApproval::DepartmentHead => Some(true),
            SelfApproval::Allow | SelfApproval::Skip => None,
        };
        let (people, origin) = match answer {
            Answer::People(people) => {
                let own = people.iter().any(|p| p.user == run.instance.initiator);
                if let Some(head) = head.filter(|_| own) {
                    return Ok(Next::Ask(Question::Substitute { node, head, people }));
                }
                (people, Origin::Assigned)
            }
            Answer::Substituted { people, substitutes } => {
                (in_place(run, people, &substitutes), Origin::Assigned)
            }
            // Nobody stands in for who stands in.
            Answer::Fallback(people) if head.is_some() => (in_place(run, people, &[]), Origin::Fallback),
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
                Empty::Pass => without(run, token, Unasked::Nobody, Next::Leave),
                Empty::Reject => without(run, token, Unasked::Nobody, Next::End(Outcome::Reject)),
                Empty::Assign(rule) => Next::Ask(Question::Fallback { node, rule: rule.clone() }),
            });
        }
        self.open(run, node, token, people, origin);
        let next = self.settled(run, node, token)?;
        if !matches!(next, Next::Leave) {
            return Ok(next);
        }
        let spared = |task: &Task| {
            task.token == token && task.state == TaskState::Skipped && !is_own_request(run, task)
        };
        let unasked = match run.instance.tasks.iter().any(spared) {
            true => Unasked::ApprovedBefore,
            false => Unasked::OwnRequest,
        };
        Ok(without(run, token, unasked, next))
    }

    fn decided(&self, run: &mut Run<'_>, node: NodeId, token: u32, _task: &Task) -> Result<Next> {
        self.settled(run, node, token)
    }
}

fn nobody(run: &Run<'_>, node: NodeId) -> Box<Diagnostic> {
    let step = &run.flow.nodes[node].name;
    Box::new(Diagnostic::new(Code::NobodyToApprove).with("step", step))
}

/// Goes on though nobody decided, and keeps why.
fn without(run: &mut Run<'_>, token: u32, unasked: Unasked, next: Next) -> Next {
    run.data(token).unasked = Some(unasked);
    next
}

fn too_few(run: &Run<'_>, node: NodeId) -> Box<Diagnostic> {
    let step = &run.flow.nodes[node].name;
    Box::new(Diagnostic::new(Code::TooFewToApprove).with("step", step))
}

/// Those who stand in have the place and the weight of the initiator.
fn in_place(run: &Run<'_>, people: Vec<Person>, substitutes: &[Person]) -> Vec<Person> {
    let mut acting = Vec::new();
    for person in people {
        if person.user != run.instance.initiator {
            person.join(&mut acting);
            continue;
        }
        for substitute in substitutes {
            Person { substituted: true, weight: person.weight, ..substitute.clone() }.join(&mut acting);
        }
    }
    acting
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
            let state = match decides && (own || approved_before(run, token, &person)) {
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

    /// Opens what is due and says whether the node is done. Nothing is rejected unless somebody said no: where too few are
    /// left without that, whatever would lead there is refused.
    fn settled(&self, run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next> {
        run.settle_alternatives(token);
        let seats: Vec<Task> =
            run.instance.tasks.iter().filter(|t| t.token == token && t.kind.is_awaited()).cloned().collect();
        // One whose time was up is no decision. A weight that nobody has any more could not be reached without it.
        let weighed = matches!(self.mode, Mode::Weight(_));
        let timed_out = |seat: &Task| seat.state == TaskState::Skipped && seat.automatic && !weighed;
        let tally = Tally::of(&seats, |seat| is_own_request(run, seat) || timed_out(seat));
        let rejected = seats.iter().any(|t| t.state == TaskState::Rejected);
        if rejected && self.reject == RejectRule::Any {
            return Ok(Next::End(Outcome::Reject));
        }
        if tally.reaches(self.mode, tally.passed, tally.weight_passed) {
            return Ok(Next::Leave);
        }
        if !tally.reaches(
            self.mode,
            tally.passed + tally.live,
            tally.weight_passed.saturating_add(tally.weight_live),
        ) {
            return match rejected {
                true => Ok(Next::End(Outcome::Reject)),
                false => Err(too_few(run, node)),
            };
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
        Ok(Next::Wait)
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
    /// Seats that are passed over, as that of the initiator, count only where there is no other.
    fn of(seats: &[Task], passed_over: impl Fn(&Task) -> bool) -> Tally {
        let mut tally = Tally { seats: 0, passed: 0, live: 0, weight_passed: 0, weight_live: 0 };
        let counts = |t: &&Task| {
            let by_itself = t.added.is_none_or(|added| added.place == Place::Parallel);
            by_itself && !matches!(t.state, TaskState::Removed | TaskState::Cancelled | TaskState::Superseded)
        };
        let alone = seats.iter().filter(counts).all(&passed_over);
        for seat in seats.iter().filter(counts).filter(|seat| alone || !passed_over(seat)) {
            tally.seats += 1;
            match stands(seats, seat) {
                Some(true) => {
                    tally.passed += 1;
                    tally.weight_passed = tally.weight_passed.saturating_add(seat.weight);
                }
                None => {
                    tally.live += 1;
                    tally.weight_live = tally.weight_live.saturating_add(seat.weight);
                }
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

/// Whether a seat is that of the initiator, whom the policy passes over.
fn is_own_request(run: &Run<'_>, seat: &Task) -> bool {
    run.flow.policy.own == SelfApproval::Skip
        && seat.kind == TaskKind::Approve
        && seat.assignee == run.instance.initiator
        && seat.state == TaskState::Skipped
        && !seat.automatic
}

/// Whether the policy spares a person who approved already.
fn approved_before(run: &Run<'_>, token: u32, person: &Person) -> bool {
    match run.flow.policy.dedupe {
        Dedupe::None => false,
        // An approval that was returned is superseded: those that are left stand.
        Dedupe::AnyEarlier => run.instance.tasks.iter().any(|task| task.was_approved_by(person.user)),
        Dedupe::Consecutive => run.approved_just_before(token, person.user),
    }
}
