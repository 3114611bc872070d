//! A module is named after what it knows. A name that says nothing collects everything.

use anyhow::Result;

use crate::finding::Finding;
use crate::workspace::Workspace;

const EMPTY: &[&str] = &["util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"];

/// Finds Rust files and folders with such names, and `mod.rs`.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let named = workspace
        .rust_files()
        .filter_map(|path| bad_name(path).map(|(what, cure)| Finding::new(path, what, cure)));
    Ok(named.collect())
}

fn bad_name(path: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    if parts.last() == Some(&"mod") {
        let folder = parts[..parts.len() - 1].join("/");
        return Some(("a module's own file is not called mod.rs".into(), format!("move it to {folder}.rs")));
    }
    let part = parts.iter().find(|part| {
        let versioned = part
            .rsplit_once("_v")
            .is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        EMPTY.contains(part) || versioned
    })?;
    Some((format!("`{part}` says nothing about what is inside"), "name it after its subject".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_are_found() {
        let check = |path: &str, refused: bool| assert_eq!(bad_name(path).is_some(), refused, "{path}");
        check("crates/plan/src/create.rs", false);
        check("crates/plan/src/create/mod.rs", true);
        check("crates/plan/src/utils.rs", true);
        check("crates/plan/src/common/text.rs", true);
        check("crates/plan/src/reader_v2.rs", true);
        check("crates/plan/src/department_head.rs", false);
    }
}
