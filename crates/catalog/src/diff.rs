//! What changes from one catalog to the next, in words, with what must be true of the data first.
//!
//! Physical changes follow from the two [`crate::PhysicalNames`] and are `storage`'s; here is what people must
//! know before they publish: what comes, goes, widens and narrows, which records stand in the way, who gains
//! or loses access, which flows and working hours change, which stored values must be computed again.

mod fields;

mod access;

mod calendars;

mod connectors;

use crate::model::catalog::Catalog;
use crate::model::field::{Field, Stored};
use crate::model::object::Object;
use expression::{Expr, Kind, Type, Value};
use std::sync::Arc;

/// What changes, in the order of the new catalog.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Each change in a line.
    pub lines: Vec<Change>,
    /// Stored derived fields (object, field) whose value must be computed again for every row, inputs first.
    pub recompute: Vec<(Arc<str>, Arc<str>)>,
    /// Objects whose stored rows must be indexed again for search.
    pub reindex: Vec<Arc<str>>,
    /// Fields (object, field) that come to be encrypted: what was kept of them in the clear must go.
    pub sealed: Vec<(Arc<str>, Arc<str>)>,
    /// Workflows that are other than they were.
    pub flows: Vec<Arc<str>>,
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// What kind of change it is.
    pub kind: ChangeKind,
    /// An English sentence without a full stop.
    pub what: String,
    /// What the data must be looked at for.
    pub check: Option<DataCheck>,
}

/// Kinds of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// Something comes.
    Add,
    /// Something leaves the definitions; its data stays.
    Retire,
    /// Something is called otherwise; its data stays.
    Rename,
    /// A field has another type; values are copied into a new column.
    Retype,
    /// More is permitted than before.
    Widen,
    /// Less is permitted than before.
    Narrow,
    /// A rule, formula or default is another.
    Behaviour,
    /// Somebody may do more.
    AccessGained,
    /// Somebody may do less.
    AccessLost,
    /// An approval flow comes, goes or is another; running ones keep the definition they started with.
    Flow,
}

/// What the data must be looked at for.
#[derive(Clone, Debug)]
pub struct DataCheck {
    /// The object, full name in the new catalog.
    pub object: Arc<str>,
    /// Which rows stand in the way.
    pub rows: Refused,
    /// The change must not happen while there are such rows; else they are only counted.
    pub blocks: bool,
    /// Everything it looks at exists before the migration; else it can run only after it.
    pub before: bool,
}

/// Rows that stand in the way. Deleted rows do not.
#[derive(Clone, Debug)]
pub enum Refused {
    /// Those for which this holds; `Row` is the row.
    Where(Expr),
    /// Those whose value the type of this field does not take.
    Unfit(Arc<str>),
    /// Those that share the values of all these fields with another (none of them null), among the rows for
    /// which the condition holds.
    Shared {
        /// The fields.
        fields: Vec<Arc<str>>,
        /// Which rows are compared.
        filter: Option<Expr>,
    },
}

impl Changes {
    fn add(&mut self, kind: ChangeKind, what: String) {
        self.lines.push(Change { kind, what, check: None });
    }

    fn checked(&mut self, kind: ChangeKind, what: String, check: Option<DataCheck>) {
        self.lines.push(Change { kind, what, check });
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.recompute.is_empty() && self.reindex.is_empty()
    }
}

/// What changes from `old` (nothing on the first publish) to `new`.
pub fn diff(old: Option<&Catalog>, new: &Catalog) -> Changes {
    let empty = Catalog::default();
    let old = old.unwrap_or(&empty);
    let mut changes = Changes::default();
    packs(old, new, &mut changes);
    for object in new.objects.values() {
        let before = old.objects.get(&object.name).or_else(|| {
            object
                .formerly
                .iter()
                .filter(|former| !new.objects.contains_key(*former))
                .find_map(|f| old.objects.get(f))
        });
        match before {
            None => changes.add(ChangeKind::Add, format!("object {}", object.name)),
            Some(before) => compare(before, object, &new.objects, &mut changes),
        }
    }
    for name in old.objects.keys().filter(|name| new.object(name).is_none()) {
        changes.add(ChangeKind::Retire, format!("object {name}; its data is kept"));
    }
    access::compare(old, new, &mut changes);
    flows(old, new, &mut changes);
    calendars::compare(old, new, &mut changes);
    connectors::compare(old, new, &mut changes);
    decisions(old, new, &mut changes);
    recompute(old, new, &mut changes);
    reindex(old, new, &mut changes);
    changes
}

fn packs(old: &Catalog, new: &Catalog, changes: &mut Changes) {
    for pack in new.packs.values() {
        match old.packs.get(&pack.name) {
            None => changes.add(ChangeKind::Add, format!("pack {} {}", pack.name, pack.version)),
            Some(before) if before.version != pack.version => {
                let what = format!("pack {} {} becomes {}", pack.name, before.version, pack.version);
                changes.add(ChangeKind::Behaviour, what);
            }
            Some(_) => {}
        }
    }
    for name in old.packs.keys().filter(|name| !new.packs.contains_key(*name)) {
        changes.add(ChangeKind::Retire, format!("pack {name}"));
    }
}

type Objects = indexmap::IndexMap<Arc<str>, Arc<Object>>;

fn compare(old: &Object, new: &Object, objects: &Objects, changes: &mut Changes) {
    if old.name != new.name {
        changes.add(ChangeKind::Rename, format!("object {} is called {}", old.name, new.name));
    }
    fields::compare(old, new, objects, changes);
    uniques(old, new, changes);
    rules(old, new, objects, changes);
    if old.transitions.is_some() != new.transitions.is_some() {
        let what = format!(
            "{}: its stages {}",
            new.name,
            if new.transitions.is_some() { "are bound to moves" } else { "are free" }
        );
        changes.add(ChangeKind::Behaviour, what);
    }
    let moves = |object: &Object| -> Vec<Arc<str>> {
        object.transitions.iter().flat_map(|transitions| transitions.moves.keys().cloned()).collect()
    };
    names(&moves(old), &moves(new), "move", &new.name, changes);
    let actions = |object: &Object| -> Vec<Arc<str>> { object.actions.keys().cloned().collect() };
    names(&actions(old), &actions(new), "action", &new.name, changes);
}

fn names(old: &[Arc<str>], new: &[Arc<str>], what: &str, object: &str, changes: &mut Changes) {
    for name in new.iter().filter(|name| !old.contains(name)) {
        changes.add(ChangeKind::Add, format!("{what} {name} of {object}"));
    }
    for name in old.iter().filter(|name| !new.contains(name)) {
        changes.add(ChangeKind::Retire, format!("{what} {name} of {object}"));
    }
}

fn uniques(old: &Object, new: &Object, changes: &mut Changes) {
    for (name, unique) in &new.uniques {
        let filter = |filter: &Option<Expr>| filter.as_ref().map(canonical);
        let same = |have: &&crate::Unique| {
            have.fields == unique.fields && filter(&have.filter) == filter(&unique.filter)
        };
        if old.uniques.values().any(|have| same(&have)) {
            continue;
        }
        let check = DataCheck {
            object: new.name.clone(),
            before: unique.fields.iter().all(|field| in_place(old, new, field))
                && unique.filter.as_ref().is_none_or(|filter| existed(filter, old, new)),
            rows: Refused::Shared { fields: unique.fields.clone(), filter: unique.filter.clone() },
            blocks: true,
        };
        let what = format!("{} is unique by {} ({name})", new.name, unique.fields.join(", "));
        changes.checked(ChangeKind::Narrow, what, Some(check));
    }
    for (name, unique) in old.uniques.iter().filter(|(name, _)| !new.uniques.contains_key(*name)) {
        let what = format!("{} is no longer unique by {} ({name})", new.name, unique.fields.join(", "));
        changes.add(ChangeKind::Widen, what);
    }
}

fn rules(old: &Object, new: &Object, objects: &Objects, changes: &mut Changes) {
    for (name, rule) in &new.rules {
        let text = |rule: &crate::Rule| (rule.when.as_ref().map(canonical), canonical(&rule.require));
        let before = old.rules.get(name);
        if before.is_some_and(|before| text(before) == text(rule)) {
            continue;
        }
        let refused = not_true(rule.require.clone());
        let refused = rule.when.clone().into_iter().fold(refused, |refused, when| both(when, refused));
        // A rule about the change itself says nothing of rows that do not change.
        let countable = uses_only_rows(&refused) && crate::encrypted::misuse(&refused, objects).is_none();
        let check = countable.then(|| DataCheck {
            object: new.name.clone(),
            before: existed(&refused, old, new),
            rows: Refused::Where(refused),
            blocks: false,
        });
        let what =
            format!("rule {name} of {} {}", new.name, if before.is_some() { "changes" } else { "comes" });
        changes.checked(ChangeKind::Narrow, what, check);
    }
    for name in old.rules.keys().filter(|name| !new.rules.contains_key(*name)) {
        changes.add(ChangeKind::Widen, format!("rule {name} of {} goes", new.name));
    }
}

fn flows(old: &Catalog, new: &Catalog, changes: &mut Changes) {
    for (name, workflow) in &new.workflows {
        match old.workflows.get(name) {
            None => changes.add(ChangeKind::Flow, format!("workflow {name} comes")),
            Some(before) if before != workflow => {
                let what =
                    format!("workflow {name} changes; running ones keep the definition they started with");
                changes.add(ChangeKind::Flow, what);
                changes.flows.push(name.clone());
            }
            Some(_) => {}
        }
    }
    for name in old.workflows.keys().filter(|name| !new.workflows.contains_key(*name)) {
        changes.add(ChangeKind::Flow, format!("workflow {name} can no longer be started"));
    }
}

fn decisions(old: &Catalog, new: &Catalog, changes: &mut Changes) {
    for (name, decision) in &new.decisions {
        match old.decisions.get(name) {
            None => changes.add(ChangeKind::Add, format!("decision {name}")),
            Some(before) if before.written != decision.written => {
                changes.add(ChangeKind::Behaviour, format!("decision {name} changes"));
            }
            Some(_) => {}
        }
    }
    for name in old.decisions.keys().filter(|name| !new.decisions.contains_key(*name)) {
        changes.add(ChangeKind::Retire, format!("decision {name}"));
    }
}

/// Stored derived fields of objects that existed whose computation is new or another.
fn recompute(old: &Catalog, new: &Catalog, changes: &mut Changes) {
    for derivation in &new.derivations.order {
        let Some(object) = new.objects.get(&derivation.object) else { continue };
        let Some(before) =
            old.object(&object.name).or_else(|| object.formerly.iter().find_map(|f| old.object(f)))
        else {
            continue;
        };
        let field = &object.fields[&derivation.field];
        let same = before.fields.get(&field.name).is_some_and(|before| {
            let column = |stored: &Stored| match stored {
                Stored::Column { column, .. } => Some(column.clone()),
                _ => None,
            };
            fields::computation(before) == fields::computation(field)
                && column(&before.stored) == column(&field.stored)
        });
        if !same {
            changes.recompute.push((derivation.object.clone(), derivation.field.clone()));
        }
    }
}

/// Objects with fields that come to be searched, are stored elsewhere than before or are searched no more because
/// they are encrypted, while rows hold values of them.
fn reindex(old: &Catalog, new: &Catalog, changes: &mut Changes) {
    for object in new.objects.values() {
        let before = old.object(&object.name).or_else(|| object.formerly.iter().find_map(|f| old.object(f)));
        let Some(before) = before else { continue };
        let differs = |field: &Field| {
            let former =
                |name: &Arc<str>| object.aliases.iter().any(|(from, to)| from == name && *to == field.name);
            let mut found = before.fields.values();
            let was = found.find(|was| was.name == field.name || former(&was.name));
            was.is_some_and(|was| match field.search {
                true => !was.search || was.stored != field.stored,
                // Its words must not stay in the index.
                false => was.search && field.encrypted.is_some(),
            })
        };
        if object.fields.values().any(differs) {
            changes.reindex.push(object.name.clone());
        }
    }
}

/// A text that is the same for the same expression, wherever it stands.
fn canonical(expr: &Expr) -> String {
    expression::to_json(expr).to_string()
}

fn boolean(kind: Kind) -> Expr {
    Expr { kind, ty: Type::Boolean, at: expression::Position::default() }
}

fn both(a: Expr, b: Expr) -> Expr {
    boolean(Kind::And(vec![a, b]))
}

/// Holds where `expr` is false or null.
fn not_true(expr: Expr) -> Expr {
    let no = boolean(Kind::Literal(Value::Boolean(false)));
    boolean(Kind::Not(Box::new(boolean(Kind::Coalesce(vec![expr, no])))))
}

/// Whether an expression speaks of nothing but rows in the database.
fn uses_only_rows(expr: &Expr) -> bool {
    let found = expression::dependencies(expr);
    let inner = found.children.iter().flat_map(|child| child.inner.iter().chain([&child.path]));
    found
        .paths
        .iter()
        .chain(inner)
        .all(|path| matches!(path.root, expression::Root::Row | expression::Root::Record))
}

/// Whether the field has the same column before and after.
fn in_place(old: &Object, new: &Object, field: &str) -> bool {
    match (old.fields.get(field), new.fields.get(field)) {
        (Some(old), Some(new)) => old.stored == new.stored,
        _ => false,
    }
}

/// Whether an expression looks only at columns of the object itself that exist already.
fn existed(expr: &Expr, old: &Object, new: &Object) -> bool {
    let found = expression::dependencies(expr);
    found.children.is_empty()
        && found.paths.iter().all(|path| path.steps.len() == 1 && in_place(old, new, &path.steps[0].field))
}

#[cfg(test)]
mod tests;
