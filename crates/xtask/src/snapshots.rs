//! A snapshot that no test compares with any more proves nothing and misleads the reader.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// Where the tests write the snapshots that they compared with, below the root. The tests append to it, so CI
/// removes it before it runs them.
pub const REFERENCES: &str = "target/snapshot-references";

/// Prints snapshots that the last run of all tests did not use; true when there are none.
///
/// # Errors
/// When no run has left its list.
pub fn report(workspace: &Workspace) -> Result<bool> {
    let snapshots: Vec<&String> = workspace.files.iter().filter(|path| path.ends_with(".snap")).collect();
    let list = std::fs::read_to_string(workspace.root.join(REFERENCES));
    // Tests with inline snapshots only leave no list.
    let list = if snapshots.is_empty() { list.unwrap_or_default() } else { list.context(REFERENCES)? };
    let orphans = orphans(&snapshots, &list, &workspace.root);
    for orphan in &orphans {
        println!("{orphan}: no test compares with this snapshot\n    cure: remove the file");
    }
    println!("snapshots: {} files, {} without a test", snapshots.len(), orphans.len());
    Ok(orphans.is_empty())
}

fn orphans<'a>(snapshots: &[&'a String], list: &str, root: &Path) -> Vec<&'a String> {
    let below = |line: &str| {
        let path = std::fs::canonicalize(line).unwrap_or_else(|_| line.into());
        path.strip_prefix(root).ok().map(|path| path.to_string_lossy().into_owned())
    };
    let used: BTreeSet<String> = list.lines().filter_map(below).collect();
    snapshots.iter().copied().filter(|path| !used.contains(*path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_snapshots_are_found() {
        let (used, unused) = ("crates/a/src/x.snap".to_owned(), "crates/a/src/y.snap".to_owned());
        let list = "/nowhere/at/all/crates/a/src/x.snap\n/elsewhere/y.snap\n";
        let found = orphans(&[&used, &unused], list, Path::new("/nowhere/at/all"));
        assert_eq!(found, [&unused]);
    }
}
