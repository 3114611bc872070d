//! The engine: moves the tokens of one instance until all of them wait.

use crate::flow::{Flow, NodeId, Outcome, Performer, ScopeId};
use crate::instance::{
    ANSWER, Await, Awaited, InPlaceOf, Instance, InstanceState, Origin, Task, TaskKind, TaskState, Token,
    TokenData, TokenState, Unasked,
};
use crate::moved::Before;
use crate::step::Step;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Result};
use std::sync::Arc;
use uuid::Uuid;

/// Steps entered in one run at most: a flow that goes round without waiting is stopped.
const MOST_STEPS: u32 = 10_000;

/// One run: the instance in the state it was stored in, and where the engine stopped to ask.
pub struct Run<'f> {
    /// The flow.
    pub flow: &'f Flow,
    /// The instance; stored when the run waits.
    pub instance: Instance,
    /// The engine's clock.
    pub now: DateTime<Utc>,
    /// The token whose step asked.
    asked: Option<u32>,
    /// Tasks that were taken away: their nodes are looked at again.
    pub(crate) taken: Vec<Task>,
    /// How the flow stood before the decision that this run began with.
    pub(crate) before: Option<Before>,
    /// Steps that were entered in this run.
    walked: u32,
    /// Ids for new tasks; the engine's source, so that a replay makes the same ones.
    pub(crate) new_id: fn() -> Uuid,
}

/// What a step wants next.
#[derive(Debug)]
pub enum Next {
    /// Stay until something happens.
    Wait,
    /// Stay until one of these happens.
    Await(Vec<Await>),
    /// Know something first.
    Ask(Question),
    /// Go on behind this node.
    Leave,
    /// Walk steps of its own, each scope with a token; the step is told when one of them has ended.
    Split(Vec<Branch>),
    /// Go on at another node of the same or an enclosing scope.
    Jump(NodeId),
    /// End the flow.
    End(Outcome),
}

/// Steps of a step that are to be walked.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// Its steps.
    pub scope: ScopeId,
    /// The place of the item they are walked for.
    pub item: Option<u32>,
}

impl Branch {
    /// Steps that are walked once.
    pub fn of(scope: ScopeId) -> Branch {
        Branch { scope, item: None }
    }
}

/// What the engine must find out or do before the run goes on.
#[derive(Clone, Debug)]
pub enum Question {
    /// Who matches these rules? → [`Answer::People`]
    People {
        /// The asking node.
        node: NodeId,
        /// The rules, united.
        rules: Vec<Performer>,
    },
    /// Who stands in for the initiator? → [`Answer::Substituted`]
    Substitute {
        /// The asking node.
        node: NodeId,
        /// The head of the department rather than the superior.
        head: bool,
        /// Everybody who was named, the initiator too, to be handed back.
        people: Vec<Person>,
    },
    /// Nobody matched: who stands in? → [`Answer::Fallback`]
    Fallback {
        /// The asking node.
        node: NodeId,
        /// The rule.
        rule: Performer,
    },
    /// Which cases of the `choose` (only the first) or the `each` hold? → [`Answer::Cases`]
    Cases {
        /// The asking node.
        node: NodeId,
        /// The token that asks: its variables are in scope.
        token: u32,
    },
    /// Does the condition hold that a `repeat` asks before (`while`) or after (`until`) a round? → [`Answer::Holds`]
    Again {
        /// The asking node.
        node: NodeId,
        /// The token that asks.
        token: u32,
        /// After a round.
        after: bool,
    },
    /// What does a `for_each` walk? → [`Answer::Items`]
    Items {
        /// The asking node.
        node: NodeId,
        /// The token that asks.
        token: u32,
    },
    /// When do the timers of a `wait` go off, and which events are listened for? → [`Answer::Awaits`]
    Arm {
        /// The asking node.
        node: NodeId,
        /// The token that asks.
        token: u32,
    },
    /// Do what the step says. → [`Answer::Written`], or [`Answer::Awaits`] where what comes of it comes later
    Do {
        /// The asking node.
        node: NodeId,
        /// The token that asks.
        token: u32,
    },
    /// Write what the `set` step says. → [`Answer::Written`], or [`Answer::Values`] where it sets variables
    Write {
        /// The asking node.
        node: NodeId,
        /// The token that asks.
        token: u32,
    },
    /// What does the decision table of a `decide` answer? → [`Answer::Values`], one an output
    Decide {
        /// The asking node.
        node: NodeId,
        /// The token that asks.
        token: u32,
    },
}

/// The engine's answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// People who match.
    People(Vec<Person>),
    /// Everybody who was named, and who stands in for the initiator.
    Substituted {
        /// Handed back from the question.
        people: Vec<Person>,
        /// Who stands in.
        substitutes: Vec<Person>,
    },
    /// Those who stand in where nobody matched.
    Fallback(Vec<Person>),
    /// The cases that hold.
    Cases(Vec<usize>),
    /// Whether the condition holds.
    Holds(bool),
    /// The items, as they go over the wire.
    Items(Vec<serde_json::Value>),
    /// Done.
    Written,
    /// Done, and what variables hold from now on.
    Values(Vec<(Arc<str>, serde_json::Value)>),
    /// What wakes the token.
    Awaits(Vec<Await>),
}

/// Somebody a rule named.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The user.
    pub user: Uuid,
    /// The rule, in words of the definition.
    pub why: String,
    /// Stands in for the initiator.
    pub substituted: bool,
    /// What the person's decision counts for.
    pub weight: u32,
    /// The absent person in whose place this one acts.
    pub in_place_of: Option<InPlaceOf>,
}

impl Person {
    /// Somebody whom a rule names.
    pub fn new(user: Uuid, why: impl Into<String>) -> Person {
        Person { user, why: why.into(), substituted: false, weight: 1, in_place_of: None }
    }

    /// Joins people. Somebody who is among them already decides once, for both seats, and is there as himself where one
    /// of them is his own.
    pub fn join(self, people: &mut Vec<Person>) {
        match people.iter_mut().find(|known| known.user == self.user) {
            None => people.push(self),
            Some(known) => {
                let weight = known.weight.saturating_add(self.weight);
                let own = self.in_place_of.is_none() && !self.substituted;
                let stands = if own { self } else { known.clone() };
                *known = Person { weight, ..stands };
            }
        }
    }
}

/// What becomes of decisions that were made before at the target and behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Past {
    /// They are asked for again, and stay in the log.
    Superseded,
    /// Those at the target and those that this token asked for are asked for again.
    SupersededAt(u32),
    /// They stand.
    Stands,
}

/// What every kind of step does.
pub trait StepKind {
    /// A token reached the node.
    fn enter(&self, run: &mut Run<'_>, node: NodeId, token: u32) -> Result<Next>;
    /// The engine answered the question this step asked.
    fn answered(&self, run: &mut Run<'_>, node: NodeId, token: u32, answer: Answer) -> Result<Next>;
    /// A task of the node was decided (its state already says how).
    fn decided(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _task: &Task) -> Result<Next> {
        Ok(Next::Wait)
    }
    /// Something that the token awaits has happened.
    fn woken(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, _by: &str) -> Result<Next> {
        Ok(Next::Wait)
    }
    /// One of the branches ended; so many are still on their way.
    fn joined(&self, _run: &mut Run<'_>, _node: NodeId, _token: u32, left: u32) -> Result<Next> {
        Ok(if left == 0 { Next::Leave } else { Next::Wait })
    }
}

impl<'f> Run<'f> {
    /// Starts a flow.
    pub fn start(flow: &'f Flow, instance: Instance, now: DateTime<Utc>, new_id: fn() -> Uuid) -> Run<'f> {
        let mut run = Run::resume(flow, instance, now, new_id);
        if let Some(first) = flow.scopes[0].first {
            run.put(first, None);
        }
        run
    }

    /// Goes on with a stored instance.
    pub fn resume(flow: &'f Flow, instance: Instance, now: DateTime<Utc>, new_id: fn() -> Uuid) -> Run<'f> {
        Run { flow, instance, now, asked: None, taken: Vec::new(), before: None, walked: 0, new_id }
    }

    /// Moves tokens until the run must ask (`Some`) or all tokens wait or the flow ended (`None`).
    ///
    /// # Errors
    /// What a step refuses, such as `nobody_to_approve`; `flow_too_long` where it goes round without an end.
    pub fn advance(&mut self) -> Result<Option<Question>> {
        let asked = self.walk()?;
        if asked.is_none() {
            self.keep_moved();
        }
        Ok(asked)
    }

    fn walk(&mut self) -> Result<Option<Question>> {
        while self.instance.state == InstanceState::Running {
            if let Some(taken) = self.taken.pop() {
                if let Some(question) = self.look_again(&taken)? {
                    return Ok(Some(question));
                }
                continue;
            }
            let Some(token) = self.instance.tokens.iter().find(|t| t.state == TokenState::Ready) else {
                if !self.instance.tokens.iter().any(|t| t.state.is_live()) {
                    self.end(if self.flow.automation { Outcome::Done } else { Outcome::Approve });
                }
                return Ok(None);
            };
            let (id, name) = (token.id, token.node.clone());
            let Some(node) = self.flow.find(&name) else {
                // The instance pins its definition, so its nodes exist; a foreign token is taken off.
                self.token(id, TokenState::Cancelled);
                continue;
            };
            self.walked += 1;
            if self.walked > MOST_STEPS {
                return Err(Box::new(
                    Diagnostic::new(Code::FlowTooLong).with("step", name).with("most", MOST_STEPS),
                ));
            }
            let next = self.flow.nodes[node].step.kind().enter(self, node, id)?;
            if let Some(question) = self.follow(node, id, next)? {
                return Ok(Some(question));
            }
        }
        Ok(None)
    }

    /// Hands in the answer to the question `advance` stopped with.
    ///
    /// # Errors
    /// What the step refuses.
    pub fn answer(&mut self, answer: Answer) -> Result<Option<Question>> {
        let Some(token) = self.asked.take() else { return self.advance() };
        let Some(node) = self.node_of(token) else { return self.advance() };
        let next = self.flow.nodes[node].step.kind().answered(self, node, token, answer)?;
        self.go_on(node, token, next)
    }

    /// Tells the node of a task that it was decided.
    pub(crate) fn decided(&mut self, task: &Task) -> Result<Option<Question>> {
        let Some(node) = self.flow.find(&task.node) else { return self.advance() };
        let next = self.flow.nodes[node].step.kind().decided(self, node, task.token, task)?;
        self.go_on(node, task.token, next)
    }

    /// A task of a node was taken away: the node is left where nobody else is waited for.
    fn look_again(&mut self, taken: &Task) -> Result<Option<Question>> {
        let waits = |t: &Token| t.state == TokenState::Waiting;
        let waits = self.instance.tokens.get(taken.token as usize).is_some_and(waits);
        let Some(node) = self.flow.find(&taken.node).filter(|_| waits) else { return Ok(None) };
        let next = self.flow.nodes[node].step.kind().decided(self, node, taken.token, taken)?;
        self.follow(node, taken.token, next)
    }

    pub(crate) fn go_on(&mut self, node: NodeId, token: u32, next: Next) -> Result<Option<Question>> {
        match self.follow(node, token, next)? {
            Some(question) => Ok(Some(question)),
            None => self.advance(),
        }
    }

    fn follow(&mut self, node: NodeId, token: u32, next: Next) -> Result<Option<Question>> {
        match next {
            Next::Wait => self.token(token, TokenState::Waiting),
            Next::Await(awaits) => {
                self.token(token, TokenState::Waiting);
                self.data(token).awaits = awaits;
            }
            Next::Ask(question) => {
                self.asked = Some(token);
                return Ok(Some(question));
            }
            Next::Leave => return self.leave(node, token),
            Next::Split(branches) => return self.split(node, token, &branches),
            Next::Jump(target) => {
                self.go_to(token, target, Past::Superseded);
            }
            Next::End(outcome) => {
                self.token(token, TokenState::Done);
                self.end(outcome);
            }
        }
        Ok(None)
    }

    /// A token for each branch; one without steps has ended already.
    fn split(&mut self, node: NodeId, token: u32, branches: &[Branch]) -> Result<Option<Question>> {
        self.token(token, TokenState::Waiting);
        let firsts: Vec<(NodeId, Option<u32>)> =
            branches.iter().filter_map(|b| Some((self.flow.scopes[b.scope].first?, b.item))).collect();
        let data = self.data(token);
        data.begun = branches.len() as u32;
        data.left = firsts.len() as u32;
        let left = data.left;
        for (first, item) in firsts {
            let id = self.put(first, Some(token));
            self.data(id).item = item;
        }
        match left == branches.len() as u32 && left > 0 {
            true => Ok(None),
            false => self.joined(node, token),
        }
    }

    fn joined(&mut self, node: NodeId, token: u32) -> Result<Option<Question>> {
        let left = self.data(token).left;
        let next = self.flow.nodes[node].step.kind().joined(self, node, token, left)?;
        self.follow(node, token, next)
    }

    /// The token passed its node: on to the next one, or to the step whose branch ends here.
    fn leave(&mut self, node: NodeId, token: u32) -> Result<Option<Question>> {
        self.clear_below(token);
        self.close_tasks(token);
        self.token(token, TokenState::Done);
        let returned = self.data(token).back_to.take();
        if let Some((returned, back)) = returned.and_then(|token| Some((token, self.node_of(token)?))) {
            self.go_to(returned, back, Past::Stands);
            return Ok(None);
        }
        let (parent, item) = self.place(token);
        if let Some(next) = self.flow.nodes[node].next {
            let id = self.put(next, parent);
            self.data(id).item = item;
            return Ok(None);
        }
        let Some(parent) = parent else { return Ok(None) };
        let data = self.data(parent);
        data.left = data.left.saturating_sub(1);
        match self.node_of(parent) {
            Some(owner) => self.joined(owner, parent),
            None => Ok(None),
        }
    }

    /// The node a token stands on.
    pub(crate) fn node_of(&self, token: u32) -> Option<NodeId> {
        self.flow.find(&self.instance.tokens.get(token as usize)?.node)
    }

    /// The node a token stands on, by its name.
    pub fn node_name(&self, token: u32) -> Option<std::sync::Arc<str>> {
        self.instance.tokens.get(token as usize).map(|token| token.node.clone())
    }

    /// Where a token hangs: its parent, and the item it walks for.
    fn place(&self, token: u32) -> (Option<u32>, Option<u32>) {
        let token = &self.instance.tokens[token as usize];
        (token.parent, token.data.item)
    }

    /// What a step keeps with its token. Tokens are numbered by their place.
    pub(crate) fn data(&mut self, token: u32) -> &mut TokenData {
        &mut self.instance.tokens[token as usize].data
    }

    /// Why a token passed its step without a decision of anybody.
    pub fn unasked(&self, token: u32) -> Option<Unasked> {
        self.instance.tokens.get(token as usize)?.data.unasked
    }

    /// The token whose step asked the question that is open.
    pub fn asking(&self) -> Option<u32> {
        self.asked
    }

    /// Keeps what a step has found out: a variable that the flow declares is one for all of it, another one is for the
    /// steps behind that one, and all steps inside of them.
    pub fn keep(&mut self, token: u32, name: Arc<str>, value: serde_json::Value) {
        let declared = self.flow.variables.declared.contains_key(&name);
        match self.sequence_of(token).filter(|_| !declared) {
            Some((holder, item)) => {
                drop(self.data(holder).known.entry(item).or_default().insert(name, value))
            }
            None => drop(self.instance.variables.insert(name, value)),
        }
    }

    /// The step of a token has asked something of another system; it waits for the answer.
    pub fn called(&mut self, token: u32, effect: Uuid) -> Answer {
        self.data(token).called = Some(effect);
        Answer::Awaits(vec![Await { name: ANSWER.into(), what: Awaited::Effect(effect) }])
    }

    /// The token whose steps a token walks, and for which item; none for the steps of the flow itself. What is done
    /// together belongs to the sequence around it.
    fn sequence_of(&self, token: u32) -> Option<(u32, u32)> {
        let (mut parent, mut item) = self.place(token);
        while let Some(holder) = parent {
            let together = |node: NodeId| matches!(self.flow.nodes[node].step, Step::Together(_));
            if !self.node_of(holder).is_some_and(together) {
                return Some((holder, item.unwrap_or(0)));
            }
            (parent, item) = self.place(holder);
        }
        None
    }

    /// Puts a fresh token on a node.
    pub(crate) fn put(&mut self, node: NodeId, parent: Option<u32>) -> u32 {
        let id = self.instance.tokens.len() as u32;
        let node = self.flow.nodes[node].name.clone();
        let state = TokenState::Ready;
        self.instance.tokens.push(Token { id, node, state, parent, data: TokenData::default() });
        id
    }

    pub(crate) fn token(&mut self, id: u32, state: TokenState) {
        if let Some(token) = self.instance.tokens.get_mut(id as usize) {
            token.state = state;
        }
    }

    /// What is asked of people at a node and nobody needs any more.
    pub(crate) fn close_tasks(&mut self, token: u32) {
        let live = |t: &&mut Task| t.token == token && t.kind.is_awaited() && t.state.is_live();
        for task in self.instance.tasks.iter_mut().filter(live) {
            task.state = TaskState::Cancelled;
        }
    }

    /// Takes off everything below a token.
    pub(crate) fn clear_below(&mut self, token: u32) {
        let below: Vec<u32> =
            self.instance.tokens.iter().filter(|t| t.state.is_live()).map(|t| t.id).collect();
        for id in below {
            if id != token && self.is_below(id, token) {
                self.token(id, TokenState::Cancelled);
                self.close_tasks(id);
            }
        }
        self.data(token).left = 0;
    }

    /// Whether a token is another one, or walks steps of its step, however deep.
    pub(crate) fn is_below(&self, token: u32, of: u32) -> bool {
        let mut at = Some(token);
        while let Some(id) = at {
            if id == of {
                return true;
            }
            at = self.instance.tokens.get(id as usize).and_then(|t| t.parent);
        }
        false
    }

    /// Ends the flow: no token and nothing that is asked of people stays.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        self.instance.state = match outcome {
            Outcome::Submit | Outcome::Approve => InstanceState::Approved,
            Outcome::Reject => InstanceState::Rejected,
            Outcome::Withdraw => InstanceState::Withdrawn,
            Outcome::Cancel => InstanceState::Cancelled,
            Outcome::Done => InstanceState::Done,
        };
        self.instance.ended_at = Some(self.now);
        for token in self.instance.tokens.iter_mut().filter(|t| t.state.is_live()) {
            token.state = TokenState::Cancelled;
            token.data.left = 0;
        }
        for task in self.instance.tasks.iter_mut().filter(|t| t.kind.is_awaited() && t.state.is_live()) {
            task.state = TaskState::Cancelled;
        }
    }

    /// Seats a person at a node.
    pub(crate) fn seat(&mut self, node: NodeId, token: u32, seat: Seat<'_>) -> Uuid {
        let id = (self.new_id)();
        self.instance.tasks.push(Task {
            id,
            node: self.flow.nodes[node].name.clone(),
            token,
            kind: seat.kind,
            assignee: seat.person.user,
            state: seat.state,
            order: seat.order,
            round: self.instance.round,
            origin: seat.origin,
            why: seat.person.why.clone(),
            in_place_of: seat.person.in_place_of.clone(),
            seen: None,
            comment: None,
            weight: seat.person.weight,
            added: None,
            owners: Vec::new(),
            due_at: None,
            automatic: false,
            moved: None,
            created_at: self.now,
            decided_at: None,
            decided_by: None,
        });
        id
    }
}

/// A person at a node.
pub(crate) struct Seat<'a> {
    /// What is asked.
    pub kind: TaskKind,
    /// Who, and why.
    pub person: &'a Person,
    /// How the task came to the person.
    pub origin: Origin,
    /// The place among the seats of the node.
    pub order: u32,
    /// Whether it acts now.
    pub state: TaskState,
}
