//! How a flow would go on if everybody approved: the same engine walks it, in a transaction that is taken back.

use crate::flow::people::picks;
use crate::flow::start::{admit, may_begin};
use crate::flow::stored;
use crate::flow::walk::script::Script;
use crate::flow::walk::{Halted, Walk};
use crate::flow::{begin, pace, values};
use crate::work::Work;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Result};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;
use workflow::{Flow, Instance, InstanceState, Run};

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
    /// When steps are expected to be done, by their tokens.
    pub expected: HashMap<u32, DateTime<Utc>>,
    /// When it is expected to end.
    pub finish: Option<DateTime<Utc>>,
    /// Where it would not go on, and why.
    pub halted: Halted,
    /// For which steps the initiator is to name people.
    pub picks: Json,
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
        // People whom the initiator has yet to name have a place already.
        Err(found) if !found.is_only(Code::Required) => return Err(found),
        _ => {}
    }
    let mut walk = Walk::of(work, held, run, script(work, &flow).await?);
    let halted = walk.begin().await;
    Ok(Foreseen::of(walk, &flow, (HashSet::new(), 0), halted, asked))
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
    let mut walk = Walk::of(work, held, run, script(work, &flow).await?);
    let halted = walk.go_on(Ok(())).await;
    Ok(Foreseen::of(walk, &flow, (standing, before), halted, Json::Array(Vec::new())))
}

impl Foreseen {
    fn of(
        walk: Walk<'_>,
        flow: &Arc<Flow>,
        (standing, before): (HashSet<u32>, u32),
        halted: Halted,
        picks: Json,
    ) -> Foreseen {
        let finish = walk.certain.then(|| walk.now()).filter(|_| !walk.run.instance.state.is_live());
        Foreseen {
            flow: flow.clone(),
            standing,
            before,
            halted,
            picks,
            finish,
            cases: walk.cases,
            assumed: walk.assumed,
            unnamed: walk.unnamed,
            expected: walk.expected,
            instance: walk.run.instance,
        }
    }
}

/// Everybody approves, in the time that they have or that such steps have taken.
async fn script(work: &Work, flow: &Flow) -> Result<Arc<Script>> {
    let paces = Some(pace::of(work, &flow.name).await?);
    Ok(Arc::new(Script { paces, ..Script::default() }))
}
