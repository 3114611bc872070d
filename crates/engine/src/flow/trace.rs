//! The path of an instance: what was taken, what waits, what follows; every decision and why it was asked for.

use crate::engine::Engine;
use crate::flow::entries::Names;
use crate::flow::labels::label;
use crate::flow::path::{self, Traced};
use crate::flow::{instances, operate, stored};
use crate::identity::Identity;
use crate::records::read;
use crate::runs;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::actor::Access;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::workflow::{self as table, LogRow};
use uuid::Uuid;
use workflow::NodeId;

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
        if !concerns(&work, &row, &tasks).await? {
            return Err(missing());
        }
        let (tokens, log) = (table::tokens(tx, id).await?, table::log(tx, id).await?);
        let instance = runs::read_instance(&row, &tokens, &tasks)?;
        let flow = stored::flow_of(&work, &instance).await?;
        let people: Vec<Uuid> = log.iter().flat_map(named).collect();
        let names = Names::of(&work, &[&row], &Vec::from_iter(&tasks), &people).await?;
        let mut entry = names.instance(&row);
        let shown = tasks.iter().map(|task| {
            let mut told = names.task(&work, task, &row);
            if let Some(why) = skipped(task, &tasks, row.initiator) {
                told["skipped"] = json!(why);
            }
            told
        });
        let traced = Traced { tokens: &tokens, tasks: &tasks, log: &log };
        entry["tasks"] = shown.collect();
        entry["path"] = Json::Array(path::told(&work, &flow, &instance, &traced, &names, locale));
        entry["log"] = log.iter().map(|row| logged(&work, &names, row)).collect();
        if identity.actor.admin {
            (entry["definition"], entry["current"]) = instances::version(&work, &row);
            entry["restarts"] = json!(instance.state.is_live() && operate::may_restart(&flow, &instance));
            entry["variables"] = instances::variables(&instance);
            entry["tokens"] = instances::tokens(&tokens, &instance.tokens, &flow, locale);
            entry["waiting"] = instances::waiting(&instance.tokens, Some(&flow), locale);
            entry["incidents"] = instances::incidents(&instance.tokens, Some(&flow), locale);
        }
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
        let found = table::instances_of(&work.tx, object, record).await?;
        let names = Names::of(&work, &Vec::from_iter(&found), &[], &[]).await?;
        Ok(found.iter().map(|row| names.instance(row)).collect())
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
        let instance = runs::look(&work.tx, &instance).await?;
        let flow = stored::flow_of(&work, &instance).await?;
        let run = workflow::Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
        let node = |id: NodeId| json!({"node": flow.nodes[id].name, "label": label(&flow, id, locale)});
        Ok(run.return_targets(task).into_iter().map(node).collect())
    }
}

/// Whether somebody started a flow, has or had a task in it, or may read its record.
pub(super) async fn concerns(work: &Work, row: &table::Instance, tasks: &[table::Task]) -> Result<bool> {
    let actor = &work.identity.actor;
    let own = row.initiator == actor.id || tasks.iter().any(|t| t.assignee == Some(actor.id));
    Ok(actor.admin || own || read::may(work, &row.object, row.record, Access::Read).await?)
}

/// A row of the log, with the people whom it names. What failed and why is for administrators: it may tell values.
fn logged(work: &Work, names: &Names, row: &LogRow) -> Json {
    // Rules tell of the values that led to them: they are for those who may ask the table.
    let known = work.planner().known();
    let asked = row.data["decision"].as_str().filter(|name| known.decision(name).is_ok());
    let mut entry = json!({
        "number": row.number,
        "kind": row.kind,
        "node": row.node,
        "actor": names.person(row.actor),
        "at": row.at,
        "comment": row.data["comment"],
        "people": beside(row).map(|id| names.person(Some(id))).collect::<Vec<_>>(),
        "to": row.data["to"],
        "skipped": row.data["skipped"],
        "decision": asked,
        "rules": asked.map(|_| row.data["rules"].clone()),
    });
    if work.identity.actor.admin && row.data["reason"].is_string() {
        entry["reason"] = row.data["reason"].clone();
    }
    entry
}

/// Everybody whom a row of the log names.
fn named(row: &LogRow) -> impl Iterator<Item = Uuid> {
    beside(row).chain(row.actor)
}

/// Whom a row of the log names beside its actor.
fn beside(row: &LogRow) -> impl Iterator<Item = Uuid> {
    let people = row.data["people"].as_array().into_iter().flatten();
    people.filter_map(|id| id.as_str()?.parse().ok())
}

/// Why a task was not needed: its holder had approved before, or is who started the flow.
fn skipped(task: &table::Task, tasks: &[table::Task], initiator: Uuid) -> Option<&'static str> {
    let approved = |other: &table::Task| {
        other.assignee == task.assignee && other.id < task.id && other.decided_at.is_some()
    };
    let own = task.assignee == Some(initiator) && !tasks.iter().any(approved);
    let needless = task.state == "skipped" && task.data["automatic"] != json!(true);
    needless.then_some(if own { "own_request" } else { "approved_before" })
}
