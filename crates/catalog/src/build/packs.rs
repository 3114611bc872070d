//! From files to packs: reading, requirements, order, glue.

use super::entry::{File, Origin, invalid, unknown};
use super::templates::TextFile;
use super::{Options, PackSource};
use crate::model::catalog::Pack;
use definition::{Definition, FileKind, Kind, Parsed};
use diagnostic::{Code, Diagnostic, Source, did_you_mean};
use indexmap::{IndexMap, IndexSet};
use std::collections::HashMap;
use std::sync::Arc;

/// A pack whose files have been read.
pub(super) struct Loaded {
    /// Its name.
    pub name: Arc<str>,
    /// Its own file.
    pub definition: definition::Pack,
    /// Where that stands.
    pub origin: Origin,
    /// Its definitions.
    pub files: Vec<Parsed>,
    /// Full names that files which could not be read probably define.
    pub unread: Vec<String>,
    /// Scripts by file name without extension.
    pub scripts: Vec<(Arc<str>, Arc<str>)>,
    /// Files of templates.
    pub texts: Vec<TextFile>,
    /// CSV files by (folder, file name).
    pub tables: HashMap<(String, String), Arc<str>>,
}

/// What reading one file gave.
struct Read {
    parsed: Option<Parsed>,
    found: Vec<Diagnostic>,
}

/// Reads all files of all packs and puts the packs in order, required ones first. Glue packs whose partners are
/// not all present are left out.
pub(super) fn load(sources: &[PackSource], options: &Options, found: &mut Vec<Diagnostic>) -> Vec<Loaded> {
    let mut read = read_all(sources, options, found).into_iter();
    let mut packs: IndexMap<Arc<str>, Loaded> = IndexMap::new();
    for source in sources {
        let reads: Vec<Read> = read.by_ref().take(source.files.len()).collect();
        let Some(loaded) = gather(source, reads, found) else { continue };
        if let Some(first) = packs.get(&loaded.name) {
            let finding = Diagnostic::new(Code::DuplicateName)
                .with("name", &loaded.name)
                .with("first", first.origin.at(&["name"]));
            found.push(finding.in_source(loaded.origin.at(&["name"])));
            continue;
        }
        packs.insert(loaded.name.clone(), loaded);
    }
    let present: IndexSet<Arc<str>> = packs.keys().cloned().collect();
    packs.retain(|_, pack| {
        let glue = pack.definition.glue.as_ref();
        glue.is_none_or(|glue| glue.with.iter().all(|with| present.contains(with.as_str())))
    });
    for pack in packs.values() {
        check_requirements(pack, &packs, options, found);
    }
    in_order(packs, found)
}

/// Parses on as many threads as the machine has; a file's findings do not depend on another file.
fn read_all(sources: &[PackSource], options: &Options, found: &mut Vec<Diagnostic>) -> Vec<Read> {
    let files: Vec<(&PackSource, &(String, String))> =
        sources.iter().flat_map(|source| source.files.iter().map(move |file| (source, file))).collect();
    let threads =
        std::thread::available_parallelism().map_or(1, usize::from).min(files.len().div_ceil(16).max(1));
    let share = files.len().div_ceil(threads).max(1);
    let read_share = |share: &[(&PackSource, &(String, String))]| -> Vec<Read> {
        share.iter().map(|(source, (path, text))| read_one(source, path, text, options)).collect()
    };
    let mut out = Vec::with_capacity(files.len());
    std::thread::scope(|scope| {
        let running: Vec<_> =
            files.chunks(share).map(|share| scope.spawn(move || read_share(share))).collect();
        for (thread, share) in running.into_iter().zip(files.chunks(share)) {
            // A panic of the reader is a defect; reading again here shows it where it happens.
            out.extend(thread.join().unwrap_or_else(|_| read_share(share)));
        }
    });
    for read in &mut out {
        found.append(&mut read.found);
    }
    out
}

fn read_one(source: &PackSource, path: &str, text: &str, options: &Options) -> Read {
    match definition::classify(path) {
        Ok(FileKind::Definition(Kind::Seed | Kind::Demo | Kind::Scenario) | FileKind::Table)
            if options.stored =>
        {
            Read { parsed: None, found: Vec::new() }
        }
        Ok(FileKind::Definition(_)) if options.stored => {
            let (parsed, found) = definition::parse_known(&source.shown(path), text);
            Read { parsed, found }
        }
        Ok(FileKind::Definition(_)) => {
            let (parsed, found) = definition::parse_file(&source.shown(path), text);
            Read { parsed, found }
        }
        Ok(_) => Read { parsed: None, found: Vec::new() },
        Err(finding) => {
            let place = Source { file: source.shown(path), line: 0, column: 0 };
            Read { parsed: None, found: vec![(*finding).in_source(place)] }
        }
    }
}

fn gather(source: &PackSource, reads: Vec<Read>, found: &mut Vec<Diagnostic>) -> Option<Loaded> {
    let mut own = None;
    let mut loaded = (Vec::new(), Vec::new(), HashMap::new());
    let (mut unread, mut texts) = (Vec::new(), Vec::new());
    let mut has_own_file = false;
    for ((path, text), read) in source.files.iter().zip(reads) {
        has_own_file |= matches!(definition::classify(path), Ok(FileKind::Definition(Kind::Pack)));
        match read.parsed {
            Some(Parsed { definition: Definition::Pack(pack), positions, path, .. }) => {
                own = Some((pack, Origin(vec![Arc::new(File { path, positions })])));
            }
            Some(parsed) => loaded.0.push(parsed),
            None => {
                let name = path.rsplit('/').next().unwrap_or(path);
                if let Some(stem) = name.strip_suffix(".hbs") {
                    texts.push((stem, source.shown(path), text));
                } else if let Some(script) = name.strip_suffix(".rhai") {
                    loaded.1.push((Arc::from(script), Arc::from(text.as_str())));
                } else if !name.ends_with(".csv") {
                    unread.push(name.split('.').next().unwrap_or_default().to_owned());
                } else {
                    let folder = path.rsplit('/').nth(1).unwrap_or_default().to_owned();
                    loaded.2.insert((folder, name.to_owned()), Arc::from(text.as_str()));
                }
            }
        }
    }
    if !has_own_file {
        let place = Source { file: source.shown("pack.yaml"), line: 0, column: 0 };
        found.push(unknown("file", "pack.yaml").in_source(place));
    }
    let (definition, origin) = own?;
    let (files, scripts, tables) = loaded;
    let name: Arc<str> = Arc::from(definition.name.as_str());
    let unread = unread.into_iter().map(|short| format!("{name}.{short}")).collect();
    let texts = texts.into_iter().map(|(stem, shown, text)| TextFile {
        pack: name.clone(),
        stem: Arc::from(stem),
        shown: Arc::from(shown),
        text: Arc::from(text.as_str()),
    });
    let texts = texts.collect();
    Some(Loaded { name, definition, origin, files, unread, scripts, texts, tables })
}

fn check_requirements(
    pack: &Loaded,
    packs: &IndexMap<Arc<str>, Loaded>,
    options: &Options,
    found: &mut Vec<Diagnostic>,
) {
    if let Some(engine) = &pack.definition.engine
        && !engine.matches(&options.engine)
    {
        let finding = Diagnostic::new(Code::VersionMismatch)
            .with("what", format!("pack {}", pack.name))
            .with("wanted", format!("engine {engine}"))
            .with("found", &options.engine);
        found.push(finding.in_source(pack.origin.at(&["engine"])));
    }
    let glued = pack.definition.glue.iter().flat_map(|glue| &glue.with);
    for name in glued.filter(|name| **name == *pack.name) {
        found.push(invalid(format!("pack {name} cannot glue itself")).in_source(pack.origin.at(&["glue"])));
    }
    for (name, range) in &pack.definition.requires {
        let place = || pack.origin.at(&["requires", name]);
        match packs.get(name.as_str()) {
            None => {
                let hint = did_you_mean(name, packs.keys().map(|name| &**name));
                found.push(unknown("pack", name).with_hint(hint).in_source(place()));
            }
            Some(needed) if !range.matches(&needed.definition.version) => {
                let finding = Diagnostic::new(Code::VersionMismatch)
                    .with("what", format!("pack {}", pack.name))
                    .with("wanted", format!("{name} {range}"))
                    .with("found", &needed.definition.version);
                found.push(finding.in_source(place()));
            }
            Some(_) => {}
        }
    }
}

/// Required packs first; among packs that do not need each other, the order in which they came, but a pack
/// called `site` last.
fn in_order(mut packs: IndexMap<Arc<str>, Loaded>, found: &mut Vec<Diagnostic>) -> Vec<Loaded> {
    let mut order: Vec<Arc<str>> = Vec::with_capacity(packs.len());
    let mut names: Vec<Arc<str>> = packs.keys().cloned().collect();
    names.sort_by_key(|name| **name == *"site");
    for name in names {
        let mut way = Vec::new();
        visit(&name, &packs, &mut order, &mut way, found);
    }
    order.iter().filter_map(|name| packs.shift_remove(name)).collect()
}

fn visit(
    name: &Arc<str>,
    packs: &IndexMap<Arc<str>, Loaded>,
    order: &mut Vec<Arc<str>>,
    way: &mut Vec<Arc<str>>,
    found: &mut Vec<Diagnostic>,
) {
    if order.contains(name) {
        return;
    }
    let Some(pack) = packs.get(name) else { return };
    if let Some(from) = way.iter().position(|on_way| on_way == name) {
        let ring: Vec<&str> = way[from..].iter().chain([name]).map(|name| &**name).collect();
        let finding = Diagnostic::new(Code::Cycle).with("what", "packs").with("path", ring.join(" → "));
        found.push(finding.in_source(pack.origin.at(&["requires"])));
        return;
    }
    way.push(name.clone());
    let glued = pack.definition.glue.iter().flat_map(|glue| &glue.with);
    for needed in pack.definition.requires.keys().chain(glued) {
        visit(&Arc::from(needed.as_str()), packs, order, way, found);
    }
    way.pop();
    if !order.contains(name) {
        order.push(name.clone());
    }
}

/// The pack as the catalog keeps it.
pub(super) fn described(loaded: &Loaded) -> Pack {
    let requires = loaded.definition.requires.keys().map(|name| Arc::from(name.as_str())).collect();
    Pack {
        name: loaded.name.clone(),
        version: loaded.definition.version.clone(),
        label: loaded.definition.label.clone(),
        description: loaded.definition.description.clone(),
        requires,
    }
}
