//! Flows that start by themselves: each in the transaction of what sets it off, their steps in those of workers.

use crate::flow::begin::{fresh, take};
use crate::flow::log::{LogKind, Said};
use crate::flow::{stored, values};
use crate::records::command::Command;
use crate::work::{Link, Work};
use chrono::{DateTime, Utc};
use definition::workflow::PerRecord;
use diagnostic::{Code, Diagnostic, Result};
use plan::Row;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::{Flow, Instance, Parent, Run};

/// What sets a flow off.
pub(crate) struct Cause<'a> {
    /// It happens once under this key.
    pub key: String,
    /// Who did it; nobody where it was no person.
    pub actor: Option<Uuid>,
    /// The flows that led to it.
    pub chain: &'a [Link],
    /// Why the flow cannot begin: it stands at its first step then, for somebody to look at.
    pub broken: Option<String>,
    /// Variables that it brings.
    pub variables: BTreeMap<Arc<str>, Json>,
}

impl Cause<'_> {
    /// Something that no person did and no flow led to.
    pub fn of_time(key: String) -> Cause<'static> {
        Cause { key, actor: None, chain: &[], broken: None, variables: BTreeMap::new() }
    }
}

/// Starts an automation about a record, unless what set it off did so before, or its `reentry` forbids it.
pub(crate) async fn set_off(
    work: &Work,
    flow: &Arc<Flow>,
    row: &Row,
    cause: Cause<'_>,
) -> Result<Option<Uuid>> {
    let own = cause.chain.iter().any(|link| link.workflow == flow.name);
    let deep = cause.chain.len() >= flow.trigger.max_depth as usize;
    if deep || (own && !flow.trigger.in_own_chain) || table::is_started(&work.tx, &cause.key).await? {
        return Ok(None);
    }
    if flow.trigger.per_record != PerRecord::Parallel {
        let running = table::live_about(&work.tx, &flow.name, &flow.object, row.id()).await?;
        match flow.trigger.per_record {
            PerRecord::Skip if !running.is_empty() => return Ok(None),
            PerRecord::Replace => {
                for old in running {
                    replace(work, old).await?;
                }
            }
            _ => {}
        }
    }
    let mut instance = fresh(work, flow, row.id(), cause.actor.unwrap_or_default());
    instance.variables = cause.variables;
    let begun = values::begin(work, flow, &mut instance).await;
    let broken = cause.broken.or(begun.err().map(|found| found.to_string()));
    let id = instance.id;
    let mut held = stored::begin(work, flow, &instance, row.version()).await?;
    held.caused(Some(cause.key), cause.chain);
    held.say(work, LogKind::Started, None, None);
    let mut run = Run::later(flow, instance, work.bindings.now, Uuid::now_v7);
    if let Some(reason) = broken {
        held.say(work, LogKind::Failed, None, Said::more(json!({"reason": reason})));
        run.fail(0, workflow::instance::ENTER, reason)?;
    }
    work.drive(held, &mut run, None).await?;
    Ok(Some(id))
}

/// Starts an automation that is about no record: it gets one, of the run itself.
pub(crate) async fn set_off_alone(
    work: &Work,
    flow: &Arc<Flow>,
    at: DateTime<Utc>,
    cause: Cause<'_>,
) -> Result<()> {
    if table::is_started(&work.tx, &cause.key).await? {
        return Ok(());
    }
    let body = json!({"workflow": &*flow.name, "due": at});
    let made = work.execute(&Command::Create { object: flow.object.clone(), body }).await?;
    set_off(work, flow, &made.row, cause).await.map(drop)
}

/// A new run takes the place of an old one.
async fn replace(work: &Work, old: Uuid) -> Result<()> {
    let (mut held, instance) = stored::hold(work, old).await?;
    if !instance.state.is_live() {
        return Ok(());
    }
    let flow = stored::flow_of(work, &instance).await?;
    held.say(work, LogKind::Replaced, None, None);
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    run.cancel()?;
    work.drive(held, &mut run, None).await
}

/// Starts the flow of a `sub`; `by` is the token that waits for its end.
pub(crate) async fn start_below(
    work: &Work,
    above: &Instance,
    name: &str,
    record: Uuid,
    by: Option<(Uuid, u32)>,
) -> Result<Uuid> {
    let missing = || Diagnostic::new(Code::UnknownReference).with("what", "workflow").with("name", name);
    let flow = work.published.flow(name).cloned().ok_or_else(missing)?;
    let deepest = flow.trigger.max_depth.max(8) as usize;
    if work.chain.len() > deepest {
        return Err(Box::new(Diagnostic::new(Code::FlowTooLong).with("step", name).with("most", deepest)));
    }
    let object = work.published.object(&flow.object)?;
    let row = work.rows().load_to_write(object, record).await?;
    let row = row.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    let mut instance = fresh(work, &flow, record, above.initiator);
    instance.parent = by.map(|(instance, token)| Parent { instance, token });
    let id = instance.id;
    if !flow.automation {
        take(work, &flow, &row, id).await?;
    }
    values::begin(work, &flow, &mut instance).await?;
    let mut held = stored::begin(work, &flow, &instance, row.version()).await?;
    held.caused(None, &work.chain);
    held.say(work, LogKind::Started, None, None);
    let mut run = Run::later(&flow, instance, work.bindings.now, Uuid::now_v7);
    // The flow above has not ended yet: what this one does is caused by it.
    work.drive(held, &mut run, None).await?;
    Ok(id)
}
