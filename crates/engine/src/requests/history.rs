//! What records were before.

use crate::engine::Engine;
use crate::files::attachment;
use crate::identity::Identity;
use crate::records::read;
use catalog::Object;
use diagnostic::{Code, Diagnostic, Result};
use plan::actor::{Access, ObjectGrant};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::history as table;
use uuid::Uuid;

/// A page of entries, newest first.
#[derive(Debug)]
pub struct Entries {
    /// The entries.
    pub entries: Vec<Json>,
    /// The last entry, where a further page may follow.
    pub next: Option<Uuid>,
}

/// The place behind a full page.
pub(crate) fn page<T>(rows: &[T], limit: u32, id: impl Fn(&T) -> Uuid) -> Option<Uuid> {
    rows.last().map(id).filter(|_| rows.len() >= limit as usize)
}

/// Whether what a field was may be read. Whoever reads the record reads its attachments.
pub(crate) fn was_readable(object: &Object, grant: &ObjectGrant, field: &str) -> bool {
    match object.field(field) {
        Some(field) => grant.reads(field.index),
        None => object.attachments && field == attachment::FIELD,
    }
}

impl Engine {
    /// Changes of the fields of a record that the actor may read, newest first.
    ///
    /// # Errors
    /// `not_found` for an invisible record and an object without history, `not_permitted`.
    pub async fn history(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Entries> {
        let work = self.reading(identity);
        let (object, grant) = work.planner().known().object(object)?;
        if !object.history || !read::may(&work, &object.name, record, Access::Read).await? {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        }
        if !read::may(&work, &object.name, record, Access::History).await? {
            let found = Diagnostic::new(Code::NotPermitted).with("action", "read the history of");
            return Err(Box::new(found.with("what", &object.name)));
        }
        let mut told = Vec::new();
        let mut place = before;
        // Pages are filled with what may be read, so that their length tells nothing of what may not.
        let next = 'filled: loop {
            let rows = table::list(&work.tx, &object.name, record, place, limit).await?;
            let more = page(&rows, limit, |row| row.id);
            for row in rows {
                if !was_readable(object, grant, &row.changed.field) {
                    continue;
                }
                place = Some(row.id);
                told.push(row);
                if told.len() >= limit as usize {
                    break 'filled place;
                }
            }
            match more {
                Some(last) => place = Some(last),
                None => break None,
            }
        };
        let people = read::people(&work, told.iter().filter_map(|row| row.by)).await?;
        let shown = |row: table::Change| {
            json!({
                "at": row.at,
                "by": people.of(row.by),
                "version": row.version,
                "field": row.changed.field,
                "old": row.changed.old,
                "new": row.changed.new,
            })
        };
        Ok(Entries { entries: told.into_iter().map(shown).collect(), next })
    }
}
