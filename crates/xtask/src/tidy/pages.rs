//! What must be written down: what each crate is for, and why each outside library is there.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::finding::Finding;
use crate::workspace::Workspace;

const DEPENDENCIES: &str = "docs/dependencies.md";
/// The packages of the web application.
const PACKAGES: &str = "web/package.json";

/// Finds crates that do not say what they are for, and libraries without their line (or lines without library).
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = crates_without_word(workspace)?;
    let manifest = workspace.text("Cargo.toml")?.context("Cargo.toml is text")?;
    let declared = outside_libraries(&manifest)?;
    let packages = match workspace.files.iter().any(|file| file == PACKAGES) {
        true => web_packages(&workspace.text(PACKAGES)?.unwrap_or_default())?,
        false => BTreeSet::new(),
    };
    let page =
        if workspace.files.iter().any(|f| f == DEPENDENCIES) { workspace.text(DEPENDENCIES)? } else { None };
    let explained = rows(&page.unwrap_or_default());
    for name in declared.union(&packages).filter(|name| !explained.contains(*name)) {
        let what = format!("`{name}` of Cargo.toml or {PACKAGES} has no line");
        findings.push(Finding::new(DEPENDENCIES, what, "say what it is for and why this one"));
    }
    for name in explained.iter().filter(|name| !declared.contains(*name) && !packages.contains(*name)) {
        let what = format!("`{name}` is explained, but no longer a dependency");
        findings.push(Finding::new(DEPENDENCIES, what, "remove the line"));
    }
    let used: BTreeSet<&str> =
        workspace.members().iter().flat_map(|m| &m.dependencies).map(|d| d.name.as_str()).collect();
    for name in declared.iter().filter(|name| !used.contains(name.as_str())) {
        let what = format!("`{name}` is declared, but used by no crate");
        findings.push(Finding::new("Cargo.toml", what, "remove it"));
    }
    Ok(findings)
}

fn crates_without_word(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for member in workspace.members() {
        let folder = workspace.folder(member);
        let candidates = [format!("{folder}/src/lib.rs"), format!("{folder}/src/main.rs")];
        for path in candidates.iter().filter(|path| workspace.files.contains(path)) {
            let text = workspace.text(path)?.unwrap_or_default();
            findings.extend(missing_word(&text).map(|what| {
                Finding::new(
                    path,
                    what,
                    "say what it is for, what it never does, and in which order to read it",
                )
            }));
        }
    }
    Ok(findings)
}

fn missing_word(text: &str) -> Option<&'static str> {
    let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join("\n");
    if head.is_empty() {
        return Some("the crate has no `//!` at its head");
    }
    let says_what_not =
        head.to_lowercase().split_whitespace().any(|word| matches!(word, "never" | "no" | "not"));
    (!says_what_not).then_some("the `//!` of the crate does not say what it never does")
}

fn outside_libraries(manifest: &str) -> Result<BTreeSet<String>> {
    let manifest: toml::Table = toml::from_str(manifest)?;
    let table = manifest.get("workspace").and_then(|w| w.get("dependencies")).and_then(toml::Value::as_table);
    let table = table.context("Cargo.toml has no [workspace.dependencies]")?;
    Ok(table.iter().filter(|(_, value)| value.get("path").is_none()).map(|(name, _)| name.clone()).collect())
}

fn web_packages(manifest: &str) -> Result<BTreeSet<String>> {
    let manifest: Value = serde_json::from_str(manifest).context(PACKAGES)?;
    let named = ["dependencies", "devDependencies"].into_iter().filter_map(|key| manifest[key].as_object());
    Ok(named.flat_map(|packages| packages.keys().cloned()).collect())
}

/// The names in the first column: rows look like `| \`name\` | … |`, or name several.
fn rows(page: &str) -> BTreeSet<String> {
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let names = cells.flat_map(|cell| cell.split('`').step_by(2));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_and_rows_are_read() {
        let manifest =
            "[workspace.dependencies]\nplan = { path = \"x\" }\nserde = \"1\"\nrand = { version = \"1\" }";
        assert_eq!(outside_libraries(manifest).unwrap(), BTreeSet::from(["rand".into(), "serde".into()]));
        assert_eq!(
            rows("| library | for |\n|---|---|\n| `serde` | reads `x` |\n| `react`, `react-dom` | pages |\n"),
            BTreeSet::from(["serde".into(), "react".into(), "react-dom".into()])
        );
        assert_eq!(
            web_packages(r#"{"dependencies": {"react": "^19"}, "devDependencies": {"vite": "^8"}}"#).unwrap(),
            BTreeSet::from(["react".into(), "vite".into()])
        );
    }

    #[test]
    fn a_crate_says_what_it_never_does() {
        let check = |text: &str, missing: bool| assert_eq!(missing_word(text).is_some(), missing, "{text}");
        check("//! Reads files.\n//! It never writes one.\n\nmod a;", false);
        check("//! Reads files.\n// never", true);
        check("mod never;", true);
    }
}
