//! What a write means for the flows that hold its records: locks refuse it, and approvals that saw what it changes are
//! void.

use crate::flow::log::LogKind;
use crate::flow::rights::hides;
use crate::flow::stored;
use crate::records::changes::Changes;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use plan::write::Operation;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;
use workflow::{Lock, Run, Task};

/// What was changed of a record that a flow holds.
struct Touched<'w> {
    flow: Uuid,
    /// Its own fields, and lists of its parts.
    written: BTreeSet<&'w str>,
    /// What is derived from these or others.
    derived: BTreeSet<&'w str>,
}

/// Tells the flows that hold the records of a write. Values are settled by now: a lock on a derived field is found here,
/// wherever what it is derived from is written.
///
/// # Errors
/// `record_locked`, and what the steps refuse that must be done again.
pub(super) async fn changed(work: &Work, changes: &Changes<'_>) -> Result<()> {
    if !work.heeds_flows() {
        return Ok(());
    }
    for touched in held(work, changes).await? {
        tell(work, &touched).await?;
    }
    Ok(())
}

/// The records of a write that flows hold. One of which only a derived value changed is looked up where the value is
/// material to a flow.
async fn held<'w>(work: &Work, changes: &'w Changes<'_>) -> Result<Vec<Touched<'w>>> {
    let derived = |id| changes.derived_of(id).map(|change| &*change.field).collect::<BTreeSet<&str>>();
    let mut found = Vec::new();
    for write in changes.planned.writes.iter().filter(|write| write.operation == Operation::Update) {
        if let Some(flow) = write.before.as_ref().and_then(plan::Row::flow) {
            let written = Changes::own(write).chain(changes.parts(write)).map(|name| &**name).collect();
            found.push(Touched { flow, written, derived: derived(write.id) });
        }
    }
    let material = |object: &str, field: &str| work.published.is_material(object, field);
    for (object, ids) in changes.derived_only(|change| material(&change.object, &change.field)) {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        for row in work.rows().load_all(work.published.object(object)?, &ids).await? {
            if let Some(flow) = row.flow() {
                found.push(Touched { flow, written: BTreeSet::new(), derived: derived(row.id()) });
            }
        }
    }
    Ok(found)
}

async fn tell(work: &Work, touched: &Touched<'_>) -> Result<()> {
    // What the flow itself writes is what was approved.
    if work.is_of(touched.flow) {
        return Ok(());
    }
    let (mut held, instance) = stored::hold(work, touched.flow).await?;
    if !instance.state.is_live() {
        return Ok(());
    }
    let flow = stored::flow_of(work, &instance).await?;
    let changed =
        |field: &&Arc<str>| touched.written.contains(&***field) || touched.derived.contains(&***field);
    let material: Vec<&Arc<str>> = flow.material.iter().filter(changed).collect();
    let locked = match flow.lock {
        Lock::None => false,
        Lock::Material => !material.is_empty(),
        Lock::All => !touched.written.is_empty(),
    };
    if locked && !work.moves(touched.flow) {
        return Err(Box::new(Diagnostic::new(Code::RecordLocked)));
    }
    if material.is_empty() {
        return Ok(());
    }
    let holder = work.task.as_ref().map(|task| task.holder.actor.id);
    let saw = |task: &Task| {
        // Whoever changes a field at a task knows what it is now.
        holder != Some(task.decided_by.unwrap_or(task.assignee))
            && material.iter().any(|field| !hides(&flow, &task.node, field))
    };
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    let stood = run.instance.tasks.iter().filter(|task| task.state.is_passed()).count();
    let asked = run.material_changed(saw)?;
    if run.instance.tasks.iter().filter(|task| task.state.is_passed()).count() < stood {
        held.say(work, LogKind::Voided, None, None);
    }
    work.drive(held, &mut run, asked).await
}
