//! Which rows of other objects count when a path of a read walks through them.

use super::output::reads;
use crate::actor::Rows;
use crate::known::Known;
use crate::read::{Output, SortKey};
use crate::walk;
use expression::{Expr, Path, Root, Type};
use std::collections::HashMap;
use std::sync::Arc;

/// The rows of every object walked through; objects of which the actor may read all rows are left out. The filter
/// speaks of columns and children only.
pub fn guards(
    known: &Known<'_>,
    filter: Option<&Expr>,
    outputs: &[Output],
    sort: &[SortKey],
) -> HashMap<Arc<str>, Rows> {
    let mut guards = Guards { known, found: HashMap::new() };
    if let Some(filter) = filter {
        guards.expr(filter);
    }
    sort.iter().for_each(|key| guards.path(&key.path, true));
    guards.outputs(outputs);
    guards.found
}

struct Guards<'k, 'a> {
    known: &'k Known<'a>,
    found: HashMap<Arc<str>, Rows>,
}

impl Guards<'_, '_> {
    fn object(&mut self, object: &Arc<str>) {
        if self.found.contains_key(object) {
            return;
        }
        let rows = reads(self.known, object);
        if !matches!(rows, Rows::All) {
            self.found.insert(object.clone(), rows);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        for (path, inside) in walk::paths(expr) {
            self.path(path, !inside);
        }
    }

    /// `own` says that the path starts at the row that is read, which `access` speaks of already.
    fn path(&mut self, path: &Path, own: bool) {
        if path.root == Root::User {
            return;
        }
        for step in path.steps.iter().skip(usize::from(own)) {
            self.object(&step.object);
        }
        // A path that ends in children walks on into them; one that ends in a reference may show its title.
        let objects = &self.known.catalog.objects;
        if let Some(last) = path.steps.last()
            && let Some(field) = objects.get(&last.object).and_then(|object| object.field(&last.field))
        {
            match &field.ty {
                Type::Children(target) => self.object(target),
                Type::Reference(Some(target)) if &*last.field != "id" => {
                    self.object(target);
                    self.title(target);
                }
                _ => {}
            }
        }
    }

    /// A title may be made of titles of further records.
    fn title(&mut self, object: &Arc<str>) {
        let Some(object) = self.known.catalog.objects.get(object) else { return };
        for target in self.known.title_targets(object) {
            self.object(&target);
        }
    }

    fn outputs(&mut self, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Value { path, .. } => self.path(path, true),
                Output::Formula { expr, .. } => self.expr(expr),
                Output::Reference { path, expand, .. } => {
                    self.path(path, true);
                    self.outputs(expand);
                }
                Output::Children { object, outputs, .. } => {
                    self.object(&object.name);
                    self.outputs(outputs);
                }
                Output::Links { target, expand, .. } => {
                    self.object(&target.name);
                    self.title(&target.name);
                    self.outputs(expand);
                }
            }
        }
    }
}
