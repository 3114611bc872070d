//! A flow that is walked in a transaction which is taken back: the same engine answers what it asks, a clock that jumps
//! from one thing that happens to the next, and a script that says what people do.
//!
//! Read in this order: `script` (what people do and when), this file (what happens next), `moment` (what is kept of it),
//! `follow` (what it sets off).

pub(super) mod moment;

mod next;

mod follow;

pub mod script;

use crate::flow::drive::{self, answer};
use crate::flow::sla::acted::Acted;
use crate::flow::sla::{self, fire};
use crate::flow::stored::{self, Held};
use crate::flow::{asked, labels};
use crate::work::Work;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Locale, Result};
use follow::Followed;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use moment::{Happened, Moment};
use next::{Deed, Next};
use script::{Script, What};
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;
use workflow::decision::DecisionKind;
use workflow::instance::ENTER;
use workflow::step::Step;
use workflow::step::act::{Act, Deed as ToDo};
use workflow::{
    Answer, Decision, Flow, Instance, InstanceState, NodeId, Outcome, Person, Picker, Question, Run, Task,
    TaskKind, TaskState, TokenState,
};

/// Things that people, times and workers do at most: a flow that goes round is not walked to its end.
const MOST: usize = 500;
/// How deep flows that wait for flows are walked.
const DEEPEST: u32 = 8;

/// A share of time that will have passed.
struct Ahead {
    at: DateTime<Utc>,
    percent: u32,
    /// The task, and when its time began; none for the whole flow.
    task: Option<(Uuid, DateTime<Utc>)>,
    /// It has passed.
    done: bool,
}

/// A flow that is walked.
pub(super) struct Walk<'f> {
    work: Work,
    held: Held,
    /// The flow as it stands.
    pub run: Run<'f>,
    script: Arc<Script>,
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// The cases that a step takes, by its token.
    pub cases: HashMap<u32, Vec<usize>>,
    /// The branch of a `wait` that was taken to come, by its token.
    pub assumed: HashMap<u32, Arc<str>>,
    /// People whom somebody has yet to name.
    pub unnamed: HashSet<Uuid>,
    /// When steps are expected to be done, by their tokens.
    pub expected: HashMap<u32, DateTime<Utc>>,
    /// Whether it is known how long everything took so far.
    pub certain: bool,
    /// When tasks were opened.
    opened: HashMap<Uuid, DateTime<Utc>>,
    ahead: Vec<Ahead>,
    /// The token whose step asks.
    asking: Option<u32>,
    depth: u32,
    followed: Followed,
    /// Whether what it sets off is walked when it happens.
    follows: bool,
}

/// Where a flow would not go on, and why.
pub(super) type Halted = Option<(Option<Arc<str>>, Diagnostic)>;

impl<'f> Walk<'f> {
    /// A flow on its way.
    pub fn of(work: &Work, held: Held, run: Run<'f>, script: Arc<Script>) -> Walk<'f> {
        Walk {
            work: work.clone(),
            held,
            run,
            script,
            moments: Vec::new(),
            cases: HashMap::new(),
            assumed: HashMap::new(),
            unnamed: HashSet::new(),
            expected: HashMap::new(),
            certain: true,
            opened: HashMap::new(),
            ahead: Vec::new(),
            asking: None,
            depth: 0,
            followed: Followed::default(),
            follows: true,
        }
    }

    /// Whether automations were set off that were not walked, for there are too many.
    pub fn is_cut(&self) -> bool {
        self.followed.is_cut()
    }

    /// The instant at which the flow stands.
    pub fn now(&self) -> DateTime<Utc> {
        self.work.bindings.now
    }

    /// Goes as far as the flow comes when it begins, then on.
    pub async fn begin(&mut self) -> Halted {
        let before = self.mark();
        let first = match self.run.advance() {
            Ok(asked) => self.settle(asked).await,
            Err(found) => Err(found),
        };
        let first = first.and_then(|()| self.observe());
        let whole = self.run.flow.overall.as_deref().filter(|_| first.is_ok());
        if let Some(Ok((due, marks))) = whole.map(|sla| sla::marks(&self.work, sla)) {
            self.run.instance.due_at = Some(due);
            self.ahead.extend(marks.into_iter().map(|(percent, at)| Ahead {
                at,
                percent,
                task: None,
                done: false,
            }));
        }
        self.keep(before, None, Happened::Started);
        let first = match Box::pin(self.follow()).await {
            Ok(()) => first,
            Err(found) => first.and(Err(found)),
        };
        self.go_on(first).await
    }

    /// Does what happens next until the flow has ended, nothing is known to go on, or it is refused.
    pub async fn go_on(&mut self, first: Result<()>) -> Halted {
        let mut done = first.and_then(|()| self.observe());
        let mut node = None;
        for _ in 0..MOST {
            if let Err(found) = done {
                let asking = self.asking.and_then(|token| self.run.node_name(token));
                return Some((asking.or(node), *found));
            }
            if self.run.instance.state != InstanceState::Running {
                let ended = match self.end().await {
                    Ok(()) => Box::pin(self.follow()).await,
                    refused => refused,
                };
                return ended.err().map(|found| (None, *found));
            }
            let Next { at, deed } = self.next()?;
            self.turn_to(at);
            node = match &deed {
                Deed::Decide(task, _) => Some(task.node.clone()),
                Deed::Wake(token, _) | Deed::Below(token, _) => self.run.node_name(*token),
                Deed::Mark { .. } => None,
            };
            done = Box::pin(self.happens(deed)).await.and_then(|()| self.observe());
            if done.is_ok() {
                done = Box::pin(self.follow()).await;
            }
        }
        let last = node.as_deref().unwrap_or(&self.run.flow.name).to_owned();
        Some((node, Diagnostic::new(Code::FlowTooLong).with("step", last).with("most", MOST)))
    }

    fn turn_to(&mut self, at: DateTime<Utc>) {
        self.work.bindings.now = at;
        self.run.now = at;
    }

    async fn happens(&mut self, deed: Deed) -> Result<()> {
        let before = self.mark();
        match deed {
            Deed::Decide(task, turn) => {
                let what = turn.map_or(What::Usual, |turn| turn.what);
                let decision = self.decides(&task, what);
                let (kind, comment) = (decision.kind, decision.comment.clone().filter(|text| text != "-"));
                let done = self.decide(&task, decision).await;
                self.keep(before, Some(task.token), Happened::Decided { task: task.id, kind, comment });
                done
            }
            Deed::Wake(token, by) => self.wake(token, &by, Json::Null, before).await,
            Deed::Below(token, child) => self.below(token, child, before).await,
            Deed::Mark { place } => {
                self.ahead[place].done = true;
                let (task, percent) = (self.ahead[place].task.map(|(id, _)| id), self.ahead[place].percent);
                let about = &self.work.caused_by(&self.run.instance, self.held.chain());
                let acted = Box::pin(fire::act(about, &mut self.held, &mut self.run, task, percent)).await?;
                let Some(Acted { kind, people, asked }) = acted else { return Ok(()) };
                let done = self.settle(asked).await;
                let token = task.and_then(|id| self.run.instance.tasks.iter().find(|task| task.id == id));
                let token = token.map(|task| task.token);
                self.keep(before, token, Happened::TimePassed { percent, kind, people });
                done
            }
        }
    }

    /// What somebody decides. An approval where the script says nothing.
    fn decides(&self, task: &Task, what: What) -> Decision {
        let usual = match task.kind {
            TaskKind::Approve => DecisionKind::Approve,
            TaskKind::Handle | TaskKind::Cc => DecisionKind::Done,
        };
        // What is lent is given back first.
        let (seen, by) = (0, task.owners.first().map_or(task.assignee, |owner| owner.user));
        match what {
            What::Decide { kind, comment, to, back } => {
                let kind = if kind == DecisionKind::Approve { usual } else { kind };
                let comment = Some(comment.unwrap_or_else(|| "-".to_owned()));
                Decision { kind, by, comment, to, back, seen }
            }
            _ => Decision { kind: usual, by, comment: Some("-".to_owned()), to: None, back: false, seen },
        }
    }

    async fn decide(&mut self, task: &Task, decision: Decision) -> Result<()> {
        for _ in &task.owners {
            self.run.resolve(task.id)?;
        }
        let asked = self.run.decide(task.id, decision)?;
        self.settle(asked).await
    }

    /// Wakes a token; where that fails it fails as it would, in what was written too.
    async fn wake(&mut self, token: u32, by: &Arc<str>, value: Json, before: moment::Before) -> Result<()> {
        let name = self.run.node_name(token);
        if name.is_some_and(|name| self.waits(&name)) && **by != *ENTER {
            self.assumed.insert(token, by.clone());
        }
        let (told, fails) = (self.script.what_of(&self.run, token), self.script.fails);
        let fails_by = self.fails_by(token);
        let (stood, tx) = (self.run.instance.clone(), self.work.tx.clone());
        let woken = async {
            match told {
                Some(What::Fail(reason)) if **by == *fails_by => {
                    return Err(Box::new(Diagnostic::new(Code::EffectRefused).with("reason", reason)));
                }
                Some(What::Answer(given)) if **by == *workflow::instance::ANSWER => {
                    asked::take(&self.work, &mut self.run, token, &json!({"values": given}));
                }
                _ if !value.is_null() => asked::take(&self.work, &mut self.run, token, &value),
                _ => {}
            }
            let asked = self.run.wake(token, by)?;
            self.settle(asked).await
        };
        let done = match fails {
            true => tx.savepoint(woken).await,
            false => woken.await,
        };
        let failed = match done {
            Err(found) if fails => {
                self.run = Run::resume(self.run.flow, stood, self.now(), Uuid::now_v7);
                self.asking = None;
                let reason = found.render(Locale::En);
                let asked = self.run.fail(token, by, reason.clone())?;
                self.settle(asked).await?;
                Some(reason)
            }
            other => {
                other?;
                None
            }
        };
        self.keep(before, Some(token), Happened::Woken { by: by.clone(), failed });
        Ok(())
    }

    /// Another flow that this one waits for is walked to its end, from now on.
    fn below(&mut self, token: u32, child: Uuid, before: moment::Before) -> BoxFuture<'_, Result<()>> {
        async move {
            let (held, instance) = stored::hold(&self.work, child).await?;
            let flow = stored::flow_of(&self.work, &instance).await?;
            let run = Run::resume(&flow, instance, self.now(), Uuid::now_v7);
            let mut walk = Walk::of(&self.work, held, run, self.script.clone());
            walk.depth = self.depth + 1;
            walk.followed = self.followed.clone();
            let halted = match walk.depth > DEEPEST {
                true => None,
                false => Box::pin(walk.go_on(Ok(()))).await,
            };
            let (at, state) = (walk.now(), walk.run.instance.state);
            self.expected.extend(walk.certain.then_some((token, at)));
            let below = moment::Below {
                flow: flow.clone(),
                instance: walk.run.instance,
                moments: walk.moments,
                cases: walk.cases,
                halted: halted.map(|(node, found)| (node, Box::new(found))),
            };
            self.keep(before, Some(token), Happened::Below(Box::new(below)));
            if state.is_live() {
                // What it waits for does not end: nothing is known to go on from here.
                self.run.instance.tokens[token as usize].data.awaits.clear();
                return Ok(());
            }
            self.turn_to(at);
            let before = self.mark();
            self.wake(token, &workflow::instance::ANSWER.into(), json!(state.name()), before).await
        }
        .boxed()
    }

    /// Where a step fails of which the script says so: another system refuses, or what the step does by itself does not succeed.
    fn fails_by(&self, token: u32) -> &'static str {
        let node = self.run.node_name(token).and_then(|name| self.run.flow.find(&name));
        match node.map(|node| &self.run.flow.nodes[node].step) {
            Some(Step::Act(Act { deed: ToDo::Call(_), .. })) => workflow::instance::ANSWER,
            _ => workflow::instance::WORK,
        }
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

    /// What opened gets its time, what ended is noted with the instant.
    fn observe(&mut self) -> Result<()> {
        let now = self.now();
        for place in 0..self.run.instance.tasks.len() {
            let task = &self.run.instance.tasks[place];
            let (id, open) = (task.id, task.state == TaskState::Open && task.kind.is_awaited());
            if !open {
                self.opened.remove(&id);
                continue;
            }
            if self.opened.contains_key(&id) {
                continue;
            }
            // One that was open before the walk began keeps its time.
            let since = if self.moments.is_empty() { task.created_at.min(now) } else { now };
            self.opened.insert(id, since);
            let Some(sla) = self.run.deadline(task).filter(|_| task.due_at.is_none()) else { continue };
            let (due, marks) = sla::marks(&self.work, sla)?;
            self.run.instance.tasks[place].due_at = Some(due);
            let task = Some((id, since));
            self.ahead.extend(marks.into_iter().map(|(percent, at)| Ahead {
                at,
                percent,
                task,
                done: false,
            }));
        }
        if self.certain {
            for token in self.run.instance.tokens.iter().filter(|token| token.state == TokenState::Done) {
                self.expected.entry(token.id).or_insert(now);
            }
        }
        Ok(())
    }

    /// What the end of the flow means for its record.
    async fn end(&mut self) -> Result<()> {
        if !self.script.ends {
            return Ok(());
        }
        let before = self.mark();
        let outcome = match self.run.instance.state {
            InstanceState::Running | InstanceState::Suspended => return Ok(()),
            InstanceState::Approved => Outcome::Approve,
            InstanceState::Rejected => Outcome::Reject,
            InstanceState::Withdrawn => Outcome::Withdraw,
            InstanceState::Cancelled => Outcome::Cancel,
            InstanceState::Done => Outcome::Done,
        };
        let work = &self.work.caused_by(&self.run.instance, self.held.chain());
        let ended = Box::pin(drive::ended(work, &self.run, outcome)).await;
        self.keep(before, None, Happened::Ended);
        ended
    }
}

/// The steps at which a flow waits for what nothing is known to bring.
pub(super) fn waiting(flow: &Flow, instance: &Instance, locale: Locale) -> Vec<Json> {
    let live = instance.state == InstanceState::Running;
    let tokens = instance.standing().filter(|token| live && token.data.incident.is_none());
    let told = tokens.filter_map(|token| {
        let node = flow.find(&token.node)?;
        Some(json!({"node": token.node, "label": labels::label(flow, node, locale)}))
    });
    told.collect()
}
