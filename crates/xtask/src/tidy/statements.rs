//! Every SELECT names its columns. A `*` lets a prepared statement read columns that a publish has moved: on
//! SQLite such a query answers no rows at all, without an error.

use anyhow::Result;

use crate::finding::Finding;
use crate::source::{Piece, pieces};
use crate::workspace::Workspace;

/// Finds `SELECT *`, `t.*` and the query builder's asterisk in the crates that write SQL.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in workspace.rust_files().filter(|p| p.starts_with("crates/") && !p.starts_with("crates/xtask/"))
    {
        let text = workspace.text(path)?.unwrap_or_default();
        for (line, what) in stars(&text) {
            findings.push(Finding::new(
                format!("{path}:{line}"),
                what,
                "name the columns (or count a named one)",
            ));
        }
    }
    Ok(findings)
}

fn stars(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (kind, first, piece) in pieces(text) {
        for (offset, line) in piece.lines().enumerate() {
            let what = match kind {
                Piece::Code => builder_star(line),
                Piece::Literal => literal_star(line),
                Piece::Comment => None,
            };
            found.extend(what.map(|what| (first + offset, what.to_owned())));
        }
    }
    found
}

fn builder_star(line: &str) -> Option<&'static str> {
    let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.any(|word| word == "Asterisk").then_some("the query builder's Asterisk")
}

fn literal_star(line: &str) -> Option<&'static str> {
    let squeezed = line.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    if squeezed.contains("select *") || squeezed.contains("returning *") {
        return Some("a statement with `*`");
    }
    let qualified = squeezed.match_indices(".*").any(|(at, _)| {
        let before = squeezed[..at].chars().next_back();
        let after = squeezed[at + 2..].trim_start().chars().next();
        let is_name = before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"');
        is_name && (after == Some(',') || squeezed[at + 2..].trim_start().starts_with("from"))
    });
    qualified.then_some("a statement with `table.*`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_found_in_code_and_literals_only() {
        let check = |text: &str, count: usize| assert_eq!(stars(text).len(), count, "{text}");
        check(r#"q("select * from t")"#, 1);
        check("q(\"select\n  id, SELECT  * from t\")", 1);
        check(r#"q("insert … returning *")"#, 1);
        check(r#"q("select t.*, u.id from t")"#, 1);
        check(r#"q("select t.* from t")"#, 1);
        check(r#"q("select count(*) from t")"#, 0);
        check("// select * from t", 0);
        check("query.column(Asterisk)", 1);
        check(r#"format!("{:.*}", 2, x); glob("lines.*")"#, 0);
    }
}
