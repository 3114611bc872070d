//! From the files of packs to a checked catalog.
//!
//! The order follows what needs what: files and packs, overlays, the types of all fields, formulas (whose order
//! says which values have no column), then everything that holds conditions, then physical names.

mod entry;

mod packs;

mod collect;

mod compile;

mod parameters;

mod paths;

mod system;

mod objects;

mod lookups;

mod formulas;

mod fields;

mod constraints;

mod behaviour;

mod roles;

mod layout;

mod screens;

mod pages;

mod workflows;

mod decisions;

mod templates;

mod calendars;

mod connectors;

mod data;

mod scenarios;

mod translations;

mod physical;

use crate::derivations::derivations;
use crate::model::catalog::Catalog;
use crate::names::PhysicalNames;
use definition::Trust;
use diagnostic::Diagnostic;
use entry::Findings;
use semver::Version;
use sha2::{Digest, Sha256};

/// The files of one pack.
#[derive(Clone, Debug, Default)]
pub struct PackSource {
    /// What findings put before the path of a file; empty for nothing. Usually where the pack was read from.
    pub root: String,
    /// Paths relative to the pack's folder with `/` (`objects/lead.yaml`), and texts.
    pub files: Vec<(String, String)>,
}

impl PackSource {
    /// The path as findings show it.
    pub(crate) fn shown(&self, path: &str) -> String {
        match self.root.as_str() {
            "" => path.to_owned(),
            root => format!("{}/{path}", root.trim_end_matches('/')),
        }
    }
}

/// What a build depends on beside the files.
#[derive(Clone, Debug)]
pub struct Options {
    /// The version that the packs' `engine` ranges are compared with.
    pub engine: Version,
    /// The texts are those of a publish that this version of the program has checked: they are not compared with
    /// schemas again, and what packs bring as data (seeds, demo data, scenarios) is left out.
    pub stored: bool,
}

impl Options {
    /// For texts that stand in a database; see [`Options::stored`].
    pub fn stored() -> Options {
        Options { stored: true, ..Options::default() }
    }

    fn trust(&self) -> Trust {
        if self.stored { Trust::Checked } else { Trust::None }
    }
}

impl Default for Options {
    fn default() -> Self {
        // The version of a crate is a version.
        let engine = Version::parse(env!("CARGO_PKG_VERSION")).unwrap_or_else(|_| Version::new(0, 0, 0));
        Options { engine, stored: false }
    }
}

/// What a build yields.
#[derive(Debug)]
pub struct Built {
    /// The catalog.
    pub catalog: Catalog,
    /// The physical names it uses, to be kept beside the data.
    pub names: PhysicalNames,
}

/// Reads, resolves and checks the packs. `names` are the physical names of what is in the database.
///
/// # Errors
/// All findings of all files, sorted by place.
pub fn build(
    packs: &[PackSource],
    names: &PhysicalNames,
    options: &Options,
) -> Result<Built, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let loaded = packs::load(packs, options, &mut found);
    let mut catalog = Catalog { hash: hash(packs), ..Catalog::default() };
    let mut tables = data::Tables::default();
    let mut texts = Vec::new();
    for pack in &loaded {
        catalog.packs.insert(pack.name.clone(), packs::described(pack));
        for (name, text) in &pack.scripts {
            catalog.scripts.insert((pack.name.clone(), name.clone()), text.clone());
        }
        texts.extend(pack.texts.iter().cloned());
        for ((folder, file), text) in &pack.tables {
            tables.insert((pack.name.clone(), folder.clone(), file.clone()), text.clone());
        }
    }
    let collected = collect::collect(loaded, options.trust(), &mut found);
    let registry = collected.registry();
    let mut findings = Findings { registry: &registry, found };
    calendars::build(&mut catalog, &collected.calendars, &mut findings);
    connectors::build(&mut catalog, &collected.connectors, &mut findings);
    templates::build(&mut catalog, &collected.templates, &texts, &mut findings);
    let ordered = resolve(&mut catalog, &collected, &tables, options, &mut findings);
    let mut found = findings.found;
    if ordered {
        match derivations(&catalog.objects) {
            Ok(derivations) => catalog.derivations = derivations,
            // Rings were reported, and refused, with the formulas.
            Err(_) => debug_assert!(!found.is_empty()),
        }
    }
    if !found.is_empty() {
        found.sort_by(|a, b| a.source.cmp(&b.source));
        found.dedup();
        return Err(found);
    }
    let names = physical::build(&mut catalog, names);
    Ok(Built { catalog, names })
}

/// Fills the catalog. Answers whether derived values have an order; without one nothing else is looked at.
fn resolve(
    catalog: &mut Catalog,
    collected: &collect::Collected,
    tables: &data::Tables,
    options: &Options,
    findings: &mut Findings<'_>,
) -> bool {
    objects::build(catalog, &collected.objects, findings);
    lookups::take_options(catalog, &collected.objects);
    if !formulas::build(catalog, &collected.objects, findings) {
        return false;
    }
    fields::build(catalog, &collected.objects, findings);
    constraints::build(catalog, &collected.objects, findings);
    behaviour::build(catalog, &collected.objects, findings);
    roles::build(catalog, &collected.roles, findings);
    screens::forms(catalog, &collected.forms, findings);
    screens::views(catalog, &collected.views, findings);
    pages::build(catalog, &collected.pages, findings);
    screens::apps(catalog, &collected.apps, findings);
    decisions::build(catalog, &collected.decisions, options.stored, findings);
    workflows::build(catalog, &collected.workflows, &collected.objects, findings);
    let aliases = data::build(catalog, collected, tables, findings);
    scenarios::build(catalog, &collected.scenarios, &aliases, findings);
    translations::merge(catalog, &collected.translations, findings);
    true
}

/// One hash over all files, whatever their order.
fn hash(packs: &[PackSource]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for pack in packs {
        let own = pack.files.iter().find(|(path, _)| path == "pack.yaml" || path == "pack.json");
        let of = Sha256::digest(own.map(|(_, text)| text.as_bytes()).unwrap_or_default());
        for (path, text) in &pack.files {
            let mut digest = Sha256::new();
            digest.update(of);
            digest.update(path.as_bytes());
            digest.update([0]);
            digest.update(text.as_bytes());
            parts.push(hexadecimal(&digest.finalize()));
        }
    }
    parts.sort();
    hexadecimal(&Sha256::digest(parts.concat().as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
pub(crate) mod tests;
