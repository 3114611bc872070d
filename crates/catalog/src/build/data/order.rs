//! The order in which files of records are loaded.

use crate::build::collect::Entries;
use crate::build::entry::Findings;
use crate::build::paths;
use crate::model::catalog::Catalog;
use definition::Seed;
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Files that others come after, first. What is said by `after` and what is meant by `@alias` must hold; a look-up
/// by key (`by`) is served by all files of the object where that closes no circle.
pub(super) fn order(
    catalog: &Catalog,
    seeds: IndexMap<Arc<str>, Seed>,
    entries: &Entries<Seed>,
    findings: &mut Findings<'_>,
) -> IndexMap<Arc<str>, Arc<Seed>> {
    let mut graph = Graph { before: vec![Vec::new(); seeds.len()] };
    let place: HashMap<&str, usize> =
        seeds.keys().enumerate().map(|(place, name)| (&**name, place)).collect();
    let mut aliases: HashMap<&str, usize> = HashMap::new();
    for (own, seed) in seeds.values().enumerate() {
        for alias in seed.records.keys() {
            aliases.entry(alias).or_insert(own);
        }
    }
    let mut soft = Vec::new();
    for (own, seed) in seeds.values().enumerate() {
        let said = seed.after.iter().filter_map(|name| place.get(name.as_str()).copied());
        graph.before[own].extend(said);
        let mut meant = HashSet::new();
        let mut by_key: HashSet<Arc<str>> = HashSet::new();
        let object = catalog.objects.get(seed.object.as_str());
        for (name, json) in seed.records.values().flatten() {
            mentioned(json, &mut meant);
            if json.get("by").is_some() {
                let field = object.and_then(|object| object.field(name));
                by_key.extend(field.and_then(|field| paths::target(&field.ty)).cloned());
            }
        }
        let meant = meant.iter().filter_map(|alias| aliases.get(alias.as_str()).copied());
        graph.before[own].extend(meant.filter(|other| *other != own));
        let served = seeds.values().enumerate().filter(|(_, other)| by_key.contains(other.object.as_str()));
        soft.extend(served.filter(|(other, _)| *other != own).map(|(other, _)| (own, other)));
    }
    for list in &mut graph.before {
        list.sort_unstable();
        list.dedup();
    }
    let hard = graph.before.clone();
    for (own, other) in soft {
        if !graph.reaches(other, own) {
            graph.before[own].push(other);
        }
    }
    let order = graph.order();
    for ring in rings(&hard) {
        let names: Vec<&str> =
            ring.iter().filter_map(|at| seeds.get_index(*at)).map(|(name, _)| &**name).collect();
        let path = names.iter().chain(names.first()).copied().collect::<Vec<_>>().join(" → ");
        let finding = Diagnostic::new(Code::Cycle).with("what", "data files").with("path", path);
        if let Some(entry) = names.first().and_then(|name| entries.get(*name)) {
            findings.push(finding, &entry.origin, &["after"]);
        }
    }
    let mut seeds: Vec<Option<(Arc<str>, Seed)>> = seeds.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| seeds[at].take()).map(|(name, seed)| (name, Arc::new(seed))).collect()
}

/// Collects the aliases that a value refers to.
fn mentioned(json: &Json, out: &mut HashSet<String>) {
    match json {
        Json::String(text) => {
            let alias = text.strip_prefix('@').filter(|rest| !rest.starts_with('@'));
            out.extend(alias.map(str::to_owned));
        }
        Json::Array(list) => list.iter().for_each(|json| mentioned(json, out)),
        Json::Object(map) => map.values().for_each(|json| mentioned(json, out)),
        _ => {}
    }
}

struct Graph {
    before: Vec<Vec<usize>>,
}

impl Graph {
    /// Whether `from` comes after `to`, directly or through others.
    fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if at == to {
                return true;
            }
            if seen.insert(at) {
                open.extend(&self.before[at]);
            }
        }
        false
    }

    fn order(&self) -> Vec<usize> {
        let mut out = Vec::with_capacity(self.before.len());
        let mut seen = vec![false; self.before.len()];
        for start in 0..self.before.len() {
            self.visit(start, &mut seen, &mut out);
        }
        out
    }

    /// Files are few; the depth of the recursion is at most their number.
    fn visit(&self, at: usize, seen: &mut [bool], out: &mut Vec<usize>) {
        if std::mem::replace(&mut seen[at], true) {
            return;
        }
        for before in &self.before[at] {
            self.visit(*before, seen, out);
        }
        out.push(at);
    }
}

/// Rings of files that must each come before the next: files that come after themselves, grouped.
fn rings(before: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let graph = Graph { before: before.to_vec() };
    let mut out: Vec<Vec<usize>> = Vec::new();
    for own in 0..before.len() {
        if out.iter().any(|ring| ring.contains(&own)) {
            continue;
        }
        if before[own].iter().any(|next| graph.reaches(*next, own)) {
            let ring =
                (own..before.len()).filter(|other| graph.reaches(own, *other) && graph.reaches(*other, own));
            out.push(ring.collect());
        }
    }
    out
}
