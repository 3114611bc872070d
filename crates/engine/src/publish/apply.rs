//! Carrying a publish out: texts, tables, seeds and the new number in one transaction, then one pointer swapped.

use crate::engine::{Engine, internal};
use crate::identity::Identity;
use crate::publish::change::{Change, Prepared, Preview, prepare};
use crate::publish::{VERSION, data, gathered, without_data};
use crate::published::Published;
use crate::records::rows::Rows;
use catalog::diff::Changes;
use diagnostic::{Code, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use std::time::Duration;
use storage::store::audit;
use storage::store::idempotency::{self, RequestKey};
use storage::store::publish::{self as table, Publish};
use storage::{Tx, settle};
use uuid::Uuid;

/// How often a publish waits for a table that somebody else holds.
const MOST_TRIES: u32 = 5;

/// What a publish did.
#[derive(Debug, Serialize, Deserialize)]
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
        self.apply_once(change, by, None).await
    }

    /// As [`Engine::apply`]; a publish whose key is known is not done again, and answers what it led to.
    ///
    /// # Errors
    /// As [`Engine::apply`], and those of a key, as [`Engine::perform`].
    pub async fn apply_once(
        &self,
        change: &Change,
        by: Option<&Identity>,
        key: Option<&RequestKey>,
    ) -> Result<Applied> {
        let by = by.map(|identity| identity.actor.id).filter(|id| !id.is_nil());
        let mut tries = 1;
        loop {
            match self.try_apply(change, by, key).await {
                Err(error) if error.code == Code::DatabaseBusy && tries < MOST_TRIES => {
                    tokio::time::sleep(Duration::from_millis(200 * u64::from(tries))).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    async fn try_apply(
        &self,
        change: &Change,
        by: Option<Uuid>,
        key: Option<&RequestKey>,
    ) -> Result<Applied> {
        let (engine, change, key) = (self.clone(), change.clone(), key.cloned());
        let (published, applied) = self
            .database()
            .maintain(move |tx| {
                let (engine, change, key) = (engine.clone(), change.clone(), key.clone());
                async move { once(&engine, &tx, &change, by, key.as_ref()).await }
            })
            .await?;
        if applied.preview.seals {
            // What was overwritten is still in the file, between what is there now, and in its log. The publish
            // stands, whatever becomes of that.
            if let Err(error) = self.database().compact().await {
                tracing::error!(%error, "the database file still holds values that are now encrypted; run `vacuum`");
            }
        }
        if let Some(published) = published.filter(|_| !applied.preview.is_empty()) {
            self.put_in_force(published);
            self.read_site().await?;
        }
        Ok(applied)
    }
}

/// Carries a publish out unless its key is known; what was put in force by it, and what it did.
async fn once(
    engine: &Engine,
    tx: &Tx,
    change: &Change,
    by: Option<Uuid>,
    key: Option<&RequestKey>,
) -> Result<(Option<Arc<Published>>, Applied)> {
    table::serialise(tx).await?;
    if let Some(key) = key
        && let Some(earlier) = idempotency::begin(tx, key, engine.now()).await?
    {
        let applied = serde_json::from_value(earlier.answer);
        return Ok((None, applied.map_err(|error| internal("an earlier publish", &error))?));
    }
    let (published, preview) = carry_out(engine, tx, change, by).await?;
    let applied = Applied { number: published.number, preview };
    if let Some(key) = key {
        let answer = serde_json::to_value(&applied).map_err(|error| internal("a publish to keep", &error))?;
        idempotency::finish(tx, key, 200, &answer).await?;
    }
    Ok((Some(published), applied))
}

async fn carry_out(
    engine: &Engine,
    tx: &Tx,
    change: &Change,
    by: Option<Uuid>,
) -> Result<(Arc<Published>, Preview)> {
    let mut prepared = prepare(engine, tx, change).await?;
    if prepared.preview.is_empty() {
        return Ok((Arc::new(prepared.published), prepared.preview));
    }
    prepared.try_out(engine, tx).await?;
    if !prepared.preview.findings.is_empty() {
        return Err(gathered(prepared.preview.findings));
    }
    let Prepared { number, sources, published, names, changes, preview, .. } = prepared;
    // What is in force holds no data of packs; it is loaded here, once.
    let mut published = published;
    let seeds = std::mem::take(&mut published.catalog.seeds);
    published.catalog = without_data(std::mem::take(&mut published.catalog));
    published.listen_for(&storage::store::workflow::needed_definitions(tx).await?);
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
    let renamed: Map<String, Json> = storage::migrate::renamed(&table::names(tx).await?, &names)
        .map(|(was, is)| (was, is.into()))
        .collect();
    table::insert(tx, &row, &sources, &names).await?;
    table::note_checked(tx, VERSION, number).await?;
    recompute(engine, tx, &published, &changes).await?;
    data::load_seeds(engine, tx, &published, &seeds).await?;
    engine.keep_slots(tx, &published).await?;
    let entry = audit::Entry {
        id: Uuid::now_v7(),
        at,
        actor: by,
        kind: "catalog.published".to_owned(),
        object: None,
        record: None,
        request: None,
        detail: json!({"number": number, "packs": row.packs, "renamed": renamed}),
    };
    audit::insert(tx, engine.pen(), &[entry]).await?;
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
    if !changes.sealed.is_empty() {
        storage::search::compact(tx).await?;
    }
    Ok(())
}
