//! Scripts around writes.

use crate::engine::scripted;
use crate::records::command::Command;
use crate::records::host::ScriptHost;
use crate::work::Work;
use catalog::ScriptRef;
use diagnostic::Result;
use plan::Draft;
use plan::Row;
use plan::planner::Planned;
use plan::write::Operation;
use script::{Record, Situation};
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::stages::stage;

/// Runs `before_save` and `before_delete` of every row the draft is about. What a hook assigned goes back into
/// the draft and is checked there like any other value. Answers whether one assigned anything.
pub async fn before(work: &Work, command: &Command, draft: &mut Draft) -> Result<bool> {
    let mut changed = false;
    for index in 0..draft.rows.len() {
        let row = &draft.rows[index];
        let hooks = &row.object.hooks;
        let hook = match row.operation {
            Operation::Insert | Operation::Update => hooks.before_save.clone(),
            Operation::Delete => hooks.before_delete.clone(),
            Operation::Restore | Operation::Purge => None,
        };
        let Some(hook) = hook.filter(|_| !row.is_mechanical()) else { continue };
        let situation = Situation {
            old: row.before.clone(),
            transition: transition(command).filter(|_| index == 0),
            created: row.operation == Operation::Insert,
        };
        let path = row.path.clone();
        let assigned = call(work, &hook, row.row.clone(), true, situation).await;
        for (field, value) in assigned.map_err(|found| placed(found, &path))? {
            let object = draft.rows[index].object.clone();
            let field = &object.fields[field];
            work.planner().set(draft, index, &field.name, &field.kind.kind().render(&value))?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Runs `after_save` of every row that was written, and `after_<move>`.
pub async fn after(work: &Work, command: &Command, planned: &Planned) -> Result<()> {
    for (index, write) in planned.writes.iter().enumerate() {
        if !matches!(write.operation, Operation::Insert | Operation::Update) {
            continue;
        }
        let transition = transition(command).filter(|_| index == 0);
        let hooks = &write.object.hooks;
        let moved = transition.as_ref().and_then(|name| hooks.after_move.get(&**name));
        for hook in hooks.after_save.iter().chain(moved) {
            let created = write.operation == Operation::Insert;
            let situation = Situation { old: write.before.clone(), transition: transition.clone(), created };
            // Derived values are settled by now: show the row as it is stored.
            let stored = work.rows().load(&write.object, write.id).await?;
            call(work, hook, stored.unwrap_or_else(|| write.after.clone()), false, situation).await?;
        }
    }
    Ok(())
}

/// A finding of a hook of `lines[2]` names its fields from there.
fn placed(mut found: Box<diagnostic::Diagnostic>, path: &str) -> Box<diagnostic::Diagnostic> {
    if let (false, Some(field)) = (path.is_empty(), &found.path) {
        found.path = Some(format!("{path}{field}"));
    }
    found
}

fn transition(command: &Command) -> Option<String> {
    match command {
        Command::Move { name, .. } => Some(name.to_string()),
        _ => None,
    }
}

/// Calls one hook on a thread of its own; answers what it assigned.
async fn call(
    work: &Work,
    hook: &ScriptRef,
    row: Row,
    writable: bool,
    situation: Situation,
) -> Result<BTreeMap<usize, expression::Value>> {
    let script = work.published.script(hook)?.clone();
    let host = ScriptHost::of(work, hook);
    let (engine, function) = (work.engine.clone(), hook.function.clone());
    let call = scripted(work.depth == 0, &work.tx, move || {
        let record = match writable {
            true => Record::writable(row, Arc::clone(&host)),
            false => Record::new(row, Arc::clone(&host)),
        };
        engine.scripts().hook(&script, &function, &record, host, situation)?;
        Ok(record.assigned())
    });
    stage("hooks", call).await
}
