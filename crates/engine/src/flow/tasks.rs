//! Boxes of tasks, as people see them.

use crate::engine::Engine;
use crate::flow::people::picks;
use crate::flow::{changed, rights, stored};
use crate::identity::Identity;
use crate::records::read::{person, titles};
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
    /// step lets be seen and changed of the record, `fields`, what others changed since he saw it, `changed`, for which later steps people are to be named, `picks`, what
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
        let mut entry = task_entry(&work, &task, &instance).await?;
        if task.kind != "cc" && task.assignee == Some(actor.id) {
            let running = stored::look(&work, &instance).await?;
            let flow = stored::flow_of(&work, &running).await?;
            let run = Run::resume(&flow, running, work.bindings.now, Uuid::now_v7);
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

/// `{"object", "id", "title"}` of the record an instance is about; who holds a task may not see the record.
pub(super) async fn about(work: &Work, instance: &table::Instance) -> Result<Json> {
    let title = match work.published.catalog.object(&instance.object) {
        Some(object) => titles(work, object, &[instance.record]).await?.into_values().next(),
        None => None,
    };
    Ok(json!({"object": instance.object, "id": instance.record, "title": title}))
}

/// Why a task came to somebody, without the name of a field that the reader may not read: `field approver`,
/// `superior 1 of record.owner`. What was said behind a comma, by whoever gave the task on, stays.
pub(super) fn told_why(work: &Work, object: &str, why: &Json) -> Json {
    let why = match why {
        Json::String(why) => why,
        Json::Array(all) => return all.iter().map(|one| told_why(work, object, one)).collect(),
        other => return other.clone(),
    };
    let (rule, rest) = why.find(", ").map_or((&**why, ""), |at| why.split_at(at));
    let Some((before, path)) = rule.rsplit_once(' ') else { return json!(why) };
    let of_record = (before == "field" || before.ends_with(" of"))
        && !path.starts_with("initiator")
        && !path.starts_with("assignee");
    let known = work.planner().known();
    let readable = known.object(object).is_ok_and(|(object, _)| known.path(object, path).is_ok());
    match of_record && !readable {
        true => json!(format!("{}{rest}", before.trim_end_matches(" of"))),
        false => json!(why),
    }
}

/// `{"person", "until"}` of the absent person in whose place somebody has a task.
async fn in_place_of(work: &Work, kept: &Json) -> Result<Json> {
    match id_in(kept, "user") {
        Some(user) => Ok(json!({"person": person(work, Some(user)).await?, "until": kept["until"]})),
        None => Ok(Json::Null),
    }
}

/// Who lent a task, the last one first.
async fn owners(work: &Work, kept: &Json) -> Result<Vec<Json>> {
    let mut told = Vec::new();
    for owner in kept.as_array().into_iter().flatten() {
        told.push(person(work, id_in(owner, "user")).await?);
    }
    Ok(told)
}

/// `{"by", "place"}` of a seat that somebody added.
async fn added(work: &Work, kept: &Json) -> Result<Json> {
    match id_in(kept, "by") {
        Some(by) => Ok(json!({"by": person(work, Some(by)).await?, "place": kept["place"]})),
        None => Ok(Json::Null),
    }
}

fn id_in(kept: &Json, key: &str) -> Option<Uuid> {
    kept[key].as_str()?.parse().ok()
}

pub(crate) async fn task_entry(work: &Work, task: &table::Task, instance: &table::Instance) -> Result<Json> {
    Ok(json!({
        "id": task.id,
        "instance": instance.id,
        "workflow": instance.workflow,
        "node": task.node,
        "kind": task.kind,
        "state": task.state,
        "assignee": person(work, task.assignee).await?,
        "initiator": person(work, Some(instance.initiator)).await?,
        "record": about(work, instance).await?,
        "why": told_why(work, &instance.object, &task.why),
        "origin": task.data["origin"],
        "in_place_of": in_place_of(work, &task.data["in_place_of"]).await?,
        "owners": owners(work, &task.data["owners"]).await?,
        "added": added(work, &task.data["added"]).await?,
        "comment": task.comment,
        "decided_by": person(work, task.decided_by).await?,
        "decided_at": task.decided_at,
        "read_at": task.read_at,
        "due_at": task.due_at,
        "automatic": task.data["automatic"].as_bool().unwrap_or(false),
        "created_at": task.created_at,
        "version": task.version,
    }))
}

pub(crate) async fn instance_entry(work: &Work, instance: &table::Instance) -> Result<Json> {
    Ok(json!({
        "id": instance.id,
        "workflow": instance.workflow,
        "state": instance.state,
        "record": about(work, instance).await?,
        "initiator": person(work, Some(instance.initiator)).await?,
        // What was sent along may hold what the reader may not read.
        "parked": instance.parked.as_ref().map(|parked| json!({"move": parked["move"]})),
        "started_at": instance.started_at,
        "due_at": instance.variables["due_at"],
        "ended_at": instance.ended_at,
    }))
}
