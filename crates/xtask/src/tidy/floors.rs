//! A crate depends only on crates of lower floors, and a library that one crate is there to hide is used by no
//! other.

use anyhow::Result;
use cargo_metadata::DependencyKind;

use crate::finding::Finding;
use crate::workspace::Workspace;

/// The floors of the product, lowest first. Crates of one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["diagnostic"],
    &["expression", "calendar"],
    &["definition", "decision"],
    &["catalog"],
    &["plan"],
    &["storage"],
    &["script", "workflow"],
    &["engine"],
    &["server"],
    &["cli"],
];

/// Crates beside the product. They may use every floor; no floor may use them, except in its tests.
const BESIDE: &[&str] = &["spec", "test-support", "xtask"];

/// Libraries that belong to some crates: whoever else needs what they do asks those crates for it.
const OWNED: &[(&str, &[&str])] = &[
    ("sea-orm", &["storage"]),
    ("sqlx", &["storage", "test-support"]),
    ("rusqlite", &["storage"]),
    ("actix-web", &["server", "spec"]),
    ("rhai", &["expression", "script"]),
    ("clap", &["cli"]),
];

/// Finds imports that climb.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let members = workspace.members();
    let is_member = |name: &str| members.iter().any(|member| member.name.as_str() == name);
    let mut findings = Vec::new();
    for member in &members {
        let place = format!("{}/Cargo.toml", workspace.folder(member));
        let name = member.name.as_str();
        if floor(name).is_none() && !BESIDE.contains(&name) {
            let what = format!("crate `{name}` has no floor");
            findings.push(Finding::new(&place, what, "give it one in crates/xtask/src/tidy/floors.rs"));
        }
        for dependency in &member.dependencies {
            let in_tests = dependency.kind == DependencyKind::Development;
            let broken = if is_member(&dependency.name) {
                climbs(name, &dependency.name, in_tests)
            } else {
                intrudes(name, &dependency.name)
            };
            findings.extend(broken.map(|(what, cure)| Finding::new(&place, what, cure)));
        }
    }
    Ok(findings)
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|crates| crates.contains(&name))
}

fn climbs(from: &str, to: &str, in_tests: bool) -> Option<(String, &'static str)> {
    match (floor(from), floor(to)) {
        // A crate's tests may ask for its own features.
        _ if from == to && in_tests => None,
        (Some(_), None) if !in_tests => Some((
            format!("`{from}` depends on `{to}`, which is not a part of the product"),
            "make it a dev-dependency, or move what is needed to a floor",
        )),
        (Some(own), Some(other)) if other >= own => Some((
            format!("`{from}` (floor {own}) depends on `{to}` (floor {other})"),
            "depend on lower floors only: move the shared part down, or pass it in as a port",
        )),
        _ => None,
    }
}

fn intrudes(from: &str, library: &str) -> Option<(String, &'static str)> {
    let (_, owners) = OWNED.iter().find(|(name, _)| *name == library)?;
    let what = format!("`{from}` uses `{library}`, which only {} may use", owners.join(" and "));
    (!owners.contains(&from)).then_some((what, "ask the owning crate for what you need"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_that_climb_are_found() {
        let check = |from: &str, to: &str, in_tests: bool, refused: bool| {
            assert_eq!(climbs(from, to, in_tests).is_some(), refused, "{from} -> {to}");
        };
        check("catalog", "definition", false, false);
        check("definition", "catalog", false, true);
        check("script", "workflow", false, true);
        check("server", "test-support", true, false);
        check("server", "test-support", false, true);
        check("xtask", "definition", false, false);
        check("catalog", "catalog", true, false);
        assert!(intrudes("engine", "sea-orm").is_some());
        assert!(intrudes("storage", "sea-orm").is_none());
        assert!(intrudes("engine", "serde").is_none());
    }
}
