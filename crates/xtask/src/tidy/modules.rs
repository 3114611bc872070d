//! The modules of a crate know each other in one direction: siblings, at any depth, form no cycle.
//!
//! Every `crate::…`, `super::…` and `self::…` in a file is followed to the module that owns the name, through
//! re-exports. `tests` modules may use anything and are left out.

mod paths;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::Result;

use crate::finding::Finding;
use crate::workspace::Workspace;
use paths::{Mention, Scope};

/// A module: the names from the crate's root to it.
type Module = Vec<String>;
/// Which sibling uses which, with the first place where it does.
type Uses = BTreeMap<String, BTreeMap<String, String>>;

/// Finds cycles among sibling modules, in every crate.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for member in workspace.members() {
        let prefix = format!("{}/src/", workspace.folder(member));
        let mut files = Vec::new();
        for path in workspace.rust_files().filter(|path| path.starts_with(&prefix)) {
            files.push((
                path.clone(),
                path[prefix.len()..].to_owned(),
                workspace.text(path)?.unwrap_or_default(),
            ));
        }
        findings.extend(cycles(&files));
    }
    Ok(findings)
}

/// Cycles in one crate; a file is its full path, its path below `src/`, and its text.
fn cycles(files: &[(String, String, String)]) -> Vec<Finding> {
    let mut scopes: BTreeMap<Module, (String, Scope)> = BTreeMap::new();
    for (path, below, text) in files {
        let module = module_of(below);
        if module.iter().any(|name| name == "tests") {
            continue;
        }
        let scope = paths::read(text, &module);
        match scopes.get_mut(&module) {
            // main.rs beside lib.rs: both are the root.
            Some((_, known)) => known.join(scope),
            None => drop(scopes.insert(module, (path.clone(), scope))),
        }
    }
    let mut levels: BTreeMap<Module, Uses> = BTreeMap::new();
    for (module, (path, scope)) in &scopes {
        for Mention { path: names, line } in &scope.mentions {
            let target = owner(names, &scopes, 0);
            let shared = module.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(shared), target.get(shared)) {
                let uses = levels.entry(module[..shared].to_vec()).or_default();
                uses.entry(from.clone()).or_default().entry(to.clone()).or_insert(format!("{path}:{line}"));
            }
        }
    }
    levels.values().flat_map(cycles_among).collect()
}

fn module_of(below: &str) -> Module {
    let stem = below.trim_end_matches(".rs");
    if matches!(stem, "lib" | "main") { Vec::new() } else { stem.split('/').map(str::to_owned).collect() }
}

/// The module that a path from the crate's root leads to.
fn owner(names: &[String], scopes: &BTreeMap<Module, (String, Scope)>, depth: usize) -> Module {
    let mut length = 0;
    while length < names.len() && scopes.contains_key(&names[..=length]) {
        length += 1;
    }
    let module = names[..length].to_vec();
    let (Some(name), Some((_, scope))) = (names.get(length), scopes.get(&module)) else { return module };
    // A chain of re-exports is short; the bound only stops two files that re-export each other's globs.
    if depth > 8 || scope.items.contains(name) {
        return module;
    }
    if let Some(source) = scope.imports.get(name) {
        return owner(source, scopes, depth + 1);
    }
    let from_glob = scope.globs.iter().find_map(|glob| {
        let source = owner(glob, scopes, depth + 1);
        scopes.get(&source).is_some_and(|(_, scope)| scope.items.contains(name)).then_some(source)
    });
    from_glob.unwrap_or(module)
}

fn cycles_among(uses: &Uses) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let shortest = uses.keys().filter_map(|start| shortest_cycle(start, uses));
    shortest
        .filter(|cycle| seen.insert(cycle.iter().cloned().collect::<BTreeSet<_>>()))
        .map(|c| tell(&c, uses))
        .collect()
}

fn shortest_cycle(start: &str, uses: &Uses) -> Option<Vec<String>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in uses.get(at).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut cycle = vec![at.to_owned()];
                while let Some(before) = cycle.last().and_then(|last| came_from.get(last.as_str())) {
                    cycle.push((*before).to_owned());
                }
                cycle.reverse();
                return Some(cycle);
            }
            if !came_from.contains_key(next.as_str()) {
                came_from.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    None
}

fn tell(cycle: &[String], uses: &Uses) -> Finding {
    let next = |index: usize| &cycle[(index + 1) % cycle.len()];
    let step = |(index, from): (usize, &String)| {
        format!("{from} uses {} ({})", next(index), uses[from][next(index)])
    };
    let steps: Vec<String> = cycle.iter().enumerate().map(step).collect();
    Finding::new(
        uses[&cycle[0]][next(0)].clone(),
        format!("modules in a circle: {}", steps.join(", ")),
        "move what both need into a module of its own, below both",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files as `path: text`, and whether there is a cycle.
    fn check(files: &[(&str, &str)], expect: usize) {
        let files: Vec<_> =
            files.iter().map(|(p, t)| (format!("src/{p}"), (*p).to_owned(), (*t).to_owned())).collect();
        let found = cycles(&files);
        assert_eq!(found.len(), expect, "{files:?}\n{found:?}");
    }

    #[test]
    fn circles_are_found_at_every_depth() {
        check(&[("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B;"), ("b.rs", "pub struct B;")], 0);
        check(&[("lib.rs", ""), ("a.rs", "use crate::b::B;"), ("b.rs", "fn f() -> crate::a::A {}")], 1);
        check(
            &[
                ("lib.rs", ""),
                ("a.rs", "use super::b;"),
                ("b.rs", "use super::{c::C, d};"),
                ("c.rs", "use crate::a::x;"),
                ("d.rs", ""),
            ],
            1,
        );
        check(
            &[("a.rs", "mod x; mod y;"), ("a/x.rs", "use super::y::Y;"), ("a/y.rs", "use crate::a::x::X;")],
            1,
        );
        check(&[("a.rs", "mod x;"), ("a/x.rs", "use super::Thing; use crate::b;"), ("b.rs", "")], 0);
    }

    #[test]
    fn re_exports_do_not_hide_a_circle() {
        let root = "mod a; mod b; pub use a::A; pub use b::{B as Renamed, Other};";
        check(&[("lib.rs", root), ("a.rs", "use crate::Renamed;"), ("b.rs", "use crate::A;")], 1);
        check(
            &[
                ("lib.rs", "pub use b::*;"),
                ("a.rs", "use crate::B;"),
                ("b.rs", "use crate::a; pub struct B;"),
            ],
            1,
        );
    }

    #[test]
    fn comments_and_tests_do_not_count() {
        check(
            &[
                ("a.rs", "use crate::b::B;"),
                ("b.rs", "// crate::a\n/// [`crate::a::A`]\nfn f() {\"crate::a\"}"),
            ],
            0,
        );
        check(&[("a.rs", "use crate::b::B;"), ("b.rs", "#[cfg(test)]\nmod tests { use crate::a::A; }")], 0);
        check(&[("a.rs", "use crate::b::B;"), ("b.rs", "mod tests;"), ("b/tests.rs", "use crate::a::A;")], 0);
    }
}
