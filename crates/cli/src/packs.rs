//! Definitions on disk and those built into the binary.
//!
//! A path is a pack's folder, a folder of packs, a file of a pack (which stands for its pack), or the name of a
//! built-in pack. What the named packs need is looked for beside them, then among the built-in ones.

mod folder;

use crate::failure::Failure;
use definition::Definition;
use diagnostic::{Code, Diagnostic, Source, did_you_mean};
use engine::publish::PackFiles;
use include_dir::{Dir, include_dir};
use std::path::{Path, PathBuf};

/// The shipped packs.
static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../definitions");

/// What findings put before the files of built-in packs.
const BUILT_IN: &str = "built-in";

/// Names of a pack's own file.
pub const PACK_FILES: [&str; 3] = ["pack.yaml", "pack.yml", "pack.json"];

/// Packs from paths.
#[derive(Debug, Default)]
pub struct Packs {
    /// Those that were named.
    pub named: Vec<PackFiles>,
    /// Those that the named ones need.
    pub needed: Vec<PackFiles>,
}

impl Packs {
    /// All of them.
    pub fn all(self) -> Vec<PackFiles> {
        self.named.into_iter().chain(self.needed).collect()
    }
}

/// Where the named packs came from. The engine knows them by name; people know them by path.
pub struct Roots(Vec<(String, String)>);

impl Roots {
    /// Of these packs.
    pub fn of(packs: &[PackFiles]) -> Roots {
        Roots(packs.iter().filter_map(|pack| Some((name(pack)?, pack.root.clone()))).collect())
    }

    /// Findings with the paths that people know.
    pub fn placed(&self, failure: Failure) -> Failure {
        let Failure::Found(mut found) = failure else { return failure };
        for source in found.iter_mut().filter_map(|found| found.source.as_mut()) {
            let Some((pack, rest)) = source.file.split_once('/') else { continue };
            if let Some((_, root)) = self.0.iter().find(|(name, _)| name == pack) {
                source.file = format!("{root}/{rest}");
            }
        }
        Failure::Found(found)
    }
}

/// Names of the packs built into the binary.
pub fn built_in_names() -> Vec<String> {
    let packs = SHIPPED.dirs().filter(|dir| is_pack(dir));
    packs.filter_map(|dir| Some(dir.path().file_name()?.to_str()?.to_owned())).collect()
}

/// A pack built into the binary.
pub fn built_in(name: &str) -> Option<PackFiles> {
    let dir = SHIPPED.get_dir(name).filter(|dir| is_pack(dir))?;
    let mut files = Vec::new();
    collect(dir, dir.path(), &mut files);
    files.sort();
    Some(PackFiles { root: format!("{BUILT_IN}/{name}"), files })
}

/// Whether the pack came with the binary.
pub fn is_built_in(pack: &PackFiles) -> bool {
    pack.root.strip_prefix(BUILT_IN).is_some_and(|rest| rest.starts_with('/'))
}

fn is_pack(dir: &Dir<'_>) -> bool {
    PACK_FILES.iter().any(|file| {
        let found = dir.get_file(dir.path().join(file));
        found.and_then(|file| file.contents_utf8()).is_some_and(describes_pack)
    })
}

/// Whether a file of the right name is that of a pack: the JSON Schema of packs is called `pack.json` too.
fn describes_pack(text: &str) -> bool {
    !text.contains("json-schema.org/draft")
}

fn collect(dir: &Dir<'_>, root: &Path, files: &mut Vec<(String, String)>) {
    for file in dir.files() {
        if let (Ok(path), Some(text)) = (file.path().strip_prefix(root), file.contents_utf8()) {
            files.push((slashed(path), text.to_owned()));
        }
    }
    for below in dir.dirs() {
        collect(below, root, files);
    }
}

/// A relative path with `/` on every system.
fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// Reads the packs at these paths and what they need.
///
/// # Errors
/// Paths at which there is no pack, files that cannot be read.
pub fn read(paths: &[String]) -> Result<Packs, Vec<Diagnostic>> {
    let (mut packs, mut found) = (Packs::default(), Vec::new());
    // Folders beside which required packs may be.
    let mut folders: Vec<PathBuf> = Vec::new();
    for path in paths {
        match at(path) {
            Ok(Place::BuiltIn(pack)) => add(&mut packs.named, pack),
            Ok(Place::Folders(here)) => {
                for folder in here {
                    match folder::read(&folder) {
                        Ok(pack) => add(&mut packs.named, pack),
                        Err(wrong) => found.extend(wrong),
                    }
                    folders.push(folder);
                }
            }
            Err(wrong) => found.push(*wrong),
        }
    }
    if found.is_empty() {
        complete(&mut packs, &folders, &mut found);
    }
    if found.is_empty() { Ok(packs) } else { Err(found) }
}

/// A pack that is named twice is read once.
fn add(packs: &mut Vec<PackFiles>, pack: PackFiles) {
    if !packs.contains(&pack) {
        packs.push(pack);
    }
}

enum Place {
    BuiltIn(PackFiles),
    Folders(Vec<PathBuf>),
}

fn at(path: &str) -> diagnostic::Result<Place> {
    let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let place = Path::new(trimmed);
    if !place.exists() {
        if let Some(pack) = built_in(path) {
            return Ok(Place::BuiltIn(pack));
        }
        let hint = did_you_mean(path, built_in_names().iter().map(String::as_str));
        return Err(Box::new(Diagnostic::new(Code::PackNotFound).with("pack", path).with_hint(hint)));
    }
    if place.is_file() {
        let holding = place.ancestors().skip(1).find(|folder| folder::is_pack(folder));
        return holding.map(|folder| Place::Folders(vec![folder.to_owned()])).ok_or_else(|| nothing_in(path));
    }
    if folder::is_pack(place) {
        return Ok(Place::Folders(vec![place.to_owned()]));
    }
    let below = folder::packs_in(place)?;
    if below.is_empty() { Err(nothing_in(path)) } else { Ok(Place::Folders(below)) }
}

fn nothing_in(path: &str) -> Box<Diagnostic> {
    let source = Source { file: path.to_owned(), line: 0, column: 0 };
    Box::new(Diagnostic::new(Code::PackNotFound).with("pack", path).in_source(source))
}

/// Adds what the packs need and what those need. What is nowhere is reported by the build, which knows the place.
fn complete(packs: &mut Packs, folders: &[PathBuf], found: &mut Vec<Diagnostic>) {
    let mut known: Vec<String> = packs.named.iter().filter_map(name).collect();
    let mut open: Vec<String> = packs.named.iter().flat_map(requires).collect();
    while let Some(wanted) = open.pop() {
        if known.contains(&wanted) {
            continue;
        }
        let beside = folders.iter().find_map(|folder| folder::beside(folder, &wanted));
        let pack = match beside.map(|folder| folder::read(&folder)) {
            Some(Ok(pack)) => Some(pack),
            Some(Err(wrong)) => {
                found.extend(wrong);
                None
            }
            None => built_in(&wanted),
        };
        known.push(wanted);
        if let Some(pack) = pack {
            open.extend(requires(&pack));
            packs.needed.push(pack);
        }
    }
}

/// The name that a pack's own file gives.
pub fn name(pack: &PackFiles) -> Option<String> {
    own(pack).map(|own| own.name)
}

/// Names of the packs that a pack needs.
fn requires(pack: &PackFiles) -> Vec<String> {
    own(pack).map_or(Vec::new(), |own| own.requires.into_keys().collect())
}

fn own(pack: &PackFiles) -> Option<definition::Pack> {
    let (path, text) = pack.files.iter().find(|(path, _)| PACK_FILES.contains(&path.as_str()))?;
    // A glance: whoever builds the pack says what is wrong with it.
    match definition::parse_known(path, text).0?.definition {
        Definition::Pack(own) => Some(own),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_packs_are_built_in_and_schemas_are_none() {
        let names = built_in_names();
        assert!(names.contains(&"base".to_owned()) && names.contains(&"crm".to_owned()), "{names:?}");
        assert!(!names.contains(&"schema".to_owned()));
        let base = built_in("base").unwrap();
        assert_eq!(name(&base).as_deref(), Some("base"));
        assert!(base.files.iter().any(|(path, _)| path == "objects/user.yaml"));
    }

    #[test]
    fn what_a_pack_needs_comes_along() {
        let packs = read(&["crm".to_owned()]).unwrap();
        assert_eq!(packs.named.iter().filter_map(name).collect::<Vec<_>>(), ["crm"]);
        assert_eq!(packs.needed.iter().filter_map(name).collect::<Vec<_>>(), ["base"]);
    }

    #[test]
    fn a_path_without_a_pack_is_refused() {
        let empty = tempfile::tempdir().unwrap();
        let file = empty.path().join("lead.yaml");
        std::fs::write(&file, "kind: object").unwrap();
        let rows =
            ["no/such/folder", "crn", &empty.path().display().to_string(), &file.display().to_string()];
        for path in rows {
            let found = read(&[path.to_owned()]).unwrap_err();
            assert_eq!(found[0].code, Code::PackNotFound, "{path}");
        }
        let hint = read(&["crn".to_owned()]).unwrap_err()[0].hint.clone();
        assert_eq!(hint, Some(diagnostic::Hint::DidYouMean("crm".to_owned())));
    }
}
