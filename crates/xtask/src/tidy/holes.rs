//! The page of security names tests: each of them is there. A class of holes whose test was renamed or removed would
//! count as closed for ever.

use anyhow::Result;

use crate::finding::Finding;
use crate::workspace::Workspace;

const PAGE: &str = "docs/security.md";
/// From here on each line of the table begins with a class.
const TABLE: &str = "### Classes of holes";

/// Finds tests that the page names and nobody wrote.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let Some(page) = workspace.files.iter().find(|f| *f == PAGE).map(|f| workspace.text(f)).transpose()?
    else {
        return Ok(Vec::new());
    };
    let page = page.unwrap_or_default();
    let mut findings = Vec::new();
    for name in named(&page) {
        if !is_written(workspace, &name)? {
            let what = format!("`{} {}` is no test", name.of, name.path.join("::"));
            findings.push(Finding::new(PAGE, what, "name the test that holds this class closed"));
        }
    }
    Ok(findings)
}

/// A test as the page names it: a package or a test binary, and modules with a function, or modules alone.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    of: String,
    path: Vec<String>,
}

fn named(page: &str) -> Vec<Named> {
    let table = page.split_once(TABLE).map_or("", |(_, rest)| rest);
    let rows =
        table.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let tests = rows.filter_map(|row| row.rsplit(" | ").next());
    let names = tests.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    names
        .filter_map(|name| name.split_once(' '))
        .map(|(of, path)| Named { of: of.to_owned(), path: path.split("::").map(str::to_owned).collect() })
        .collect()
}

/// Whether a file of that package, or of the test binary of that name, has the function or is the module.
fn is_written(workspace: &Workspace, name: &Named) -> Result<bool> {
    let Some(last) = name.path.last() else { return Ok(false) };
    let places = [format!("crates/{}/", name.of), format!("tests/tests/{}/", name.of)];
    for file in workspace.rust_files().filter(|file| places.iter().any(|place| file.starts_with(place))) {
        if file.ends_with(&format!("/{last}.rs")) {
            return Ok(true);
        }
        let text = workspace.text(file)?.unwrap_or_default();
        if text.contains(&format!("fn {last}(")) || text.contains(&format!("mod {last} {{")) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_in_the_last_cell() {
        let page = "# x\n`a b`\n### Classes of holes\n\nWords `c d`.\n\n| class | test |\n|---|---|\n\
            | 1 `x` y | `plan reads::one`, `rights matrix` |\n\nEnd `e f`.";
        let name = |of: &str, path: &[&str]| Named {
            of: of.to_owned(),
            path: path.iter().map(|part| (*part).to_owned()).collect(),
        };
        assert_eq!(named(page), [name("plan", &["reads", "one"]), name("rights", &["matrix"])]);
    }

    #[test]
    fn what_nobody_wrote_is_found() {
        let workspace = Workspace::load().unwrap();
        let check = |of: &str, path: &str, expect: bool| {
            let name = Named { of: of.to_owned(), path: path.split("::").map(str::to_owned).collect() };
            assert_eq!(is_written(&workspace, &name).unwrap(), expect, "{of} {path}");
        };
        check("rights", "matrix", true);
        check("xtask", "tests::what_nobody_wrote_is_found", true);
        check("xtask", &["what_nobody", "will_write"].join("_"), false);
        check("nothing", "matrix", false);
    }
}
