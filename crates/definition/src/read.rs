//! Reading: the text of a file → a tree with positions → checked against the schema of its kind → the type.

mod positions;

mod yaml;

mod special;

mod validate;

pub use crate::findings::At;
pub use positions::Positions;

use crate::definition::Definition;
use crate::findings::Findings;
use crate::kind::Kind;
use crate::{Overlay, check, overlay, schema};
use diagnostic::{Code, Diagnostic, Source, did_you_mean};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The path as given.
    pub path: String,
    /// The kind; of an overlay, the kind of what it changes.
    pub kind: Kind,
    /// The name; of an overlay, what it extends.
    pub name: String,
    /// The definition.
    pub definition: Definition,
    /// The file's tree, as written: what overlays are merged into.
    pub tree: Json,
    /// Where each part of the tree stands.
    pub positions: Positions,
}

impl Parsed {
    /// The place of the value at a JSON pointer, or of the nearest part around it.
    pub fn value_at(&self, pointer: &str) -> Source {
        self.positions.source(&self.path, pointer, At::Value)
    }

    /// The place of the key at a JSON pointer, or of the nearest part around it.
    pub fn key_at(&self, pointer: &str) -> Source {
        self.positions.source(&self.path, pointer, At::Key)
    }

    /// The place of a line and column, both from 1, inside the text at a JSON pointer: for findings in
    /// expressions.
    pub fn inside(&self, pointer: &str, line: u32, column: u32) -> Source {
        self.positions.inside(&self.path, pointer, line, column)
    }
}

/// Reads a definition file, YAML or JSON by its extension. All findings of the file come at once; the
/// definition is there only if there are none.
pub fn parse_file(path: &str, text: &str) -> (Option<Parsed>, Vec<Diagnostic>) {
    parse(path, text, Trust::None)
}

/// As [`parse_file`], for a file that has passed it: reading it again takes it at its word.
pub fn parse_known(path: &str, text: &str) -> (Option<Parsed>, Vec<Diagnostic>) {
    parse(path, text, Trust::Checked)
}

/// What is known of a tree before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nothing: it is checked against the schema of its kind, and for what a schema cannot say.
    None,
    /// This version of the program has checked the same tree before.
    Checked,
}

fn parse(path: &str, text: &str, trust: Trust) -> (Option<Parsed>, Vec<Diagnostic>) {
    let loaded = if path.ends_with(".json") { yaml::load_json(text) } else { yaml::load(text) };
    let (tree, positions) = match loaded {
        Ok(loaded) => loaded,
        Err(found) => {
            let place = |(at, d): ((u32, u32), Diagnostic)| {
                d.in_source(Source { file: path.to_owned(), line: at.0, column: at.1 })
            };
            return (None, found.into_iter().map(place).collect());
        }
    };
    let place = |pointer: &str, at: At| positions.source(path, pointer, at);
    let (read, found) = read_any(path, &tree, &place, trust);
    let Some((kind, name, definition)) = read else { return (None, found) };
    (Some(Parsed { path: path.to_owned(), kind, name, definition, tree, positions }), found)
}

type ReadAny = (Option<(Kind, String, Definition)>, Vec<Diagnostic>);

fn read_any(path: &str, tree: &Json, place: &dyn Fn(&str, At) -> Source, trust: Trust) -> ReadAny {
    let mut found = Findings::new(place);
    let Some(kind) = kind_of(tree, &mut found) else { return (None, found.into_vec()) };
    if let Some(wrong) = wrong_folder(path, kind) {
        found.value("/kind", wrong);
    }
    let extends = tree.get("extends").is_some();
    let (definition, found) = if extends {
        (read_overlay(kind, tree, trust, &mut found).map(Definition::Overlay), found.into_vec())
    } else {
        let (definition, more) = read_tree(kind, tree, place, trust);
        let mut found = found.into_vec();
        found.extend(more);
        (definition, found)
    };
    let name = tree.get(if extends { "extends" } else { "name" }).and_then(Json::as_str).unwrap_or_default();
    if !found.is_empty() {
        return (None, found);
    }
    (definition.map(|definition| (kind, name.to_owned(), definition)), found)
}

/// A file that lies in the folder of another kind. A path that names no folder of a pack says nothing.
fn wrong_folder(path: &str, kind: Kind) -> Option<Diagnostic> {
    let folder = path.rsplit('/').nth(1)?;
    let wanted = Kind::ALL.into_iter().find(|kind| kind.folder() == Some(folder))?;
    (wanted != kind).then(|| {
        crate::wording::say(
            Code::InvalidValue,
            [
                format!("folder `{folder}` holds definitions of kind `{wanted}`"),
                format!("文件夹 `{folder}` 只存放种类为 `{wanted}` 的定义"),
                format!("資料夾 `{folder}` 只存放種類為 `{wanted}` 的定義"),
            ],
        )
    })
}

fn kind_of(tree: &Json, found: &mut Findings<'_>) -> Option<Kind> {
    let Some(map) = tree.as_object() else {
        found.value(
            "",
            crate::wording::state(
                Code::InvalidValue,
                [
                    "a definition is a map that begins with `kind:`",
                    "定义须为以 `kind:` 开头的映射",
                    "定義須為以 `kind:` 開頭的對應",
                ],
            ),
        );
        return None;
    };
    let Some(kind) = map.get("kind") else {
        found.value("", Diagnostic::new(Code::MissingKey).with("key", "kind"));
        return None;
    };
    let name = kind.as_str().unwrap_or_default();
    if let Some(kind) = Kind::from_name(name) {
        return Some(kind);
    }
    if Kind::NOT_YET.iter().any(|(known, _)| *known == name) {
        found.value("/kind", Diagnostic::new(Code::NotYetSupported).with("what", format!("kind `{name}`")));
    } else {
        let hint = did_you_mean(name, Kind::ALL.map(Kind::name));
        let shown = kind.as_str().map_or_else(|| kind.to_string(), str::to_owned);
        found.value("/kind", Diagnostic::new(Code::UnknownKind).with("kind", shown).with_hint(hint));
    }
    None
}

/// Checks a tree against the schema of its kind and reads it. `place` says where the part at a JSON pointer
/// stands: for a merged tree, in the overlay's file or in that of what it extends. All findings come at
/// once; the definition is there only if there are none.
pub fn read_tree(
    kind: Kind,
    tree: &Json,
    place: &dyn Fn(&str, At) -> Source,
    trust: Trust,
) -> (Option<Definition>, Vec<Diagnostic>) {
    let mut found = Findings::new(place);
    if trust == Trust::None {
        validate::validate(schema::compiled().kind(kind), tree, "", kind, &mut found);
        special::check(kind, tree, &mut found);
    }
    if !found.is_empty() {
        return (None, found.into_vec());
    }
    let definition = typed(kind, tree, &mut found);
    if let (Some(definition), Trust::None) = (&definition, trust) {
        check::check(definition, &mut found);
    }
    let found = found.into_vec();
    if found.is_empty() { (definition, found) } else { (None, found) }
}

fn typed(kind: Kind, tree: &Json, found: &mut Findings<'_>) -> Option<Definition> {
    Some(match kind {
        Kind::Pack => Definition::Pack(to_type(tree, found)?),
        Kind::Object => Definition::Object(to_type(tree, found)?),
        Kind::Role => Definition::Role(to_type(tree, found)?),
        Kind::Form => Definition::Form(to_type(tree, found)?),
        Kind::View => Definition::View(to_type(tree, found)?),
        Kind::Page => Definition::Page(to_type(tree, found).map(Box::new)?),
        Kind::App => Definition::App(to_type(tree, found)?),
        Kind::Seed => Definition::Seed(to_type(tree, found)?),
        Kind::Demo => Definition::Demo(to_type(tree, found)?),
        Kind::Translation => Definition::Translation(to_type(tree, found)?),
        Kind::Scenario => Definition::Scenario(to_type(tree, found)?),
        Kind::Workflow => Definition::Workflow(to_type(tree, found)?),
        Kind::Template => Definition::Template(to_type(tree, found)?),
        Kind::Calendar => Definition::Calendar(to_type(tree, found).map(Box::new)?),
        Kind::Connector => Definition::Connector(to_type(tree, found).map(Box::new)?),
        Kind::Decision => Definition::Decision(to_type(tree, found)?),
    })
}

/// The schema has passed the tree, so this fails only where a type asks for more than its schema says (a
/// range of versions that is none).
fn to_type<T: DeserializeOwned>(tree: &Json, found: &mut Findings<'_>) -> Option<T> {
    match T::deserialize(tree) {
        Ok(definition) => Some(definition),
        Err(error) => {
            let reason = error.to_string();
            found
                .value("", crate::wording::say(Code::InvalidValue, [reason.clone(), reason.clone(), reason]));
            None
        }
    }
}

fn read_overlay(kind: Kind, tree: &Json, trust: Trust, found: &mut Findings<'_>) -> Option<Overlay> {
    if !kind.can_be_extended() {
        found.key(
            "/extends",
            Diagnostic::new(Code::NotYetSupported).with("what", format!("extending a {kind}")),
        );
        return None;
    }
    if trust == Trust::None {
        validate::validate(schema::compiled().overlay(kind), tree, "", kind, found);
        special::check_overlay(kind, tree, found);
        overlay::check(kind, tree, found);
    }
    let text = |key: &str| tree.get(key).and_then(Json::as_str).map(str::to_owned);
    let mut changes = tree.as_object()?.clone();
    for key in ["kind", "name", "extends", "based_on", "$schema"] {
        changes.shift_remove(key);
    }
    Some(Overlay { of: kind, extends: text("extends")?, based_on: text("based_on"), changes })
}
