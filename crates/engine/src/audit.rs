//! The audit trail as administrators see it: listing, exporting, verifying, and the loop that seals it.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::read;
use crate::requests::history::{Entries, page};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use storage::Tx;
use storage::store::audit::prune::{self, Pruned};
use storage::store::audit::seal::{self, Sealed};
use storage::store::audit::verify::{self, Known, Report};
use storage::store::audit::{self as table, Filter, Kept};
use storage::store::history;
use tokio::sync::watch;
use uuid::Uuid;

/// How long an entry waits for its seal at most, while somebody seals.
const PACE: Duration = Duration::from_secs(1);
/// Entries of an export that are held at once.
const PAGE: u32 = 500;

impl Engine {
    /// Chains entries as they are committed, until `stop` says so. Any number of processes may do this at once.
    pub async fn seal_audit(&self, mut stop: watch::Receiver<bool>) {
        let mut forged = 0;
        while !*stop.borrow() {
            match self.seal_now().await {
                // Said when it is found, not every second.
                Ok(done) if done.forged > forged => {
                    tracing::error!(
                        entries = done.forged,
                        "the audit trail holds entries that nobody with the key wrote"
                    );
                    forged = done.forged;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the audit trail could not be sealed"),
            }
            tokio::select! {
                () = tokio::time::sleep(PACE) => {}
                _ = stop.changed() => {}
            }
        }
        // What the last requests wrote.
        if let Err(error) = self.seal_now().await {
            tracing::debug!(%error, "the last entries wait for their seal");
        }
    }

    /// Chains what waits.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn seal_now(&self) -> Result<Sealed> {
        if self.pen().secret().is_none() || !seal::is_needed(&self.database().reader()).await? {
            return Ok(Sealed::default());
        }
        let mut all = Sealed::default();
        loop {
            // One round, one commit: other writers go in between.
            let (pen, after) = (self.pen().clone(), all.last);
            let round = self.database().write_alone(move |tx| {
                let pen = pen.clone();
                async move { seal::seal_some(&tx, &pen, after).await }
            });
            let round = round.await?;
            all = Sealed {
                sealed: all.sealed + round.sealed,
                forged: all.forged + round.forged,
                last: round.last,
            };
            if all.last.is_none() {
                return Ok(all);
            }
        }
    }

    /// Whether the trail is what was written.
    ///
    /// # Errors
    /// `invalid_configuration` without the key, and what the database refuses.
    pub async fn verify_audit(&self, known: Option<Known>) -> Result<Report> {
        let pen = self.pen().clone();
        self.database()
            .read_long(move |tx| async move { verify::verify(&tx, &pen, known.as_ref()).await })
            .await
    }

    /// Removes entries from before an instant; the rest still verifies.
    ///
    /// # Errors
    /// `invalid_configuration` without the key, and what the database refuses.
    pub async fn prune_audit(&self, before: DateTime<Utc>, by: Option<Uuid>) -> Result<Pruned> {
        let (pen, now) = (self.pen().clone(), self.now());
        self.database()
            .maintain(move |tx| {
                let pen = pen.clone();
                async move { prune::prune(&tx, &pen, before, now, by).await }
            })
            .await
    }

    /// Entries, newest first, with what was before and after.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn audit(
        &self,
        identity: &Arc<Identity>,
        filter: &Filter,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Entries> {
        let work = self.reading(identity);
        let rows = table::list(&work.tx, filter, before, limit).await?;
        let next = page(&rows, limit, |row| row.id);
        let mut changes = changes(&work.tx, &rows).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut entry = shown(row, changes.remove(&row.id).unwrap_or_default());
            entry["actor"] = read::person(&work, row.actor).await?;
            entries.push(entry);
        }
        Ok(Entries { entries, next })
    }

    /// Hands entries to `out`, oldest first, as one state of the database has them, and `None` behind the last. Answers
    /// how many there were.
    ///
    /// # Errors
    /// What the database and `out` refuse.
    pub async fn export_audit(
        &self,
        from: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        mut out: impl FnMut(Option<&Json>) -> Result<()> + Send + 'static,
    ) -> Result<u64> {
        self.database()
            .read_long(move |tx| async move {
                let (mut after, mut told) = (Uuid::nil(), 0);
                loop {
                    let rows = table::onwards(&tx, after, PAGE).await?;
                    let Some(last) = rows.last() else {
                        out(None)?;
                        return Ok(told);
                    };
                    after = last.id;
                    let wanted = |row: &Kept| {
                        from.is_none_or(|from| row.at >= from) && until.is_none_or(|until| row.at < until)
                    };
                    let rows: Vec<Kept> = rows.into_iter().filter(wanted).collect();
                    let mut changes = changes(&tx, &rows).await?;
                    for row in &rows {
                        let mut entry = shown(row, changes.remove(&row.id).unwrap_or_default());
                        entry["actor"] = json!(row.actor);
                        entry["seal"] = json!(row.seal.as_deref().map(hexadecimal));
                        out(Some(&entry))?;
                        told += 1;
                    }
                }
            })
            .await
    }
}

/// What was before and after, by entry, as far as the history still says.
async fn changes(tx: &Tx, rows: &[Kept]) -> Result<HashMap<Uuid, Vec<Json>>> {
    let mut named: HashMap<Uuid, Uuid> = HashMap::new();
    for row in rows {
        let ids = row.detail["history"].as_array().into_iter().flatten();
        let ids = ids.filter_map(|pair| pair[0].as_str().and_then(|id| Uuid::parse_str(id).ok()));
        named.extend(ids.map(|id| (id, row.id)));
    }
    let mut ids: Vec<Uuid> = named.keys().copied().collect();
    ids.sort_unstable();
    let mut found: HashMap<Uuid, Vec<Json>> = HashMap::new();
    for part in ids.chunks(500) {
        let mut kept = history::rows(tx, part).await?;
        kept.sort_unstable_by_key(|row| row.id);
        for row in kept {
            let Some(entry) = named.get(&row.id) else { continue };
            for change in row.changes()? {
                found.entry(*entry).or_default().push(json!({
                    "object": row.object,
                    "record": row.record,
                    "field": change.field,
                    "old": change.old,
                    "new": change.new,
                }));
            }
        }
    }
    Ok(found)
}

fn shown(row: &Kept, changes: Vec<Json>) -> Json {
    let mut detail = row.detail.clone();
    let address = detail.as_object_mut().and_then(|detail| {
        // Said by `changes` in full.
        detail.shift_remove("history");
        detail.shift_remove("address")
    });
    json!({
        "id": row.id,
        "at": row.at,
        "actor": null,
        "kind": row.kind,
        "object": row.object,
        "record": row.record,
        "request": row.request,
        "address": address,
        "detail": detail,
        "changes": changes,
        "number": row.number,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
