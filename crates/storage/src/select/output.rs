//! What is selected for a record, and where each value of it will stand.

use crate::dialect::{Dialect, quoted};
use crate::select::cell::{self, Cell, Form, Stored};
use crate::sql::fragment::{Form as Sql, Fragment};
use crate::sql::scope::{Reached, Renderer, Scope, Source};
use catalog::{Encryption, Object, Title, TitlePart};
use definition::ColumnType;
use definition::field::FieldType;
use diagnostic::Result;
use expression::{Path, Position, Root, Type};
use plan::read::Output;
use plan::{Actor, Rows};
use std::sync::Arc;

/// The select list of one statement, and what becomes of its columns.
#[derive(Clone, Debug)]
pub struct Level {
    /// The select list.
    pub columns: Vec<String>,
    /// Members of each record.
    pub cells: Vec<Cell>,
    /// To-many relations, read by further queries.
    pub lists: Vec<List>,
    /// References to any object, whose titles are read by further queries.
    pub links: Vec<AnyLink>,
}

/// A reference to any object.
#[derive(Clone, Debug)]
pub struct AnyLink {
    /// Column of the id.
    pub id: usize,
    /// Column of the object's name.
    pub object: usize,
    /// Who reads.
    pub reader: Arc<Actor>,
}

/// A to-many relation of the rows of a level.
#[derive(Clone, Debug)]
pub struct List {
    /// What is read.
    pub output: Output,
    /// Column of the id of the record it belongs to.
    pub id: usize,
}

impl Level {
    /// A level whose first column is the id of the row.
    pub fn new(alias: &str) -> Self {
        Level {
            columns: vec![format!("{alias}.\"id\"")],
            cells: Vec::new(),
            lists: Vec::new(),
            links: Vec::new(),
        }
    }

    /// Adds a column; answers its place.
    pub fn column(&mut self, sql: String) -> usize {
        if let Some(known) = self.columns.iter().position(|column| *column == sql) {
            return known;
        }
        self.columns.push(sql);
        self.columns.len() - 1
    }
}

/// Adds outputs of the row with this alias.
pub fn add<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    level: &mut Level,
    alias: &str,
    object: &Arc<Object>,
    outputs: &[Output],
) -> Result<()> {
    let cells = cells(renderer, scope, level, alias, object, outputs)?;
    level.cells.extend(cells);
    Ok(())
}

fn cells<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    level: &mut Level,
    alias: &str,
    object: &Arc<Object>,
    outputs: &[Output],
) -> Result<Vec<Cell>> {
    let row = Source::Table { alias: alias.to_owned(), object: object.clone() };
    let outer = scope.roots.insert(Root::Row, row);
    let mut found = Vec::with_capacity(outputs.len());
    for output in outputs {
        found.push(one(renderer, scope, level, alias, output)?);
    }
    if let Some(outer) = outer {
        scope.roots.insert(Root::Row, outer);
    }
    Ok(found)
}

fn one<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    level: &mut Level,
    alias: &str,
    output: &Output,
) -> Result<Cell> {
    let nowhere = Position::default();
    Ok(match output {
        Output::Value { key, path, kind, mask } => {
            let fragment = renderer.path(scope, path, &Type::Null, nowhere)?;
            if let Sql::Cipher(_) = fragment.form {
                return cipher(renderer, scope, level, key, path, mask.as_ref());
            }
            value(renderer, level, key, fragment, kind)
        }
        Output::Formula { key, expr, kind } => {
            let fragment = renderer.value(scope, expr)?;
            value(renderer, level, key, fragment, kind)
        }
        Output::Reference { key, path, target, title, access, reader, expand } => {
            let reference = renderer.path(scope, path, &Type::Reference(None), nowhere)?;
            let shown = Shown { target: target.as_ref(), title, access, reader: reader.as_ref(), expand };
            joined(renderer, scope, level, key, &reference, &shown)?
        }
        Output::Children { key, .. } | Output::Links { key, .. } => {
            let id = level.column(format!("{alias}.\"id\""));
            level.lists.push(List { output: output.clone(), id });
            Cell::Many { key: cell::key(key), id, list: level.lists.len() - 1 }
        }
    })
}

fn value(
    renderer: &mut Renderer<'_>,
    level: &mut Level,
    key: &str,
    value: Fragment,
    kind: &FieldType,
) -> Cell {
    let value = renderer.settled(value);
    let form = form(renderer.dialect(), &value, kind);
    Cell::Value { key: cell::key(key), at: level.column(value.sql), form }
}

/// How a value in this stored form is written as a field of this type.
pub(crate) fn form(dialect: Dialect, value: &Fragment, kind: &FieldType) -> Form {
    match &value.form {
        Sql::Number(number) => {
            let stored = match dialect {
                Dialect::Postgres if !number.whole => Stored::Numeric,
                Dialect::Postgres => Stored::Scaled(0),
                Dialect::Sqlite => Stored::Scaled(u32::from(number.scale)),
            };
            match (kind, kind.kind().column()) {
                (FieldType::Money(_), Some(ColumnType::Decimal { scale })) => {
                    Form::Money(stored, u32::from(scale))
                }
                (_, Some(ColumnType::Decimal { scale })) => Form::Decimal(stored, u32::from(scale)),
                _ => Form::Integer(stored),
            }
        }
        Sql::Boolean => Form::Boolean,
        Sql::Date => Form::Date,
        Sql::DateTime => Form::DateTime,
        Sql::Time => Form::Time,
        Sql::Id | Sql::Link(_) => Form::Id,
        Sql::List if matches!(kind, FieldType::User(_)) => Form::Ids,
        Sql::List | Sql::Json => Form::Json,
        Sql::Text | Sql::Null | Sql::Cipher(_) => Form::Text,
    }
}

fn cipher<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    level: &mut Level,
    key: &str,
    path: &Path,
    mask: Option<&Encryption>,
) -> Result<Cell> {
    let nowhere = Position::default();
    let Some(Source::Table { alias, object }) = scope.roots.get(&path.root).cloned() else {
        return Err(renderer.refused("an encrypted field here", nowhere));
    };
    let Reached::Field { alias, object, field } =
        renderer.reach(scope, &alias, &object, &path.steps, nowhere)?
    else {
        return Err(renderer.refused("an encrypted field here", nowhere));
    };
    let Some(catalog::Stored::Column { column, .. }) = object.field(&field).map(|f| f.stored.clone()) else {
        return Err(renderer.refused("an encrypted field here", nowhere));
    };
    let id = level.column(format!("{alias}.\"id\""));
    let at = level.column(format!("{alias}.{}", quoted(&column)));
    let form = Form::Cipher { column, id, mask: mask.map(|m| m.mask) };
    Ok(Cell::Value { key: cell::key(key), at, form })
}

/// What is shown of a referred record.
struct Shown<'o> {
    target: Option<&'o Arc<Object>>,
    title: &'o Title,
    access: &'o Rows,
    reader: Option<&'o Arc<Actor>>,
    expand: &'o [Output],
}

fn joined<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    level: &mut Level,
    key: &str,
    reference: &Fragment,
    shown: &Shown<'_>,
) -> Result<Cell> {
    let key = cell::key(key);
    let id = level.column(reference.sql.clone());
    if let Sql::Link(object) = &reference.form {
        let object = level.column(object.clone());
        if let Some(reader) = shown.reader {
            level.links.push(AnyLink { id, object, reader: reader.clone() });
        }
        let object = Some(object);
        return Ok(Cell::Reference { key, id, object, title: None, shown: None, expand: Vec::new() });
    }
    let Some(target) = shown.target else {
        return Ok(Cell::Reference { key, id, object: None, title: None, shown: None, expand: Vec::new() });
    };
    let joined = join_shown(renderer, scope, &reference.sql, target, shown.access)?;
    let seen = level.column(format!("{joined}.\"id\""));
    let title = match shown.title.parts.is_empty() {
        true => None,
        false => Some(level.column(title(renderer, scope, &joined, target, shown.title)?)),
    };
    let expand = cells(renderer, scope, level, &joined, target, shown.expand)?;
    Ok(Cell::Reference { key, id, object: None, title, shown: Some(seen), expand })
}

/// LEFT JOINs the live row that `reference` points at, where it may be shown.
pub(crate) fn join_shown<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    reference: &str,
    target: &Arc<Object>,
    access: &Rows,
) -> Result<String> {
    let joined = renderer.alias();
    let mut on = format!("{joined}.\"id\" = {reference} AND {joined}.\"deleted_at\" IS NULL");
    if let Some(rows) = renderer.rows(&joined, target, access)? {
        on.push_str(" AND ");
        on.push_str(&rows);
    }
    scope.join_by(format!("LEFT JOIN {} {joined} ON {on}", quoted(&target.table)));
    Ok(joined)
}

/// The title of a record as text; empty parts are left out.
pub(crate) fn title<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    alias: &str,
    object: &Arc<Object>,
    title: &Title,
) -> Result<String> {
    title_at(renderer, scope, alias, object, title, 2)
}

fn title_at<'a>(
    renderer: &mut Renderer<'a>,
    scope: &mut Scope<'a>,
    alias: &str,
    object: &Arc<Object>,
    title: &Title,
    depth: usize,
) -> Result<String> {
    let nowhere = Position::default();
    let mut parts = Vec::with_capacity(title.parts.len());
    for part in &title.parts {
        match part {
            TitlePart::Words(words) => parts.push(renderer.binder.bind(words.as_str())),
            TitlePart::Field(name) => {
                let step = expression::Step { object: object.name.clone(), field: name.clone() };
                let value = renderer.walk(scope, alias, object, std::slice::from_ref(&step), nowhere)?;
                let text = match &value.form {
                    Sql::Id if depth == 0 => continue,
                    Sql::Id => {
                        let Some(Type::Reference(Some(target))) = object.field(name).map(|f| f.ty.clone())
                        else {
                            continue;
                        };
                        let target = renderer.object(&target, nowhere)?;
                        let joined = renderer.join(scope, alias, name, &value.sql, &target)?;
                        let inner = target.title.clone();
                        title_at(renderer, scope, &joined, &target, &inner, depth - 1)?
                    }
                    Sql::Text | Sql::Boolean | Sql::Date | Sql::Time | Sql::Number(_) => {
                        renderer.as_text(&value, nowhere)?.sql
                    }
                    // Secrets, instants and structures have no place in a title.
                    _ => continue,
                };
                parts.push(text);
            }
        }
    }
    Ok(match parts.len() {
        0 => "''".to_owned(),
        1 => parts.remove(0),
        _ => {
            let parts: Vec<String> = parts.iter().map(|part| format!("coalesce({part}, '')")).collect();
            format!("({})", parts.join(" || "))
        }
    })
}
