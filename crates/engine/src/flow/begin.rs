//! An instance that begins.

use crate::flow::writes::write;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use plan::Row;
use std::collections::BTreeMap;
use uuid::Uuid;
use workflow::{Flow, Instance, InstanceState, Outcome, Picks};

/// An instance that is about to begin.
pub(super) fn fresh(work: &Work, flow: &Flow, record: Uuid, initiator: Uuid) -> Instance {
    Instance {
        id: Uuid::now_v7(),
        workflow: flow.name.clone(),
        hash: flow.hash.clone(),
        object: flow.object.clone(),
        record,
        initiator,
        state: InstanceState::Running,
        parked: None,
        parent: None,
        round: 0,
        picks: Picks::new(),
        started_at: work.bindings.now,
        due_at: None,
        ended_at: None,
        variables: BTreeMap::new(),
        tokens: Vec::new(),
        tasks: Vec::new(),
    }
}

/// An approval takes hold of its record: it sets what submitting sets, and locks it from then on.
///
/// # Errors
/// `already_pending`, and what the record refuses.
pub(super) async fn take(work: &Work, flow: &Flow, row: &Row, instance: Uuid) -> Result<()> {
    if !row.system(catalog::SystemField::Flow).is_null() {
        return Err(Box::new(Diagnostic::new(Code::AlreadyPending)));
    }
    if let Some(values) = flow.set.get(&Outcome::Submit) {
        write(work, flow, row.id(), values).await?;
    }
    // The lock takes effect after what submitting itself sets.
    let object = work.published.object(&flow.object)?;
    storage::row::write::set_flow(&work.tx, object, row.id(), Some(instance)).await
}
