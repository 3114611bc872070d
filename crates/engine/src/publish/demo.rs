//! Demo data: loaded and removed on request, never mixed with seeds.

use crate::engine::Engine;
use crate::publish;
use crate::publish::data::{self, Aliases};
use crate::records::command::Command;
use crate::work::Work;
use catalog::Catalog;
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use plan::Precondition;
use std::collections::HashSet;
use std::sync::Arc;
use storage::store::demo as table;

/// Records of one transaction while demo data is loaded.
const BATCH: usize = 100;

impl Engine {
    /// Loads demo data: all of it, or what these names bring along. What is there already is not loaded again.
    /// `told` hears how many of how many records are done.
    ///
    /// # Errors
    /// `unknown_reference` for an unknown name, and what the records' rules refuse.
    pub async fn load_demo(
        &self,
        only: Option<&[String]>,
        told: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<Aliases> {
        let data = publish::with_data(self.database()).await?;
        let wanted = wanted(&data, only)?;
        let mut pending = Vec::new();
        for name in &wanted {
            let Some(seed) = data.demo.get(name) else { continue };
            pending.extend(seed.records.keys().map(|alias| (name.clone(), alias.clone())));
        }
        let all = pending.len();
        let mut done = 0;
        for batch in pending.chunks(BATCH) {
            self.load_batch(&data, batch).await?;
            done += batch.len();
            told(done, all);
        }
        let (tx, published) = (self.database().reader(), self.published());
        all_aliases(&data::system_work(self, &tx, &published), &data).await
    }

    async fn load_batch(&self, data: &Arc<Catalog>, batch: &[(Arc<str>, String)]) -> Result<()> {
        let (engine, published, batch, data) = (self.clone(), self.published(), batch.to_vec(), data.clone());
        self.database()
            .write_alone(move |tx| {
                let (engine, published, batch, data) =
                    (engine.clone(), published.clone(), batch.clone(), data.clone());
                async move {
                    let work = data::system_work(&engine, &tx, &published);
                    let mut aliases = all_aliases(&work, &data).await?;
                    let made: HashSet<String> =
                        table::list(&tx).await?.into_iter().map(|(a, ..)| a).collect();
                    for (name, alias) in &batch {
                        if made.contains(alias) {
                            continue;
                        }
                        let seed = &data.demo[name];
                        let written = data::upsert(&work, seed, &seed.records[alias], &aliases).await;
                        let written = written.map_err(|error| data::placed(error, name, alias))?;
                        let object = written.row.object.name.clone();
                        // What was there before is not demo data's to remove.
                        if written.created {
                            table::insert(&tx, alias, &object, written.id()).await?;
                        }
                        aliases.0.insert(alias.clone(), (object, written.id()));
                    }
                    Ok(())
                }
            })
            .await
    }

    /// Records by the alias that seeds and loaded demo data gave them.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn aliases(&self) -> Result<Aliases> {
        let data = publish::with_data(self.database()).await?;
        let (tx, published) = (self.database().reader(), self.published());
        all_aliases(&data::system_work(self, &tx, &published), &data).await
    }

    /// Removes the demo records that still are as good as their pack made them: what users added that refers to
    /// them keeps them. Answers how many were removed and how many stayed.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn remove_demo(&self) -> Result<(usize, usize)> {
        let (engine, published) = (self.clone(), self.published());
        self.database()
            .write_alone(move |tx| {
                let (engine, published) = (engine.clone(), published.clone());
                async move {
                    let work = data::system_work(&engine, &tx, &published);
                    let (mut removed, mut kept) = (0, 0);
                    // Last made, first removed: what refers goes before what it refers to.
                    for (alias, object, id) in table::list(&tx).await?.into_iter().rev() {
                        let purge = Command::Purge {
                            object: object.as_str().into(),
                            id,
                            precondition: Precondition::Waived,
                        };
                        match tx.savepoint(work.execute(&purge)).await {
                            Ok(_) => {
                                table::remove(&tx, &alias).await?;
                                removed += 1;
                            }
                            Err(error) if error.code == Code::NotFound => table::remove(&tx, &alias).await?,
                            Err(_) => kept += 1,
                        }
                    }
                    Ok((removed, kept))
                }
            })
            .await
    }
}

async fn all_aliases(work: &Work, catalog: &Catalog) -> Result<Aliases> {
    // Demo data that names its key may speak of records that others made.
    let keyed = catalog.demo.values().filter(|seed| seed.key.is_some());
    let mut aliases = data::stored(work, catalog.seeds.values().chain(keyed)).await?;
    for (alias, object, id) in table::list(&work.tx).await? {
        aliases.0.insert(alias, (object.as_str().into(), id));
    }
    Ok(aliases)
}

/// The names asked for and all they come after, in loading order.
fn wanted(data: &Catalog, only: Option<&[String]>) -> Result<Vec<Arc<str>>> {
    let demo = &data.demo;
    let Some(only) = only else { return Ok(demo.keys().cloned().collect()) };
    let mut wanted: Vec<String> = Vec::new();
    let mut open: Vec<String> = only.to_vec();
    while let Some(name) = open.pop() {
        let full = demo.keys().find(|known| ***known == *name || known.rsplit('.').next() == Some(&*name));
        let Some(full) = full else {
            let names: Vec<&str> = demo.keys().map(|k| &**k).collect();
            let found = Diagnostic::new(Code::UnknownReference).with("what", "demo data").with("name", &name);
            return Err(Box::new(found.with_hint(did_you_mean(&name, names))));
        };
        if !wanted.contains(&full.to_string()) {
            wanted.push(full.to_string());
            open.extend(demo[full].after.iter().filter(|n| demo.keys().any(|k| **k == ***n)).cloned());
        }
    }
    Ok(demo.keys().filter(|known| wanted.iter().any(|w| **w == ***known)).cloned().collect())
}
