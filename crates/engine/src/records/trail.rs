//! What a write leaves behind beside its rows: field history, the audit entry, the events.

use crate::records::changes::Changes;
use crate::records::command::Command;
use crate::work::Work;
use diagnostic::Result;
use plan::planner::Planned;
use plan::write::Operation;
use serde_json::{Map, Value as Json, json};
use storage::store::stored::Together;
use storage::store::{audit, comment, event, follower, history, mail};
use uuid::Uuid;

/// Writes history, audit and events of one write, in its transaction.
pub(super) async fn write(work: &Work, command: &Command, changes: &Changes<'_>) -> Result<()> {
    let planned = changes.planned;
    let actor = &work.identity.actor;
    let by = (!actor.id.is_nil()).then_some(actor.id);
    let at = work.bindings.now;
    let mut entries = Vec::new();
    for entry in &planned.history {
        if !keeps_history(work, &entry.object) {
            continue;
        }
        let changed = entry.changes.iter().map(|change| history::Changed {
            field: change.field.to_string(),
            old: present(&change.old),
            new: present(&change.new),
        });
        let (object, changes) = (entry.object.to_string(), changed.collect());
        entries.push(history::Entry { object, record: entry.id, version: entry.version, at, by, changes });
    }
    for write in planned.writes.iter().filter(|w| w.operation == Operation::Purge) {
        history::purge(&work.tx, &write.object.name, write.id).await?;
        comment::purge(&work.tx, &write.object.name, write.id).await?;
        follower::purge(&work.tx, &write.object.name, write.id).await?;
        mail::purge(&work.tx, &write.object.name, write.id).await?;
    }
    let kept = history::rows_of(&entries);
    let entry = audit::Entry {
        id: Uuid::now_v7(),
        at,
        actor: by,
        kind: format!("record.{}", command.verb()),
        object: Some(planned.object.to_string()),
        record: Some(planned.id),
        request: work.request.as_deref().map(str::to_owned),
        detail: detail(work, planned, &kept),
    };
    let mut together = Together::default();
    together.insert(&work.tx, &kept).await?;
    together.insert(&work.tx, &audit::marked(work.engine.pen(), &[entry])?).await?;
    event::insert_together(&work.tx, &mut together, &work.events_of(command, changes).await?).await?;
    together.finish(&work.tx).await
}

/// Where the write came from, how many rows it touched, the rows of the history that say what was before and after.
fn detail(work: &Work, planned: &Planned, kept: &[history::Row]) -> Json {
    let mut detail = Map::new();
    detail.insert("rows".to_owned(), planned.writes.len().into());
    if let Some(address) = &work.address {
        detail.insert("address".to_owned(), (&**address).into());
    }
    if let Some(name) = &planned.made {
        detail.insert("move".to_owned(), (&**name).into());
    }
    if let Some(history) = work.engine.pen().history(kept, Some(planned.id)) {
        detail.insert("history".to_owned(), history);
    }
    let purged = planned.writes.iter().filter(|write| write.operation == Operation::Purge);
    let purged: Vec<Json> = purged.map(|write| json!(write.id)).collect();
    if !purged.is_empty() {
        detail.insert("purged".to_owned(), purged.into());
    }
    detail.into()
}

fn keeps_history(work: &Work, object: &str) -> bool {
    work.published.catalog.objects.get(object).is_some_and(|o| o.history)
}

fn present(json: &Json) -> Option<Json> {
    (!json.is_null()).then(|| json.clone())
}
