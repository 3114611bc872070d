//! Lookups and formulas without a column, replaced by what they stand for.

use crate::model::field::{Derived, Field, Stored};
use crate::model::object::Object;
use crate::parts::{each_part, each_part_mut};
use expression::{Expr, Kind, Path, Root, Step};
use indexmap::IndexMap;
use std::sync::Arc;

type Objects = IndexMap<Arc<str>, Arc<Object>>;

/// Lookups may lead to lookups; rings are refused by the build, this bounds what an unfinished catalog does.
const DEEPEST: usize = 32;

/// The same expression with every path through a joined lookup replaced by the path it stands for, and every
/// formula that is computed at read by the formula itself: what is left speaks of columns and children only.
/// Rights must have been checked on the expression before.
pub fn expand(expr: &Expr, objects: &Objects) -> Expr {
    let mut out = expr.clone();
    expand_in(&mut out, objects, 0);
    out
}

/// The path with every joined lookup replaced by the path it stands for.
pub fn expand_path(path: &Path, objects: &Objects) -> Path {
    let mut steps = Vec::with_capacity(path.steps.len());
    push_steps(&path.steps, objects, &mut steps, 0);
    Path { root: path.root, steps }
}

fn field<'a>(objects: &'a Objects, step: &Step) -> Option<&'a Field> {
    objects.get(&step.object)?.fields.get(&step.field)
}

fn push_steps(steps: &[Step], objects: &Objects, out: &mut Vec<Step>, depth: usize) {
    for step in steps {
        match field(objects, step).map(|field| &field.stored) {
            Some(Stored::Joined(path)) if depth < DEEPEST => push_steps(&path.steps, objects, out, depth + 1),
            _ => out.push(step.clone()),
        }
    }
}

/// The formula behind a path that ends in a field computed at read.
fn formula<'a>(path: &Path, objects: &'a Objects) -> Option<&'a Expr> {
    match field(objects, path.steps.last()?)? {
        Field { stored: Stored::AtRead, derived: Some(Derived::Formula(expr)), .. } => Some(expr),
        _ => None,
    }
}

fn expand_in(expr: &mut Expr, objects: &Objects, depth: usize) {
    match &mut expr.kind {
        Kind::Path(path) => {
            *path = expand_path(path, objects);
            let Some(formula) = formula(path, objects).filter(|_| depth < DEEPEST) else { return };
            let prefix = path.steps[..path.steps.len() - 1].to_vec();
            let mut inner = formula.clone();
            rebase(&mut inner, path.root, &prefix, 0);
            expand_in(&mut inner, objects, depth + 1);
            expr.kind = inner.kind;
        }
        Kind::Children { path, body, .. } => {
            *path = expand_path(path, objects);
            if let Some(body) = body {
                expand_in(body, objects, depth);
            }
        }
        _ => each_part_mut(expr, &mut |part| expand_in(part, objects, depth)),
    }
}

/// Moves what speaks of the own row to the row that `prefix` leads to from `root`.
fn rebase(expr: &mut Expr, root: Root, prefix: &[Step], inside: usize) {
    let moved = |path: &mut Path| match (path.root, inside) {
        (Root::Row, 0) => {
            path.root = root;
            path.steps.splice(0..0, prefix.iter().cloned());
        }
        (Root::Record, 1) => {
            path.steps.splice(0..0, prefix.iter().cloned());
        }
        _ => {}
    };
    match &mut expr.kind {
        Kind::Path(path) => moved(path),
        Kind::Children { path, body, .. } => {
            moved(path);
            if let Some(body) = body {
                rebase(body, root, prefix, inside + 1);
            }
        }
        _ => each_part_mut(expr, &mut |part| rebase(part, root, prefix, inside)),
    }
}

/// Whether the clock is read, by the expression itself or by a formula it reads.
pub(crate) fn on_clock(expr: &Expr, objects: &Objects) -> bool {
    let reads = |path: &Path| {
        path.steps.iter().any(|step| field(objects, step).is_some_and(|f| f.stored == Stored::AtRead))
    };
    match &expr.kind {
        Kind::Today | Kind::Now => return true,
        Kind::Path(path) if reads(path) => return true,
        Kind::Children { path, .. } if reads(path) => return true,
        _ => {}
    }
    let mut found = false;
    each_part(expr, &mut |part| found = found || on_clock(part, objects));
    found
}
