//! Every relative link in a Markdown page leads to a file of the repository, and every `#anchor` to a heading.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::finding::Finding;
use crate::workspace::Workspace;

/// Finds links that lead nowhere.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in workspace.files.iter().filter(|path| path.ends_with(".md")) {
        let text = workspace.text(path)?.unwrap_or_default();
        for (line, target) in links(&text) {
            if let Some(what) = broken(workspace, path, &text, &target)? {
                findings.push(Finding::new(format!("{path}:{line}"), what, "correct the link"));
            }
        }
    }
    Ok(findings)
}

fn broken(workspace: &Workspace, page: &str, text: &str, target: &str) -> Result<Option<String>> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() { page.to_owned() } else { resolve(page, file) };
    let folder = format!("{}/", file.trim_end_matches('/'));
    let exists = workspace.files.iter().any(|known| *known == file || known.starts_with(&folder));
    if !exists {
        return Ok(Some(format!("`{target}` leads to no file")));
    }
    if anchor.is_empty() {
        return Ok(None);
    }
    let headings =
        if file == page { anchors(text) } else { anchors(&workspace.text(&file)?.unwrap_or_default()) };
    Ok((!headings.contains(anchor)).then(|| format!("`{target}` leads to no heading")))
}

/// The path below the root that `link` on `page` means.
fn resolve(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Relative targets of `[…](…)` outside of code, with their line.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        }
        if in_block {
            continue;
        }
        // Every second part lies between backticks.
        for prose in line.split('`').step_by(2) {
            let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            let relative = targets.map(|(target, _)| target).filter(|target| !target.contains("://"));
            found.extend(relative.map(|target| (index + 1, target.to_owned())));
        }
    }
    found
}

/// The anchors of a page's headings, the way web pages of repositories make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    let keep = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let anchor = |heading: &str| {
        heading.trim_start_matches('#').trim().to_lowercase().chars().filter(keep).collect::<String>()
    };
    headings.map(|heading| anchor(heading).replace(' ', "-")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_anchors_are_read() {
        let text =
            "See [a](b.md#c-d), [w](https://x.y/z) and `[no](code)`.\n```\n[no](block)\n```\n[x](../up/)";
        assert_eq!(links(text), [(1, "b.md#c-d".to_owned()), (5, "../up/".to_owned())]);
        assert_eq!(resolve("docs/zh-CN/guide.md", "../http.md"), "docs/http.md");
        assert_eq!(resolve("README.md", "docs/decisions/"), "docs/decisions");
        let anchors = anchors("# A page\n## What it's for: `all`\n");
        assert!(anchors.contains("a-page") && anchors.contains("what-its-for-all"), "{anchors:?}");
    }
}
