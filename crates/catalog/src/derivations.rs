//! Which derived values must be computed again when something changes, and in which order.

use crate::model::derived::{Derivation, DerivationId, Derivations, Hop, Trigger};
use crate::model::field::{Derived, Field, Rollup, Stored};
use crate::model::object::Object;
use crate::parts::each_part;
use expression::{Expr, Kind, Path, Root};
use indexmap::{IndexMap, IndexSet};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A field by object and name.
pub type FieldRef = (Arc<str>, Arc<str>);

type Objects = IndexMap<Arc<str>, Arc<Object>>;

/// Something a derived field reads, and the way from the row that holds it back to the rows that read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// What is read.
    pub field: FieldRef,
    /// From changed rows to the rows of the derived field; empty: the row itself.
    pub hops: Vec<Hop>,
}

/// Everything that the formula or roll-up of `field` reads.
pub fn inputs(object: &Object, field: &Field, objects: &Objects) -> Vec<Input> {
    let mut walk = Walk { objects, found: Vec::new() };
    let own = Ways { row: Vec::new(), record: Vec::new() };
    match &field.derived {
        None => {}
        Some(Derived::Formula(expr)) => walk.expr(expr, &own),
        Some(Derived::Rollup(rollup)) => walk.rollup(object, rollup),
    }
    walk.found
}

/// The ways back from the records in scope to the row of the derived field.
struct Ways {
    row: Vec<Hop>,
    record: Vec<Hop>,
}

struct Walk<'a> {
    objects: &'a Objects,
    found: Vec<Input>,
}

impl Walk<'_> {
    fn add(&mut self, object: &Arc<str>, field: &Arc<str>, hops: Vec<Hop>) {
        let input = Input { field: (object.clone(), field.clone()), hops };
        if !self.found.contains(&input) {
            self.found.push(input);
        }
    }

    /// Notes every step of a path and returns the way back from the row its last step stands on.
    fn path(&mut self, path: &Path, ways: &Ways) -> Option<Vec<Hop>> {
        let mut hops = match path.root {
            Root::Row => ways.row.clone(),
            Root::Record => ways.record.clone(),
            _ => return None,
        };
        for (place, step) in path.steps.iter().enumerate() {
            if place > 0 {
                let before = &path.steps[place - 1];
                let hop = Hop::Referrers { object: before.object.clone(), field: before.field.clone() };
                hops.insert(0, hop);
            }
            self.add(&step.object, &step.field, hops.clone());
        }
        Some(hops)
    }

    /// Enters the children behind a `children` field whose row is reached by `back`.
    fn children(
        &mut self,
        object: &str,
        field: &str,
        back: Vec<Hop>,
        record: &[Hop],
    ) -> Option<(Arc<str>, Ways)> {
        let stored = &self.objects.get(object)?.fields.get(field)?.stored;
        let Stored::Children { object: child, via } = stored else { return None };
        let mut row = vec![Hop::Targets { object: child.clone(), field: via.clone() }];
        row.extend(back);
        let (child, via) = (child.clone(), via.clone());
        self.add(&child, &via, row.clone());
        Some((child, Ways { row, record: record.to_vec() }))
    }

    fn rollup(&mut self, object: &Object, rollup: &Rollup) {
        self.add(&object.name, &rollup.children, Vec::new());
        let Some((child, ways)) = self.children(&object.name, &rollup.children, Vec::new(), &[]) else {
            return;
        };
        if let Some(value) = &rollup.value {
            self.add(&child, value, ways.row.clone());
        }
        if let Some(filter) = &rollup.filter {
            self.expr(filter, &ways);
        }
    }

    fn expr(&mut self, expr: &Expr, ways: &Ways) {
        match &expr.kind {
            Kind::Path(path) => {
                self.path(path, ways);
            }
            Kind::Children { path, body, .. } => {
                let Some(last) = path.steps.last() else { return };
                let Some(back) = self.path(path, ways) else { return };
                let (object, field) = (last.object.clone(), last.field.clone());
                let Some((_, inner)) = self.children(&object, &field, back, &ways.row) else { return };
                if let Some(body) = body {
                    self.expr(body, &inner);
                }
            }
            _ => each_part(expr, &mut |part| self.expr(part, ways)),
        }
    }
}

/// A ring of derived fields, each reading the next; the first is repeated at the end.
pub type Ring = Vec<FieldRef>;

/// The order and the triggers of all stored derived fields.
///
/// # Errors
/// The rings of fields that read each other; each ring once.
pub fn derivations(objects: &Objects) -> Result<Derivations, Vec<Ring>> {
    let graph = Graph::of(objects);
    let order = graph.order()?;
    let mut out = Derivations::default();
    let mut ids: HashMap<&FieldRef, DerivationId> = HashMap::new();
    let mut stored: Vec<(&FieldRef, &Node, usize)> = Vec::new();
    let mut levels: HashMap<&FieldRef, usize> = HashMap::new();
    for place in &order {
        let Some((name, node)) = graph.nodes.get_index(*place).filter(|(_, node)| node.stored) else {
            continue;
        };
        let before = node.inputs.iter().filter_map(|input| levels.get(&input.field));
        let level = before.max().map_or(0, |level| level + 1);
        levels.insert(name, level);
        stored.push((name, node, level));
    }
    stored.sort_by_key(|(name, _, level)| (*level, objects.get_index_of(&name.0)));
    for (name, node, level) in stored {
        ids.insert(name, out.order.len());
        let local = node.inputs.iter().all(|input| input.hops.is_empty());
        out.order.push(Derivation { object: name.0.clone(), field: name.1.clone(), local, level });
    }
    for (name, node) in &graph.nodes {
        let Some(derivation) = ids.get(name).copied() else { continue };
        for input in &node.inputs {
            let triggers = out.triggers.entry(input.field.clone()).or_default();
            triggers.push(Trigger { derivation, hops: input.hops.clone() });
        }
    }
    for triggers in out.triggers.values_mut() {
        triggers.sort_by_key(|trigger| trigger.derivation);
    }
    Ok(out)
}

/// All derived fields, stored or not, inputs first.
///
/// # Errors
/// The rings of fields that read each other.
pub fn all_in_order(objects: &Objects) -> Result<Vec<FieldRef>, Vec<Ring>> {
    let graph = Graph::of(objects);
    let order = graph.order()?;
    Ok(order.into_iter().filter_map(|place| Some(graph.nodes.get_index(place)?.0.clone())).collect())
}

/// For each derived field what its reader must be allowed to read: its inputs and those of derived inputs that
/// are not declassified. Call only where [`derivations`] found no ring.
pub fn read_inputs(objects: &Objects) -> HashMap<FieldRef, Arc<[FieldRef]>> {
    let graph = Graph::of(objects);
    let mut known: HashMap<FieldRef, Arc<[FieldRef]>> = HashMap::new();
    let Ok(order) = graph.order() else { return known };
    for place in order {
        let Some((name, node)) = graph.nodes.get_index(place) else { continue };
        let mut all: IndexSet<FieldRef> = IndexSet::new();
        if !node.declassify {
            for input in node.inputs.iter().filter(|input| !is_system(objects, &input.field)) {
                all.insert(input.field.clone());
                all.extend(known.get(&input.field).into_iter().flat_map(|deeper| deeper.iter().cloned()));
            }
        }
        known.insert(name.clone(), all.into_iter().collect());
    }
    known
}

fn is_system(objects: &Objects, (object, field): &FieldRef) -> bool {
    objects.get(object).and_then(|o| o.fields.get(field)).is_some_and(|f| f.system.is_some())
}

struct Node {
    inputs: Vec<Input>,
    /// Has a column; lookups and formulas on the clock have none.
    stored: bool,
    declassify: bool,
}

struct Graph {
    nodes: IndexMap<FieldRef, Node>,
}

impl Graph {
    fn of(objects: &Objects) -> Graph {
        let mut nodes = IndexMap::new();
        for object in objects.values() {
            for field in object.fields.values().filter(|field| field.derived.is_some()) {
                let node = Node {
                    inputs: inputs(object, field, objects),
                    stored: matches!(field.stored, Stored::Column { .. }),
                    declassify: field.declassify,
                };
                nodes.insert((object.name.clone(), field.name.clone()), node);
            }
        }
        Graph { nodes }
    }

    fn reads(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        self.nodes[place].inputs.iter().filter_map(|input| self.nodes.get_index_of(&input.field))
    }

    /// All nodes, inputs first. Walks with an own stack, so that depth is bounded by memory only.
    fn order(&self) -> Result<Vec<usize>, Vec<Ring>> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut done = vec![false; self.nodes.len()];
        let mut on_way = vec![false; self.nodes.len()];
        let mut rings = Vec::new();
        let mut in_ring: HashSet<usize> = HashSet::new();
        for start in 0..self.nodes.len() {
            let mut way: Vec<(usize, Vec<usize>)> = Vec::new();
            if !done[start] {
                on_way[start] = true;
                way.push((start, self.reads(start).collect()));
            }
            while let Some((place, rest)) = way.last_mut() {
                let place = *place;
                match rest.pop() {
                    None => {
                        way.pop();
                        on_way[place] = false;
                        done[place] = true;
                        order.push(place);
                    }
                    Some(next) if on_way[next] => {
                        let from = way.iter().position(|(p, _)| *p == next).unwrap_or_default();
                        let ring: Vec<usize> = way[from..].iter().map(|(p, _)| *p).collect();
                        if ring.iter().all(|p| in_ring.insert(*p)) {
                            rings.push(self.ring(&ring));
                        }
                    }
                    Some(next) if done[next] => {}
                    Some(next) => {
                        on_way[next] = true;
                        way.push((next, self.reads(next).collect()));
                    }
                }
            }
        }
        if rings.is_empty() { Ok(order) } else { Err(rings) }
    }

    fn ring(&self, places: &[usize]) -> Ring {
        let name = |place: &usize| self.nodes.get_index(*place).map(|(name, _)| name.clone());
        places.iter().chain(places.first()).filter_map(name).collect()
    }
}
