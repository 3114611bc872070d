//! The WHERE of a read.

use crate::dialect::Dialect;
use crate::search;
use crate::sql::scope::{Renderer, Scope};
use catalog::Object;
use diagnostic::Result;
use plan::read::{Bin, Conditions};
use std::sync::Arc;

impl<'a> Renderer<'a> {
    /// All conditions on a row, joined by AND; `TRUE` if there are none. Paths of the filter become joins of
    /// `scope`.
    pub fn conditions(
        &mut self,
        scope: &mut Scope<'a>,
        alias: &str,
        object: &Arc<Object>,
        conditions: &Conditions,
    ) -> Result<String> {
        let access = self.access(scope, alias, object, &conditions.access)?;
        self.conditions_and(scope, alias, object, conditions, access.as_deref())
    }

    /// The rows that the actor may see as a condition; `None` for all.
    pub fn access(
        &mut self,
        scope: &mut Scope<'a>,
        alias: &str,
        object: &Arc<Object>,
        access: &plan::Rows,
    ) -> Result<Option<String>> {
        match access {
            plan::Rows::Where(condition) => self.unguarded(scope, condition).map(Some),
            other => self.rows(alias, object, other),
        }
    }

    /// As [`Renderer::conditions`], with the rows that the actor may see already rendered.
    pub fn conditions_and(
        &mut self,
        scope: &mut Scope<'a>,
        alias: &str,
        object: &Arc<Object>,
        conditions: &Conditions,
        access: Option<&str>,
    ) -> Result<String> {
        let mut parts = Vec::new();
        match conditions.bin {
            Bin::Live => parts.push(format!("{alias}.\"deleted_at\" IS NULL")),
            Bin::Deleted => parts.push(format!("{alias}.\"deleted_at\" IS NOT NULL")),
            Bin::Any => {}
        }
        if let Some(ids) = &conditions.ids {
            parts.push(self.binder.id_in(&format!("{alias}.\"id\""), ids));
        }
        parts.extend(access.map(str::to_owned));
        if let Some(filter) = &conditions.filter {
            parts.push(self.condition(scope, filter)?);
        }
        if let Some(wanted) = &conditions.search {
            let dialect = self.dialect();
            let binder = &mut self.binder;
            let id = format!("{alias}.\"id\"");
            parts.push(search::condition(dialect, &mut |text| binder.bind(text), &id, object, wanted));
        }
        if parts.is_empty() {
            parts.push(match self.dialect() {
                Dialect::Sqlite => "1".to_owned(),
                Dialect::Postgres => "TRUE".to_owned(),
            });
        }
        Ok(parts.join(" AND "))
    }
}
