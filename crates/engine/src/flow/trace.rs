//! The path of an instance: what was taken, what waits, what follows; every decision and why it was asked for.

use crate::engine::Engine;
use crate::flow::{stored, tasks};
use crate::identity::Identity;
use crate::records::read;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::actor::Access;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::{Flow, Instance, NodeId, TokenState};

impl Engine {
    /// An instance with its path, tasks and log, for who started it, who has or had a task in it, and whoever
    /// may read its record.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn instance(&self, identity: &Arc<Identity>, id: Uuid, locale: Locale) -> Result<Json> {
        let work = self.reading(identity);
        let tx = &work.tx;
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let row = table::instance(tx, id).await?.ok_or_else(missing)?;
        let tasks = table::tasks(tx, id).await?;
        let actor = &identity.actor;
        let concerned = actor.admin
            || row.initiator == actor.id
            || tasks.iter().any(|t| t.assignee == Some(actor.id))
            || read::may(&work, &row.object, row.record, Access::Read).await?;
        if !concerned {
            return Err(missing());
        }
        let instance = stored::look(&work, &row).await?;
        let flow = stored::flow_of(&work, &instance).await?;
        let mut entry = tasks::instance_entry(&work, &row).await?;
        let mut shown = Vec::new();
        for task in &tasks {
            shown.push(tasks::task_entry(&work, task, &row).await?);
        }
        entry["tasks"] = Json::Array(shown);
        entry["path"] = Json::Array(path(&flow, &instance, locale));
        entry["log"] = Json::Array(log(&work, id).await?);
        Ok(entry)
    }

    /// The instances of a record, newest first, for whoever may read the record.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn instances_of(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
    ) -> Result<Vec<Json>> {
        let work = self.reading(identity);
        if !read::may(&work, object, record, Access::Read).await? {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        }
        let mut entries = Vec::new();
        for row in table::instances_of(&work.tx, object, record).await? {
            entries.push(tasks::instance_entry(&work, &row).await?);
        }
        Ok(entries)
    }

    /// The steps a task may be returned to, nearest first.
    ///
    /// # Errors
    /// `not_found` for a task of somebody else.
    pub async fn return_targets(
        &self,
        identity: &Arc<Identity>,
        task: Uuid,
        locale: Locale,
    ) -> Result<Vec<Json>> {
        let work = self.reading(identity);
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let row = table::task(&work.tx, task).await?.filter(|t| t.assignee == Some(identity.actor.id));
        let row = row.ok_or_else(missing)?;
        let instance = table::instance(&work.tx, row.instance).await?.ok_or_else(missing)?;
        let instance = stored::look(&work, &instance).await?;
        let flow = stored::flow_of(&work, &instance).await?;
        let run = workflow::Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
        let node = |id: NodeId| json!({"node": flow.nodes[id].name, "label": label(&flow, id, locale)});
        Ok(run.return_targets(task).into_iter().map(node).collect())
    }
}

fn label(flow: &Flow, node: NodeId, locale: Locale) -> Json {
    let node = &flow.nodes[node];
    Json::String(diagnostic::Text::or_name(node.label.as_ref(), locale, &node.name).to_owned())
}

/// What the steps of a flow are called, by their names.
pub(crate) fn labels(flow: &Flow, locale: Locale) -> HashMap<String, Json> {
    let nodes = flow.nodes.iter().enumerate();
    nodes.map(|(id, node)| (node.name.to_string(), label(flow, id, locale))).collect()
}

/// Every node of the flow in order, with what became of it.
fn path(flow: &Flow, instance: &Instance, locale: Locale) -> Vec<Json> {
    let state = |name: &str| match instance.token_at(name).map(|token| token.state) {
        Some(TokenState::Ready | TokenState::Waiting) => "waiting",
        Some(TokenState::Done) => "taken",
        Some(TokenState::Cancelled) => "cancelled",
        None if instance.ended_at.is_none() => "open",
        None => "not_taken",
    };
    let nodes = flow.nodes.iter().enumerate();
    nodes.map(|(id, node)| json!({"node": node.name, "label": label(flow, id, locale), "state": state(&node.name)})).collect()
}

async fn log(work: &Work, instance: Uuid) -> Result<Vec<Json>> {
    let mut entries = Vec::new();
    let known = work.planner().known();
    for row in table::log(&work.tx, instance).await? {
        // Rules tell of the values that led to them: they are for those who may ask the table.
        let name = row.data["decision"].as_str();
        let asked = name.filter(|name| known.decision(name).is_ok());
        let rules = asked.map(|_| row.data["rules"].clone());
        entries.push(json!({
            "number": row.number,
            "kind": row.kind,
            "node": row.node,
            "actor": read::person(work, row.actor).await?,
            "at": row.at,
            "comment": row.data["comment"],
            "decision": asked,
            "rules": rules,
        }));
    }
    Ok(entries)
}
