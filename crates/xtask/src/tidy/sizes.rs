//! Hand-written Rust files stay short enough to be read in one sitting. (Functions: clippy's `too_many_lines`.)

use anyhow::Result;

use crate::finding::Finding;
use crate::workspace::Workspace;

const MAX_LINES: usize = 600;

/// Finds files that are too long. A generated file says `@generated` on its first line.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in workspace.rust_files() {
        let text = workspace.text(path)?.unwrap_or_default();
        findings.extend(too_long(&text).map(|lines| {
            Finding::new(path, format!("{lines} lines, {MAX_LINES} are allowed"), "split it by subject")
        }));
    }
    Ok(findings)
}

fn too_long(text: &str) -> Option<usize> {
    let generated = text.lines().next().is_some_and(|line| line.contains("@generated"));
    let lines = text.lines().count();
    (lines > MAX_LINES && !generated).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_exact() {
        assert_eq!(too_long(&"x\n".repeat(MAX_LINES)), None);
        assert_eq!(too_long(&"x\n".repeat(MAX_LINES + 1)), Some(MAX_LINES + 1));
        assert_eq!(too_long(&format!("// @generated\n{}", "x\n".repeat(MAX_LINES))), None);
    }
}
