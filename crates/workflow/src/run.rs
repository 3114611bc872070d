//! The engine: moves the tokens of one instance until all of them wait.

use crate::flow::{Flow, NodeId, Outcome, Performer};
use crate::instance::{
    InPlaceOf, Instance, InstanceState, Origin, Task, TaskKind, TaskState, Token, TokenState,
};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use uuid::Uuid;

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
    /// Ids for new tasks; the engine's source, so that a replay makes the same ones.
    new_id: fn() -> Uuid,
}

/// What a step wants next.
#[derive(Debug)]
pub enum Next {
    /// Stay until something happens.
    Wait,
    /// Know something first.
    Ask(Question),
    /// Go on behind this node.
    Leave,
    /// Go to a node of an inner scope.
    Goto(NodeId),
    /// End the flow.
    End(Outcome),
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
        /// The people besides the initiator, to be handed back.
        others: Vec<Person>,
    },
    /// Nobody matched: who stands in? → [`Answer::Fallback`]
    Fallback {
        /// The asking node.
        node: NodeId,
        /// The rule.
        rule: Performer,
    },
    /// Which case of the `choose` holds first? → [`Answer::Case`]
    Case {
        /// The asking node.
        node: NodeId,
    },
    /// Write what the `set` step says. → [`Answer::Written`]
    Write {
        /// The asking node.
        node: NodeId,
    },
}

/// The engine's answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// People who match.
    People(Vec<Person>),
    /// People besides the initiator, and who stands in.
    Substituted {
        /// Handed back from the question.
        others: Vec<Person>,
        /// Who stands in.
        substitutes: Vec<Person>,
    },
    /// Those who stand in where nobody matched.
    Fallback(Vec<Person>),
    /// The first case that holds.
    Case(Option<usize>),
    /// Done.
    Written,
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
}

impl<'f> Run<'f> {
    /// Starts a flow.
    pub fn start(
        flow: &'f Flow,
        mut instance: Instance,
        now: DateTime<Utc>,
        new_id: fn() -> Uuid,
    ) -> Run<'f> {
        if let Some(first) = flow.scopes[0].first {
            instance.tokens.push(Token {
                id: 0,
                node: flow.nodes[first].name.clone(),
                state: TokenState::Ready,
            });
        }
        Run::resume(flow, instance, now, new_id)
    }

    /// Goes on with a stored instance.
    pub fn resume(flow: &'f Flow, instance: Instance, now: DateTime<Utc>, new_id: fn() -> Uuid) -> Run<'f> {
        Run { flow, instance, now, asked: None, new_id }
    }

    /// Moves tokens until the run must ask (`Some`) or all tokens wait or the flow ended (`None`).
    ///
    /// # Errors
    /// What a step refuses, such as `nobody_to_approve`.
    pub fn advance(&mut self) -> Result<Option<Question>> {
        while self.instance.state == InstanceState::Running {
            let Some(token) = self.instance.tokens.iter().find(|t| t.state == TokenState::Ready).cloned()
            else {
                if !self.instance.tokens.iter().any(|t| t.state == TokenState::Waiting) {
                    self.end(Outcome::Approve);
                }
                return Ok(None);
            };
            let Some(node) = self.flow.find(&token.node) else {
                // The instance pins its definition, so its nodes exist; a foreign token is taken off.
                self.token(token.id, TokenState::Cancelled);
                continue;
            };
            let next = self.flow.nodes[node].step.kind().enter(self, node, token.id)?;
            if let Some(question) = self.follow(node, token.id, next) {
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
        let name = self.instance.tokens.iter().find(|t| t.id == token).map(|t| t.node.clone());
        let Some(node) = name.and_then(|n| self.flow.find(&n)) else { return self.advance() };
        let next = self.flow.nodes[node].step.kind().answered(self, node, token, answer)?;
        match self.follow(node, token, next) {
            Some(question) => Ok(Some(question)),
            None => self.advance(),
        }
    }

    /// Tells the node of a task that it was decided.
    pub(crate) fn decided(&mut self, task: &Task) -> Result<Option<Question>> {
        let Some(node) = self.flow.find(&task.node) else { return self.advance() };
        let next = self.flow.nodes[node].step.kind().decided(self, node, task.token, task)?;
        match self.follow(node, task.token, next) {
            Some(question) => Ok(Some(question)),
            None => self.advance(),
        }
    }

    /// A task of a node was taken away: the node is looked at again, and left where nobody else is waited for.
    pub(crate) fn look_again(&mut self, gone: &Task) -> Result<()> {
        let Some(node) = self.flow.find(&gone.node) else { return Ok(()) };
        match self.flow.nodes[node].step.kind().decided(self, node, gone.token, gone)? {
            // What a node asks, it asks as it is entered.
            Next::Ask(_) => self.token(gone.token, TokenState::Ready),
            next => drop(self.follow(node, gone.token, next)),
        }
        Ok(())
    }

    fn follow(&mut self, node: NodeId, token: u32, next: Next) -> Option<Question> {
        match next {
            Next::Wait => self.token(token, TokenState::Waiting),
            Next::Ask(question) => {
                self.asked = Some(token);
                return Some(question);
            }
            Next::Leave => self.leave(node, token),
            Next::Goto(inner) => {
                self.token(token, TokenState::Done);
                self.put(inner);
            }
            Next::End(outcome) => {
                self.token(token, TokenState::Done);
                self.end(outcome);
            }
        }
        None
    }

    /// The token passed its node: on to the next one, out of as many scopes as end here.
    fn leave(&mut self, node: NodeId, token: u32) {
        self.close_tasks(token);
        self.token(token, TokenState::Done);
        let mut at = node;
        loop {
            if let Some(next) = self.flow.nodes[at].next {
                return self.put(next);
            }
            match self.flow.scopes[self.flow.nodes[at].scope].owner {
                Some(owner) => at = owner,
                None => return,
            }
        }
    }

    /// Puts a fresh token on a node.
    pub(crate) fn put(&mut self, node: NodeId) {
        let id = self.instance.tokens.len() as u32;
        let node = self.flow.nodes[node].name.clone();
        self.instance.tokens.push(Token { id, node, state: TokenState::Ready });
    }

    pub(crate) fn token(&mut self, id: u32, state: TokenState) {
        if let Some(token) = self.instance.tokens.iter_mut().find(|t| t.id == id) {
            token.state = state;
        }
    }

    /// Approvals of a node that nobody needs any more.
    fn close_tasks(&mut self, token: u32) {
        let live = |t: &&mut Task| t.token == token && t.kind == TaskKind::Approve && t.state.is_live();
        for task in self.instance.tasks.iter_mut().filter(live) {
            task.state = TaskState::Cancelled;
        }
    }

    /// Ends the flow: no token and no approval stays.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        self.instance.state = match outcome {
            Outcome::Submit | Outcome::Approve => InstanceState::Approved,
            Outcome::Reject => InstanceState::Rejected,
            Outcome::Withdraw => InstanceState::Withdrawn,
        };
        self.instance.ended_at = Some(self.now);
        for token in &mut self.instance.tokens {
            if matches!(token.state, TokenState::Ready | TokenState::Waiting) {
                token.state = TokenState::Cancelled;
            }
        }
        for task in &mut self.instance.tasks {
            if task.kind == TaskKind::Approve && task.state.is_live() {
                task.state = TaskState::Cancelled;
            }
        }
    }

    /// Makes a task.
    #[allow(clippy::too_many_arguments)] // one call per kind of step; a struct would only repeat `Task`
    pub(crate) fn add_task(
        &mut self,
        node: NodeId,
        token: u32,
        kind: TaskKind,
        person: &Person,
        origin: Origin,
        order: u32,
        state: TaskState,
    ) {
        self.instance.tasks.push(Task {
            id: (self.new_id)(),
            node: self.flow.nodes[node].name.clone(),
            token,
            kind,
            assignee: person.user,
            state,
            order,
            round: self.instance.round,
            origin,
            why: person.why.clone(),
            in_place_of: person.in_place_of.clone(),
            seen: None,
            comment: None,
            created_at: self.now,
            decided_at: None,
        });
    }
}
