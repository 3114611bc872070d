//! Expressions of definitions, checked where they stand.

use super::entry::{Entry, Origin, invalid};
use crate::encrypted::misuse;
use crate::model::catalog::Catalog;
use crate::scopes::{Backend, Scope, Yields};
use definition::Expression;
use diagnostic::Diagnostic;
use expression::{Expectation, Expr, Type};
use indexmap::IndexMap;
use std::sync::Arc;

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    /// Which key it is.
    pub scope: &'static Scope,
    /// The object bare names speak of.
    pub row: &'a Arc<str>,
    /// The object of the outer record, where the key has one.
    pub record: Option<&'a Arc<str>>,
    /// The definition.
    pub origin: &'a Origin,
    /// The place in it.
    pub path: &'a [&'a str],
    /// Variables in scope.
    pub variables: Option<&'a IndexMap<String, Type>>,
}

impl<'a> Spot<'a> {
    /// A key of an entry that knows no outer record.
    pub fn of<T>(scope: &'static Scope, row: &'a Arc<str>, entry: &'a Entry<T>, path: &'a [&'a str]) -> Self {
        Spot { scope, row, record: None, origin: &entry.origin, path, variables: None }
    }
}

/// Compiles without replacing lookups; `value` is what a key that yields a value must fit.
pub(super) fn compile_raw(
    catalog: &Catalog,
    text: &Expression,
    spot: Spot<'_>,
    value: Option<&Type>,
    found: &mut Vec<Diagnostic>,
) -> Option<Expr> {
    let mut names = spot.scope.names(spot.row, spot.record);
    names
        .parameters
        .extend(spot.variables.into_iter().flatten().map(|(name, ty)| (name.clone(), ty.clone())));
    let expectation = match (spot.scope.yields, value) {
        (Yields::Condition, _) => Expectation::Condition,
        (Yields::Value, Some(ty)) => Expectation::Value(ty.clone()),
        (Yields::Value, None) => Expectation::Any,
        (Yields::Items, _) => Expectation::Items,
    };
    match expression::compile(text.text(), &names, catalog, &expectation) {
        Ok(expr) => Some(expr),
        // What follows from a definition that was not read or refused is not reported on top of that.
        Err(_) if !found.is_empty() && lacks_targets(catalog, spot) => None,
        Err(findings) => {
            found.extend(findings.into_iter().map(|finding| placed(finding, spot)));
            None
        }
    }
}

/// Whether a record in scope refers to an object that is not there.
fn lacks_targets(catalog: &Catalog, spot: Spot<'_>) -> bool {
    let missing = |name: &Arc<str>| match catalog.objects.get(name) {
        None => true,
        Some(object) => object.fields.values().filter(|field| field.system.is_none()).any(|field| {
            super::paths::target(&field.ty).is_some_and(|target| !catalog.objects.contains_key(target))
        }),
    };
    [Some(spot.row), spot.record].into_iter().flatten().any(missing)
}

/// From a position inside the expression to one in the file.
fn placed(finding: Diagnostic, spot: Spot<'_>) -> Diagnostic {
    let source = match &finding.source {
        Some(inner) if inner.line > 0 => spot.origin.inside(spot.path, inner.line, inner.column),
        _ => spot.origin.at(spot.path),
    };
    finding.in_source(source)
}

/// From a position inside a text that begins at `start`, line and column from 1, of the text at `path`.
pub(super) fn inside(finding: Diagnostic, origin: &Origin, path: &[&str], start: (u32, u32)) -> Diagnostic {
    let (line, column) = start;
    let source = match &finding.source {
        Some(inner) if inner.line > 0 => {
            origin.inside(path, line + inner.line - 1, column + inner.column.max(1) - 1)
        }
        _ => origin.inside(path, line, column),
    };
    finding.in_source(source)
}

/// Compiles and replaces lookups and formulas at read by what they stand for.
pub(super) fn compile(
    catalog: &Catalog,
    text: &Expression,
    spot: Spot<'_>,
    value: Option<&Type>,
    found: &mut Vec<Diagnostic>,
) -> Option<Expr> {
    let expr = compile_raw(catalog, text, spot, value, found)?;
    let expr = crate::expand::expand(&expr, &catalog.objects);
    if spot.scope.backends.contains(&Backend::Sql)
        && let Some((field, at)) = misuse(&expr, &catalog.objects)
    {
        let reason = format!(
            "`{}` is encrypted; only `is_empty` and, with `lookup: exact`, comparison with a constant can be answered",
            field.name
        );
        found.push(invalid(reason).in_source(spot.origin.inside(spot.path, at.line, at.column)));
    }
    Some(expr)
}

/// [`compile`] where there may be nothing.
pub(super) fn compile_some(
    catalog: &Catalog,
    text: Option<&Expression>,
    spot: Spot<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<Expr> {
    compile(catalog, text?, spot, None, found)
}
