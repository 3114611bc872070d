//! What became of a record, in one order: what was changed, said, written by mail and decided about it.

use crate::engine::Engine;
use crate::flow::{labels, stored};
use crate::identity::Identity;
use crate::mail::Mail;
use crate::outbox;
use crate::records::read;
use crate::requests::history::{Entries, was_readable};
use crate::runs;
use crate::work::Work;
use catalog::Object;
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::actor::{Access, ObjectGrant};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use storage::store::{comment, effect, history, mail, workflow};
use uuid::Uuid;

impl Engine {
    /// What became of a record, as far as the actor may read it, newest first.
    ///
    /// # Errors
    /// `not_found` for an invisible record.
    pub async fn timeline(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
        before: Option<Uuid>,
        limit: u32,
        locale: Locale,
    ) -> Result<Entries> {
        let work = self.reading(identity);
        let (object, grant) = work.planner().known().object(object)?;
        if !read::may(&work, &object.name, record, Access::Read).await? {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        }
        let told = read::may(&work, &object.name, record, Access::History).await?;
        let mut timeline =
            Timeline { work: &work, object, grant, record, told, locale, nodes: HashMap::new() };
        timeline.page(before, limit).await
    }
}

/// One thing that happened, at its place in the order of time; without an entry for who may not read it.
struct Happened {
    id: Uuid,
    by: Option<Uuid>,
    entry: Option<Json>,
}

struct Timeline<'a> {
    work: &'a Work,
    object: &'a Arc<Object>,
    grant: &'a ObjectGrant,
    record: Uuid,
    /// Whether the actor may read what the record was.
    told: bool,
    locale: Locale,
    /// The labels of steps, by instance.
    nodes: HashMap<Uuid, HashMap<String, Json>>,
}

impl Timeline<'_> {
    /// Pages are filled with what may be read, so that their length tells nothing of what may not.
    async fn page(&mut self, before: Option<Uuid>, limit: u32) -> Result<Entries> {
        let mut told: Vec<(Option<Uuid>, Json)> = Vec::new();
        let mut place = before;
        let next = 'filled: loop {
            let sources = [
                self.changes(place, limit).await?,
                self.comments(place, limit).await?,
                self.mails(place, limit).await?,
                self.decisions(place, limit).await?,
            ];
            // Below the end of a source that has more, others are not to be told yet.
            let full = sources.iter().filter(|found| found.len() >= limit as usize);
            let end = full.filter_map(|found| found.last()).map(|last| last.id).max();
            let mut found: Vec<Happened> = sources.into_iter().flatten().collect();
            found.retain(|one| end.is_none_or(|end| one.id >= end));
            found.sort_by_key(|one| std::cmp::Reverse(one.id));
            for Happened { id, by, entry } in found {
                let Some(entry) = entry else { continue };
                if told.len() >= limit as usize {
                    break 'filled place;
                }
                place = Some(id);
                told.push((by, entry));
            }
            match end {
                Some(_) => place = end,
                None => break None,
            }
        };
        let people = read::people(self.work, told.iter().filter_map(|(by, _)| *by)).await?;
        let named = |(by, mut entry): (Option<Uuid>, Json)| {
            entry["by"] = people.of(by);
            entry
        };
        Ok(Entries { entries: told.into_iter().map(named).collect(), next })
    }

    async fn changes(&self, before: Option<Uuid>, limit: u32) -> Result<Vec<Happened>> {
        if !self.object.history || !self.told {
            return Ok(Vec::new());
        }
        let rows = history::writes(&self.work.tx, &self.object.name, self.record, before, limit).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let reads = |change: &history::Changed| was_readable(self.object, self.grant, &change.field);
            let changes = row.changes()?.into_iter().filter(reads);
            let changes: Vec<Json> =
                changes.map(|one| json!({"field": one.field, "old": one.old, "new": one.new})).collect();
            let entry = match changes.is_empty() {
                true => None,
                false => Some(json!({
                    "kind": "changes",
                    "id": row.id,
                    "at": row.at,
                    "version": row.version,
                    "changes": changes,
                })),
            };
            found.push(Happened { id: row.id, by: row.by, entry });
        }
        Ok(found)
    }

    async fn comments(&self, before: Option<Uuid>, limit: u32) -> Result<Vec<Happened>> {
        if !self.object.comments {
            return Ok(Vec::new());
        }
        let rows = comment::list(&self.work.tx, &self.object.name, self.record, before, limit).await?;
        let told = |row: comment::Comment| {
            let entry = json!({
                "kind": "comment",
                "id": row.id,
                "at": row.created_at,
                "body": row.body,
                "updated_at": row.updated_at,
            });
            Happened { id: row.id, by: Some(row.author), entry: Some(entry) }
        };
        Ok(rows.into_iter().map(told).collect())
    }

    /// That a mail was written is part of what happened. To whom and about what may hold what a field does, so it is
    /// told to who reads all of the record, caused the mail, or administers the site.
    async fn mails(&self, before: Option<Uuid>, limit: u32) -> Result<Vec<Happened>> {
        if !self.told {
            return Ok(Vec::new());
        }
        let reads = |index| self.grant.reads(index) && !self.grant.is_veiled(index);
        let reads_all = self.object.fields.values().all(|field| reads(field.index));
        let actor = &self.work.identity.actor;
        let rows = mail::list(&self.work.tx, &self.object.name, self.record, before, limit).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let sent = effect::standings(&self.work.tx, &ids).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let sent = sent.iter().find(|effect| effect.id == row.id);
            let mut entry = json!({
                "kind": "mail",
                "id": row.id,
                "at": row.at,
                // What was had is swept from the outbox one day.
                "state": sent.map_or("done", |effect| &effect.state),
                "to": null,
                "subject": null,
            });
            if reads_all || actor.admin || row.by == Some(actor.id) {
                let mail: Mail =
                    outbox::opened(row.id, outbox::MAIL, &row.payload, self.work.engine.secret())?;
                entry["to"] = json!(mail.name.unwrap_or(mail.to));
                entry["subject"] = json!(mail.subject);
            }
            found.push(Happened { id: row.id, by: row.by, entry: Some(entry) });
        }
        Ok(found)
    }

    async fn decisions(&mut self, before: Option<Uuid>, limit: u32) -> Result<Vec<Happened>> {
        let rows = workflow::log_of(&self.work.tx, &self.object.name, self.record, before, limit).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let label = match &row.node {
                Some(node) => self.labels(row.instance).await?.get(node).cloned(),
                None => None,
            };
            let entry = json!({
                "kind": "approval",
                "id": row.id,
                "at": row.at,
                "instance": row.instance,
                "event": row.kind,
                "step": label,
                "comment": row.data["comment"],
            });
            found.push(Happened { id: row.id, by: row.actor, entry: Some(entry) });
        }
        Ok(found)
    }

    /// What the steps of an instance are called.
    async fn labels(&mut self, id: Uuid) -> Result<&HashMap<String, Json>> {
        if !self.nodes.contains_key(&id) {
            let row = workflow::instance(&self.work.tx, id).await?;
            let labels = match row {
                Some(row) => {
                    let instance = runs::look(&self.work.tx, &row).await?;
                    labels::labels(&*stored::flow_of(self.work, &instance).await?, self.locale)
                }
                None => HashMap::new(),
            };
            self.nodes.insert(id, labels);
        }
        Ok(&self.nodes[&id])
    }
}
