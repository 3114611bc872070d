//! Many-to-many relations: the pairs of a record as they are, as they will be, and what its history keeps of
//! that.

use crate::draft::{Given, LinkInput, RowDraft};
use crate::facts::{Facts, Pair};
use crate::planner::FieldChange;
use crate::write::{LinkWrite, Operation};
use catalog::{Field, Link, Stored};
use expression::Value;
use serde_json::{Map, Value as Json};
use std::collections::HashSet;
use uuid::Uuid;

/// The pairs a row has in the database; `None` where they have not been read.
pub(crate) fn stored<'f>(row: &RowDraft, field: &Field, facts: &'f Facts) -> Option<&'f [Pair]> {
    match row.operation {
        Operation::Insert => Some(&[]),
        _ => facts.pairs(&(row.object.name.clone(), field.name.clone(), row.id)),
    }
}

/// The pairs that are written: stored ones keep their place in a patch, new ones go to the end.
fn given(stored: &[Pair], link: &LinkInput) -> Vec<Pair> {
    let last = stored.iter().map(|(_, position, _)| *position).max().unwrap_or(0);
    let mut next = if link.remove.is_some() { last } else { 0 };
    let mut pairs = Vec::with_capacity(link.pairs.len());
    for (target, attributes, _) in &link.pairs {
        let Given::Value(Value::Reference(id)) = target else { continue };
        let kept = stored.iter().find(|(target, ..)| target == id).filter(|_| link.remove.is_some());
        let position = kept.map_or_else(
            || {
                next += 1;
                next
            },
            |(_, position, _)| *position,
        );
        pairs.push((*id, position, attributes.clone()));
    }
    pairs
}

/// The pairs as they will be, in their order.
pub(crate) fn after(stored: &[Pair], link: &LinkInput) -> Vec<Pair> {
    let mut pairs = given(stored, link);
    if let Some(remove) = &link.remove {
        let gone: HashSet<Uuid> = remove.iter().copied().chain(pairs.iter().map(|(id, ..)| *id)).collect();
        pairs.extend(stored.iter().filter(|(id, ..)| !gone.contains(id)).cloned());
        pairs.sort_by_key(|(id, position, _)| (*position, *id));
    }
    pairs
}

/// Whether the order, the targets or an attribute differ.
fn differs(before: &[Pair], after: &[Pair]) -> bool {
    before.len() != after.len() || before.iter().zip(after).any(|(a, b)| a.0 != b.0 || a.2 != b.2)
}

/// The relations of a row that change, as they are written and as the history keeps them.
pub(crate) fn changes(row: &RowDraft, facts: &Facts) -> Vec<(LinkWrite, FieldChange)> {
    let mut found = Vec::new();
    for link in &row.input.links {
        let field = &row.object.fields[link.field];
        let Stored::Link(relation) = &field.stored else { continue };
        let before = stored(row, field, facts).unwrap_or_default();
        let after = after(before, link);
        if !differs(before, &after) {
            continue;
        }
        let write = LinkWrite { field: link.field, pairs: given(before, link), remove: link.remove.clone() };
        let change = FieldChange {
            field: field.name.clone(),
            old: render(relation, before),
            new: render(relation, &after),
        };
        found.push((write, change));
    }
    found
}

/// Pairs as on the wire, without titles; no pairs are null, as an empty field is.
fn render(relation: &Link, pairs: &[Pair]) -> Json {
    if pairs.is_empty() {
        return Json::Null;
    }
    let one = |(id, _, values): &Pair| {
        let mut entry = Map::new();
        entry.insert("id".to_owned(), Json::String(id.to_string()));
        for ((name, _, kind, _), value) in relation.attributes.iter().zip(values) {
            entry.insert(name.to_string(), kind.kind().render(value));
        }
        Json::Object(entry)
    };
    Json::Array(pairs.iter().map(one).collect())
}
