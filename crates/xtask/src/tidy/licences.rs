//! Every library in the build may be used and shipped under a licence that asks for no more than a notice
//! (MPL-2.0: for the changed files of that library).

use anyhow::Result;

use crate::finding::Finding;
use crate::tidy::spdx;
use crate::workspace::Workspace;

/// SPDX identifiers that are fine. A library under `A OR B` needs one of them, under `A AND B` both.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Finds libraries whose licence is missing, unreadable or not allowed.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let packages = workspace.metadata.packages.iter();
    let bad = packages.filter_map(|package| {
        let what = refusal(package.license.as_deref())?;
        let place = format!("{} {}", package.name, package.version);
        Some(Finding::new(place, what, "use another library, or argue for the licence in a decision record"))
    });
    Ok(bad.collect())
}

fn refusal(licence: Option<&str>) -> Option<String> {
    let Some(licence) = licence else { return Some("it names no licence".into()) };
    match spdx::allows(licence, |id| ALLOWED.contains(&id)) {
        Ok(true) => None,
        Ok(false) => Some(format!("its licence `{licence}` is not allowed")),
        Err(reason) => Some(format!("its licence `{licence}` cannot be read: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_judged() {
        let check = |licence: Option<&str>, refused: bool| {
            assert_eq!(refusal(licence).is_some(), refused, "{licence:?}")
        };
        check(Some("MIT"), false);
        check(Some("GPL-3.0-only"), true);
        check(Some("MIT OR GPL-3.0-only"), false);
        check(Some("MIT AND GPL-3.0-only"), true);
        check(Some("(MIT OR Apache-2.0) AND Unicode-3.0"), false);
        check(Some("MIT OR"), true);
        check(None, true);
    }
}
