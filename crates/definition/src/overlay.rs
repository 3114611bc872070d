//! Overlays: a site's changes to a definition of a pack, merged per property and keyed by name.

use crate::findings::Findings;
use crate::kind::Kind;
use crate::name;
use diagnostic::{Code, Diagnostic};
use serde_json::{Map, Value as Json};

/// Changes to a definition of another pack.
///
/// The changes are kept as a tree rather than as a type of their own: merging is the same for every kind,
/// and the result is read as a definition of the kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// The kind of what is changed.
    pub of: Kind,
    /// What is changed: `pack.name`.
    pub extends: String,
    /// The version of the pack that the changes were made for.
    pub based_on: Option<String>,
    /// The changes, without `kind`, `name`, `extends` and `based_on`.
    pub changes: Map<String, Json>,
}

/// Keys of an overlay's entries that place them and are no property.
const PLACES: [&str; 2] = ["after", "before"];

/// Keys of a kind that stand for the same thing: an overlay that has one replaces all of them.
const INSTEAD: [(Kind, [&str; 2]); 1] = [(Kind::Decision, ["rules", "table"])];

/// As [`merge`], for a definition of this kind.
pub fn merge_kind(kind: Kind, base: &Json, changes: &Map<String, Json>) -> Json {
    let mut base = base.clone();
    for (_, keys) in INSTEAD.iter().filter(|(of, _)| *of == kind) {
        if let (Some(map), true) = (base.as_object_mut(), keys.iter().any(|key| changes.contains_key(*key))) {
            keys.iter().for_each(|key| drop(map.shift_remove(*key)));
        }
    }
    merge(&base, changes)
}

/// The tree of a definition (as written, see [`crate::Parsed::tree`]) with the changes of an overlay.
///
/// Maps are merged by key, everything else is replaced. A list of names is a map `name: {}` where the other
/// side is a map. New entries stand at the end, or where their `after:` or `before:` places them; an entry
/// that exists already moves there.
pub fn merge(base: &Json, changes: &Map<String, Json>) -> Json {
    let mut merged = base.clone();
    merge_map(&mut merged, changes);
    merged
}

fn merge_map(base: &mut Json, changes: &Map<String, Json>) {
    if let Json::Array(names) = base {
        *base = Json::Object(
            names
                .iter()
                .filter_map(Json::as_str)
                .map(|name| (name.to_owned(), Json::Object(Map::new())))
                .collect(),
        );
    }
    if !base.is_object() {
        *base = Json::Object(Map::new());
    }
    let Json::Object(map) = base else { return };
    for (key, change) in changes {
        match change {
            Json::Object(entry) => {
                let slot = map.entry(key.clone()).or_insert_with(|| Json::Object(Map::new()));
                let properties: Map<String, Json> = entry
                    .iter()
                    .filter(|(k, v)| !is_place(k, v))
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect();
                merge_map(slot, &properties);
                place(map, key, entry);
            }
            Json::Array(names) if map.get(key).is_some_and(Json::is_object) => {
                let plain: Map<String, Json> = names
                    .iter()
                    .filter_map(Json::as_str)
                    .map(|name| (name.to_owned(), Json::Object(Map::new())))
                    .collect();
                map.insert(key.clone(), Json::Object(plain));
            }
            _ => {
                map.insert(key.clone(), change.clone());
            }
        }
    }
}

fn is_place(key: &str, value: &Json) -> bool {
    PLACES.contains(&key) && value.is_string()
}

/// Moves the entry behind or before the one it names. A neighbour that does not exist leaves it where it
/// is; the catalog reports that.
fn place(map: &mut Map<String, Json>, key: &str, entry: &Map<String, Json>) {
    let after = entry.get("after").and_then(Json::as_str);
    let before = entry.get("before").and_then(Json::as_str);
    let Some(neighbour) = after.or(before).filter(|n| *n != key && map.contains_key(*n)) else { return };
    let Some(moved) = map.shift_remove(key) else { return };
    let entries = std::mem::take(map);
    for (name, value) in entries {
        let here = name == neighbour;
        if here && after.is_none() {
            map.insert(key.to_owned(), moved.clone());
        }
        map.insert(name, value);
        if here && after.is_some() {
            map.insert(key.to_owned(), moved.clone());
        }
    }
}

/// Checks what needs no other file: what is extended is named in full, new names are permitted names.
pub(crate) fn check(kind: Kind, tree: &Json, found: &mut Findings<'_>) {
    let extends = tree.get("extends").and_then(Json::as_str).unwrap_or_default();
    let full = extends.split_once('.').is_some_and(|(pack, own)| name::is_name(pack) && name::is_name(own));
    if !full {
        let wrong = Diagnostic::new(Code::InvalidName).with("name", extends);
        found.value("/extends", wrong.with("reason", "what is extended is named `pack.name`"));
    }
    if kind == Kind::Object {
        for name in tree.get("fields").and_then(Json::as_object).into_iter().flat_map(Map::keys) {
            let free = name::OWNER_FIELDS.contains(&name.as_str());
            if let Some(wrong) = name::check_field_name(name).filter(|_| !free) {
                found.key(&format!("/fields/{name}"), wrong);
            }
        }
    }
}
