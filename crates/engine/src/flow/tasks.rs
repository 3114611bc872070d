//! Boxes of tasks, as people see them.

use crate::engine::Engine;
use crate::flow::entries::Names;
use crate::flow::people::picks;
use crate::flow::{changed, rights, stored};
use crate::identity::Identity;
use crate::runs;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::Run;

/// What is in a box.
#[derive(Debug)]
pub struct BoxPage {
    /// Tasks, or instances in the box of what somebody started.
    pub entries: Vec<Json>,
    /// The last entry, where a further page may follow.
    pub next: Option<Uuid>,
}

/// Most entries of a page.
pub const MOST: u32 = 200;

impl Engine {
    /// One task, for whoever holds it, who started its flow, and administrators. Whoever is to decide it hears what the
    /// step lets be seen and changed of the record, `fields`, in which `form` if it names one, what others changed since he saw it, `changed`, for which later steps people are to be named, `picks`, what
    /// can be done with the task, `may`, and which seats of the step can be taken off, `removable`.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn task(&self, identity: &Arc<Identity>, id: Uuid) -> Result<Json> {
        let work = self.reading(identity);
        let tx = &work.tx;
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let task = table::task(tx, id).await?.ok_or_else(missing)?;
        let instance = table::instance(tx, task.instance).await?.ok_or_else(missing)?;
        let actor = &identity.actor;
        let concerned = actor.admin || task.assignee == Some(actor.id) || instance.initiator == actor.id;
        if !concerned {
            return Err(missing());
        }
        let names = Names::of(&work, &[&instance], &[&task], &[]).await?;
        let mut entry = names.task(&work, &task, &instance);
        if task.kind != "cc" && task.assignee == Some(actor.id) {
            let running = runs::look(&work.tx, &instance).await?;
            let flow = stored::flow_of(&work, &running).await?;
            let run = Run::resume(&flow, running, work.bindings.now, Uuid::now_v7);
            let step = flow.find(&task.node).map(|node| &flow.nodes[node]);
            // A running flow outlives forms of its version.
            let form = step.and_then(|step| step.form.as_deref());
            if let Some(form) = form.and_then(|form| work.published.catalog.forms.get(form)) {
                entry["form"] = json!(form.name);
            }
            if task.state == "open" {
                let shown = rights::told(&work, &flow, &task.node)?;
                entry["changed"] = changed::told(&work, &flow, &task, instance.record, &shown).await?;
                entry["fields"] = shown;
            }
            if let Some(node) =
                flow.find(&task.node).filter(|_| task.state == "open" && task.kind == "approve")
            {
                entry["picks"] = picks::told(&work, &run, Some(node)).await?;
            }
            entry["may"] = json!(run.options(id));
            entry["removable"] = json!(run.removable(id).map(|seat| seat.id).collect::<Vec<_>>());
        }
        Ok(entry)
    }
}

/// Marks a copy as read.
///
/// # Errors
/// `not_found` for a copy of somebody else.
pub(crate) async fn read(work: &Work, id: Uuid) -> Result<()> {
    let task = table::task(&work.tx, id).await?.filter(|t| t.assignee == Some(work.identity.actor.id));
    let mut task = task.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    if task.read_at.is_some() {
        return Ok(());
    }
    task.read_at = Some(work.bindings.now);
    if task.kind == "cc" && task.state == "open" {
        "read".clone_into(&mut task.state);
    }
    task.version += 1;
    table::save_task(&work.tx, &task).await.map(drop)
}
