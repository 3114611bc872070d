//! Three-way merge: what a site changed, what a pack's upgrade changed, and where both changed one property.

use crate::build::PackSource;
use definition::{Definition, FileKind, Kind, Overlay, Parsed};
use diagnostic::{Code, Diagnostic};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

/// A property that both sides changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Its path in the definition: `fields`, `amount`, `max`.
    pub path: Vec<String>,
    /// What the pack had when the overlay was written.
    pub before: Option<Json>,
    /// What the pack has now.
    pub theirs: Option<Json>,
    /// What the overlay says.
    pub ours: Json,
}

/// The properties that an overlay changes and that differ between the `old` and the `new` tree of what it
/// extends, unless both sides made the same change.
pub fn conflicts(old: &Json, new: &Json, changes: &Map<String, Json>) -> Vec<Conflict> {
    let mut found = Vec::new();
    walk(Some(old), Some(new), changes, &mut Vec::new(), &mut found);
    found
}

fn walk(
    old: Option<&Json>,
    new: Option<&Json>,
    changes: &Map<String, Json>,
    path: &mut Vec<String>,
    found: &mut Vec<Conflict>,
) {
    for (key, ours) in changes {
        // Where an entry stands is no property of it.
        if matches!(key.as_str(), "after" | "before") && ours.is_string() {
            continue;
        }
        let before = old.and_then(|old| old.get(key));
        let theirs = new.and_then(|new| new.get(key));
        path.push(key.clone());
        match ours {
            Json::Object(inner) if !gone(before, theirs) => walk(before, theirs, inner, path, found),
            _ if before != theirs && theirs != Some(ours) => found.push(Conflict {
                path: path.clone(),
                before: before.cloned(),
                theirs: theirs.cloned(),
                ours: ours.clone(),
            }),
            _ => {}
        }
        path.pop();
    }
}

/// The pack had an entry and has it no more.
fn gone(before: Option<&Json>, theirs: Option<&Json>) -> bool {
    before.is_some() && theirs.is_none()
}

/// The conflicts of all overlays in `new` with what changed between the packs of `old` and of `new`. An overlay
/// whose `based_on` is the new version has been looked at by its author and conflicts with nothing.
pub fn upgrade_conflicts(old: &[PackSource], new: &[PackSource]) -> Vec<Diagnostic> {
    // Reading everything is not needed where nothing extends anything.
    if !new.iter().flat_map(|pack| &pack.files).any(|(_, text)| text.contains("extends")) {
        return Vec::new();
    }
    let (was, _) = trees(old);
    let (now, overlays) = trees(new);
    let mut out = Vec::new();
    for (pack, parsed, overlay) in overlays {
        let full = match overlay.extends.contains('.') {
            true => overlay.extends.clone(),
            false => format!("{pack}.{}", overlay.extends),
        };
        let of = full.split('.').next().unwrap_or_default();
        let version = now.get(&(Kind::Pack, of.to_owned())).and_then(|tree| tree.get("version")?.as_str());
        if version.is_some() && version == overlay.based_on.as_deref() {
            continue;
        }
        let key = (overlay.of, full.clone());
        let (Some(old), Some(new)) = (was.get(&key), now.get(&key)) else { continue };
        for conflict in conflicts(old, new, &overlay.changes) {
            let pointer: String = conflict.path.iter().map(|key| format!("/{key}")).collect();
            let what = format!("{full}: {}", conflict.path.join("."));
            let finding = Diagnostic::new(Code::MergeConflict).with("what", what);
            out.push(finding.in_source(parsed.value_at(&pointer)));
        }
    }
    out
}

type Trees = HashMap<(Kind, String), Json>;

/// All readable definitions as trees by full name, and all overlays with the pack they are in.
fn trees(packs: &[PackSource]) -> (Trees, Vec<(String, Parsed, Overlay)>) {
    let mut trees = Trees::new();
    let mut overlays = Vec::new();
    for pack in packs {
        let mut name = String::new();
        let mut files = Vec::new();
        for (path, text) in &pack.files {
            if !matches!(definition::classify(path), Ok(FileKind::Definition(_))) {
                continue;
            }
            // What is not readable is reported by the build.
            let (Some(parsed), _) = definition::parse_known(&pack.shown(path), text) else { continue };
            if parsed.kind == Kind::Pack {
                name.clone_from(&parsed.name);
                trees.insert((Kind::Pack, name.clone()), parsed.tree);
            } else {
                files.push(parsed);
            }
        }
        for parsed in files {
            if let Definition::Overlay(overlay) = &parsed.definition {
                let overlay = overlay.clone();
                overlays.push((name.clone(), parsed, overlay));
            } else {
                trees.insert((parsed.kind, format!("{name}.{}", parsed.name)), parsed.tree);
            }
        }
    }
    (trees, overlays)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(old: Json, new: Json, changes: Json, expect: &[&str]) {
        let found = conflicts(&old, &new, changes.as_object().unwrap());
        let paths: Vec<String> = found.iter().map(|conflict| conflict.path.join(".")).collect();
        assert_eq!(paths, expect, "{changes}");
    }

    #[test]
    fn only_what_both_sides_changed_differently_conflicts() {
        let old = json!({"label": "A", "fields": {"amount": {"type": "money", "max": 5}, "note": {"type": "text"}}});
        let new = json!({"label": "B", "fields": {"amount": {"type": "money", "max": 9}}});
        let rows: [(Json, &[&str]); 7] = [
            (json!({"label": "C"}), &["label"]),
            (json!({"label": "B"}), &[]),
            (json!({"fields": {"amount": {"required": true}}}), &[]),
            (json!({"fields": {"amount": {"max": 7}}}), &["fields.amount.max"]),
            (json!({"fields": {"amount": {"max": 9}}}), &[]),
            (json!({"fields": {"note": {"required": true}}}), &["fields.note"]),
            (json!({"fields": {"region": {"type": "text", "after": "amount"}}}), &[]),
        ];
        for (changes, expect) in rows {
            check(old.clone(), new.clone(), changes, expect);
        }
    }
}
