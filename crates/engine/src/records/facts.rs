//! Reads what a plan needs to know.

use crate::work::Work;
use catalog::Stored;
use diagnostic::Result;
use plan::facts::{Facts, Needs, Referring};
use plan::read::Bin;
use storage::row;

/// Reads everything the plan asks for into its facts. Rows that will be written are locked as they are read,
/// so that nobody changes them in between.
pub async fn read(work: &Work, needs: &Needs, facts: &mut Facts) -> Result<()> {
    let rows = work.rows();
    for (object, id) in &needs.rows {
        let known = work.published.object(object)?;
        let lock = work.target == Some(*id);
        let row = row::load_row(rows.tx, rows.reading, known, *id, lock).await?;
        facts.add_row(object.clone(), *id, row);
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
        let found = row::find_by_key(rows.tx, rows.reading, object, &key.values).await?;
        facts.add_key(key.clone(), found.first().copied());
    }
    for instance in &needs.locks {
        facts.add_lock(*instance, work.lock_by(*instance).await?);
    }
    Ok(())
}

async fn all_referring(work: &Work, referring: &Referring) -> Result<Vec<plan::Row>> {
    let object = work.published.object(&referring.object)?;
    let rows = work.rows();
    row::load_referring(rows.tx, rows.reading, object, &referring.field, &[referring.id], bin(referring))
        .await
}

fn bin(referring: &Referring) -> Bin {
    if referring.deleted { Bin::Deleted } else { Bin::Live }
}
