//! The repository speaks of the product only: no path of one machine, no private registry.

use anyhow::Result;

use crate::finding::Finding;
use crate::workspace::Workspace;

/// The source that cargo writes for a package of the public registry. npm is told to write none.
const REGISTRY: &str = "registry+https://github.com/rust-lang/";

/// Finds lines that name a home folder, this checkout's own folder, or a registry that is not a public one.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let marks = marks(&workspace.root.to_string_lossy());
    let mut findings = Vec::new();
    for path in &workspace.files {
        let Some(text) = workspace.text(path)? else { continue };
        for (number, line) in text.lines().enumerate() {
            let place = || format!("{path}:{}", number + 1);
            if let Some(mark) = marks.iter().find(|mark| names_place(line, mark)) {
                let what = format!("`{mark}` is a path of one machine");
                findings.push(Finding::new(place(), what, "write it relative, or with a placeholder"));
            }
            if is_lock(path) && foreign_source(line) {
                findings.push(Finding::new(
                    place(),
                    "a package from a private source",
                    "lock it to the public registry",
                ));
            }
        }
    }
    Ok(findings)
}

/// Beginnings of paths that exist on one machine only. Written in parts, so that this file does not name them.
fn marks(root: &str) -> Vec<String> {
    let mut marks = vec![["/ro", "ot/"].concat(), ["/wo", "rk/"].concat(), ["/Us", "ers/"].concat()];
    if root.matches('/').count() > 1 {
        marks.push(format!("{root}/"));
    }
    marks
}

fn names_place(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        // `https://host/…/x/` and `./x/` are not paths from the root of a machine.
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '}' | '>' | '*'))
    })
}

fn is_lock(path: &str) -> bool {
    path.ends_with("Cargo.lock") || path.ends_with("package-lock.json")
}

fn foreign_source(line: &str) -> bool {
    let line = line.trim();
    let value = line.strip_prefix("source = \"").or_else(|| line.strip_prefix("\"resolved\": \""));
    value.is_some_and(|value| !value.starts_with(REGISTRY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_machine_are_found() {
        let home = ["/ro", "ot/"].concat();
        let check = |line: &str, found: bool| assert_eq!(names_place(line, &home), found, "{line}");
        check(&format!("cd {home}lifeloom"), true);
        check(&format!("\"{home}x\""), true);
        check(&format!("https://example.com{home}x"), false);
        check(&format!("<data>{home}"), false);
    }

    #[test]
    fn private_sources_are_found() {
        let check = |line: &str, found: bool| assert_eq!(foreign_source(line), found, "{line}");
        check("source = \"registry+https://github.com/rust-lang/index\"", false);
        check("source = \"git+https://example.com/x\"", true);
        check("\"resolved\": \"https://example.com/react.tgz\",", true);
        check("name = \"serde\"", false);
    }
}
