//! Reads what a plan needs to know.

use crate::work::Work;
use catalog::Stored;
use diagnostic::Result;
use plan::facts::{Facts, Needs, Referring};
use plan::read::Bin;
use plan::{Row, Rows};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use storage::row;
use uuid::Uuid;

/// Reads everything the plan asks for into its facts. Rows that will be written are locked as they are read,
/// so that nobody changes them in between.
pub async fn read(work: &Work, needs: &Needs, facts: &mut Facts) -> Result<()> {
    let rows = work.rows();
    let mut wanted: BTreeMap<&Arc<str>, Vec<Uuid>> = BTreeMap::new();
    for (object, id) in &needs.rows {
        if work.target == Some(*id) {
            let known = work.published.object(object)?;
            let row = row::load_row(rows.tx, rows.reading, known, *id, true).await?;
            facts.add_row(object.clone(), *id, row);
        } else {
            wanted.entry(object).or_default().push(*id);
        }
    }
    for (object, ids) in wanted {
        let known = work.published.object(object)?;
        let mut found: HashMap<Uuid, Row> =
            rows.load_all(known, &ids).await?.into_iter().map(|row| (row.id(), row)).collect();
        for id in ids {
            facts.add_row(object.clone(), id, found.remove(&id));
        }
    }
    for referring in &needs.referring {
        let found = all_referring(work, referring).await?;
        facts.add_referring(referring.clone(), found);
    }
    for referring in &needs.exists {
        let object = work.published.object(&referring.object)?;
        let exists =
            row::is_referred_to(rows.tx, object, &referring.field, referring.id, bin(referring)).await?;
        facts.add_exists(referring.clone(), exists);
    }
    for key @ (object, field, id) in &needs.pairs {
        let object = work.published.object(object)?;
        let found = match object.field(field).map(|field| &field.stored) {
            Some(Stored::Link(link)) => row::load_links(rows.tx, link, *id).await?,
            _ => Vec::new(),
        };
        facts.add_pairs(key.clone(), found);
    }
    for key in &needs.keys {
        let object = work.published.object(&key.object)?;
        let seen = seen(work, &key.object);
        let found = row::find_by_key(rows.tx, rows.reading, object, &key.values, &seen).await?;
        facts.add_key(key.clone(), found.first().copied());
    }
    for instance in &needs.locks {
        facts.add_lock(*instance, work.lock_by(*instance).await?);
    }
    Ok(())
}

/// The rows among which a key is looked for: what the actor does not see is not there, or the values of hidden
/// records would decide which record is found.
fn seen(work: &Work, object: &str) -> Rows {
    match work.mode.has_rights() {
        true => work.identity.actor.grant(object).map_or(Rows::None, |grant| grant.read.clone()),
        false => Rows::All,
    }
}

async fn all_referring(work: &Work, referring: &Referring) -> Result<Vec<Row>> {
    let object = work.published.object(&referring.object)?;
    let rows = work.rows();
    row::load_referring(rows.tx, rows.reading, object, &referring.field, &[referring.id], bin(referring))
        .await
}

fn bin(referring: &Referring) -> Bin {
    if referring.deleted { Bin::Deleted } else { Bin::Live }
}
