//! Definitions on their way into the catalog: named in full, with the place of each of their parts.

use definition::{At, Positions};
use diagnostic::{Diagnostic, Hint, Source, did_you_mean};
use indexmap::IndexMap;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path as findings name it.
    pub path: String,
    /// Where its parts stand.
    pub positions: Positions,
}

/// Where a definition was written: its own file, then the overlays in the order in which they were merged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin(pub Vec<Arc<File>>);

impl Origin {
    /// The place of a part: in the last file that has it, else of the nearest part around it.
    pub fn at(&self, path: &[&str]) -> Source {
        match self.file_of(path) {
            Some((file, pointer)) => file.positions.source(&file.path, &pointer, At::Value),
            None => Source::default(),
        }
    }

    /// The place of the key or value at a JSON pointer.
    pub fn pointer(&self, pointer: &str, at: At) -> Source {
        match self.file_with(pointer.to_owned()) {
            Some((file, pointer)) => file.positions.source(&file.path, &pointer, at),
            None => Source::default(),
        }
    }

    /// The place of a line and column inside the text at `path`.
    pub fn inside(&self, path: &[&str], line: u32, column: u32) -> Source {
        match self.file_of(path) {
            Some((file, pointer)) => file.positions.inside(&file.path, &pointer, line, column),
            None => Source::default(),
        }
    }

    /// The last file that has the part, or the nearest part around it, and the pointer to what it has.
    fn file_of(&self, path: &[&str]) -> Option<(&Arc<File>, String)> {
        let mut pointer = String::new();
        for key in path {
            pointer.push('/');
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
        self.file_with(pointer)
    }

    fn file_with(&self, mut pointer: String) -> Option<(&Arc<File>, String)> {
        loop {
            if let Some(file) = self.0.iter().rev().find(|file| file.positions.has(&pointer)) {
                return Some((file, pointer));
            }
            match pointer.rfind('/') {
                Some(cut) => pointer.truncate(cut),
                None => return self.0.first().map(|file| (file, String::new())),
            }
        }
    }
}

/// A definition with its full name.
#[derive(Clone, Debug)]
pub(crate) struct Entry<T> {
    /// `pack.name`
    pub name: Arc<str>,
    /// Packs in which its short names are looked up: its own, then those of its overlays.
    pub scopes: Vec<Arc<str>>,
    /// Where it was written.
    pub origin: Origin,
    /// What was written.
    pub definition: T,
}

impl<T> Entry<T> {
    /// The pack that defines it.
    pub fn pack(&self) -> Arc<str> {
        self.scopes.first().cloned().unwrap_or_default()
    }
}

/// What a name may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Noun {
    Object,
    Role,
    Form,
    View,
    Page,
    App,
    Workflow,
    Decision,
    Seed,
    Demo,
    Scenario,
    Calendar,
    Connector,
}

impl Noun {
    /// The word in messages.
    pub fn word(self) -> &'static str {
        match self {
            Noun::Object => "object",
            Noun::Role => "role",
            Noun::Form => "form",
            Noun::View => "view",
            Noun::Page => "page",
            Noun::App => "app",
            Noun::Workflow => "workflow",
            Noun::Decision => "decision",
            Noun::Seed => "seed",
            Noun::Demo => "demo",
            Noun::Scenario => "scenario",
            Noun::Calendar => "calendar",
            Noun::Connector => "connector",
        }
    }
}

/// All full names by noun.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    names: HashMap<Noun, IndexMap<Arc<str>, ()>>,
    /// Names of files that could not be read: what refers to them is not reported on top.
    unread: HashSet<String>,
}

impl Registry {
    pub fn insert(&mut self, noun: Noun, name: Arc<str>) {
        self.names.entry(noun).or_default().insert(name, ());
    }

    pub fn insert_unread(&mut self, name: String) {
        self.unread.insert(name);
    }

    /// Whether `name` may be that of a file that could not be read.
    fn is_unread(&self, name: &str, scopes: &[Arc<str>]) -> bool {
        self.unread.contains(name)
            || scopes.iter().any(|pack| self.unread.contains(&format!("{pack}.{name}")))
    }

    /// The full name of what `name` means in these packs.
    pub fn resolve(&self, noun: Noun, name: &str, scopes: &[Arc<str>]) -> Option<Arc<str>> {
        let known = self.names.get(&noun)?;
        let full = |name: &str| known.get_key_value(name).map(|(name, ())| name.clone());
        if name.contains('.') {
            return full(name);
        }
        scopes.iter().find_map(|pack| full(&format!("{pack}.{name}")))
    }

    /// The nearest existing name; short where it is in one of these packs.
    pub fn hint(&self, noun: Noun, name: &str, scopes: &[Arc<str>]) -> Option<Hint> {
        let known = self.names.get(&noun)?;
        let spelt = known.keys().map(|full| {
            let (pack, short) = full.split_once('.').unwrap_or(("", full));
            if !name.contains('.') && scopes.iter().any(|scope| **scope == *pack) { short } else { &**full }
        });
        let spelt: Vec<&str> = spelt.collect();
        did_you_mean(name, spelt.iter().copied())
    }
}

/// What the parts of the build share: the names there are, and what was found wrong.
pub(crate) struct Findings<'a> {
    pub registry: &'a Registry,
    pub found: Vec<Diagnostic>,
}

impl Findings<'_> {
    pub fn push(&mut self, finding: impl Into<Box<Diagnostic>>, origin: &Origin, path: &[&str]) {
        let finding = *finding.into();
        self.found.push(finding.in_source(origin.at(path)));
    }

    /// The full name of what a definition calls `name`, or a finding at `path`.
    pub fn resolve<T>(
        &mut self,
        noun: Noun,
        name: &str,
        entry: &Entry<T>,
        path: &[&str],
    ) -> Option<Arc<str>> {
        let full = self.registry.resolve(noun, name, &entry.scopes);
        if full.is_none() && !self.registry.is_unread(name, &entry.scopes) {
            let hint = self.registry.hint(noun, name, &entry.scopes);
            self.push(unknown(noun.word(), name).with_hint(hint), &entry.origin, path);
        }
        full
    }

    /// Resolves in place; what is unknown stays as it is.
    pub fn resolve_in<T>(&mut self, noun: Noun, name: &mut String, entry: &Entry<T>, path: &[&str]) {
        if let Some(full) = self.resolve(noun, &name.clone(), entry, path) {
            *name = full.to_string();
        }
    }

    /// Resolves each of a list; unknown ones are left out.
    pub fn resolve_all<T>(
        &mut self,
        noun: Noun,
        names: &[String],
        entry: &Entry<T>,
        path: &[&str],
    ) -> Vec<Arc<str>> {
        let mut out = Vec::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            let place = place.to_string();
            let path: Vec<&str> = path.iter().copied().chain([place.as_str()]).collect();
            out.extend(self.resolve(noun, name, entry, &path));
        }
        out
    }
}

/// `what` `name` does not exist.
pub(crate) fn unknown(what: &str, name: &str) -> Diagnostic {
    Diagnostic::new(diagnostic::Code::UnknownReference).with("what", what).with("name", name)
}

/// A finding in free words.
pub(crate) fn invalid(reason: impl Into<String>) -> Diagnostic {
    Diagnostic::new(diagnostic::Code::InvalidValue).with("reason", reason.into())
}

/// This version does not do `what`.
pub(crate) fn not_yet(what: impl Into<String>) -> Diagnostic {
    Diagnostic::new(diagnostic::Code::NotYetSupported).with("what", what.into())
}
