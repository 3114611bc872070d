//! What is known of a flow that ended: the values of its record when it began, and what people decided.

use super::way::Way;
use crate::flow::walk::script::{Script, Turn, What};
use crate::runs;
use crate::work::Work;
use catalog::{Object, Stored, SystemField};
use diagnostic::Result;
use expression::Value;
use plan::Row;
use plan::write::{Operation, RowWrite};
use std::sync::Arc;
use storage::store::history;
use storage::store::workflow::{self as table, LogRow};
use storage::{row, settle};
use workflow::decision::DecisionKind;
use workflow::step::Step;
use workflow::step::wait::On;
use workflow::{Flow, Instance, InstanceState};

/// Writes of a record that are gone back through.
const MOST_WRITES: u32 = 1_000;

/// What no definition brings about: what administrators do, and approvals that a change of the record voided.
const OPERATED: [&str; 4] = ["jumped", "skipped", "migrated", "voided"];

/// A flow that ended.
pub(super) struct Past {
    pub instance: Instance,
    version: i64,
    flow: Arc<Flow>,
    tasks: Vec<table::Task>,
    log: Vec<LogRow>,
}

impl Past {
    /// All that is kept of it, or why nothing can be told.
    pub async fn read(
        work: &Work,
        row: table::Instance,
        flow: Arc<Flow>,
    ) -> Result<std::result::Result<Past, &'static str>> {
        let log = table::log(&work.tx, row.id).await?;
        if log.iter().any(|line| OPERATED.contains(&line.kind.as_str())) {
            return Ok(Err("operated"));
        }
        let tokens = table::tokens(&work.tx, row.id).await?;
        let tasks = table::tasks(&work.tx, row.id).await?;
        let instance = runs::read_instance(&row, &tokens, &tasks)?;
        Ok(Ok(Past { instance, version: row.record_version, flow, tasks, log }))
    }

    /// Where it went.
    pub fn way(&self) -> Way {
        Way::of(&self.flow, &self.instance, None)
    }

    /// Whether somebody ended it on its way.
    pub fn is_cut_short(&self) -> bool {
        matches!(self.instance.state, InstanceState::Withdrawn | InstanceState::Cancelled)
    }

    /// What people decided, and when; what else came that was waited for.
    pub fn script(&self) -> Script {
        let mut script = Script { marks: true, fails: true, ..Script::default() };
        for task in &self.instance.tasks {
            if let Some((visit, turn)) = self.turn(task) {
                let turns = script.turns.entry(task.node.to_string()).or_default();
                // Somebody else who is asked there decides as the first of them did.
                if !turns.iter().any(|known| known.visit == visit) {
                    turns.push(Turn { person: None, ..turn.clone() });
                }
                turns.push(turn);
            }
        }
        for line in self.log.iter().filter(|line| line.kind == "woken") {
            let (Some(node), Some(by)) = (&line.node, line.data["by"].as_str()) else { continue };
            if self.is_event(node, by) {
                let turns = script.turns.entry(node.clone()).or_default();
                let what = What::Branch(by.to_owned());
                turns.push(Turn { visit: turns.len(), what, at: Some(line.at), ..Turn::default() });
            }
        }
        script
    }

    fn turn(&self, task: &workflow::Task) -> Option<(usize, Turn)> {
        let stored = self.tasks.iter().find(|stored| stored.id == task.id)?;
        let at = task.decided_at.filter(|_| !task.automatic)?;
        let kind = match stored.decision.as_deref()? {
            "approved" => DecisionKind::Approve,
            "rejected" => DecisionKind::Reject,
            "returned" => DecisionKind::Return,
            "done" => DecisionKind::Done,
            _ => return None,
        };
        let earlier = |token: &&workflow::Token| token.node == task.node && token.id < task.token;
        let visit = self.instance.tokens.iter().filter(earlier).count();
        let returned = |line: &&LogRow| line.kind == "returned" && line.at == at;
        let line = self.log.iter().find(returned).filter(|_| kind == DecisionKind::Return);
        let to = line.and_then(|line| line.data["to"].as_str()).map(str::to_owned);
        let what = What::Decide { kind, comment: task.comment.clone(), to, back: false };
        Some((visit, Turn { visit, person: Some(task.assignee), what, after: None, at: Some(at) }))
    }

    fn is_event(&self, node: &str, by: &str) -> bool {
        let step = self.flow.find(node).map(|node| &self.flow.nodes[node].step);
        let Some(Step::Wait(wait)) = step else { return false };
        wait.branches.iter().any(|branch| *branch.name == *by && matches!(branch.on, On::Event(_)))
    }

    /// The record gets the values again that it had when the flow began, without any rule; or why that cannot be.
    pub async fn restore(&self, work: &Work) -> Result<std::result::Result<Row, &'static str>> {
        let Some(object) = work.published.catalog.object(&self.instance.object).cloned() else {
            return Ok(Err("record_gone"));
        };
        let Some(now) = work.rows().load_to_write(&object, self.instance.record).await? else {
            return Ok(Err("record_gone"));
        };
        if !now.system(SystemField::DeletedAt).is_null() {
            return Ok(Err("record_gone"));
        }
        let then = match self.then(work, &object, &now).await? {
            Ok(then) => then,
            Err(reason) => return Ok(Err(reason)),
        };
        if self.has_changed_parts(work, &object).await? {
            return Ok(Err("parts_changed"));
        }
        let changed: Vec<usize> =
            (0..now.values.len()).filter(|index| now.values[*index] != then.values[*index]).collect();
        if !changed.is_empty() {
            let (id, operation, links) = (now.id(), Operation::Update, Vec::new());
            let before = Some(now.clone());
            let write =
                RowWrite { object: object.clone(), id, operation, before, after: then, changed, links };
            let rows = work.rows();
            row::write::apply(&work.tx, rows.reading, std::slice::from_ref(&write)).await?;
            settle::settle(&work.tx, rows.reading, &[write]).await?;
        }
        if object.system(SystemField::Flow).is_some() {
            row::write::set_flow(&work.tx, &object, now.id(), None).await?;
        }
        let row = work.rows().load_to_write(&object, now.id()).await?;
        Ok(row.ok_or("record_gone"))
    }

    /// The row as it was, by its history.
    async fn then(
        &self,
        work: &Work,
        object: &Arc<Object>,
        now: &Row,
    ) -> Result<std::result::Result<Row, &'static str>> {
        let mut then = now.clone();
        if now.version() <= self.version {
            return Ok(Ok(then));
        }
        if !object.history {
            return Ok(Err("history_not_kept"));
        }
        let writes = history::writes(&work.tx, &object.name, now.id(), None, MOST_WRITES).await?;
        for write in writes.iter().take_while(|write| write.version > self.version) {
            for change in write.changes()? {
                // What left the definition since is asked for by no condition.
                let Some(field) = object.field(&change.field) else { continue };
                if field.encrypted.is_some() {
                    return Ok(Err("values_sealed"));
                }
                if matches!(field.stored, Stored::Children { .. } | Stored::Link(_)) {
                    return Ok(Err("parts_changed"));
                }
                let old = change.old.unwrap_or_default();
                let value = if old.is_null() { Ok(Value::Null) } else { field.kind.kind().parse(&old) };
                match value {
                    Ok(value) => then.values[field.index] = value,
                    Err(_) => return Ok(Err("values_unreadable")),
                }
            }
        }
        Ok(Ok(then))
    }

    async fn has_changed_parts(&self, work: &Work, object: &Object) -> Result<bool> {
        for field in object.fields.values() {
            let Stored::Children { object: part, via } = &field.stored else { continue };
            let part = work.published.object(part)?;
            let rows = work.rows().referring(part, via, self.instance.record).await?;
            let later = |row: &Row| match row.system(SystemField::UpdatedAt) {
                Value::DateTime(at) => *at > self.instance.started_at,
                _ => false,
            };
            if rows.iter().any(later) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
