//! Flows that start by themselves: each in the transaction of what sets it off, their steps in those of workers.

use crate::flow::begin::fresh;
use crate::flow::log::{LogKind, Said};
use crate::flow::{ending, stored, values};
use crate::records::command::Command;
use crate::work::{Link, Work};
use chrono::{DateTime, Utc};
use definition::workflow::PerRecord;
use diagnostic::Result;
use plan::Row;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::{Flow, Run};

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
                    ending::stop(work, old, LogKind::Replaced).await?;
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
