//! Stored formulas that read records behind references. Their column holds one value for everybody; a reader who
//! may not see one of those records is shown null instead, in values and in filters alike.
//!
//! (What a formula or a roll-up reads of children is left alone: roll-ups over rows of other scopes are a declared
//! disclosure.)

use crate::actor::{ObjectGrant, Rows, Veil};
use crate::walk;
use catalog::expand::expand;
use catalog::parts::each_part_mut;
use catalog::{Catalog, Derived, Field, Stored};
use expression::{Expr, Function, Kind, Path, Root, Step, Type, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// How many formulas may read one another; rings are refused by the catalog.
const DEEPEST: usize = 16;

type Grants = HashMap<Arc<str>, ObjectGrant>;

/// Gives every object its veils, by field index. A relation that would need one is hidden: what lies behind it
/// could not be told apart.
pub(crate) fn put_on(catalog: &Catalog, grants: &mut Grants) {
    let mut found: Vec<(Arc<str>, usize, Veil, bool)> = Vec::new();
    for name in grants.keys() {
        let Some(object) = catalog.objects.get(name) else { continue };
        for field in object.fields.values() {
            let mut through = Vec::new();
            references(catalog, grants, field, &mut through, 0);
            if !through.is_empty() {
                let related = matches!(field.ty, Type::Reference(_) | Type::List(_));
                found.push((name.clone(), field.index, through.into(), related));
            }
        }
    }
    for (name, index, veil, related) in found {
        let Some(grant) = grants.get_mut(&name) else { continue };
        match grant.fields.get_mut(index).filter(|_| related) {
            Some(right) => *right = catalog::FieldRight::Hidden,
            None => {
                grant.veils.insert(index, veil);
            }
        }
    }
}

/// The references that a stored formula goes through and that may lead to rows which are not visible.
fn references(catalog: &Catalog, grants: &Grants, field: &Field, found: &mut Vec<Vec<Step>>, depth: usize) {
    let (Some(Derived::Formula(formula)), Stored::Column { .. }) = (&field.derived, &field.stored) else {
        return;
    };
    if depth > DEEPEST {
        return;
    }
    let limited =
        |object: &Arc<str>| !grants.get(object).is_some_and(|grant| matches!(grant.read, Rows::All));
    let formula = expand(formula, &catalog.objects);
    for (path, inside) in walk::paths(&formula) {
        if inside || path.root != Root::Row {
            continue;
        }
        for place in 1..path.steps.len() {
            if limited(&path.steps[place].object) {
                let target = Step { object: path.steps[place].object.clone(), field: Arc::from("id") };
                add(found, path.steps[..place].iter().cloned().chain([target]).collect());
            }
        }
        let Some((last, before)) = path.steps.split_last() else { continue };
        let Some(read) = catalog.objects.get(&last.object).and_then(|object| object.field(&last.field))
        else {
            continue;
        };
        let mut inner = Vec::new();
        references(catalog, grants, read, &mut inner, depth + 1);
        for steps in inner {
            add(found, before.iter().cloned().chain(steps).collect());
        }
    }
}

fn add(found: &mut Vec<Vec<Step>>, steps: Vec<Step>) {
    if !found.contains(&steps) {
        found.push(steps);
    }
}

/// Puts the veils of `of` over every path that ends in a field with one.
pub(crate) fn cover<'v>(expr: &mut Expr, of: &dyn Fn(&Step) -> Option<&'v Veil>) {
    if let Kind::Path(path) = &expr.kind {
        let Some(veil) = path.steps.last().and_then(of) else { return };
        let (path, ty) = (path.clone(), expr.ty.clone());
        *expr = covered(&path, ty, veil);
        return;
    }
    each_part_mut(expr, &mut |part| cover(part, of));
}

/// The value at the end of a path, where every reference of the veil is empty or leads to a visible record.
fn covered(path: &Path, ty: Type, veil: &Veil) -> Expr {
    let before = &path.steps[..path.steps.len() - 1];
    let conditions = veil.iter().map(|through| {
        let steps: Vec<Step> = before.iter().chain(through).cloned().collect();
        let at =
            |steps: Vec<Step>| walk::expr(Kind::Path(Path { root: path.root, steps }), Type::Reference(None));
        let empty = |of: Expr| walk::expr(Kind::Call(Function::IsEmpty, vec![of]), Type::Boolean);
        let reference = steps[..steps.len() - 1].to_vec();
        let visible = walk::expr(Kind::Not(Box::new(empty(at(steps)))), Type::Boolean);
        walk::expr(Kind::Or(vec![empty(at(reference)), visible]), Type::Boolean)
    });
    let condition =
        walk::all(conditions.collect()).unwrap_or_else(|| walk::literal(Value::Boolean(true), Type::Boolean));
    let value = walk::expr(Kind::Path(path.clone()), ty.clone());
    let nothing = walk::literal(Value::Null, ty.clone());
    walk::expr(Kind::If(Box::new(condition), Box::new(value), Box::new(nothing)), ty)
}
