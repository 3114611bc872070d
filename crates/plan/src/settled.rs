//! Which expressions can only be judged after storage has settled derived values.

use crate::walk;
use catalog::expand::expand;
use catalog::{Catalog, Field, Stored};
use expression::{Expr, Kind, Path, Root};

/// Whether the expression reads children, or a stored derived value that is not computed in memory.
pub fn reads_settled(catalog: &Catalog, expr: &Expr) -> bool {
    let expr = expand(expr, &catalog.objects);
    let mut found = false;
    walk::visit(&expr, &mut |part, _| match &part.kind {
        Kind::Children { path, .. } => found |= path.root != Root::Old,
        Kind::Path(path) => found |= ends_settled(catalog, path),
        _ => {}
    });
    found
}

fn ends_settled(catalog: &Catalog, path: &Path) -> bool {
    if !matches!(path.root, Root::Row | Root::Record) {
        return false;
    }
    path.steps.iter().enumerate().any(|(place, step)| {
        let field = catalog.objects.get(&step.object).and_then(|object| object.field(&step.field));
        field.is_some_and(|field| {
            is_derived_column(field) && (place > 0 || !is_local(catalog, &step.object, field))
        })
    })
}

fn is_derived_column(field: &Field) -> bool {
    field.derived.is_some() && matches!(field.stored, Stored::Column { .. })
}

/// Whether a derived value reads only columns of its own row, so that it is computed in memory.
pub fn is_local(catalog: &Catalog, object: &str, field: &Field) -> bool {
    let order = &catalog.derivations.order;
    order
        .iter()
        .any(|derivation| derivation.local && *derivation.object == *object && derivation.field == field.name)
}
