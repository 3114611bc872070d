//! How many stored rows a rule would refuse: told before it is published, for the rule holds only for what is
//! written from then on.

use crate::dialect::quoted;
use crate::sql::Scope;
use crate::sql::scope::{Context, Renderer};
use crate::transaction::Tx;
use catalog::{Catalog, Object, Rule};
use diagnostic::Result;
use plan::read::Bindings;
use std::collections::HashMap;
use std::sync::Arc;

/// Counts the live rows for which `when` holds and `require` does not. The tables must be those of `catalog`:
/// inside [`crate::Database::rehearse`], after its migration. A rule that the database cannot evaluate is an
/// error with its position.
pub async fn refused(
    tx: &Tx,
    catalog: &Catalog,
    bindings: &Bindings,
    object: &Arc<Object>,
    rule: &Rule,
) -> Result<i64> {
    let guards = HashMap::new();
    let context = Context { catalog, bindings, guards: &guards, secret: None };
    let mut renderer = Renderer::new(context, tx.dialect());
    let alias = renderer.alias();
    let mut scope = Scope::of_row(&alias, object);
    let when = match &rule.when {
        Some(when) => format!(" and ({}) is true", renderer.condition(&mut scope, when)?),
        None => String::new(),
    };
    let require = renderer.condition(&mut scope, &rule.require)?;
    let sql = format!(
        "select count(*) from {} as {alias}{} where {alias}.deleted_at is null{when} and ({require}) is not true",
        quoted(&object.table),
        scope.join_text(),
    );
    let row = tx.row(sql, renderer.take_values()).await?;
    row.map_or(Ok(0), |row| row.get(0))
}
