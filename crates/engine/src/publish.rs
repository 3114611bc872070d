//! Packs into the database and the database's packs into force. The database holds the truth: every applied
//! definition text, every version; folders of packs are only where it came from.

mod header;

mod running;

pub mod change;

pub mod apply;

pub(crate) mod data;

pub mod demo;

use crate::published::Published;
use catalog::build::{Built, Options, PackSource, build};
use catalog::{Catalog, PhysicalNames};
use diagnostic::{Diagnostic, Result};
use script::Scripts;
use std::sync::Arc;
use storage::store::publish::{self as table, SourceText};
use storage::{Database, Tx};

pub use apply::Applied;
pub use change::{Change, Preview};
pub use data::Aliases;
pub use header::PackFiles;
pub use running::{Running, Stuck};

/// Reads what was last published and compiles it.
///
/// # Errors
/// All findings: the texts were checked before they were stored, so these mean a database of a newer version.
pub async fn load(database: &Database, scripts: &Scripts) -> Result<Published> {
    let found = database.read(|tx| async move {
        let number = table::version(&tx).await?;
        if number == 0 {
            return Ok(None);
        }
        let checked = table::checked(&tx).await? == Some((VERSION.to_owned(), number));
        let sources = match checked {
            true => table::sources_without_data(&tx, number).await?,
            false => table::sources(&tx, number).await?,
        };
        let needed = storage::store::workflow::needed_definitions(&tx).await?;
        let (hash, names) = (table::hash(&tx, number).await?, table::names(&tx).await?);
        Ok(Some((number, checked, hash, sources, names, needed)))
    });
    let Some((number, checked, hash, sources, names, needed)) = found.await? else {
        return Published::new(0, Catalog::default(), scripts).map_err(gathered);
    };
    let options = if checked { Options::stored() } else { Options::default() };
    let mut catalog = build(&packs(sources), &names, &options).map_err(gathered)?.catalog;
    catalog.hash = hash;
    if !checked {
        // Another version checked it; from now on this one has.
        let note = move |tx: Tx| async move { table::note_checked(&tx, VERSION, number).await };
        if let Err(error) = database.write(note).await {
            tracing::debug!(%error, "that the catalog was checked could not be noted");
        }
    }
    let published = Published::new(u64::try_from(number).unwrap_or(0), without_data(catalog), scripts);
    let mut published = published.map_err(gathered)?;
    published.listen_for(&needed);
    Ok(published)
}

/// The version of the program, as the database notes it beside what it has checked.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a catalog in force needs not to hold: it is read from the database when somebody asks for it.
pub(crate) fn without_data(mut catalog: Catalog) -> Catalog {
    catalog.seeds = Default::default();
    catalog.demo = Default::default();
    catalog.scenarios = Default::default();
    catalog
}

/// The last published catalog with the data that its packs bring.
pub(crate) async fn with_data(database: &Database) -> Result<Arc<Catalog>> {
    let (number, sources, names) = database.read(|tx| async move { stored(&tx).await }).await?;
    if number == 0 {
        return Ok(Arc::default());
    }
    Ok(Arc::new(build(&packs(sources), &names, &Options::default()).map_err(gathered)?.catalog))
}

/// The last publish: its number, its texts, the physical names it led to.
pub(crate) async fn stored(tx: &Tx) -> Result<(i64, Vec<SourceText>, PhysicalNames)> {
    let number = table::version(tx).await?;
    if number == 0 {
        return Ok((0, Vec::new(), PhysicalNames::default()));
    }
    Ok((number, table::sources(tx, number).await?, table::names(tx).await?))
}

/// Stored texts as the packs they belong to.
pub(crate) fn packs(sources: Vec<SourceText>) -> Vec<PackSource> {
    let mut packs: Vec<PackSource> = Vec::new();
    for SourceText { pack, path, text } in sources {
        match packs.iter_mut().find(|known| known.root == pack) {
            Some(known) => known.files.push((path, text)),
            None => packs.push(PackSource { root: pack, files: vec![(path, text)] }),
        }
    }
    packs
}

/// The catalog that stored texts describe under the physical names that were kept beside them: what a restore
/// needs before there is an engine.
///
/// # Errors
/// All findings, as [`load`].
pub fn catalog_of(sources: &[SourceText], names: &PhysicalNames) -> Result<Catalog> {
    Ok(build(&packs(sources.to_vec()), names, &Options::default()).map_err(gathered)?.catalog)
}

/// Checks packs without any database; answers what they describe.
///
/// # Errors
/// All findings, those of scripts and flows too.
pub fn check(packs: &[PackFiles], scripts: &Scripts) -> Result<Published, Vec<Diagnostic>> {
    let sources: Vec<PackSource> = packs.iter().map(PackFiles::source).collect();
    let Built { catalog, .. } = build(&sources, &PhysicalNames::default(), &Options::default())?;
    Published::new(0, catalog, scripts)
}

/// Several findings as one.
pub(crate) fn gathered(found: Vec<Diagnostic>) -> Box<Diagnostic> {
    Box::new(Diagnostic::gather(found).unwrap_or_else(|| Diagnostic::new(diagnostic::Code::InvalidValue)))
}
