//! `approve`: people decide, one for all, all, or one after another.

pub use crate::flow::step::{Approve, Mode};

use crate::flow::{Dedupe, Empty, NodeId, Outcome, Own};
use crate::instance::{Origin, Task, TaskKind, TaskState};
use crate::run::{Answer, Next, Person, Question, Run, StepKind};
use diagnostic::{Code, Diagnostic, Result};

impl StepKind for Approve {
    fn enter(&self, _run: &mut Run<'_>, node: NodeId, _token: u32) -> Result<Next> {
        Ok(Next::Ask(Question::People { node, rules: self.by.clone() }))
    }

    fn answered(&self, run: &mut Run<'_>, node: NodeId, token: u32, answer: Answer) -> Result<Next> {
        let (people, origin) = match answer {
            Answer::People(people) => {
                let own = people.iter().any(|p| p.user == run.instance.initiator);
                match run.flow.policy.own {
                    Own::Superior if own => {
                        return Ok(Next::Ask(Question::Substitute {
                            node,
                            head: false,
                            others: others(run, people),
                        }));
                    }
                    Own::DepartmentHead if own => {
                        return Ok(Next::Ask(Question::Substitute {
                            node,
                            head: true,
                            others: others(run, people),
                        }));
                    }
                    _ => (people, Origin::Assigned),
                }
            }
            Answer::Substituted { mut others, substitutes } => {
                others.extend(substitutes.into_iter().map(|p| Person { substituted: true, ..p }));
                (others, Origin::Assigned)
            }
            Answer::Fallback(people) => (people, Origin::Fallback),
            Answer::Case(_) | Answer::Written => return Ok(Next::Wait),
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

    fn decided(&self, run: &mut Run<'_>, _node: NodeId, token: u32, task: &Task) -> Result<Next> {
        if task.state == TaskState::Rejected {
            return Ok(Next::End(Outcome::Reject));
        }
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

impl Approve {
    /// Makes a task for each person, once; those who need not act get a skipped one that says so.
    fn open(&self, run: &mut Run<'_>, node: NodeId, token: u32, people: Vec<Person>, origin: Origin) {
        let mut seen = Vec::new();
        for person in people {
            if seen.contains(&person.user) {
                continue;
            }
            seen.push(person.user);
            let own = run.flow.policy.own == Own::Skip && person.user == run.instance.initiator;
            let state = match own || approved_before(run, node, &person) {
                true => TaskState::Skipped,
                false => TaskState::Queued,
            };
            let origin = match &person {
                Person { in_place_of: Some(_), .. } => Origin::Absent,
                Person { substituted: true, .. } => Origin::Substituted,
                _ => origin,
            };
            let order = seen.len() as u32 - 1;
            run.add_task(node, token, TaskKind::Approve, &person, origin, order, state);
        }
    }

    /// Opens what is due and says whether the node is done.
    fn settled(&self, run: &mut Run<'_>, token: u32) -> Next {
        let own = |t: &Task| t.token == token && t.kind == TaskKind::Approve;
        let tasks: Vec<&mut Task> = run.instance.tasks.iter_mut().filter(|t| own(t)).collect();
        let passed = |t: &&mut Task| matches!(t.state, TaskState::Approved | TaskState::Skipped);
        let done = match self.mode {
            Mode::Any => tasks.iter().any(passed),
            Mode::All | Mode::Sequential => tasks.iter().all(|t| passed(t) || !t.state.is_live()),
        };
        if done {
            return Next::Leave;
        }
        let mut queued: Vec<&mut Task> = tasks.into_iter().filter(|t| t.state.is_live()).collect();
        queued.sort_by_key(|t| t.order);
        let due = if self.mode == Mode::Sequential { 1 } else { queued.len() };
        for task in queued.into_iter().take(due) {
            task.state = TaskState::Open;
        }
        Next::Wait
    }
}

/// Whether the policy spares a person who approved already.
fn approved_before(run: &Run<'_>, node: NodeId, person: &Person) -> bool {
    let instance = &run.instance;
    // An approval that was returned is superseded: those that are left stand.
    let approved = |t: &&Task| t.assignee == person.user && t.state == TaskState::Approved;
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
