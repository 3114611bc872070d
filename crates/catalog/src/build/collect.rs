//! All definitions of all packs by kind and full name, overlays merged in.

use super::entry::{Entry, File, Noun, Origin, Registry, unknown};
use super::packs::Loaded;
use definition::{
    App, At, Calendar, Connector, Decision, Definition, Form, Kind, Object, Overlay, Page, Role, Scenario,
    Seed, Template, Translation, Trust, View, Workflow,
};
use diagnostic::{Code, Diagnostic, did_you_mean};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use std::sync::Arc;

/// Definitions by full name.
pub(super) type Entries<T> = IndexMap<Arc<str>, Entry<T>>;

/// All definitions.
#[derive(Default)]
pub(super) struct Collected {
    pub objects: Entries<Object>,
    pub roles: Entries<Role>,
    pub forms: Entries<Form>,
    pub views: Entries<View>,
    pub pages: Entries<Page>,
    pub apps: Entries<App>,
    pub workflows: Entries<Workflow>,
    pub templates: Entries<Template>,
    pub calendars: Entries<Calendar>,
    pub connectors: Entries<Connector>,
    pub decisions: Entries<Decision>,
    pub seeds: Entries<Seed>,
    pub demo: Entries<Seed>,
    pub scenarios: Entries<Scenario>,
    pub translations: Vec<Entry<Translation>>,
    /// Full names that files which could not be read probably define.
    pub unread: Vec<String>,
}

/// A definition whose overlays are not merged yet.
struct Raw {
    kind: Kind,
    definition: Definition,
    tree: Json,
    file: Arc<File>,
    pack: Arc<str>,
}

/// An overlay and where it was written.
struct Change {
    overlay: Overlay,
    file: Arc<File>,
    pack: Arc<str>,
}

pub(super) fn collect(packs: Vec<Loaded>, trust: Trust, found: &mut Vec<Diagnostic>) -> Collected {
    let mut raws: IndexMap<(Kind, Arc<str>), Raw> = IndexMap::new();
    let mut changes: Vec<Change> = Vec::new();
    let mut out = Collected::default();
    for pack in packs {
        out.unread.extend(pack.unread);
        for parsed in pack.files {
            let file = Arc::new(File { path: parsed.path, positions: parsed.positions });
            if let Definition::Overlay(overlay) = parsed.definition {
                changes.push(Change { overlay, file, pack: pack.name.clone() });
                continue;
            }
            let full: Arc<str> = Arc::from(format!("{}.{}", pack.name, parsed.name));
            if let Some(first) = raws.get(&(parsed.kind, full.clone())) {
                let place = |file: &Arc<File>| Origin(vec![file.clone()]).at(&["name"]);
                let finding = Diagnostic::new(Code::DuplicateName)
                    .with("name", &parsed.name)
                    .with("first", place(&first.file));
                found.push(finding.in_source(place(&file)));
                continue;
            }
            let raw = Raw {
                kind: parsed.kind,
                definition: parsed.definition,
                tree: parsed.tree,
                file,
                pack: pack.name.clone(),
            };
            raws.insert((parsed.kind, full), raw);
        }
    }
    let mut by_target = target(changes, &raws, found);
    for ((kind, name), raw) in raws {
        let changes = by_target.remove(&(kind, name.clone())).unwrap_or_default();
        merged(&mut out, (name, raw), changes, trust, found);
    }
    out
}

type ByTarget = HashMap<(Kind, Arc<str>), Vec<Change>>;

/// Overlays by what they extend, in the order of their packs.
fn target(
    changes: Vec<Change>,
    raws: &IndexMap<(Kind, Arc<str>), Raw>,
    found: &mut Vec<Diagnostic>,
) -> ByTarget {
    let mut out = ByTarget::new();
    for change in changes {
        let kind = change.overlay.of;
        let full = match change.overlay.extends.contains('.') {
            true => change.overlay.extends.clone(),
            false => format!("{}.{}", change.pack, change.overlay.extends),
        };
        let key = (kind, Arc::from(full.as_str()));
        if raws.contains_key(&key) {
            out.entry(key).or_default().push(change);
        } else {
            let same: Vec<&str> =
                raws.keys().filter(|(of, _)| *of == kind).map(|(_, name)| &**name).collect();
            let hint = did_you_mean(&full, same.iter().copied());
            let place = Origin(vec![change.file]).at(&["extends"]);
            found.push(unknown(kind.name(), &full).with_hint(hint).in_source(place));
        }
    }
    out
}

fn merged(
    out: &mut Collected,
    (name, raw): (Arc<str>, Raw),
    changes: Vec<Change>,
    trust: Trust,
    found: &mut Vec<Diagnostic>,
) {
    let mut scopes = vec![raw.pack.clone()];
    let mut files = vec![raw.file.clone()];
    let mut definition = Some(raw.definition);
    if !changes.is_empty() {
        let mut tree = raw.tree;
        for change in &changes {
            neighbours(&tree, &change.overlay.changes, &mut Vec::new(), &change.file, found);
            tree = definition::overlay::merge_kind(raw.kind, &tree, &change.overlay.changes);
            if !scopes.contains(&change.pack) {
                scopes.push(change.pack.clone());
            }
            files.push(change.file.clone());
        }
        let origin = Origin(files.clone());
        let place = |pointer: &str, at: At| origin.pointer(pointer, at);
        let (read, more) = definition::read_tree(raw.kind, &tree, &place, trust);
        found.extend(more);
        definition = read;
    }
    let Some(definition) = definition else { return };
    let origin = Origin(files);
    put(out, name, scopes, origin, definition);
}

fn put(out: &mut Collected, name: Arc<str>, scopes: Vec<Arc<str>>, origin: Origin, definition: Definition) {
    macro_rules! insert {
        ($list:ident, $definition:expr) => {
            drop(out.$list.insert(name.clone(), Entry { name, scopes, origin, definition: $definition }))
        };
    }
    match definition {
        Definition::Object(object) => insert!(objects, *object),
        Definition::Role(role) => insert!(roles, role),
        Definition::Form(form) => insert!(forms, form),
        Definition::View(view) => insert!(views, *view),
        Definition::Page(page) => insert!(pages, *page),
        Definition::App(app) => insert!(apps, app),
        Definition::Seed(seed) => insert!(seeds, seed),
        Definition::Demo(demo) => insert!(demo, demo),
        Definition::Scenario(scenario) => insert!(scenarios, scenario),
        Definition::Workflow(workflow) => insert!(workflows, *workflow),
        Definition::Template(template) => insert!(templates, template),
        Definition::Calendar(calendar) => insert!(calendars, *calendar),
        Definition::Connector(connector) => insert!(connectors, *connector),
        Definition::Decision(decision) => insert!(decisions, *decision),
        Definition::Translation(translation) => {
            out.translations.push(Entry { name, scopes, origin, definition: translation });
        }
        // Packs and overlays were taken out before.
        Definition::Pack(_) | Definition::Overlay(_) => {}
    }
}

/// `after` and `before` must name a neighbour that exists, in the base or among the changes.
fn neighbours(
    base: &Json,
    changes: &Map<String, Json>,
    path: &mut Vec<String>,
    file: &Arc<File>,
    found: &mut Vec<Diagnostic>,
) {
    for (key, change) in changes {
        let Some(entry) = change.as_object() else { continue };
        path.push(key.clone());
        for place in ["after", "before"] {
            let Some(neighbour) = entry.get(place).and_then(Json::as_str) else { continue };
            let names = || {
                let own = base.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str);
                let listed = base.as_array().into_iter().flatten().filter_map(Json::as_str);
                own.chain(listed).chain(changes.keys().map(String::as_str))
            };
            if !names().any(|name| name == neighbour) {
                let names: Vec<&str> = names().collect();
                let hint = did_you_mean(neighbour, names.iter().copied());
                let at: Vec<&str> = path.iter().map(String::as_str).chain([place]).collect();
                let source = Origin(vec![file.clone()]).at(&at);
                found.push(unknown("neighbour", neighbour).with_hint(hint).in_source(source));
            }
        }
        neighbours(base.get(key).unwrap_or(&Json::Null), entry, path, file, found);
        path.pop();
    }
}

impl Collected {
    /// All names there are.
    pub fn registry(&self) -> Registry {
        let mut registry = Registry::default();
        let lists: [(Noun, Vec<&Arc<str>>); 13] = [
            (Noun::Object, self.objects.keys().collect()),
            (Noun::Role, self.roles.keys().collect()),
            (Noun::Form, self.forms.keys().collect()),
            (Noun::View, self.views.keys().collect()),
            (Noun::Page, self.pages.keys().collect()),
            (Noun::App, self.apps.keys().collect()),
            (Noun::Workflow, self.workflows.keys().collect()),
            (Noun::Decision, self.decisions.keys().collect()),
            (Noun::Seed, self.seeds.keys().collect()),
            (Noun::Demo, self.demo.keys().collect()),
            (Noun::Calendar, self.calendars.keys().collect()),
            (Noun::Connector, self.connectors.keys().collect()),
            (Noun::Scenario, self.scenarios.keys().collect()),
        ];
        for (noun, names) in lists {
            names.into_iter().for_each(|name| registry.insert(noun, name.clone()));
        }
        self.unread.iter().for_each(|name| registry.insert_unread(name.clone()));
        registry
    }
}
