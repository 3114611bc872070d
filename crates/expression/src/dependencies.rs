//! What an expression reads.

use crate::Schema;
use crate::tree::{Aggregate, Expr, Kind, Path, Root};
use std::sync::Arc;

/// What an expression reads, each thing once, in the order of first appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// Field paths, those of child functions' bodies left out (but for what they read of other records).
    pub paths: Vec<Path>,
    /// Functions over children.
    pub children: Vec<ChildDependency>,
    /// Parameters by name.
    pub parameters: Vec<Arc<str>>,
    /// `today()` or `now()` is used. See [`uses_clock`] for fields that depend on the clock.
    pub clock: bool,
    /// The site's time zone matters: a day is taken of an instant or the other way round.
    pub zone: bool,
    /// Objects whose tree `within` walks.
    pub trees: Vec<Arc<str>>,
}

/// One function over children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildDependency {
    /// The path that ends in the children field.
    pub path: Path,
    /// What is computed.
    pub aggregate: Aggregate,
    /// What is read of each child: paths of root `Row` that start at the child.
    pub inner: Vec<Path>,
}

impl Dependencies {
    /// Whether any field of that root is read.
    pub fn uses(&self, root: Root) -> bool {
        self.paths.iter().chain(self.children.iter().map(|c| &c.path)).any(|path| path.root == root)
    }

    /// The fields read directly of the record `root`.
    pub fn fields_of(&self, root: Root) -> impl Iterator<Item = &Arc<str>> {
        let paths = self.paths.iter().chain(self.children.iter().map(|c| &c.path));
        paths.filter(move |path| path.root == root).filter_map(|path| path.steps.first()).map(|s| &s.field)
    }
}

/// Collects what an expression reads.
pub fn dependencies(expr: &Expr) -> Dependencies {
    let mut found = Dependencies::default();
    collect(expr, &mut found, None);
    found
}

/// Whether the value changes with the clock, also through fields computed at read.
pub fn uses_clock(expr: &Expr, schema: &dyn Schema) -> bool {
    let found = dependencies(expr);
    let inner = found.children.iter().flat_map(|c| c.inner.iter().chain([&c.path]));
    let on_clock = |path: &Path| {
        path.steps.iter().any(|s| schema.field(&s.object, &s.field).is_some_and(|info| info.on_clock))
    };
    found.clock || found.paths.iter().chain(inner).any(on_clock)
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// `outer` is set inside a child function: which root its `record` is outside. Paths of the child itself then go
/// to the last child dependency.
fn collect(expr: &Expr, found: &mut Dependencies, inside: Option<(usize, Root)>) {
    match &expr.kind {
        Kind::Path(path) => match (inside, path.root) {
            (Some((index, _)), Root::Row) => push(&mut found.children[index].inner, path.clone()),
            (Some((_, outer)), Root::Record) => {
                push(&mut found.paths, Path { root: outer, steps: path.steps.clone() });
            }
            _ => push(&mut found.paths, path.clone()),
        },
        Kind::Parameter(name) => push(&mut found.parameters, name.clone()),
        Kind::Today | Kind::Now => found.clock = true,
        Kind::Call(function, arguments) => call(*function, arguments, found),
        Kind::Children { path, aggregate, body, outer } => {
            let dependency = ChildDependency { path: path.clone(), aggregate: *aggregate, inner: Vec::new() };
            found.children.push(dependency);
            let index = found.children.len() - 1;
            if let Some(body) = body {
                collect(body, found, Some((index, *outer)));
            }
            return;
        }
        _ => {}
    }
    expr.parts().for_each(|part| collect(part, found, inside));
}

fn call(function: crate::Function, arguments: &[Expr], found: &mut Dependencies) {
    use crate::{Function as F, Type};
    let instant = arguments.iter().any(|a| a.ty == Type::DateTime);
    match function {
        F::DateTime => found.zone = true,
        F::StartOf | F::AddDays | F::AddMonths | F::DaysBetween | F::Year | F::Month | F::Day | F::Date => {
            found.zone |= instant;
        }
        F::Within => {
            if let Some(Type::Reference(Some(object))) = arguments.first().map(|a| &a.ty) {
                push(&mut found.trees, object.clone());
            }
        }
        _ => {}
    }
}
