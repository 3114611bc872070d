//! Uploads become part of records: first the draft of a write shows them as they will stand in the record, so that hooks
//! and rules see them; then, in the transaction that writes the record, they are its own, and those it had are let go.

use crate::file_value::{check, refused, shown};
use crate::work::Work;
use catalog::{Field, Stored};
use diagnostic::Result;
use expression::Value;
use plan::Draft;
use plan::planner::Planned;
use plan::write::{Operation, RowWrite};
use storage::store::file::{self as table, File};
use uuid::Uuid;

/// Shows in the draft what the ids of uploads stand for. The id of the file that the record has already is no change.
///
/// # Errors
/// `file_refused` for what is no upload of the actor's own, and for one that the field does not take.
pub(crate) async fn resolve(work: &Work, draft: &mut Draft) -> Result<()> {
    for row in &mut draft.rows {
        let object = row.object.clone();
        for field in object.fields.values() {
            let Some(rule) = field.kind.kind().file_rule().filter(|_| row.changes(field.index)) else {
                continue;
            };
            let value = &row.row.values[field.index];
            let Some(new) = id_of(value).filter(|_| !is_shown(value)) else { continue };
            let before = row.before.as_ref().map(|before| &before.values[field.index]);
            if let Some(before) = before.filter(|before| id_of(before) == Some(new)) {
                row.row.values[field.index] = before.clone();
                continue;
            }
            let placed = |found: Box<diagnostic::Diagnostic>| found.at(format!("{}{}", row.path, field.name));
            let file = table::find(&work.tx, new).await.and_then(|file| own(work, file)).map_err(placed)?;
            check(&file, &rule).map_err(placed)?;
            row.row.values[field.index] = Value::Json(shown(&file));
        }
    }
    Ok(())
}

/// Gives every row that is written the files it names, and lets go of those it had.
///
/// # Errors
/// `file_refused` for one that became part of another record meanwhile.
pub(crate) async fn bind(work: &Work, planned: &Planned) -> Result<()> {
    for write in &planned.writes {
        match write.operation {
            Operation::Purge => {
                table::release_of(&work.tx, &write.object.name, write.id, work.bindings.now).await?;
            }
            Operation::Insert | Operation::Update => {
                for index in &write.changed {
                    let field = &write.object.fields[*index];
                    if field.kind.kind().file_rule().is_some() {
                        exchange(work, write, field).await?;
                    }
                }
            }
            Operation::Delete | Operation::Restore => {}
        }
    }
    Ok(())
}

async fn exchange(work: &Work, write: &RowWrite, field: &Field) -> Result<()> {
    let old = write.before.as_ref().and_then(|row| id_of(&row.values[field.index]));
    let new = id_of(&write.after.values[field.index]);
    if old == new {
        return Ok(());
    }
    if let Some(old) = old
        && let Some(mut file) = table::lock(&work.tx, old).await?
        && file.state == table::KEPT
        && file.record == Some(write.id)
    {
        file.state = table::RELEASED.to_owned();
        file.changed_at = work.bindings.now;
        table::update(&work.tx, &file).await?;
    }
    let Some(new) = new else { return Ok(()) };
    let mut file = own_upload(work, new).await.map_err(|found| found.at(&*field.name))?;
    file.state = table::KEPT.to_owned();
    file.object = Some(write.object.name.to_string());
    file.record = Some(write.id);
    file.field = match &field.stored {
        Stored::Column { column, .. } => Some(column.to_string()),
        _ => None,
    };
    file.changed_at = work.bindings.now;
    table::update(&work.tx, &file).await.map(drop)
}

/// A whole upload of the actor's own that is part of nothing yet, for this transaction alone.
pub(crate) async fn own_upload(work: &Work, id: Uuid) -> Result<File> {
    table::lock(&work.tx, id).await.and_then(|file| own(work, file))
}

/// What others uploaded does not exist for the actor.
fn own(work: &Work, file: Option<File>) -> Result<File> {
    let by = Some(work.identity.actor.id).filter(|id| !id.is_nil());
    let own = |file: &File| file.state == table::READY && (file.by == by || !work.mode.has_rights());
    file.filter(own)
        .ok_or_else(|| refused("there is no such upload of yours, or it is part of a record already"))
}

fn id_of(value: &Value) -> Option<Uuid> {
    match value {
        Value::Json(json) => json["id"].as_str().and_then(|id| Uuid::parse_str(id).ok()),
        _ => None,
    }
}

/// Whether the value is what a record shows, not what a caller wrote: callers say the id alone.
fn is_shown(value: &Value) -> bool {
    matches!(value, Value::Json(json) if json.get("name").is_some())
}
