//! What may be asked of encrypted fields: whether there is a value, and, with `lookup: exact`, whether it is
//! this one. The tables hold ciphertext, so no order, range or part of it means anything.

use crate::model::field::{Field, Stored};
use crate::model::object::Object;
use crate::parts::each_part;
use expression::{CompareOperator, Expr, Function, Kind, Position, Type};
use indexmap::IndexMap;
use std::sync::Arc;

type Objects = IndexMap<Arc<str>, Arc<Object>>;

/// The first use of an encrypted field that no statement can answer, and where it stands. Conditions that are
/// evaluated in memory know the values; this is about those that become SQL.
pub fn misuse<'a>(expr: &Expr, objects: &'a Objects) -> Option<(&'a Field, Position)> {
    first(expr, objects, true)
}

/// The first use in a computed value but for `is_empty`: what is computed from it would tell it.
pub(crate) fn computed_from<'a>(expr: &Expr, objects: &'a Objects) -> Option<(&'a Field, Position)> {
    first(expr, objects, false)
}

fn first<'a>(expr: &Expr, objects: &'a Objects, compared: bool) -> Option<(&'a Field, Position)> {
    let known = |part: &Expr| encrypted(part, objects);
    let exact = |part: &Expr| {
        let encryption = known(part).and_then(|field| field.encrypted.as_ref());
        compared && encryption.is_some_and(|encryption| encryption.hash_column.is_some())
    };
    let literal = |part: &Expr| matches!(part.kind, Kind::Literal(_));
    match &expr.kind {
        Kind::Path(_) => known(expr).map(|field| (field, expr.at)),
        Kind::Compare(CompareOperator::Equal | CompareOperator::NotEqual, a, b)
            if (exact(a) && literal(b)) || (exact(b) && literal(a)) =>
        {
            None
        }
        Kind::In(a, all) if exact(a) && all.iter().all(literal) => None,
        Kind::Call(Function::IsEmpty, parts) if parts.iter().all(|part| known(part).is_some()) => None,
        _ => {
            let mut found = None;
            each_part(expr, &mut |part| found = found.take().or_else(|| first(part, objects, compared)));
            found
        }
    }
}

/// The encrypted field a path ends in.
fn encrypted<'a>(expr: &Expr, objects: &'a Objects) -> Option<&'a Field> {
    let Kind::Path(path) = &expr.kind else { return None };
    let last = path.steps.last()?;
    objects.get(&last.object)?.field(&last.field).filter(|field| field.encrypted.is_some())
}

/// Whether statements can put rows in the order of the field, or in groups by it. References are ordered by
/// the title of what they refer to.
pub fn has_order(field: &Field) -> bool {
    let stored = matches!(field.stored, Stored::Column { .. } | Stored::Joined(_));
    let single = !matches!(
        field.ty,
        Type::List(_) | Type::Address | Type::Json | Type::Children(_) | Type::Reference(None) | Type::Null
    );
    field.encrypted.is_none() && stored && single
}
