//! The audit trail: who did what, when and from where. Every entry is marked in the transaction that writes it, with
//! a key that is not in the database; a sealer then chains committed entries one behind the other.
//!
//! Read in this order: this file (entries), [`pen`] (marks), [`seal`] (the chain), [`verify`] (whether it holds),
//! [`prune`] (what is kept for how long).

pub mod pen;

pub mod seal;

pub mod verify;

pub mod prune;

use super::stored;
use crate::codec::Cell;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use pen::Pen;
use serde_json::Value as Json;
use uuid::Uuid;

/// Something that someone did.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its id, in the order of time.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; `None` for the system.
    pub actor: Option<Uuid>,
    /// `session.opened`, `record.update`, `catalog.published` …
    pub kind: String,
    /// The object's full name.
    pub object: Option<String>,
    /// The record.
    pub record: Option<Uuid>,
    /// The request's number in the log.
    pub request: Option<String>,
    /// The rest: `address` (from where), `history` (the changes, see [`pen::Pen::history`]), `purged` (records whose
    /// history went), and what the kind brings.
    pub detail: Json,
}

stored! {
    /// An entry as it is kept.
    Kept in "sys_audit" {
        /// As in [`Entry`].
        id: Uuid = "id",
        /// As in [`Entry`].
        at: DateTime<Utc> = "at",
        /// As in [`Entry`].
        actor: Option<Uuid> = "actor",
        /// As in [`Entry`].
        kind: String = "kind",
        /// As in [`Entry`].
        object: Option<String> = "object",
        /// As in [`Entry`].
        record: Option<Uuid> = "record",
        /// As in [`Entry`].
        request: Option<String> = "request",
        /// As in [`Entry`].
        detail: Json = "detail",
        /// The mark of who wrote it.
        mark: Option<Vec<u8>> = "mark",
        /// Its place in the chain, from 1; `None` until it is sealed.
        number: Option<i64> = "sealed_number",
        /// Its link to the one before.
        seal: Option<Vec<u8>> = "seal",
    }
}

impl Kept {
    /// What it tells.
    pub fn entry(&self) -> Entry {
        Entry {
            id: self.id,
            at: self.at,
            actor: self.actor,
            kind: self.kind.clone(),
            object: self.object.clone(),
            record: self.record,
            request: self.request.clone(),
            detail: self.detail.clone(),
        }
    }
}

/// Keeps entries with what they tell of.
pub async fn insert(tx: &Tx, pen: &Pen, entries: &[Entry]) -> Result<()> {
    stored::insert(tx, &marked(pen, entries)?, "").await.map(|_| ())
}

/// Entries as they are kept, not yet sealed.
///
/// # Errors
/// As [`Pen::mark`].
pub fn marked(pen: &Pen, entries: &[Entry]) -> Result<Vec<Kept>> {
    entries
        .iter()
        .map(|entry| {
            let mark = pen.mark(entry)?.map(|mark| mark.to_vec());
            let Entry { id, at, actor, kind, object, record, request, detail } = entry.clone();
            Ok(Kept { id, at, actor, kind, object, record, request, detail, mark, number: None, seal: None })
        })
        .collect()
}

/// Which entries are asked for; what is `None` is any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this actor.
    pub actor: Option<Uuid>,
    /// Of this kind; `record.*` for all that begin so.
    pub kind: Option<String>,
    /// About records of this object.
    pub object: Option<String>,
    /// About this record.
    pub record: Option<Uuid>,
    /// Of this request.
    pub request: Option<String>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// Entries, newest first; `before` is the id of the last one of the page before.
pub async fn list(tx: &Tx, filter: &Filter, before: Option<Uuid>, limit: u32) -> Result<Vec<Kept>> {
    let dialect = tx.dialect();
    let mut values = cells![dialect; before.unwrap_or(Uuid::max()), i64::from(limit)];
    let mut rest = "where id < $1".to_owned();
    let mut and = |condition: &str, value: sea_orm::Value| {
        values.push(value);
        rest.push_str(&format!(" and {condition} ${}", values.len()));
    };
    if let Some(actor) = filter.actor {
        and("actor =", actor.cell(dialect));
    }
    match filter.kind.as_deref().map(|kind| (kind, kind.strip_suffix('*'))) {
        Some((_, Some(begin))) => {
            and("kind >=", begin.cell(dialect));
            and("kind <", format!("{begin}\u{10ffff}").cell(dialect));
        }
        Some((kind, None)) => and("kind =", kind.cell(dialect)),
        None => {}
    }
    if let Some(object) = &filter.object {
        and("object =", object.cell(dialect));
    }
    if let Some(record) = filter.record {
        and("record =", record.cell(dialect));
    }
    if let Some(request) = &filter.request {
        and("request =", request.cell(dialect));
    }
    if let Some(from) = filter.from {
        and("at >=", from.cell(dialect));
    }
    if let Some(until) = filter.until {
        and("at <", until.cell(dialect));
    }
    rest.push_str(" order by id desc limit $2");
    stored::select(tx, &rest, values).await
}

/// Entries in the order of their ids, for an export; `after` is the id of the last one of the page before.
pub async fn onwards(tx: &Tx, after: Uuid, limit: u32) -> Result<Vec<Kept>> {
    let values = cells![tx.dialect(); after, i64::from(limit)];
    stored::select(tx, "where id > $1 order by id limit $2", values).await
}

#[cfg(test)]
mod tests;
