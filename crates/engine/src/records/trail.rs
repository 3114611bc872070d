//! What a write leaves behind beside its rows: field history, the audit entry, the events.

use crate::records::command::Command;
use crate::work::Work;
use diagnostic::Result;
use plan::planner::Planned;
use plan::write::Operation;
use serde_json::{Value as Json, json};
use storage::store::{audit, comment, event, history};
use uuid::Uuid;

/// Writes history, audit and events of one write, in its transaction.
pub async fn write(work: &Work, command: &Command, planned: &Planned) -> Result<()> {
    let actor = &work.identity.actor;
    let by = (!actor.id.is_nil()).then_some(actor.id);
    let at = work.bindings.now;
    let mut entries = Vec::new();
    let mut events = Vec::new();
    for entry in &planned.history {
        let fields: Vec<&str> = entry.changes.iter().map(|c| &*c.field).collect();
        events.push(event::Event {
            id: Uuid::now_v7(),
            kind: kind(entry.operation).to_owned(),
            object: entry.object.to_string(),
            record: Some(entry.id),
            actor: by,
            at,
            payload: json!({"version": entry.version, "fields": fields}),
            chain: json!([]),
            handled_at: None,
        });
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
    }
    history::insert(&work.tx, &entries).await?;
    let entry = audit::Entry {
        id: Uuid::now_v7(),
        at,
        actor: by,
        kind: format!("record.{}", command.verb()),
        object: Some(planned.object.to_string()),
        record: Some(planned.id),
        request: work.request.as_deref().map(str::to_owned),
        detail: match &planned.made {
            Some(name) => json!({"rows": planned.writes.len(), "move": name}),
            None => json!({"rows": planned.writes.len()}),
        },
    };
    audit::insert(&work.tx, &[entry]).await?;
    event::insert(&work.tx, &events).await
}

fn kind(operation: Operation) -> &'static str {
    match operation {
        Operation::Insert => "record_created",
        Operation::Update => "record_updated",
        Operation::Delete => "record_deleted",
        Operation::Restore => "record_restored",
        Operation::Purge => "record_purged",
    }
}

fn keeps_history(work: &Work, object: &str) -> bool {
    work.published.catalog.objects.get(object).is_some_and(|o| o.history)
}

fn present(json: &Json) -> Option<Json> {
    (!json.is_null()).then(|| json.clone())
}
