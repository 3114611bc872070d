//! Seeds and demo data: files read into records, values checked, put in loading order.

mod cells;

mod order;

mod values;

use super::collect::{Collected, Entries};
use super::entry::{Entry, Findings, Noun, invalid, unknown};
use super::paths;
use crate::model::catalog::Catalog;
use crate::model::object::Object;
use definition::Seed;
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

/// Texts of CSV files by (pack, folder, file name).
pub(super) type Tables = HashMap<(Arc<str>, String, String), Arc<str>>;

/// The object of each record that has an alias, in all seeds and demos.
pub(super) type Aliases = HashMap<String, Arc<str>>;

/// Fills `seeds` and `demo` of the catalog: CSV files are records too, names are full.
pub(super) fn build(
    catalog: &mut Catalog,
    collected: &Collected,
    tables: &Tables,
    findings: &mut Findings<'_>,
) -> Aliases {
    let mut aliases = Aliases::new();
    let seeds = read(catalog, &collected.seeds, Noun::Seed, tables, &mut aliases, findings);
    let demo = read(catalog, &collected.demo, Noun::Demo, tables, &mut aliases, findings);
    for (entries, seeds) in [(&collected.seeds, &seeds), (&collected.demo, &demo)] {
        for (name, seed) in seeds {
            let Some(entry) = entries.get(name) else { continue };
            if let Some(object) = catalog.objects.get(seed.object.as_str()) {
                check(catalog, object, seed, entry, &aliases, findings);
            }
        }
    }
    catalog.seeds = order::order(catalog, seeds, &collected.seeds, findings);
    catalog.demo = order::order(catalog, demo, &collected.demo, findings);
    aliases
}

fn read(
    catalog: &Catalog,
    entries: &Entries<Seed>,
    noun: Noun,
    tables: &Tables,
    aliases: &mut Aliases,
    findings: &mut Findings<'_>,
) -> IndexMap<Arc<str>, Seed> {
    let mut out = IndexMap::with_capacity(entries.len());
    for entry in entries.values() {
        let mut seed = entry.definition.clone();
        seed.name = entry.name.to_string();
        findings.resolve_in(Noun::Object, &mut seed.object, entry, &["object"]);
        let after = std::mem::take(&mut seed.after);
        for (place, name) in after.iter().enumerate() {
            let place = place.to_string();
            seed.after.extend(after_of(noun, name, entry, &["after", &place], findings));
        }
        if let Some(object) = catalog.objects.get(seed.object.as_str()) {
            check_key(object, &seed, entry, findings);
            if let Some(file) = seed.file.clone() {
                let folder = if noun == Noun::Seed { "seeds" } else { "demo" };
                match tables.get(&(entry.pack(), folder.to_owned(), file.clone())) {
                    Some(text) => {
                        seed.records = cells::records(catalog, object, text, &file, entry, findings)
                    }
                    None => {
                        findings.push(unknown("file", &format!("{folder}/{file}")), &entry.origin, &["file"])
                    }
                }
            }
        }
        let object: Arc<str> = Arc::from(seed.object.as_str());
        for alias in seed.records.keys().filter(|alias| !alias.contains('#')) {
            // A record that a later file of the same object completes keeps its alias.
            match aliases.insert(alias.clone(), object.clone()) {
                Some(other) if other != object => {
                    let finding = Diagnostic::new(Code::DuplicateName)
                        .with("name", format!("@{alias}"))
                        .with("first", format!("the data of {other}"));
                    findings.push(finding, &entry.origin, &["records", alias]);
                }
                _ => {}
            }
        }
        out.insert(entry.name.clone(), seed);
    }
    out
}

/// What a file comes after: one of its own kind; demo data may also name a seed, which is there in any case.
fn after_of(
    noun: Noun,
    name: &str,
    entry: &Entry<Seed>,
    path: &[&str],
    findings: &mut Findings<'_>,
) -> Option<String> {
    let is = |noun| findings.registry.resolve(noun, name, &entry.scopes).is_some();
    if noun == Noun::Demo && !is(Noun::Demo) && is(Noun::Seed) {
        return None;
    }
    findings.resolve(noun, name, entry, path).map(|full| full.to_string())
}

fn check_key(object: &Object, seed: &Seed, entry: &Entry<Seed>, findings: &mut Findings<'_>) {
    let Some(key) = &seed.key else { return };
    let unique = object.uniques.iter().any(|(name, unique)| {
        unique.filter.is_none() && (**name == **key || unique.fields.iter().map(|f| &**f).eq([key.as_str()]))
    });
    if !unique {
        let finding = match paths::field(object, key) {
            Ok(_) => invalid(format!("`{key}` does not identify a record: it is not unique")),
            Err(finding) => *finding,
        };
        findings.push(finding, &entry.origin, &["key"]);
    }
}

fn check(
    catalog: &Catalog,
    object: &Object,
    seed: &Seed,
    entry: &Entry<Seed>,
    aliases: &Aliases,
    findings: &mut Findings<'_>,
) {
    let from_file = seed.file.is_some();
    for (alias, record) in &seed.records {
        for (name, json) in record {
            let wrong = values::check(catalog, object, name, json, aliases);
            for finding in wrong {
                // The cells of a file have no place in the definition; the record's name says which line.
                let path = if from_file { vec!["file"] } else { vec!["records", alias, name] };
                let finding = if from_file { finding.at(format!("{alias}.{name}")) } else { finding };
                findings.push(finding, &entry.origin, &path);
            }
        }
    }
}

/// The findings of one record's values against its object; scenarios use it for what they set.
pub(super) fn check_values<'a>(
    catalog: &Catalog,
    object: &Object,
    values: impl IntoIterator<Item = (&'a String, &'a Json)>,
    aliases: &Aliases,
) -> Vec<(String, Diagnostic)> {
    let mut out = Vec::new();
    for (name, json) in values {
        out.extend(
            values::check(catalog, object, name, json, aliases).into_iter().map(|d| (name.clone(), d)),
        );
    }
    out
}
