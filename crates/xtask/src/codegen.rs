//! Files that are made from code: the pages of error codes and expression keys, the JSON Schema of each kind, the
//! table of expressions for the browser. They are kept in the repository, so that a reader, an editor and the tests
//! of the web application find them without building anything.

mod conformance;
mod errors;
mod expression_keys;
mod schemas;

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::finding::Finding;
use crate::workspace::Workspace;

const CURE: &str = "cargo xtask codegen";

/// Writes every generated file, and removes those that nothing makes any more.
///
/// # Errors
/// When a file cannot be written.
pub fn write(workspace: &Workspace) -> Result<bool> {
    let made = made();
    for (path, text) in &made {
        let target = workspace.root.join(path);
        if std::fs::read_to_string(&target).is_ok_and(|old| old == *text) {
            continue;
        }
        let folder = target.parent().context("a generated file lies in a folder")?;
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&target, text)).context(path.clone())?;
        println!("wrote {path}");
    }
    for path in left_over(workspace, &made) {
        std::fs::remove_file(workspace.root.join(&path)).context(path.clone())?;
        println!("removed {path}");
    }
    println!("codegen: {} files", made.len());
    Ok(true)
}

/// Prints which generated files differ from what is in the repository; true when none does.
///
/// # Errors
/// When a file cannot be read.
pub fn report(workspace: &Workspace) -> Result<bool> {
    let findings = find(workspace)?;
    for finding in &findings {
        println!("{finding}");
    }
    println!("codegen --check: {} differences", findings.len());
    Ok(findings.is_empty())
}

/// Finds generated files that are missing, old, or made by nothing.
///
/// # Errors
/// When a file cannot be read.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let made = made();
    let mut findings = Vec::new();
    for (path, text) in &made {
        let what = match std::fs::read_to_string(workspace.root.join(path)) {
            Ok(old) if old == *text => continue,
            Ok(old) => format!("is old, from line {}", first_difference(&old, text)),
            Err(_) => "is missing".to_owned(),
        };
        findings.push(Finding::new(path, what, CURE));
    }
    let left = left_over(workspace, &made).into_iter();
    findings.extend(left.map(|path| Finding::new(path, "is made by nothing", CURE)));
    Ok(findings)
}

/// Path and text of every generated file.
fn made() -> BTreeMap<String, String> {
    let mut made = schemas::files();
    made.insert("docs/errors.md".to_owned(), errors::page());
    made.insert("docs/expression-keys.md".to_owned(), expression_keys::page());
    made.insert(conformance::PATH.to_owned(), conformance::table());
    made
}

fn left_over(workspace: &Workspace, made: &BTreeMap<String, String>) -> Vec<String> {
    let ours = |path: &&String| path.starts_with(schemas::FOLDER) && path.ends_with(".json");
    workspace.files.iter().filter(ours).filter(|path| !made.contains_key(*path)).cloned().collect()
}

fn first_difference(old: &str, new: &str) -> usize {
    old.lines().zip(new.lines()).take_while(|(a, b)| a == b).count() + 1
}
