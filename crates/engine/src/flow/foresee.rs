//! How a flow would go on if everybody approved: the same engine walks it, in a transaction that is taken back.

use crate::flow::drive::answer;
use crate::flow::people::picks;
use crate::flow::start::{admit, may_begin};
use crate::flow::stored::{self, Held};
use crate::flow::{begin, values};
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;
use workflow::decision::DecisionKind;
use workflow::instance::{ANSWER, ENTER, WORK};
use workflow::step::Step;
use workflow::{
    Answer, Await, Awaited, Decision, Flow, Instance, InstanceState, NodeId, Person, Picker, Question, Run,
    Task, TaskKind, TaskState, Token, TokenState,
};

/// Things that people, times and workers do at most: a flow that goes round is not foreseen to its end.
const MOST: usize = 500;

/// What would become of a flow.
pub(super) struct Foreseen {
    pub flow: Arc<Flow>,
    /// As it would stand in the end.
    pub instance: Instance,
    /// The tokens that stand somewhere now.
    pub standing: HashSet<u32>,
    /// How many tokens there are now.
    pub before: u32,
    /// The cases that a step takes, by its token.
    pub cases: HashMap<u32, Vec<usize>>,
    /// The branch of a `wait` that was taken to come, by its token.
    pub assumed: HashMap<u32, Arc<str>>,
    /// People whom somebody has yet to name.
    pub unnamed: HashSet<Uuid>,
    /// Where it would not go on, and why.
    pub halted: Option<(Option<Arc<str>>, Diagnostic)>,
    /// For which steps the initiator is to name people.
    pub picks: Json,
}

/// A flow that is walked.
struct Walk<'w, 'f> {
    work: &'w Work,
    held: Held,
    run: Run<'f>,
    cases: HashMap<u32, Vec<usize>>,
    assumed: HashMap<u32, Arc<str>>,
    unnamed: HashSet<Uuid>,
    /// What nothing is known to go on from.
    stuck: HashSet<u32>,
    /// The token whose step asks.
    asking: Option<u32>,
}

/// What happens next.
enum Deed {
    Decide(Box<Task>),
    Wake(u32, Arc<str>),
}

/// A flow that is not yet begun.
///
/// # Errors
/// As submitting, but for people whom the initiator has yet to name.
pub(super) async fn submission(
    work: &Work,
    workflow: &str,
    record: Uuid,
    named: &picks::Named,
) -> Result<Foreseen> {
    let (flow, row) = admit(work, workflow, record).await?;
    may_begin(work, &flow, &row).await?;
    let mut instance = begin::fresh(work, &flow, record, work.identity.actor.id);
    if !flow.automation {
        begin::take(work, &flow, &row, instance.id).await?;
    }
    values::begin(work, &flow, &mut instance).await?;
    let held = stored::begin(work, &flow, &instance, row.version()).await?;
    let mut run = Run::start(&flow, instance, work.bindings.now, Uuid::now_v7);
    let asked = picks::told(work, &run, None).await?;
    match picks::take(work, &mut run, None, named).await {
        Err(found) if !is_incomplete(&found) => return Err(found),
        _ => {}
    }
    let mut walk = Walk::of(work, held, run);
    let first = walk.first().await;
    let halted = walk.go_on(first).await;
    Ok(walk.seen(flow.clone(), HashSet::new(), 0, halted, asked))
}

/// A flow that runs.
///
/// # Errors
/// What its definition refuses.
pub(super) async fn running(work: &Work, id: Uuid) -> Result<Foreseen> {
    let (held, mut instance) = stored::hold(work, id).await?;
    let flow = stored::flow_of(work, &instance).await?;
    // One that is suspended is looked at as if it went on.
    if instance.state == InstanceState::Suspended {
        instance.state = InstanceState::Running;
    }
    let standing =
        instance.tokens.iter().filter(|token| token.state.is_live()).map(|token| token.id).collect();
    let before = instance.tokens.len() as u32;
    let run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    let mut walk = Walk::of(work, held, run);
    let halted = walk.go_on(Ok(())).await;
    Ok(walk.seen(flow.clone(), standing, before, halted, Json::Array(Vec::new())))
}

/// Whether only people are missing that the initiator has yet to name.
fn is_incomplete(found: &Diagnostic) -> bool {
    match found.details.as_slice() {
        [] => found.code == Code::Required,
        details => details.iter().all(|found| found.code == Code::Required),
    }
}

impl<'w, 'f> Walk<'w, 'f> {
    fn of(work: &'w Work, held: Held, run: Run<'f>) -> Walk<'w, 'f> {
        let (cases, assumed) = (HashMap::new(), HashMap::new());
        Walk { work, held, run, cases, assumed, unnamed: HashSet::new(), stuck: HashSet::new(), asking: None }
    }

    fn seen(
        self,
        flow: Arc<Flow>,
        standing: HashSet<u32>,
        before: u32,
        halted: Option<(Option<Arc<str>>, Diagnostic)>,
        picks: Json,
    ) -> Foreseen {
        let Walk { run, cases, assumed, unnamed, .. } = self;
        Foreseen { flow, instance: run.instance, standing, before, cases, assumed, unnamed, halted, picks }
    }

    async fn first(&mut self) -> Result<()> {
        let asked = self.run.advance()?;
        self.settle(asked).await
    }

    /// Does what happens next until the flow has ended, nothing is known to go on, or it is refused.
    async fn go_on(&mut self, first: Result<()>) -> Option<(Option<Arc<str>>, Diagnostic)> {
        let mut done = first;
        let mut node = None;
        for _ in 0..MOST {
            if let Err(found) = done {
                let asking = self.asking.and_then(|token| self.run.node_name(token));
                return Some((asking.or(node), *found));
            }
            let next = self.next()?;
            node = match &next {
                Deed::Decide(task) => Some(task.node.clone()),
                Deed::Wake(token, _) => self.run.node_name(*token),
            };
            done = self.happens(next).await;
        }
        None
    }

    async fn happens(&mut self, deed: Deed) -> Result<()> {
        let asked = match deed {
            Deed::Decide(task) => {
                for _ in &task.owners {
                    self.run.resolve(task.id)?;
                }
                let kind = match task.kind {
                    TaskKind::Approve => DecisionKind::Approve,
                    TaskKind::Handle | TaskKind::Cc => DecisionKind::Done,
                };
                let comment = Some("-".to_owned());
                let decision = Decision { kind, comment, to: None, back: false, seen: 0 };
                self.run.decide(task.id, decision)?
            }
            Deed::Wake(token, by) => {
                if self.run.node_name(token).is_some_and(|name| self.waits(&name)) && *by != *ENTER {
                    self.assumed.insert(token, by.clone());
                }
                self.run.wake(token, &by)?
            }
        };
        self.settle(asked).await
    }

    fn waits(&self, node: &str) -> bool {
        let node = self.run.flow.find(node);
        node.is_some_and(|node| matches!(self.run.flow.nodes[node].step, Step::Wait(_)))
    }

    /// Answers what the flow asks until its tokens wait.
    async fn settle(&mut self, mut asked: Option<Question>) -> Result<()> {
        let work = &self.work.caused_by(&self.run.instance, self.held.chain());
        while let Some(question) = asked {
            let (token, about) = (self.run.asking(), question.clone());
            self.asking = token;
            let mut answer = Box::pin(answer(work, &mut self.held, &mut self.run, question)).await?;
            match (&mut answer, about, token) {
                (Answer::Cases(taken), _, Some(token)) => drop(self.cases.insert(token, taken.clone())),
                (Answer::People(people), Question::People { node, .. }, _) => self.name(node, people),
                _ => {}
            }
            asked = self.run.answer(answer)?;
        }
        self.asking = None;
        Ok(())
    }

    /// Whoever has yet to be named has a place already.
    fn name(&mut self, node: NodeId, people: &mut Vec<Person>) {
        let flow = self.run.flow;
        let Some(picked) = flow.picked(node) else { return };
        if self.run.instance.picks.contains_key(&flow.nodes[node].name) {
            return;
        }
        let why = match picked.by {
            Picker::Initiator => "named by the initiator",
            Picker::Approver(_) => "named by an earlier approver",
        };
        let somebody = Uuid::now_v7();
        self.unnamed.insert(somebody);
        people.push(Person::new(somebody, why));
    }

    fn next(&mut self) -> Option<Deed> {
        if self.run.instance.state != InstanceState::Running {
            return None;
        }
        loop {
            let waits = |token: &&Token| {
                token.state == TokenState::Waiting
                    && token.data.left == 0
                    && token.data.incident.is_none()
                    && !self.stuck.contains(&token.id)
            };
            let token = self.run.instance.tokens.iter().find(waits)?;
            let open = |task: &&Task| {
                task.token == token.id && task.kind.is_awaited() && task.state == TaskState::Open
            };
            if let Some(task) = self.run.instance.tasks.iter().find(open) {
                return Some(Deed::Decide(Box::new(task.clone())));
            }
            if let Some(one) = soonest(&token.data.awaits) {
                return Some(Deed::Wake(token.id, one.name.clone()));
            }
            let id = token.id;
            self.stuck.insert(id);
        }
    }
}

/// Which of several things is taken to come first: what workers do, then the first time, then what is named first.
fn soonest(awaits: &[Await]) -> Option<&Await> {
    let at = |one: &&Await| match one.what {
        Awaited::At(at) => Some(at),
        _ => None,
    };
    let by_engine = awaits.iter().find(|one| [ENTER, WORK, ANSWER].contains(&&*one.name));
    let by_time = || awaits.iter().filter(|one| at(one).is_some()).min_by_key(at);
    by_engine.or_else(by_time).or_else(|| awaits.first())
}
