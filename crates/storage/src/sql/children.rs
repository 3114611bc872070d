//! Functions over child records and many-to-many relations: correlated subselects over live rows.

use crate::dialect::{Dialect, quoted};
use crate::sql::fragment::{Form, Fragment, Number};
use crate::sql::scope::{Reached, Renderer, Scope, Source};
use catalog::{Object, Stored};
use diagnostic::Result;
use expression::{Aggregate, ArithmeticOperator, Expr, Path, Position, Root, Type};
use std::sync::Arc;

/// What is computed over children, apart from where they hang.
pub(super) struct Over<'e> {
    pub aggregate: Aggregate,
    pub body: Option<&'e Expr>,
    pub outer: Root,
}

/// A to-many field of a row of the statement.
pub(super) struct Many {
    /// The row's id.
    pub id: String,
    /// The field.
    pub stored: Stored,
}

impl<'a> Renderer<'a> {
    /// Where the list field at the end of a path hangs.
    pub(super) fn many(&mut self, scope: &mut Scope<'a>, path: &Path, at: Position) -> Result<Many> {
        match scope.roots.get(&path.root).cloned() {
            Some(Source::Table { alias, object }) => {
                let reached = self.reach(scope, &alias, &object, &path.steps, at)?;
                let Reached::Field { alias, object, field } = reached else {
                    return Err(self.refused("a list through a reference here", at));
                };
                let stored = object.field(&field).map(|f| f.stored.clone());
                let stored = stored.ok_or_else(|| self.refused(&format!("field `{field}`"), at))?;
                Ok(Many { id: format!("{alias}.\"id\""), stored })
            }
            Some(Source::Memory(row)) if path.steps.len() == 1 => {
                let stored = row.object.field(&path.steps[0].field).map(|f| f.stored.clone());
                let stored = stored.ok_or_else(|| self.refused("this list", at))?;
                Ok(Many { id: self.binder.bind(row.id()), stored })
            }
            // A record that does not exist has no children.
            Some(Source::Nothing) => {
                let step = path.steps.last().ok_or_else(|| self.refused("an empty path", at))?;
                let object = self.object(&step.object, at)?;
                let stored = object.field(&step.field).map(|f| f.stored.clone());
                let stored = stored.ok_or_else(|| self.refused("this list", at))?;
                Ok(Many { id: self.null(&Type::Reference(None)).sql, stored })
            }
            _ => Err(self.refused("a list of this record", at)),
        }
    }

    /// `lines.sum(amount)` and its kin.
    pub(super) fn over_children(
        &mut self,
        scope: &mut Scope<'a>,
        path: &Path,
        over: &Over<'_>,
        at: Position,
    ) -> Result<Fragment> {
        let many = self.many(scope, path, at)?;
        let Stored::Children { object, via } = &many.stored else {
            return Err(self.refused("a function over this list", at));
        };
        let child = self.object(object, at)?;
        let outer = scope.roots.get(&over.outer).cloned();
        self.aggregate_rows(&child, via, &many.id, outer, over, at)
    }

    /// An aggregate over the live children of the row with id `parent`.
    pub(super) fn aggregate_rows(
        &mut self,
        child: &Arc<Object>,
        via: &str,
        parent: &str,
        outer: Option<Source<'a>>,
        over: &Over<'_>,
        at: Position,
    ) -> Result<Fragment> {
        let alias = self.alias();
        let mut inner = Scope::of_row(&alias, child);
        if let Some(outer) = outer {
            inner.roots.insert(Root::Record, outer);
        }
        let body = over.body.map(|body| self.expression(&mut inner, body)).transpose()?;
        let column = match child.field(via).map(|f| &f.stored) {
            Some(Stored::Column { column, .. }) => quoted(column),
            _ => return Err(self.refused(&format!("children through `{via}`"), at)),
        };
        let visible = self.live_and_visible(&alias, child)?;
        let from = format!(
            "FROM {} {alias}{} WHERE {alias}.{column} = {parent}{visible}",
            quoted(&child.table),
            inner.join_text()
        );
        self.aggregate_text(over.aggregate, body, &from, at)
    }

    fn aggregate_text(
        &mut self,
        aggregate: Aggregate,
        body: Option<Fragment>,
        from: &str,
        at: Position,
    ) -> Result<Fragment> {
        let Some(body) = body else {
            return Ok(Fragment::stored_number(format!("(SELECT count(*) {from})"), 0, true));
        };
        let condition = &body.sql;
        Ok(match aggregate {
            Aggregate::Any => Fragment::boolean(format!("EXISTS (SELECT 1 {from} AND ({condition}))")),
            Aggregate::All => {
                Fragment::boolean(format!("NOT EXISTS (SELECT 1 {from} AND ({condition}) IS NOT TRUE)"))
            }
            Aggregate::Count => {
                Fragment::stored_number(format!("(SELECT count(*) {from} AND ({condition}))"), 0, true)
            }
            Aggregate::Sum => {
                let (sql, form) = self.sum(&body, at)?;
                Fragment::new(format!("(SELECT {sql} {from})"), form)
            }
            Aggregate::Avg => {
                let (sum, form) = self.sum(&body, at)?;
                let value = self.number_text(&body);
                let sum = Fragment::new(format!("(SELECT {sum} {from})"), form);
                let count = Fragment::stored_number(format!("(SELECT count({value}) {from})"), 0, true);
                self.arithmetic(ArithmeticOperator::Divide, &sum, &count)
            }
            Aggregate::Min | Aggregate::Max => {
                let sql = self.extreme(aggregate == Aggregate::Max, &body);
                Fragment::new(format!("(SELECT {sql} {from})"), body.form)
            }
        })
    }

    /// `sum(x)`, of nothing 0, and the form of the sum.
    pub(crate) fn sum(&mut self, body: &Fragment, at: Position) -> Result<(String, Form)> {
        let Form::Number(number) = &body.form else {
            return Err(self.refused("a sum of this value", at));
        };
        let value = self.number_text(body);
        Ok(match self.dialect() {
            // SQLite's own sum of integers raises "integer overflow".
            Dialect::Sqlite => {
                let number = Number { bound: i64::MAX as u128, constant: None, ..number.clone() };
                (format!("coalesce(sum({value}), 0)"), Form::Number(number))
            }
            Dialect::Postgres => {
                let number = Number { constant: None, whole: false, ..number.clone() };
                (format!("CAST(coalesce(sum({value}), 0) AS numeric(28,10))"), Form::Number(number))
            }
        })
    }

    /// The smallest or largest value.
    pub(crate) fn extreme(&mut self, most: bool, body: &Fragment) -> String {
        let name = if most { "max" } else { "min" };
        let value = match body.form {
            Form::Number(_) => self.number_text(body),
            _ => body.sql.clone(),
        };
        match (self.dialect(), &body.form) {
            (Dialect::Postgres, Form::Text) => format!("{name}({value} COLLATE \"C\")"),
            _ => format!("{name}({value})"),
        }
    }
}
