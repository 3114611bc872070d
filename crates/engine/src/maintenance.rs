//! What administrators do seldom: drop for good what left the definitions, build the search index anew.

mod figures;

use crate::engine::{Engine, internal};
use crate::published::Published;
use crate::rows::Rows;
use catalog::Object;
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::{Code, Diagnostic, Result};
use expression::Type;
use serde_json::json;
use std::sync::Arc;
use storage::migrate::purge::{self, Retired};
use storage::store::publish as table;
use storage::store::{attempt, audit, effect, event, idempotency, reset, session, signature, transfer};
use storage::{Tx, backup, row, search, system};
use uuid::Uuid;

pub use figures::Figures;

/// Records that are indexed in one transaction.
const PAGE: usize = 500;

impl Engine {
    /// Objects and fields that left the definitions and still have their data.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn retired(&self) -> Result<Vec<Retired>> {
        Ok(purge::retired(&table::names(&self.database().reader()).await?))
    }

    /// Drops their tables and columns, all or none. Answers a line for each.
    ///
    /// # Errors
    /// `unsafe_change` while a record still refers to a record of such an object, and what the database
    /// refuses.
    pub async fn purge(&self, which: &[Retired]) -> Result<Vec<String>> {
        let which: Arc<[Retired]> = which.into();
        let (engine, published) = (self.clone(), self.published());
        self.database()
            .maintain(move |tx| {
                let (which, published, engine) = (which.clone(), published.clone(), engine.clone());
                async move {
                    table::serialise(&tx).await?;
                    for one in which.iter() {
                        if let Retired::Object(object) = one {
                            unreferred(&tx, &published, object).await?;
                        }
                    }
                    let names = table::names(&tx).await?;
                    let (migration, left) = purge::purge(&names, &which, tx.dialect());
                    migration.run(&tx, engine.means()).await?;
                    table::set_names(&tx, &left).await?;
                    let entry = dropped(engine.now(), &which);
                    audit::insert(&tx, engine.pen(), &[entry]).await?;
                    Ok(migration.steps.into_iter().map(|step| step.what).collect())
                }
            })
            .await
    }

    /// Removes what has ended: sessions, failed sign-ins and links of another day, keys of requests and
    /// signatures that are kept for 24 hours, events of more than a week ago, effects that were had more than thirty days ago, imports and exports
    /// with their files.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn sweep(&self) -> Result<()> {
        let now = self.now();
        let yesterday = now - TimeDelta::hours(24);
        self.database()
            .write(move |tx| async move {
                session::sweep(&tx, now).await?;
                attempt::sweep(&tx, yesterday).await?;
                reset::sweep(&tx, yesterday).await?;
                idempotency::sweep(&tx, yesterday).await?;
                signature::sweep(&tx, yesterday).await?;
                effect::sweep(&tx, now - TimeDelta::days(30)).await.map(drop)
            })
            .await?;
        let week = now - TimeDelta::days(7);
        while self.database().write(move |tx: Tx| async move { event::sweep(&tx, week).await }).await? > 0 {}
        // Files are large: a few in each transaction.
        let few = move |tx: Tx| async move { transfer::sweep(&tx, now).await };
        while self.database().write(few).await? > 0 {}
        Ok(())
    }

    /// What an operator watches of what the database holds.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn figures(&self) -> Result<Figures> {
        figures::read(&self.database().reader(), self.now(), self.published().number).await
    }

    /// Calls of scripts since the start, and how many of them failed or refused.
    pub fn script_runs(&self) -> (u64, u64) {
        self.scripts().counts()
    }

    /// Builds the full-text search anew: after a restore, whose file does not hold it. `told` hears how many
    /// records of how many objects are done. Answers how many there were.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn index_all(&self, told: &(dyn Fn(u64, &str) + Send + Sync)) -> Result<u64> {
        let published = self.published();
        let mut done = 0;
        for object in published.catalog.objects.values().filter(|object| search::is_searchable(object)) {
            let mut cursor: Option<String> = None;
            loop {
                let (ids, next) = self.page_of_ids(object, cursor.take()).await?;
                done += ids.len() as u64;
                self.index_page(object, ids).await?;
                told(done, &object.name);
                match next {
                    Some(next) => cursor = Some(next),
                    None => break,
                }
            }
        }
        let forget = |tx: Tx| async move { system::remove_meta(&tx, backup::NOT_SEARCHABLE).await };
        self.database().write(forget).await?;
        Ok(done)
    }

    /// Whether a restore died before it made the full-text search: [`Engine::index_all`] makes up for it.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn lacks_search(&self) -> Result<bool> {
        Ok(system::meta(&self.database().reader(), backup::NOT_SEARCHABLE).await?.is_some())
    }

    async fn page_of_ids(
        &self,
        object: &Object,
        cursor: Option<String>,
    ) -> Result<(Vec<Uuid>, Option<String>)> {
        #[derive(serde::Deserialize)]
        struct Listed {
            id: Uuid,
        }
        let mut asked = vec![("fields".to_owned(), "id".to_owned()), ("limit".to_owned(), PAGE.to_string())];
        asked.extend(cursor.map(|cursor| ("cursor".to_owned(), cursor)));
        let page = self.list(&self.system(), &object.name, &asked).await?;
        let rows: Vec<Listed> =
            serde_json::from_slice(&page.body).map_err(|error| internal("a list of ids", &error))?;
        Ok((rows.into_iter().map(|row| row.id).collect(), page.next))
    }

    async fn index_page(&self, object: &Arc<Object>, ids: Vec<Uuid>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let (engine, object, ids) = (self.clone(), object.clone(), Arc::new(ids));
        self.database()
            .write(move |tx| {
                let (engine, object, ids) = (engine.clone(), object.clone(), ids.clone());
                async move {
                    let (published, bindings) = (engine.published(), engine.own_bindings());
                    let rows = Rows::new(&tx, &published, &bindings, engine.secret());
                    for row in rows.load_all(&object, &ids).await? {
                        search::index(&tx, &row).await?;
                    }
                    Ok(())
                }
            })
            .await
    }
}

/// What is put on record of a purge.
fn dropped(at: DateTime<Utc>, which: &[Retired]) -> audit::Entry {
    let (mut objects, mut fields) = (Vec::new(), Vec::new());
    for one in which {
        match one {
            Retired::Object(object) => objects.push(object.clone()),
            Retired::Field(object, field) => fields.push(format!("{object}.{field}")),
        }
    }
    audit::Entry {
        id: Uuid::now_v7(),
        at,
        actor: None,
        kind: "catalog.purged".to_owned(),
        object: None,
        record: None,
        request: None,
        detail: json!({"dropped": objects, "fields": fields}),
    }
}

/// Refuses while a reference to any object leads to records of this one.
async fn unreferred(tx: &Tx, published: &Published, retired: &str) -> Result<()> {
    for object in published.catalog.objects.values() {
        for field in object.fields.values().filter(|field| field.ty == Type::Reference(None)) {
            if row::leads_to(tx, object, field, retired).await? {
                let reason = format!("records refer to it by {}.{}", object.name, field.name);
                let found = Diagnostic::new(Code::UnsafeChange)
                    .with("what", format!("purge {retired}"))
                    .with("reason", reason);
                return Err(Box::new(found));
            }
        }
    }
    Ok(())
}
