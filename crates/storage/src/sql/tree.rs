//! `within(node, ancestor)`: whether a node of a tree lies below another, or is it.

use crate::dialect::quoted;
use crate::sql::fragment::{Form, Fragment};
use crate::sql::scope::{Renderer, Scope};
use catalog::{Object, Stored};
use diagnostic::Result;
use expression::{Expr, Kind, Position, Root, Type, Value};

impl<'a> Renderer<'a> {
    pub(super) fn within(
        &mut self,
        scope: &mut Scope<'a>,
        node: &Expr,
        ancestor: &Expr,
        at: Position,
    ) -> Result<Fragment> {
        let value = self.expression(scope, node)?;
        if let Some(below) = self.own_departments(scope, ancestor) {
            return Ok(Fragment::boolean(self.binder.id_in(&value.sql, &below)));
        }
        let Type::Reference(Some(name)) = &node.ty else {
            return Err(self.refused("within() of a record of any object", at));
        };
        let object = self.object(name, at)?;
        let parent = parent_column(&object).ok_or_else(|| self.refused("within() of this object", at))?;
        let top = self.expression(scope, ancestor)?;
        let (table, parent) = (quoted(&object.table), quoted(&parent));
        let tree = self.alias();
        let row = self.alias();
        // Rows that the reader may not see lead nowhere. UNION, not UNION ALL: a cycle ends.
        let live = self.live_and_visible(&row, &object)?;
        let sql = format!(
            "CASE WHEN {node} IS NULL OR {top} IS NULL THEN NULL ELSE {node} IN \
             (WITH RECURSIVE {tree}(id) AS (SELECT {top} UNION SELECT {row}.\"id\" FROM {table} {row} \
             JOIN {tree} ON {row}.{parent} = {tree}.id{live}) \
             SELECT id FROM {tree}) END",
            node = value.sql,
            top = top.sql
        );
        Ok(Fragment::new(format!("({sql})"), Form::Boolean))
    }

    /// The departments below the user's own, which the session knows.
    fn own_departments(&self, scope: &Scope<'a>, ancestor: &Expr) -> Option<Vec<uuid::Uuid>> {
        let Kind::Path(path) = &ancestor.kind else {
            return None;
        };
        let own = path.root == Root::User
            && !scope.roots.contains_key(&Root::User)
            && path.steps.len() == 1
            && &*path.steps[0].field == "department";
        let user = &self.context.bindings.user;
        if !own || user.get("department").is_none_or(Value::is_null) {
            return None;
        }
        match user.get("departments") {
            Some(Value::List(ids)) => Some(ids.iter().filter_map(Value::as_reference).collect()),
            _ => None,
        }
    }
}

/// The column of the reference of a tree to itself.
pub(crate) fn parent_column(object: &Object) -> Option<String> {
    object.fields.values().find_map(|field| match (&field.kind, &field.stored) {
        (definition::FieldType::Reference(reference), Stored::Column { column, .. }) if reference.tree => {
            Some(column.to_string())
        }
        _ => None,
    })
}
