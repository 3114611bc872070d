//! Packs into the database and the database's packs into force. The database holds the truth: every applied
//! definition text, every version; folders of packs are only where it came from.

mod header;

pub mod change;

pub mod apply;

pub(crate) mod data;

pub mod demo;

use crate::published::Published;
use catalog::build::{Built, Options, PackSource, build};
use catalog::{Catalog, PhysicalNames};
use diagnostic::{Diagnostic, Result};
use script::Scripts;
use storage::store::publish::{self as table, SourceText};
use storage::{Database, Tx};

pub use apply::Applied;
pub use change::{Change, Preview};
pub use data::Aliases;
pub use header::PackFiles;

/// Reads what was last published and compiles it.
///
/// # Errors
/// All findings: the texts were checked before they were stored, so these mean a database of a newer version.
pub async fn load(database: &Database, scripts: &Scripts) -> Result<Published> {
    let (number, sources, names) = database.read(|tx| async move { stored(&tx).await }).await?;
    if number == 0 {
        return Published::new(0, Catalog::default(), scripts).map_err(gathered);
    }
    let built = build(&packs(&sources), &names, &Options::default()).map_err(gathered)?;
    Published::new(u64::try_from(number).unwrap_or(0), built.catalog, scripts).map_err(gathered)
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
pub(crate) fn packs(sources: &[SourceText]) -> Vec<PackSource> {
    let mut packs: Vec<PackSource> = Vec::new();
    for source in sources {
        let file = (source.path.clone(), source.text.clone());
        match packs.iter_mut().find(|pack| pack.root == source.pack) {
            Some(pack) => pack.files.push(file),
            None => packs.push(PackSource { root: source.pack.clone(), files: vec![file] }),
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
    Ok(build(&packs(sources), names, &Options::default()).map_err(gathered)?.catalog)
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
