//! Order, and the place in it where a page begins. Null is the smallest value on both databases.

use crate::codec::Cells;
use crate::dialect::Dialect;
use crate::select::output;
use crate::sql::Binder;
use crate::sql::column;
use crate::sql::fragment::Form;
use crate::sql::scope::{Reached, Renderer, Scope, Source};
use catalog::{Object, Stored};
use definition::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Path, Position, Step, Type, Value};
use plan::read::SortKey;
use std::sync::Arc;

/// One sort key.
#[derive(Clone, Debug)]
pub struct Key {
    /// What is compared.
    pub sql: String,
    /// Downwards.
    pub descending: bool,
    /// How it is stored.
    pub ty: ColumnType,
    /// Its type in expressions.
    pub kind: Type,
    /// Its column in the rows of the statement.
    pub index: usize,
    /// It has always a value.
    known: bool,
}

/// The keys of an order; the id ends them.
pub(crate) fn keys<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    alias: &str,
    object: &Arc<Object>,
    sort: &[SortKey],
) -> Result<Vec<Key>> {
    let mut keys = Vec::with_capacity(sort.len() + 1);
    for key in sort {
        let (sql, ty, kind, known) = key_of(renderer, scope, alias, object, &key.path)?;
        keys.push(Key { sql, descending: key.descending, ty, kind, index: 0, known });
    }
    let id = format!("{alias}.\"id\"");
    if keys.last().is_none_or(|last| last.sql != id) {
        let descending = keys.last().is_some_and(|last| last.descending);
        let kind = Type::Reference(Some(object.name.clone()));
        keys.push(Key { sql: id, descending, ty: ColumnType::Uuid, kind, index: 0, known: true });
    }
    Ok(keys)
}

fn key_of<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    alias: &str,
    object: &Arc<Object>,
    path: &Path,
) -> Result<(String, ColumnType, Type, bool)> {
    let nowhere = Position::default();
    let reached = match scope.roots.get(&path.root).cloned() {
        Some(Source::Table { alias, object }) => {
            renderer.reach(scope, &alias, &object, &path.steps, nowhere)?
        }
        _ => return Err(renderer.refused("a sort by this", nowhere)),
    };
    let Reached::Field { alias: place, object: owner, field } = reached else {
        return Err(renderer.refused("a sort by this", nowhere));
    };
    let found = owner.field(&field).cloned();
    let found = found.ok_or_else(|| renderer.refused(&format!("a sort by `{field}`"), nowhere))?;
    let step = Step { object: owner.name.clone(), field: found.name.clone() };
    let value = renderer.walk(scope, &place, &owner, std::slice::from_ref(&step), nowhere)?;
    if value.form == Form::Id && &*found.name != "id" {
        let Type::Reference(Some(target)) = &found.ty else {
            return Err(renderer.refused(&format!("a sort by `{field}`"), nowhere));
        };
        let target = renderer.object(target, nowhere)?;
        let joined = renderer.join(scope, &place, &found.name, &value.sql, &target)?;
        let title = output::title(renderer, scope, &joined, &target, &target.title.clone())?;
        // A title of several parts is never null by itself; where there is no row it must be.
        let title = match target.title.parts.len() {
            1 => title,
            _ => format!("CASE WHEN {joined}.\"id\" IS NOT NULL THEN {title} END"),
        };
        return Ok((title, ColumnType::Text, Type::Text, false));
    }
    let known = place == alias && Arc::ptr_eq(&owner, object) && (found.required || always(&found));
    let value = renderer.settled(value);
    let ty = match (&found.stored, &value.form) {
        (_, Form::Cipher(_) | Form::Link(_) | Form::List | Form::Json) => {
            return Err(renderer.refused(&format!("a sort by `{field}`"), nowhere));
        }
        (Stored::Column { ty, .. }, _) => *ty,
        (_, form) => stored_as(form, renderer.dialect()),
    };
    Ok((value.sql, ty, found.ty, known))
}

fn always(field: &catalog::Field) -> bool {
    use catalog::SystemField::{CreatedAt, Id, UpdatedAt, Version};
    matches!(field.system, Some(Id | Version | CreatedAt | UpdatedAt))
}

/// The column type of a computed value.
pub(crate) fn stored_as(form: &Form, dialect: Dialect) -> ColumnType {
    match form {
        Form::Number(number) if number.whole || (number.scale == 0 && dialect == Dialect::Sqlite) => {
            ColumnType::Integer
        }
        Form::Number(number) => ColumnType::Decimal { scale: number.scale },
        Form::Boolean => ColumnType::Boolean,
        Form::Date => ColumnType::Date,
        Form::DateTime => ColumnType::DateTime,
        Form::Time => ColumnType::Time,
        Form::Id => ColumnType::Uuid,
        Form::Link(_) => ColumnType::Link,
        Form::List | Form::Json => ColumnType::Json,
        Form::Text | Form::Null | Form::Cipher(_) => ColumnType::Text,
    }
}

/// The ORDER BY.
pub(crate) fn order(keys: &[Key], dialect: Dialect) -> String {
    let parts: Vec<String> = keys
        .iter()
        .map(|key| {
            let direction = if key.descending { " DESC" } else { "" };
            let nulls = match (dialect, key.known, key.descending) {
                (Dialect::Sqlite, ..) | (_, true, _) => "",
                (_, _, true) => " NULLS LAST",
                (_, _, false) => " NULLS FIRST",
            };
            format!("{}{}{direction}{nulls}", key.sql, collation(key, dialect))
        })
        .collect();
    parts.join(", ")
}

fn collation(key: &Key, dialect: Dialect) -> &'static str {
    match (dialect, key.ty) {
        (Dialect::Postgres, ColumnType::Text) => " COLLATE \"C\"",
        _ => "",
    }
}

/// The sort keys of a row.
pub(crate) fn values(row: &Cells, keys: &[Key]) -> Result<Vec<Value>> {
    keys.iter().map(|key| column::read(row, key.index, key.ty, &key.kind)).collect()
}

/// The condition that a row stands after the one with these keys: it is greater in the first key in which
/// they differ.
pub(crate) fn after(binder: &mut Binder, keys: &[Key], values: &[Value]) -> Result<String> {
    let invalid = || Box::new(Diagnostic::new(Code::InvalidCursor));
    if keys.len() != values.len() {
        return Err(invalid());
    }
    let mut alternatives: Vec<String> = Vec::with_capacity(keys.len());
    let mut equal: Vec<String> = Vec::with_capacity(keys.len());
    let mut bound_of_first = None;
    for (key, value) in keys.iter().zip(values) {
        let dialect = binder.dialect;
        let bound = match value {
            Value::Null => None,
            _ => Some(binder.bind(column::bound(value, key.ty, dialect).map_err(|_| invalid())?)),
        };
        let sql = format!("{}{}", key.sql, collation(key, dialect));
        let greater = match (&bound, key.descending) {
            (Some(bound), false) => Some(format!("{sql} > {bound}")),
            (Some(bound), true) if key.known => Some(format!("{sql} < {bound}")),
            (Some(bound), true) => Some(format!("({sql} < {bound} OR {} IS NULL)", key.sql)),
            (None, false) => Some(format!("{} IS NOT NULL", key.sql)),
            (None, true) => None,
        };
        if let Some(greater) = greater {
            let mut all = equal.clone();
            all.push(greater);
            alternatives.push(all.join(" AND "));
        }
        if equal.is_empty()
            && let Some(bound) = &bound
            && (key.known || !key.descending)
        {
            // Redundant, but an index can use it.
            bound_of_first = Some(format!("{sql} {} {bound}", if key.descending { "<=" } else { ">=" }));
        }
        equal.push(match &bound {
            Some(bound) => format!("{} = {bound}", key.sql),
            None => format!("{} IS NULL", key.sql),
        });
    }
    let any = match alternatives.is_empty() {
        true => "FALSE".to_owned(),
        false => format!("({})", alternatives.join(" OR ")),
    };
    Ok(match bound_of_first {
        Some(bound) => format!("{bound} AND {any}"),
        None => any,
    })
}
