//! What the holder of a task may do with the fields of its record: what the step says, else what the flow says. A step
//! hides, and opens for change, what its approver may read; it never shows what a role hides.

use crate::flow::stored;
use crate::identity::Identity;
use crate::records::command::{Command, Written};
use crate::records::read;
use crate::work::{HeldTask, Work};
use catalog::{Field, FieldRight, Object, Stored};
use diagnostic::{Code, Diagnostic, Result};
use indexmap::IndexMap;
use plan::actor::{Access, Grants, ObjectGrant};
use plan::{Actor, Precondition};
use serde_json::{Map, Value as Json, json};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;
use workflow::Flow;
use workflow::instance::TaskState;
use workflow::step::Step;

/// What stands for all fields that are not named.
const OTHERS: &str = "*";

/// `{field: "read" | "edit"}` of the fields that a step shows to a reader.
pub(crate) fn told(work: &Work, flow: &Flow, node: &str) -> Result<Json> {
    let object = work.published.object(&flow.object)?;
    let planner = work.planner();
    let known = planner.known();
    let shown = known.fields(object).filter_map(|field| {
        let may = match right(flow, node, &field.name) {
            Some(FieldRight::Hidden) => return None,
            Some(FieldRight::Edit) if is_open_to_change(object, field) => "edit",
            _ => "read",
        };
        Some((field.name.to_string(), json!(may)))
    });
    Ok(Json::Object(shown.collect()))
}

/// Not what the engine keeps, nor the stage, which moves change.
fn is_open_to_change(object: &Object, field: &Field) -> bool {
    let stage = object.transitions.as_ref().is_some_and(|transitions| transitions.field == field.name);
    !stage && !field.readonly && field.system.is_none() && field.derived.is_none()
}

/// Whether a step shows nothing of a field.
pub(super) fn hides(flow: &Flow, node: &str, field: &str) -> bool {
    right(flow, node, field) == Some(FieldRight::Hidden)
}

/// What the step says of a field goes before what the flow says, of all others as of single ones.
fn right(flow: &Flow, node: &str, field: &str) -> Option<FieldRight> {
    let step = flow.find(node).map(|node| &flow.nodes[node].fields);
    let said =
        |fields: &IndexMap<Arc<str>, FieldRight>| fields.get(field).or_else(|| fields.get(OTHERS)).copied();
    step.and_then(said).or_else(|| said(&flow.fields))
}

/// Changes fields of the record that an open task of the actor opens for change, locked or not.
///
/// # Errors
/// `not_found` for a task of somebody else, `task_decided`, `read_only_field` for a field that the step does not open,
/// and what the record refuses.
pub(crate) async fn save(work: &Work, id: Uuid, body: &Json, precondition: Precondition) -> Result<Written> {
    let missing = || Box::new(Diagnostic::new(Code::NotFound));
    let (_held, instance) = stored::hold_by_task(work, id).await?;
    let task = instance.tasks.iter().find(|task| task.id == id && task.assignee == work.identity.actor.id);
    let task = task.ok_or_else(missing)?;
    let flow = stored::flow_of(work, &instance).await?;
    let approves = flow.find(&task.node).is_some_and(|node| matches!(flow.nodes[node].step, Step::People(_)));
    if !approves || !read::may(work, &flow.object, instance.record, Access::Read).await? {
        return Err(missing());
    }
    if task.state != TaskState::Open {
        return Err(Box::new(Diagnostic::new(Code::TaskDecided).with("state", task.state.name())));
    }
    let object = work.published.object(&flow.object)?;
    opened(work, object, &flow, &task.node, body)?;
    let command = Command::Update {
        object: flow.object.clone(),
        id: instance.record,
        body: body.clone(),
        precondition,
    };
    Box::pin(at_task(work, object, instance.id, body).execute(&command)).await
}

/// The same work with the right to change these fields of the record, and with them the parts of it. All else is as
/// roles say: what may be read, and so what may be referred to.
fn at_task(work: &Work, object: &Object, instance: Uuid, body: &Json) -> Work {
    let holder = work.identity.clone();
    let mut objects = holder.actor.grants.objects.clone();
    let mut parts = Vec::new();
    if let Some(grant) = objects.get_mut(&object.name) {
        grant.update = grant.read.clone();
        let given = body.as_object().into_iter().flat_map(Map::keys);
        open(grant, given.filter_map(|name| object.field(name)), &mut parts);
    }
    let mut seen = HashSet::new();
    while let Some(name) = parts.pop() {
        let part = work.published.catalog.object(&name).filter(|_| seen.insert(name.clone()));
        if let (Some(part), Some(grant)) = (part, objects.get_mut(&name)) {
            grant.create = true;
            (grant.update, grant.delete) = (grant.read.clone(), grant.read.clone());
            open(grant, part.fields.values(), &mut parts);
        }
    }
    let grants = Arc::new(Grants { objects, start: holder.actor.grants.start.clone() });
    let actor = Arc::new(Actor { grants, ..(*holder.actor).clone() });
    let identity = Arc::new(Identity { actor, user: holder.user.clone(), frames: Arc::default() });
    Work { identity, task: Some(HeldTask { instance, holder }), ..work.clone() }
}

/// Opens fields for change that may be read; names the objects of parts among them.
fn open<'f>(grant: &mut ObjectGrant, fields: impl Iterator<Item = &'f Field>, parts: &mut Vec<Arc<str>>) {
    for field in fields.filter(|field| field.derived.is_none()) {
        if !grant.reads(field.index) {
            continue;
        }
        grant.fields[field.index] = FieldRight::Edit;
        if let Stored::Children { object, .. } = &field.stored {
            parts.push(object.clone());
        }
    }
}

/// Whether a step opens all these fields for change.
fn opened(work: &Work, object: &Object, flow: &Flow, node: &str, body: &Json) -> Result<()> {
    let planner = work.planner();
    let known = planner.known();
    for name in body.as_object().into_iter().flat_map(Map::keys) {
        let Some(field) = known.readable(&flow.object, name) else {
            return Err(Box::new(known.unknown_field(&flow.object, name).at(name)));
        };
        if right(flow, node, &field.name) != Some(FieldRight::Edit) || !is_open_to_change(object, field) {
            return Err(Box::new(Diagnostic::new(Code::ReadOnlyField).with("field", name).at(name)));
        }
    }
    Ok(())
}
