//! Writing rows as planned: the row, its pairs, its words.

use crate::cells;
use crate::codec::Cell;
use crate::dialect::{Dialect, quoted};
use crate::error::internal;
use crate::row::columns;
use crate::search;
use crate::select::Reading;
use crate::sql::{Binder, column};
use crate::transaction::Tx;
use catalog::{Field, Link, Object, Stored, SystemField};
use definition::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::Row;
use plan::write::{LinkWrite, Operation, RowWrite};
use sea_orm::Value as Bound;
use uuid::Uuid;

/// Most values one statement binds; SQLite allows 32,766.
const MOST_BOUND: usize = 30_000;
/// Most rows one statement inserts.
const MOST_ROWS: usize = 200;

/// Does the writes in order. An update, delete or restore meets the row at the version it was planned on and
/// makes it one higher.
///
/// # Errors
/// `stale_version` where the row has another version or is gone; `duplicate`, `referenced_elsewhere` and the
/// failures of a database.
pub async fn apply(tx: &Tx, reading: Reading<'_>, writes: &[RowWrite]) -> Result<()> {
    let mut place = 0;
    while place < writes.len() {
        let write = &writes[place];
        if write.operation == Operation::Insert {
            let alike = writes[place..]
                .iter()
                .take_while(|other| {
                    other.operation == Operation::Insert && other.object.name == write.object.name
                })
                .count();
            insert_many(tx, reading, &writes[place..place + alike]).await?;
            place += alike;
            continue;
        }
        match write.operation {
            Operation::Purge => purge(tx, reading, write).await?,
            _ => update(tx, reading, write).await?,
        }
        place += 1;
    }
    tx.saw(writes);
    Ok(())
}

/// Inserts rows of one object, many by one statement.
pub async fn insert_many(tx: &Tx, reading: Reading<'_>, writes: &[RowWrite]) -> Result<()> {
    let Some(first) = writes.first() else {
        return Ok(());
    };
    let object = &first.object;
    let mut used: Vec<(&Field, String, ColumnType)> = Vec::new();
    for (field, column, ty) in columns(object) {
        let set = always(field) || writes.iter().any(|write| !write.after.values[field.index].is_null());
        if set {
            used.push((field, column.to_string(), ty));
        }
    }
    let names: Vec<String> = used.iter().flat_map(|(field, name, ty)| names(field, name, *ty)).collect();
    let at_once = (MOST_BOUND / names.len().max(1)).clamp(1, MOST_ROWS);
    for chunk in writes.chunks(at_once) {
        let mut binder = Binder::new(tx.dialect());
        let mut rows = Vec::with_capacity(chunk.len());
        for write in chunk {
            let mut values = Vec::with_capacity(names.len());
            for (field, name, ty) in &used {
                for bound in
                    bound(reading, write.id, field, name, *ty, &inserted(write, field), tx.dialect())?
                {
                    values.push(binder.bind(bound));
                }
            }
            rows.push(format!("({})", values.join(", ")));
        }
        let quoted_names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES {}",
            quoted(&object.table),
            quoted_names.join(", "),
            rows.join(", ")
        );
        tx.execute_sql(sql, binder.into_values()).await?;
    }
    let searchable = search::is_searchable(object);
    for write in writes {
        for link in &write.links {
            write_links(tx, object, write.id, link).await?;
        }
        if searchable {
            search::index(tx, &write.after).await?;
        }
    }
    Ok(())
}

fn always(field: &Field) -> bool {
    matches!(field.system, Some(SystemField::Id | SystemField::Version))
}

/// The value an insert writes: the id is that of the write, the version begins at 1.
fn inserted(write: &RowWrite, field: &Field) -> Value {
    match (field.system, &write.after.values[field.index]) {
        (Some(SystemField::Id), _) => Value::Reference(write.id),
        (Some(SystemField::Version), Value::Null) => Value::Integer(1),
        (_, value) => value.clone(),
    }
}

/// The columns a field is written to.
fn names(field: &Field, column: &str, ty: ColumnType) -> Vec<String> {
    let mut names = vec![column.to_owned()];
    if ty == ColumnType::Link {
        names.push(format!("{column}_object"));
    }
    if let Some(hash) = field.encrypted.as_ref().and_then(|e| e.hash_column.as_ref()) {
        names.push(hash.to_string());
    }
    names
}

/// The bound values for [`names`].
fn bound(
    reading: Reading<'_>,
    id: Uuid,
    field: &Field,
    column: &str,
    ty: ColumnType,
    value: &Value,
    dialect: Dialect,
) -> Result<Vec<Bound>> {
    let Some(encryption) = &field.encrypted else {
        let mut values = vec![column::bound(value, ty, dialect)?];
        if ty == ColumnType::Link {
            let object = if let Value::Link { object, .. } = value { Some(object.to_string()) } else { None };
            values.push(Bound::String(object));
        }
        return Ok(values);
    };
    let (sealed, hash) = match (value.as_text(), reading.secret) {
        (None, _) => (None, None),
        (Some(text), Some(secret)) => (Some(secret.seal(text, id, column)?), Some(secret.hash(text))),
        (Some(_), None) => return Err(internal("writing an encrypted field", "there is no key")),
    };
    let mut values = vec![Bound::String(sealed)];
    if encryption.hash_column.is_some() {
        values.push(Bound::String(hash));
    }
    Ok(values)
}

async fn update(tx: &Tx, reading: Reading<'_>, write: &RowWrite) -> Result<()> {
    let (object, dialect) = (&write.object, tx.dialect());
    let mut binder = Binder::new(dialect);
    let mut sets = vec!["\"version\" = \"version\" + 1".to_owned()];
    for (field, column, ty) in columns(object) {
        if !is_written(write, field) {
            continue;
        }
        let value = match (field.system, write.operation, &write.after.values[field.index]) {
            (Some(SystemField::DeletedAt), Operation::Delete, Value::Null) => {
                Value::DateTime(reading.bindings.now)
            }
            (Some(SystemField::DeletedAt), Operation::Restore, _) => Value::Null,
            (_, _, value) => value.clone(),
        };
        let values = bound(reading, write.id, field, column, ty, &value, dialect)?;
        for (name, value) in names(field, column, ty).iter().zip(values) {
            sets.push(format!("{} = {}", quoted(name), binder.bind(value)));
        }
    }
    let id = binder.bind(write.id);
    let version = match &write.before {
        Some(before) => format!(" AND \"version\" = {}", binder.bind(before.version())),
        None => String::new(),
    };
    let sql =
        format!("UPDATE {} SET {} WHERE \"id\" = {id}{version}", quoted(&object.table), sets.join(", "));
    if tx.execute_sql(sql, binder.into_values()).await? == 0 {
        return Err(Box::new(Diagnostic::new(Code::StaleVersion)));
    }
    for link in &write.links {
        write_links(tx, object, write.id, link).await?;
    }
    let words = write.changed.iter().filter_map(|index| object.fields.get_index(*index));
    if words.into_iter().any(|(_, field)| field.search) {
        search::index(tx, &write.after).await?;
    }
    Ok(())
}

fn is_written(write: &RowWrite, field: &Field) -> bool {
    match field.system {
        Some(SystemField::Id | SystemField::Version) => false,
        Some(SystemField::DeletedAt) => matches!(write.operation, Operation::Delete | Operation::Restore),
        Some(SystemField::UpdatedAt | SystemField::UpdatedBy) => true,
        _ => write.changed.contains(&field.index),
    }
}

async fn purge(tx: &Tx, reading: Reading<'_>, write: &RowWrite) -> Result<()> {
    let dialect = tx.dialect();
    for object in reading.catalog.objects.values() {
        for field in object.fields.values() {
            let Stored::Link(link) = &field.stored else { continue };
            let mut ends = Vec::new();
            if object.name == write.object.name {
                ends.push("source");
            }
            if link.target == write.object.name {
                ends.push("target");
            }
            for end in ends {
                let sql = format!("DELETE FROM {} WHERE \"{end}\" = $1", quoted(&link.table));
                tx.execute_sql(sql, vec![write.id.cell(dialect)]).await?;
            }
        }
    }
    search::remove(tx, &write.object, write.id).await?;
    let sql = format!("DELETE FROM {} WHERE \"id\" = $1", quoted(&write.object.table));
    match tx.execute_sql(sql, vec![write.id.cell(dialect)]).await? {
        0 => Err(Box::new(Diagnostic::new(Code::StaleVersion))),
        _ => Ok(()),
    }
}

/// Brings the pairs of a record to what was planned: pairs that are written again are replaced.
async fn write_links(tx: &Tx, object: &Object, source: Uuid, write: &LinkWrite) -> Result<()> {
    let field = object.fields.get_index(write.field).map(|(_, field)| field);
    let Some(Stored::Link(link)) = field.map(|field| &field.stored) else {
        return Err(internal("writing pairs", &format!("field {} of `{}`", write.field, object.name)));
    };
    let mut binder = Binder::new(tx.dialect());
    let owner = binder.bind(source);
    let mut sql = format!("DELETE FROM {} WHERE \"source\" = {owner}", quoted(&link.table));
    if let Some(remove) = &write.remove {
        let gone: Vec<Uuid> =
            remove.iter().copied().chain(write.pairs.iter().map(|(target, ..)| *target)).collect();
        let among = binder.id_in("\"target\"", &gone);
        sql = format!("{sql} AND {among}");
    }
    tx.execute_sql(sql, binder.into_values()).await?;
    for chunk in write.pairs.chunks(MOST_ROWS) {
        insert_pairs(tx, link, source, chunk).await?;
    }
    Ok(())
}

async fn insert_pairs(tx: &Tx, link: &Link, source: Uuid, pairs: &[(Uuid, i64, Vec<Value>)]) -> Result<()> {
    let dialect = tx.dialect();
    let mut binder = Binder::new(dialect);
    let mut names = vec!["\"id\"", "\"source\"", "\"target\"", "\"position\""]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    names.extend(link.attributes.iter().map(|(_, column, ..)| quoted(column)));
    let mut rows = Vec::with_capacity(pairs.len());
    for (target, position, attributes) in pairs {
        let mut values = vec![
            binder.bind(Uuid::now_v7()),
            binder.bind(source),
            binder.bind(*target),
            binder.bind(*position),
        ];
        for (place, (_, _, _, ty)) in link.attributes.iter().enumerate() {
            let value = attributes.get(place).unwrap_or(&Value::Null);
            let bound = column::bound(value, *ty, dialect)?;
            values.push(binder.bind(bound));
        }
        rows.push(format!("({})", values.join(", ")));
    }
    let sql =
        format!("INSERT INTO {} ({}) VALUES {}", quoted(&link.table), names.join(", "), rows.join(", "));
    tx.execute_sql(sql, binder.into_values()).await?;
    Ok(())
}

/// The row as it stands after a write: with the version the statement made.
pub fn written(write: &RowWrite) -> Row {
    let mut row = write.after.clone();
    let version = match (&write.operation, &write.before) {
        (Operation::Insert, _) => row.version().max(1),
        (_, Some(before)) => before.version() + 1,
        (_, None) => row.version(),
    };
    row.set("version", Value::Integer(version));
    row
}

/// Says which running flow a record belongs to, or that none does. Neither the version nor the history counts it.
pub async fn set_flow(tx: &Tx, object: &Object, record: Uuid, instance: Option<Uuid>) -> Result<()> {
    let sql = format!("UPDATE {} SET \"flow\" = $1 WHERE \"id\" = $2", quoted(&object.table));
    tx.execute_sql(sql, cells![tx.dialect(); instance, record]).await.map(|_| ())
}
