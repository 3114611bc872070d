//! Every rule of the workspace in one list. A rule is one file with one function; adding one touches its file
//! and this list.

mod floors;
mod holes;
mod licences;
mod links;
mod lock;
mod modules;
mod names;
mod pages;
mod places;
mod sizes;
mod spdx;
mod statements;

use anyhow::Result;

use crate::codegen;
use crate::finding::Finding;
use crate::workspace::Workspace;

/// A rule: its name in the output, and the function that finds where it is broken.
type Rule = (&'static str, fn(&Workspace) -> Result<Vec<Finding>>);

const RULES: &[Rule] = &[
    ("floors", floors::find),
    ("modules", modules::find),
    ("sizes", sizes::find),
    ("names", names::find),
    ("pages", pages::find),
    ("links", links::find),
    ("holes", holes::find),
    ("statements", statements::find),
    ("places", places::find),
    ("lock", lock::find),
    ("licences", licences::find),
    ("generated", codegen::find),
];

/// Prints every finding; true when there is none.
///
/// # Errors
/// When a file of the workspace cannot be read.
pub fn report(workspace: &Workspace) -> Result<bool> {
    let findings = find(workspace)?;
    for (rule, finding) in &findings {
        println!("[{rule}] {finding}");
    }
    println!("tidy: {} rules, {} files, {} findings", RULES.len(), workspace.files.len(), findings.len());
    Ok(findings.is_empty())
}

fn find(workspace: &Workspace) -> Result<Vec<(&'static str, Finding)>> {
    let mut findings = Vec::new();
    for (name, rule) in RULES {
        let mut found = rule(workspace)?;
        found.sort();
        found.dedup();
        findings.extend(found.into_iter().map(|finding| (*name, finding)));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let workspace = Workspace::load().unwrap();
        let lines: Vec<String> = find(&workspace)
            .unwrap()
            .into_iter()
            .map(|(rule, finding)| format!("[{rule}] {finding}"))
            .collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }
}
