//! Rows as plans know them: read whole, written as planned.
//!
//! Read in this order: this file (reading), [`value`] (computing values of many rows in one statement),
//! [`write`] (writing).

pub mod value;

pub mod write;

use crate::codec::Cell;
use crate::codec::Cells;
use crate::dialect::quoted;
use crate::error::internal;
use crate::select::Reading;
use crate::sql::column;
use crate::sql::scope::{Context, Renderer, Scope};
use crate::transaction::Tx;
use catalog::{Encryption, Field, Object, Stored};
use definition::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::read::{Bin, Conditions};
use plan::{Row, Rows};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The fields that have a column, in order.
pub(crate) fn columns(object: &Object) -> impl Iterator<Item = (&Field, &Arc<str>, ColumnType)> {
    object.fields.values().filter_map(|field| match &field.stored {
        Stored::Column { column, ty } => Some((field, column, *ty)),
        _ => None,
    })
}

/// The select list of a whole row.
fn select_list(object: &Object, alias: &str) -> String {
    let mut list = Vec::with_capacity(object.fields.len());
    for (_, column, ty) in columns(object) {
        list.push(format!("{alias}.{}", quoted(column)));
        if ty == ColumnType::Link {
            list.push(format!("{alias}.{}", quoted(&format!("{column}_object"))));
        }
    }
    list.join(", ")
}

fn read_row(reading: Reading<'_>, object: &Arc<Object>, row: &Cells) -> Result<Row> {
    let mut found = Row::empty(object.clone());
    let mut index = 0;
    for (field, _, ty) in columns(object) {
        let ty_read = if field.encrypted.is_some() { ColumnType::Text } else { ty };
        found.values[field.index] = column::read(row, index, ty_read, &field.ty)?;
        index += if ty == ColumnType::Link { 2 } else { 1 };
    }
    let id = found.id();
    for (field, column, _) in columns(object).filter(|(field, ..)| field.encrypted.is_some()) {
        if let Value::Text(sealed) = &found.values[field.index] {
            let opened = match reading.secret {
                Some(secret) => secret.open(sealed, id, column)?,
                None => return Err(internal("reading an encrypted field", "there is no key")),
            };
            found.values[field.index] = Value::Text(opened);
        }
    }
    Ok(found)
}

/// The row with this id, in the bin or not; encrypted fields are opened. With `lock`, on PostgreSQL, other
/// writers of the row wait.
pub async fn load_row(
    tx: &Tx,
    reading: Reading<'_>,
    object: &Arc<Object>,
    id: Uuid,
    lock: bool,
) -> Result<Option<Row>> {
    Ok(load_rows(tx, reading, object, &[id], lock).await?.pop())
}

/// The rows with these ids that exist, in the order of their ids.
pub async fn load_rows(
    tx: &Tx,
    reading: Reading<'_>,
    object: &Arc<Object>,
    ids: &[Uuid],
    lock: bool,
) -> Result<Vec<Row>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let dialect = tx.dialect();
    let mut binder = crate::sql::Binder::new(dialect);
    let condition = binder.id_in("t.\"id\"", ids);
    let lock = if lock { dialect.for_update() } else { "" };
    let sql = format!(
        "SELECT {} FROM {} t WHERE {condition} ORDER BY t.\"id\"{lock}",
        select_list(object, "t"),
        quoted(&object.table)
    );
    let rows = tx.query_all_sql(sql, binder.into_values()).await?;
    rows.iter().map(|row| read_row(reading, object, row)).collect()
}

/// The live children of these parents, ordered by parent and position.
pub async fn load_children(
    tx: &Tx,
    reading: Reading<'_>,
    child: &Arc<Object>,
    via: &str,
    parents: &[Uuid],
) -> Result<Vec<Row>> {
    load_referring(tx, reading, child, via, parents, Bin::Live).await
}

/// The rows whose reference `via` is one of these records, ordered by record and position.
pub async fn load_referring(
    tx: &Tx,
    reading: Reading<'_>,
    child: &Arc<Object>,
    via: &str,
    parents: &[Uuid],
    bin: Bin,
) -> Result<Vec<Row>> {
    let Some(Stored::Column { column, .. }) = child.field(via).map(|f| &f.stored) else {
        return Err(internal("reading children", &format!("`{via}` of `{}` is no reference", child.name)));
    };
    let dialect = tx.dialect();
    let mut binder = crate::sql::Binder::new(dialect);
    let owner = format!("t.{}", quoted(column));
    let condition = binder.id_in(&owner, parents);
    let position = child.system(catalog::SystemField::Position).map_or("", |_| "t.\"position\", ");
    let sql = format!(
        "SELECT {} FROM {} t WHERE {condition}{} ORDER BY {owner}, {position}t.\"id\"",
        select_list(child, "t"),
        quoted(&child.table),
        match bin {
            Bin::Live => " AND t.\"deleted_at\" IS NULL",
            Bin::Deleted => " AND t.\"deleted_at\" IS NOT NULL",
            Bin::Any => "",
        }
    );
    let rows = tx.query_all_sql(sql, binder.into_values()).await?;
    rows.iter().map(|row| read_row(reading, child, row)).collect()
}

/// Whether some row's reference `via` is this record.
pub async fn is_referred_to(tx: &Tx, from: &Arc<Object>, via: &str, id: Uuid, bin: Bin) -> Result<bool> {
    let Some(Stored::Column { column, .. }) = from.field(via).map(|f| &f.stored) else {
        return Err(internal(
            "looking for references",
            &format!("`{via}` of `{}` is no reference", from.name),
        ));
    };
    let bin = match bin {
        Bin::Live => " AND t.\"deleted_at\" IS NULL",
        Bin::Deleted => " AND t.\"deleted_at\" IS NOT NULL",
        Bin::Any => "",
    };
    let sql = format!(
        "SELECT t.\"id\" FROM {} t WHERE t.{} = $1{bin} LIMIT 1",
        quoted(&from.table),
        quoted(column)
    );
    Ok(!tx.query_all_sql(sql, vec![id.cell(tx.dialect())]).await?.is_empty())
}

/// Whether a row refers to some record of the object `target` by its reference to any object.
pub async fn leads_to(tx: &Tx, from: &Object, field: &Field, target: &str) -> Result<bool> {
    let Stored::Column { column, ty: ColumnType::Link } = &field.stored else { return Ok(false) };
    let sql = format!(
        "SELECT t.\"id\" FROM {} t WHERE t.{} = $1 LIMIT 1",
        quoted(&from.table),
        quoted(&format!("{column}_object"))
    );
    Ok(!tx.query_all_sql(sql, vec![target.cell(tx.dialect())]).await?.is_empty())
}

/// The targets of a many-to-many field of a record, in order, with the values of their attributes.
pub async fn load_links(tx: &Tx, link: &catalog::Link, source: Uuid) -> Result<Vec<(Uuid, i64, Vec<Value>)>> {
    let dialect = tx.dialect();
    let mut list = vec!["l.\"target\"".to_owned(), "l.\"position\"".to_owned()];
    list.extend(link.attributes.iter().map(|(_, column, ..)| format!("l.{}", quoted(column))));
    let mut binder = crate::sql::Binder::new(dialect);
    let source = binder.bind(source);
    let sql = format!(
        "SELECT {} FROM {} l WHERE l.\"source\" = {source} ORDER BY l.\"position\", l.\"target\"",
        list.join(", "),
        quoted(&link.table)
    );
    let mut found = Vec::new();
    for row in tx.query_all_sql(sql, binder.into_values()).await? {
        let Some(target) = row.get::<Option<Uuid>>(0)? else { continue };
        let position: Option<i64> = row.get(1)?;
        let mut values = Vec::with_capacity(link.attributes.len());
        for (place, (_, _, kind, ty)) in link.attributes.iter().enumerate() {
            values.push(column::read(&row, place + 2, *ty, &kind.kind().expression_type())?);
        }
        found.push((target, position.unwrap_or_default(), values));
    }
    Ok(found)
}

/// The ids of the rows that meet the conditions, in the order of their ids, at most `limit`.
pub async fn visible(
    tx: &Tx,
    reading: Reading<'_>,
    object: &Arc<Object>,
    conditions: &Conditions,
    limit: u32,
) -> Result<Vec<Uuid>> {
    let context = Context {
        catalog: reading.catalog,
        bindings: reading.bindings,
        guards: &conditions.guards,
        secret: reading.secret,
    };
    let mut renderer = Renderer::new(context, tx.dialect());
    let mut scope = Scope::of_row("t", object);
    let condition = renderer.conditions(&mut scope, "t", object, conditions)?;
    let sql = format!(
        "SELECT t.\"id\" FROM {} t{} WHERE {condition} ORDER BY t.\"id\" LIMIT {limit}",
        quoted(&object.table),
        scope.join_text()
    );
    ids(tx.query_all_sql(sql, renderer.take_values()).await?)
}

/// The first column of rows.
pub(crate) fn ids(rows: Vec<Cells>) -> Result<Vec<Uuid>> {
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.extend(row.get::<Option<Uuid>>(0)?);
    }
    Ok(found)
}

/// The ids of live rows for which a condition holds that also speaks of records in memory (`record`, `initiator`),
/// in the order of their ids, at most `limit`.
pub async fn meeting(
    tx: &Tx,
    reading: Reading<'_>,
    object: &Arc<Object>,
    condition: Option<&expression::Expr>,
    known: &[(expression::Root, Option<&Row>)],
    limit: u32,
) -> Result<Vec<Uuid>> {
    let guards = HashMap::new();
    let context = Context {
        catalog: reading.catalog,
        bindings: reading.bindings,
        guards: &guards,
        secret: reading.secret,
    };
    let mut renderer = Renderer::new(context, tx.dialect());
    let mut scope = Scope::of_row("t", object);
    for (root, row) in known {
        let source = row.map_or(crate::sql::Source::Nothing, crate::sql::Source::Memory);
        scope.roots.insert(*root, source);
    }
    let condition = match condition {
        Some(condition) => format!(" AND {}", renderer.condition(&mut scope, condition)?),
        None => String::new(),
    };
    let sql = format!(
        "SELECT t.\"id\" FROM {} t{} WHERE t.\"deleted_at\" IS NULL{condition} ORDER BY t.\"id\" LIMIT {limit}",
        quoted(&object.table),
        scope.join_text()
    );
    ids(tx.query_all_sql(sql, renderer.take_values()).await?)
}

/// The live rows of `access` whose fields have these values (a natural key, a unique constraint); encrypted fields
/// are compared by their hash. None if a value is null: null equals nothing.
pub async fn find_by_key(
    tx: &Tx,
    reading: Reading<'_>,
    object: &Arc<Object>,
    key: &[(Arc<str>, Value)],
    access: &Rows,
) -> Result<Vec<Uuid>> {
    let dialect = tx.dialect();
    let guards = HashMap::new();
    let context = Context {
        catalog: reading.catalog,
        bindings: reading.bindings,
        guards: &guards,
        secret: reading.secret,
    };
    let mut renderer = Renderer::new(context, dialect);
    let mut parts = vec!["t.\"deleted_at\" IS NULL".to_owned()];
    parts.extend(renderer.rows("t", object, access)?);
    for (name, value) in key {
        let field = object.field(name).ok_or_else(|| unknown_field(name))?;
        let Stored::Column { column, ty } = &field.stored else {
            return Err(unknown_field(name));
        };
        if value.is_null() {
            return Ok(Vec::new());
        }
        let (column, bound) = match (&field.encrypted, value) {
            (None, _) => (column, column::bound(value, *ty, dialect)?),
            (Some(Encryption { hash_column: Some(hash), .. }), Value::Text(text)) => {
                let secret = reading.secret.ok_or_else(|| internal("looking up", "there is no key"))?;
                (hash, sea_orm::Value::String(Some(secret.hash(text))))
            }
            _ => return Err(unknown_field(name)),
        };
        let bound = renderer.binder.bind(bound);
        parts.push(format!("t.{} = {bound}", quoted(column)));
    }
    let sql = format!(
        "SELECT t.\"id\" FROM {} t WHERE {} ORDER BY t.\"id\" LIMIT 2",
        quoted(&object.table),
        parts.join(" AND ")
    );
    ids(tx.query_all_sql(sql, renderer.take_values()).await?)
}

fn unknown_field(name: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::UnknownField).with("name", name))
}
