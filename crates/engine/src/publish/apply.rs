//! Carrying a publish out: texts, tables, seeds and the new number in one transaction, then one pointer swapped.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::publish::change::{Change, Prepared, Preview, prepare};
use crate::publish::{data, gathered};
use crate::published::Published;
use diagnostic::{Code, Result};
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use storage::Tx;
use storage::store::audit;
use storage::store::publish::{self as table, Publish};
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
        let done: Arc<Mutex<Option<(Arc<Published>, Preview)>>> = Arc::default();
        let (engine, change, result) = (self.clone(), change.clone(), done.clone());
        self.database()
            .write_alone(move |tx| {
                let (engine, change, result) = (engine.clone(), change.clone(), result.clone());
                async move {
                    let outcome = carry_out(&engine, &tx, &change, by).await?;
                    *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
                    Ok(())
                }
            })
            .await?;
        let outcome = done.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (published, preview) =
            outcome.ok_or_else(|| crate::engine::internal("a publish", &"it left no result"))?;
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
    let Prepared { number, sources, published, names, migration, preview } =
        prepare(engine, tx, change).await?;
    let published = Arc::new(published);
    if preview.is_empty() {
        return Ok((published, preview));
    }
    let found = migration.check(tx).await?;
    if !found.is_empty() {
        return Err(gathered(found));
    }
    migration.run(tx).await?;
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
