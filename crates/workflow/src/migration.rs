//! A running flow goes on under another version of its definition: whether it can, and what becomes of its tokens.
//!
//! Both versions are read as they are written: an old one may name what the objects no longer have.

use crate::instance::{ANSWER, Awaited, ENTER, Instance, TokenState, WORK};
use definition::workflow::{ForEachMode, Step, StepKind, Workflow};
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Step of the old version → step of the new one, for those that were renamed.
pub type Renamed = BTreeMap<Arc<str>, Arc<str>>;

/// The way from one version of a definition to another.
pub struct Migration<'d> {
    from: Outline<'d>,
    to: Outline<'d>,
    renamed: &'d Renamed,
    same_subject: bool,
}

/// Where the steps of a definition stand.
#[derive(Default)]
struct Outline<'d> {
    places: HashMap<&'d str, Place<'d>>,
    sequences: usize,
}

/// A step at its place.
struct Place<'d> {
    kind: &'static str,
    step: &'d Step,
    /// The step whose steps it is one of.
    owner: Option<&'d str>,
    /// The sequence it stands in, counted.
    sequence: usize,
}

impl<'d> Outline<'d> {
    fn of(definition: &'d Workflow) -> Outline<'d> {
        let mut outline = Outline::default();
        outline.walk(None, &definition.steps);
        outline
    }

    fn walk(&mut self, owner: Option<&'d str>, steps: &'d IndexMap<String, Step>) {
        let sequence = self.sequences;
        self.sequences += 1;
        for (name, step) in steps {
            self.places.insert(name, Place { kind: kind(step), step, owner, sequence });
            for (_, below) in step.sequences() {
                self.walk(Some(name), below);
            }
        }
    }
}

/// The kind of a step as far as a token at it can tell.
fn kind(step: &Step) -> &'static str {
    match &step.kind {
        StepKind::ForEach(walk) if walk.for_each.mode == ForEachMode::Parallel => "for_each (parallel)",
        kind => kind.name(),
    }
}

impl<'d> Migration<'d> {
    /// The way from one version to another.
    pub fn new(from: &'d Workflow, to: &'d Workflow, renamed: &'d Renamed) -> Migration<'d> {
        let same_subject = from.object == to.object && from.r#use == to.r#use;
        Migration { from: Outline::of(from), to: Outline::of(to), renamed, same_subject }
    }

    /// Steps that are named as new ones and are none, each with the old one for which it is.
    pub fn unknown(to: &'d Workflow, renamed: &'d Renamed) -> Vec<(&'d str, &'d str)> {
        let known = Outline::of(to);
        let unknown = renamed.iter().filter(|(_, new)| !known.places.contains_key(&***new));
        unknown.map(|(old, new)| (&**old, &**new)).collect()
    }

    fn name<'n>(&'n self, old: &'n str) -> &'n str {
        self.renamed.get(old).map_or(old, |new| new)
    }

    /// Why an instance cannot go on under the new version; nothing where it can.
    pub fn obstacles(&self, instance: &Instance) -> Vec<Diagnostic> {
        if !self.same_subject {
            return vec![Diagnostic::new(Code::MigrationOtherSubject)];
        }
        let mut found = Vec::new();
        let needed = needed(instance);
        for id in &needed {
            let token = &instance.tokens[*id as usize];
            let parent = token.parent.map(|id| &*instance.tokens[id as usize].node);
            found.extend(self.misplaced(&token.node, parent).map(|found| found.at(&*token.node)));
        }
        if !found.is_empty() {
            return found;
        }
        let mut taken = HashMap::new();
        for token in instance.tokens.iter().filter(|token| token.state.is_live()) {
            let Some(place) = self.to.places.get(self.name(&token.node)) else { continue };
            if let Some(other) = taken.insert((token.parent, place.sequence, token.data.item), &token.node) {
                let clash = Diagnostic::new(Code::MigrationStepsMeet).with("other", other);
                found.push(clash.with("step", &token.node).at(&*token.node));
            }
            let named = token.data.awaits.iter();
            let gone =
                named.filter(|one| !is_of_engine(&one.name, &one.what) && !waits_for(place, &one.name));
            found.extend(gone.map(|one| {
                let gone = Diagnostic::new(Code::MigrationAwaitedGone).with("step", &token.node);
                gone.with("branch", &one.name).at(&*token.node)
            }));
        }
        found
    }

    /// What is wrong with the new place of a step.
    fn misplaced(&self, node: &str, parent: Option<&str>) -> Option<Diagnostic> {
        let new = self.name(node);
        let about = |code: Code| Diagnostic::new(code).with("step", node);
        let Some(place) = self.to.places.get(new) else { return Some(about(Code::MigrationStepGone)) };
        let before = self.from.places.get(node).map_or(place.kind, |before| before.kind);
        if before != place.kind {
            let other = about(Code::MigrationOtherKind).with("kind", before);
            return Some(other.with("other", place.kind));
        }
        let elsewhere = place.owner != parent.map(|parent| self.name(parent));
        elsewhere.then(|| about(Code::MigrationElsewhere))
    }

    /// The instance goes on under the new version.
    pub fn apply(&self, instance: &mut Instance, hash: &str) {
        hash.clone_into(&mut instance.hash);
        let rename = |name: &mut Arc<str>| {
            if let Some(new) = self.renamed.get(name) {
                *name = new.clone();
            }
        };
        instance.tokens.iter_mut().for_each(|token| rename(&mut token.node));
        for task in &mut instance.tasks {
            rename(&mut task.node);
            // How the flow stood before is told in terms of the old version.
            task.moved = None;
        }
        let picks = std::mem::take(&mut instance.picks);
        instance.picks = picks
            .into_iter()
            .map(|(mut node, people)| {
                rename(&mut node);
                (node, people)
            })
            .collect();
    }
}

/// The tokens that the flow goes on from, now or later: those that stand somewhere, what they go back to and undo, and all
/// that these hang below.
fn needed(instance: &Instance) -> BTreeSet<u32> {
    let live = instance.tokens.iter().filter(|token| token.state.is_live()).map(|token| token.id);
    let mut open: Vec<u32> = live.collect();
    let mut all = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(token) = instance.tokens.get(id as usize).filter(|_| all.insert(id)) else { continue };
        open.extend(token.parent);
        if token.state != TokenState::Done {
            let data = &token.data;
            open.extend(data.back_to.into_iter().chain(data.undo.iter().copied()).chain(data.undoing));
        }
    }
    all
}

/// Whether the engine waits for it in every step of the kind.
fn is_of_engine(name: &str, what: &Awaited) -> bool {
    match what {
        Awaited::Effect(_) | Awaited::Flow(_) => true,
        Awaited::At(_) => [ENTER, WORK, ANSWER].contains(&name),
        Awaited::Event { .. } => false,
    }
}

fn waits_for(place: &Place<'_>, name: &str) -> bool {
    matches!(&place.step.kind, StepKind::Wait(wait) if wait.wait.contains_key(name))
}
