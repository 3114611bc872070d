//! Carrying a publish out: texts, tables, seeds and the new number in one transaction, then one pointer swapped.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::publish::change::{Change, Prepared, Preview, prepare};
use crate::publish::{data, gathered};
use crate::published::Published;
use crate::records::rows::Rows;
use catalog::diff::Changes;
use diagnostic::{Code, Result};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::time::Duration;
use storage::store::audit;
use storage::store::publish::{self as table, Publish};
use storage::{Tx, settle};
use uuid::Uuid;

/// How often a publish waits for a table that somebody else holds.
const MOST_TRIES: u32 = 5;

/// What a publish did.
#[derive(Debug)]
pub struct Applied {
    /// Its number.
    pub number: u64,
    /// What changed.
    pub preview: Preview,
}

impl Engine {
    /// Publishes a change; nothing happens where it would change nothing. Requests that run meanwhile go on
    /// with the catalog they began with.
    ///
    /// # Errors
    /// All findings in the definitions, `unsafe_change` where data stands in the way, and what seeds refuse.
    /// The database is then as it was.
    pub async fn apply(&self, change: &Change, by: Option<&Identity>) -> Result<Applied> {
        let by = by.map(|identity| identity.actor.id).filter(|id| !id.is_nil());
        let mut tries = 1;
        loop {
            match self.try_apply(change, by).await {
                Err(error) if error.code == Code::DatabaseBusy && tries < MOST_TRIES => {
                    tokio::time::sleep(Duration::from_millis(200 * u64::from(tries))).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    async fn try_apply(&self, change: &Change, by: Option<Uuid>) -> Result<Applied> {
        let (engine, change) = (self.clone(), change.clone());
        let (published, preview) = self
            .database()
            .maintain(move |tx| {
                let (engine, change) = (engine.clone(), change.clone());
                async move { carry_out(&engine, &tx, &change, by).await }
            })
            .await?;
        let number = published.number;
        if !preview.is_empty() {
            self.put_in_force(published);
            self.read_site().await?;
        }
        Ok(Applied { number, preview })
    }
}

async fn carry_out(
    engine: &Engine,
    tx: &Tx,
    change: &Change,
    by: Option<Uuid>,
) -> Result<(Arc<Published>, Preview)> {
    table::serialise(tx).await?;
    let mut prepared = prepare(engine, tx, change).await?;
    if prepared.preview.is_empty() {
        return Ok((Arc::new(prepared.published), prepared.preview));
    }
    prepared.try_out(engine, tx).await?;
    if !prepared.preview.findings.is_empty() {
        return Err(gathered(prepared.preview.findings));
    }
    let Prepared { number, sources, published, names, changes, preview, .. } = prepared;
    let published = Arc::new(published);
    let versions =
        published.catalog.packs.values().map(|pack| (pack.name.to_string(), json!(pack.version.to_string())));
    let at = engine.now();
    let row = Publish {
        number,
        at,
        by,
        summary: preview.files.join("\n"),
        hash: published.catalog.hash.clone(),
        packs: Json::Object(versions.collect()),
    };
    table::insert(tx, &row, &sources, &names).await?;
    recompute(engine, tx, &published, &changes).await?;
    data::load_seeds(engine, tx, &published).await?;
    let entry = audit::Entry {
        id: Uuid::now_v7(),
        at,
        actor: by,
        kind: "catalog.published".to_owned(),
        object: None,
        record: None,
        request: None,
        detail: json!({"number": number, "packs": row.packs}),
    };
    audit::insert(tx, &[entry]).await?;
    storage::watch::announce(tx).await?;
    Ok((published, preview))
}

/// Computes stored derived fields that are new or are computed otherwise, for every row that is there, and
/// indexes what comes to be searched.
async fn recompute(engine: &Engine, tx: &Tx, published: &Published, changes: &Changes) -> Result<()> {
    let bindings = engine.own_bindings();
    let reading = Rows::new(tx, published, &bindings, engine.secret()).reading;
    for (object, field) in &changes.recompute {
        let mut left = settle::all_rows(reading, tx, object, field).await?;
        while !left.is_empty() {
            left = settle::resume(tx, reading, &left).await?.deferred;
        }
    }
    let rows = Rows::new(tx, published, &bindings, engine.secret());
    for object in &changes.reindex {
        let object = published.object(object)?;
        for ids in rows.all_ids(object).await?.chunks(500) {
            for row in rows.load_all(object, ids).await? {
                storage::search::index(tx, &row).await?;
            }
        }
    }
    Ok(())
}
