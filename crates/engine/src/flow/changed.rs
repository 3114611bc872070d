//! What became of a record since the holder of a task saw it.

use crate::records::read;
use crate::work::Work;
use chrono::{DateTime, Utc};
use diagnostic::Result;
use indexmap::IndexMap;
use plan::actor::Access;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::history::{self, Change};
use storage::store::workflow as table;
use workflow::Flow;

/// So many writes are looked through.
const MOST: u32 = 200;

/// `[{"field", "old", "new", "at", "by"}]`: the fields that the step shows and others changed since the holder decided in
/// this flow before, or else opened the task. Whoever has seen nothing yet is told of no change.
pub(super) async fn told(
    work: &Work,
    flow: &Flow,
    task: &table::Task,
    record: uuid::Uuid,
    shown: &Json,
) -> Result<Json> {
    let (object, me) = (work.published.object(&flow.object)?, work.identity.actor.id);
    let since = table::tasks(&work.tx, task.instance).await?;
    let decided = since.iter().filter(|one| one.decided_by == Some(me)).filter_map(|one| one.decided_at);
    let since = decided.max().or(task.read_at);
    let (Some(since), true, Some(grant)) = (since, object.history, work.identity.actor.grant(&object.name))
    else {
        return Ok(json!([]));
    };
    if !read::may(work, &object.name, record, Access::Read).await? {
        return Ok(json!([]));
    }
    let rows = history::list(&work.tx, &object.name, record, None, MOST).await?;
    let shown = |row: &Change| {
        let field = &row.changed.field;
        shown.get(field).is_some() && object.field(field).is_some_and(|field| grant.reads(field.index))
    };
    let rows: Vec<Change> = rows.into_iter().filter(|row| row.by != Some(me) && shown(row)).collect();
    let changed = net(&rows, since);
    let people = read::people(work, changed.iter().filter_map(|(last, _)| last.by)).await?;
    let entries = changed.iter().map(|(last, old)| {
        json!({
            "field": last.changed.field,
            "old": old,
            "new": last.changed.new,
            "at": last.at,
            "by": people.of(last.by),
        })
    });
    Ok(Json::Array(entries.collect()))
}

/// The last change of each field with what the field was before the first; nothing where it is again what it was.
fn net(rows: &[Change], since: DateTime<Utc>) -> Vec<(&Change, &Option<Json>)> {
    let mut fields: IndexMap<Arc<str>, (&Change, &Option<Json>)> = IndexMap::new();
    // The newest comes first.
    for row in rows.iter().take_while(|row| row.at > since) {
        let field: Arc<str> = row.changed.field.as_str().into();
        fields.entry(field).and_modify(|known| known.1 = &row.changed.old).or_insert((row, &row.changed.old));
    }
    fields.into_values().filter(|(last, old)| last.changed.new != **old).collect()
}
