//! An import is taken back: what it made is deleted, what it changed is set back, last lines first, under the rights
//! of who asks. What somebody has changed since stays as it is, and is listed.

use crate::engine::internal;
use crate::records::command::Command;
use crate::transfer::batch;
use crate::transfer::labour::{Ended, Labour, lost};
use crate::transfer::terms::LEASE;
use crate::work::Work;
use catalog::SystemField;
use diagnostic::{Code, Diagnostic, Result};
use plan::planner::Mode;
use plan::read::Bin;
use plan::{Precondition, Rows};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::store::{job, transfer};
use uuid::Uuid;

/// Lines of one transaction.
const BATCH: u32 = 200;
/// Lines that are named.
const MOST_TOLD: usize = 200;

/// The outcome of a line whose record is deleted.
const DELETED: &str = "deleted";
/// The outcome of a line whose record is as it was.
const SET_BACK: &str = "set_back";
/// The outcome of a line whose record somebody has changed since.
const CHANGED: &str = "changed_since";
/// The outcome of a line whose record is gone already.
const GONE: &str = "gone";

/// What an undo did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Undone {
    deleted: u64,
    set_back: u64,
    /// Lines that stay, by the reason.
    kept: BTreeMap<String, u64>,
    /// The first of them.
    records: Vec<Kept>,
}

/// A line that stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    line: i64,
    id: Uuid,
    reason: String,
}

/// Undoes an import, batch by batch.
pub(super) async fn undo(labour: &Labour<'_>) -> Result<Ended> {
    let (id, lease, transfer) = (labour.job.id, labour.job.lease, labour.stored.id);
    loop {
        let part =
            labour.engine.transact(labour.identity.clone(), Mode::Import, true, move |work| async move {
                let part = undo_some(&work, transfer).await?;
                if let Some(undone) = &part {
                    let done = undone.deleted + undone.set_back + undone.kept.values().sum::<u64>();
                    let progress = json!({"done": done, "kept": undone.kept});
                    if !job::progress(&work.tx, id, lease, &progress, work.engine.now() + LEASE).await? {
                        return Err(lost());
                    }
                }
                Ok(part)
            });
        match part.await? {
            Some(_) if labour.is_told_to_stop() => return Ok(Ended::Stopped),
            Some(_) => {}
            None => {
                let stored = transfer::get(&labour.engine.database().reader(), transfer).await?;
                let undone = stored.map(|stored| stored.report["undone"].clone()).unwrap_or_default();
                return Ok(Ended::Done(json!({"undone": undone})));
            }
        }
    }
}

/// Undoes the last lines that are not undone; nothing where none is left.
async fn undo_some(work: &Work, id: Uuid) -> Result<Option<Undone>> {
    let stored = transfer::get_to_write(&work.tx, id).await?;
    let mut stored = stored.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    let known = stored.report.get("undone").cloned().unwrap_or_else(|| json!({}));
    let mut undone: Undone = serde_json::from_value(known).map_err(|error| internal("an undo", &error))?;
    let lines = transfer::lines_to_undo(&work.tx, id, BATCH).await?;
    // Undoing a line tells what the earlier lines of its record find: each record once in a batch.
    let mut seen: Vec<Uuid> = Vec::with_capacity(lines.len());
    let mut some = false;
    for line in lines {
        if seen.contains(&line.record) {
            break;
        }
        seen.push(line.record);
        some = true;
        let object: Arc<str> = stored.object.as_str().into();
        let outcome = match work.tx.savepoint(undo_line(work, &object, &line)).await {
            Ok(outcome) => outcome.to_owned(),
            Err(found) if batch::is_of_the_line(&found) => found.code.name().to_owned(),
            Err(found) => return Err(found),
        };
        transfer::set_outcome(&work.tx, &line, &outcome).await?;
        match outcome.as_str() {
            DELETED => undone.deleted += 1,
            SET_BACK => undone.set_back += 1,
            reason => {
                *undone.kept.entry(reason.to_owned()).or_default() += 1;
                if undone.records.len() < MOST_TOLD {
                    let reason = reason.to_owned();
                    undone.records.push(Kept { line: line.line, id: line.record, reason });
                }
            }
        }
    }
    if stored.report.is_null() || !stored.report.is_object() {
        stored.report = json!({});
    }
    stored.report["undone"] = json!(undone);
    transfer::update(&work.tx, &stored).await?;
    Ok(some.then_some(undone))
}

async fn undo_line(work: &Work, object: &Arc<str>, line: &transfer::Line) -> Result<&'static str> {
    let known = work.published.object(object)?;
    let Some(row) = work.rows().load_to_write(known, line.record).await? else { return Ok(GONE) };
    // What became of a record that the asker does not see any more is not told.
    let read = work.identity.actor.grant(object).map_or(&Rows::None, |grant| &grant.read);
    if work.rows().within(known, &[line.record], read, Bin::Any).await?.is_empty() {
        return Ok(GONE);
    }
    if !row.system(SystemField::DeletedAt).is_null() {
        return Ok(GONE);
    }
    if row.version() != line.version {
        return Ok(CHANGED);
    }
    let (object, id, precondition) = (object.clone(), line.record, Precondition::Version(line.version));
    let Some(earlier) = &line.earlier else {
        work.execute(&Command::Delete { object, id, precondition }).await?;
        return Ok(DELETED);
    };
    let body = batch::set_back(work, id, earlier)?;
    let written = work.execute(&Command::Update { object, id, body, precondition }).await?;
    transfer::set_version(&work.tx, line, written.row.version()).await?;
    Ok(SET_BACK)
}
