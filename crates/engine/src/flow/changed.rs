//! What became of a record since the holder of a task saw it.

use crate::records::read;
use crate::work::Work;
use diagnostic::Result;
use indexmap::IndexMap;
use plan::actor::Access;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::history::{self, Change};
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::Flow;

/// So many writes are looked through.
const MOST: u32 = 200;

/// `[{"field", "old", "new", "at", "by"}]`: the fields that the step shows and others changed since the holder decided in
/// this flow before, or else opened the task. Whoever has seen nothing yet is told of no change.
pub(super) async fn told(
    work: &Work,
    flow: &Flow,
    task: &table::Task,
    record: Uuid,
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
    entries(work, &net(&rows, |row| row.at > since)).await
}

/// `{"version", "at", "by", "fields"}`: who wrote a record last and, where its history is kept, what is not as in a version
/// that was seen, as far as the reader may see it; of these fields alone, where some are named. Nothing of a record that is
/// gone or may not be read.
pub(crate) async fn since(
    work: &Work,
    object: &str,
    record: Uuid,
    seen: i64,
    shown: Option<&Json>,
) -> Result<Option<Json>> {
    let object = work.published.object(object)?;
    let Some(grant) = work.identity.actor.grant(&object.name) else { return Ok(None) };
    if !read::may(work, &object.name, record, Access::Read).await? {
        return Ok(None);
    }
    let Some(row) = work.rows().load(object, record).await? else { return Ok(None) };
    let reads = |name: &str| {
        let field = object.field(name).filter(|field| grant.reads(field.index));
        field.is_some_and(|field| !grant.is_veiled(field.index))
            && shown.is_none_or(|shown| shown.get(name).is_some())
    };
    let fields = match object.history {
        true => {
            let mut rows = history::list(&work.tx, &object.name, record, None, MOST).await?;
            rows.retain(|row| reads(&row.changed.field));
            entries(work, &net(&rows, |row| row.version > seen)).await?
        }
        false => Json::Null,
    };
    let known = |name: &str| object.field(name).filter(|field| grant.reads(field.index));
    let by = known("updated_by").and_then(|field| row.values[field.index].as_reference());
    let at = known("updated_at").map(|field| field.kind.kind().render(&row.values[field.index]));
    let people = read::people(work, by).await?;
    Ok(Some(json!({"version": row.version(), "at": at, "by": people.of(by), "fields": fields})))
}

async fn entries(work: &Work, changed: &[(&Change, &Option<Json>)]) -> Result<Json> {
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
fn net(rows: &[Change], since: impl Fn(&Change) -> bool) -> Vec<(&Change, &Option<Json>)> {
    let mut fields: IndexMap<Arc<str>, (&Change, &Option<Json>)> = IndexMap::new();
    // The newest comes first.
    for row in rows.iter().take_while(|row| since(row)) {
        let field: Arc<str> = row.changed.field.as_str().into();
        fields.entry(field).and_modify(|known| known.1 = &row.changed.old).or_insert((row, &row.changed.old));
    }
    fields.into_values().filter(|(last, old)| last.changed.new != **old).collect()
}
