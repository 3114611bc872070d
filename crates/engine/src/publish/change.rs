//! What a publish would do.

use crate::engine::Engine;
use crate::publish::running::{Running, running};
use crate::publish::{PackFiles, gathered, packs, stored};
use crate::published::Published;
use crate::records::rows::Rows;
use catalog::PhysicalNames;
use catalog::build::{Built, Options, build};
use catalog::diff::{Changes, DataCheck, Refused};
use diagnostic::{Code, Diagnostic, Result};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::Tx;
use storage::migrate::Migration;
use storage::store::publish::SourceText;

/// A change of the installed packs.
#[derive(Clone, Debug)]
pub enum Change {
    /// Installs packs or replaces them by these files.
    Set(Vec<PackFiles>),
    /// Removes a pack. Its tables are retired, not dropped.
    Remove(String),
}

/// What a publish would do.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Preview {
    /// Packs and their versions: before, after.
    pub packs: Vec<(String, Option<Version>, Option<Version>)>,
    /// Files that are new, changed, gone: `+ path`, `~ path`, `- path`.
    pub files: Vec<String>,
    /// What that means, a sentence each: what comes, goes, widens, narrows, who gains or loses access.
    pub changes: Vec<Told>,
    /// The running flows of workflows that change, and which of them could go on under the new versions.
    #[serde(default)]
    pub running: Vec<Running>,
    /// Steps of the migration, a line each.
    pub steps: Vec<String>,
    /// The statements of the migration.
    pub statements: Vec<String>,
    /// What stands in the way: the publish would be refused.
    #[serde(skip)]
    pub findings: Vec<Diagnostic>,
    /// Fields come to be encrypted: what they held in the clear is taken out of the database's file.
    #[serde(skip)]
    pub(crate) seals: bool,
}

/// One change in words.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// An English sentence without a full stop.
    pub what: String,
    /// Records that do not meet it, where that was counted.
    pub records: Option<u64>,
}

impl Preview {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// A publish that was built and not yet carried out.
pub(crate) struct Prepared {
    pub number: i64,
    pub sources: Vec<SourceText>,
    pub published: Published,
    pub names: PhysicalNames,
    pub migration: Migration,
    pub changes: Changes,
    pub preview: Preview,
}

impl Engine {
    /// What a change would do: it is tried in a transaction that is taken back.
    ///
    /// # Errors
    /// All findings in the definitions.
    pub async fn preview(&self, change: &Change) -> Result<Preview> {
        let (engine, change) = (self.clone(), change.clone());
        self.database()
            .rehearse(move |tx| {
                let (engine, change) = (engine.clone(), change.clone());
                async move {
                    let mut prepared = prepare(&engine, &tx, &change).await?;
                    prepared.try_out(&engine, &tx).await?;
                    Ok(prepared.preview)
                }
            })
            .await
    }
}

impl Prepared {
    /// Migrates, unless data stands in the way, and looks at the data as it is then.
    pub(crate) async fn try_out(&mut self, engine: &Engine, tx: &Tx) -> Result<()> {
        self.preview.findings.extend(self.migration.check(tx, engine.means()).await?);
        if !self.preview.findings.is_empty() {
            return Ok(());
        }
        match self.migration.run(tx, engine.means()).await {
            Ok(()) => self.examine(engine, tx).await,
            // Data that stands in the way of what the migration itself wrote.
            Err(found) if found.code == Code::UnsafeChange => {
                self.preview.findings.push(*found);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Counts the records that do not meet what will hold from now on. Those in the way of a change that must
    /// not happen then become findings.
    async fn examine(&mut self, engine: &Engine, tx: &Tx) -> Result<()> {
        let bindings = engine.own_bindings();
        let rows = Rows::new(tx, &self.published, &bindings, engine.secret());
        for change in &self.changes.lines {
            let mut told = Told { what: change.what.clone(), records: None };
            if let Some(DataCheck { object, rows: refused, blocks, .. }) = &change.check {
                let object = self.published.object(object)?;
                let count = match refused {
                    Refused::Where(condition) => rows.count_where(object, condition).await?,
                    Refused::Unfit(field) => rows.count_unfit(object, field).await?,
                    // The index that holds a unique constraint counts its own.
                    Refused::Shared { .. } => 0,
                };
                if count > 0 {
                    told.records = Some(count);
                }
                if *blocks && count > 0 {
                    let reason = format!("{count} records are in the way");
                    self.preview.findings.push(
                        Diagnostic::new(Code::UnsafeChange).with("what", &change.what).with("reason", reason),
                    );
                }
            }
            self.preview.changes.push(told);
        }
        self.preview.running = running(tx, &self.changes.flows, &self.published.catalog).await?;
        Ok(())
    }
}

/// Builds what the change leads to, on what this transaction sees.
pub(crate) async fn prepare(engine: &Engine, tx: &Tx, change: &Change) -> Result<Prepared> {
    let (number, before, old_names) = stored(tx).await?;
    let (sources, versions) = changed(&before, change)?;
    let (was, now) = (packs(before.clone()), packs(sources.clone()));
    let conflicts = catalog::merge::upgrade_conflicts(&was, &now);
    let built = build(&now, &old_names, &Options::default()).map_err(gathered)?;
    let Built { catalog, names } = built;
    let migration = Migration::between(&old_names, &names, &catalog, tx.dialect())?;
    let changes = catalog::diff(in_force(engine, number).as_deref().map(|p| &p.catalog), &catalog);
    let published = Published::new(u64::try_from(number + 1).unwrap_or(0), catalog, engine.scripts())
        .map_err(gathered)?;
    let mut preview = describe(&before, &sources, versions, &migration);
    preview.findings = conflicts;
    preview.seals = !changes.sealed.is_empty();
    Ok(Prepared { number: number + 1, sources, published, names, migration, changes, preview })
}

/// The catalog that stands in the database, which is the one in force but for a moment after another process
/// published.
fn in_force(engine: &Engine, number: i64) -> Option<Arc<Published>> {
    let published = engine.published();
    (number > 0 && u64::try_from(number) == Ok(published.number)).then_some(published)
}

type Versions = Vec<(String, Option<Version>, Option<Version>)>;

fn changed(before: &[SourceText], change: &Change) -> Result<(Vec<SourceText>, Versions)> {
    let mut sources = before.to_vec();
    let mut versions = Vec::new();
    match change {
        Change::Set(replaced) => {
            for pack in replaced {
                let (name, version) = pack.header()?;
                let installed = version_in(before, &name);
                if installed.as_ref().is_some_and(|installed| version < *installed) {
                    let found = Diagnostic::new(Code::LowerVersion)
                        .with("pack", &name)
                        .with("new", &version)
                        .with("installed", installed.map_or(String::new(), |v| v.to_string()));
                    return Err(Box::new(found));
                }
                sources.retain(|source| source.pack != name);
                let of_pack = |(path, text): &(String, String)| SourceText {
                    pack: name.clone(),
                    path: path.clone(),
                    text: text.clone(),
                };
                sources.extend(pack.files.iter().map(of_pack));
                versions.push((name, installed, Some(version)));
            }
        }
        Change::Remove(name) => {
            let installed = version_in(before, name);
            if installed.is_none() {
                return Err(Box::new(Diagnostic::new(Code::PackNotFound).with("pack", name)));
            }
            sources.retain(|source| source.pack != *name);
            versions.push((name.clone(), installed, None));
        }
    }
    Ok((sources, versions))
}

/// The version of an installed pack.
pub(crate) fn version_in(sources: &[SourceText], name: &str) -> Option<Version> {
    let files = sources.iter().filter(|s| s.pack == name).map(|s| (s.path.clone(), s.text.clone())).collect();
    PackFiles { root: name.to_owned(), files }.header().ok().map(|(_, version)| version)
}

fn describe(before: &[SourceText], after: &[SourceText], packs: Versions, migration: &Migration) -> Preview {
    let texts = |sources: &[SourceText]| -> BTreeMap<String, String> {
        sources.iter().map(|s| (format!("{}/{}", s.pack, s.path), s.text.clone())).collect()
    };
    let (old, new) = (texts(before), texts(after));
    let mut files = Vec::new();
    for (path, text) in &new {
        match old.get(path) {
            None => files.push(format!("+ {path}")),
            Some(was) if was != text => files.push(format!("~ {path}")),
            Some(_) => {}
        }
    }
    files.extend(old.keys().filter(|path| !new.contains_key(*path)).map(|path| format!("- {path}")));
    Preview {
        packs,
        files,
        changes: Vec::new(),
        running: Vec::new(),
        steps: migration.steps.iter().map(|step| step.what.clone()).collect(),
        statements: migration.statements().map(str::to_owned).collect(),
        findings: Vec::new(),
        seals: false,
    }
}
