//! A shape as SQL: everything of a page's statement but its conditions. It is put together once for an actor and
//! used for every page, filter and record.

use crate::dialect::{Dialect, quoted};
use crate::select::many::{self, Statement};
use crate::select::output::{self, Level};
use crate::select::{Reading, keyset};
use crate::sql::scope::{Joins, Renderer, Scope};
use catalog::{Object, Stored};
use diagnostic::Result;
use plan::Rows;
use plan::read::{Page, Select, Shape};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The statement of a page without its conditions.
#[derive(Clone, Debug)]
pub struct Frame {
    dialect: Dialect,
    /// What is selected, and what becomes of it.
    pub(crate) level: Level,
    /// How its to-many relations are read.
    pub(crate) lists: Vec<Statement>,
    /// Where the sort keys stand in each row, and how they are stored.
    pub(crate) keys: Vec<keyset::Key>,
    /// `SELECT …` up to the FROM of the rows of the page.
    head: String,
    /// What follows the rows of the page.
    tail: String,
    /// The alias of the rows of the page while they are looked for.
    inside: &'static str,
    /// The joins of the sort keys.
    joins: Joins,
    /// The rows that the actor may see, and the same as a condition.
    access: (Rows, Option<String>),
    /// The keys while rows are looked for, and their order.
    place: Vec<keyset::Key>,
    order: String,
    values: Vec<sea_orm::Value>,
    aliases: usize,
    /// It says the same at any time.
    lasting: bool,
}

impl Frame {
    /// Puts a shape into SQL.
    ///
    /// # Errors
    /// `expression_backend` for what the database cannot compute.
    pub fn of(dialect: Dialect, reading: Reading<'_>, shape: &Shape) -> Result<Frame> {
        let mut renderer = Renderer::new(reading.context(&shape.guards), dialect);
        let object = &shape.object;
        let mut outer = Scope::of_row("r0", object);
        let mut level = Level::new("r0");
        output::add(&mut renderer, &mut outer, &mut level, "r0", object, &shape.outputs)?;
        // What joins or computes is done for the rows of the page only. On SQLite the rows are found by their
        // numbers first: where an index holds all that decides, rows that are passed over are never read.
        let nested = row_number(dialect, object).is_some()
            || !outer.joins().is_empty()
            || level.columns.iter().any(|column| column.contains("(SELECT"));
        let inside = if nested { "p" } else { "r0" };
        let mut inner = Scope::of_row(inside, object);
        let mut place = keyset::keys(&mut renderer, &mut inner, inside, object, &shape.sort)?;
        let first_key = level.columns.len();
        for (number, key) in place.iter_mut().enumerate() {
            key.index = first_key + number;
        }
        let order = keyset::order(&place, dialect);
        let mut keys = place.clone();
        let (head, tail) = if nested {
            let joins = outer.join_text();
            let own = match row_number(dialect, object) {
                Some(number) => vec![format!("{inside}.{number} AS n")],
                None => {
                    let mut needed = columns_of("r0", level.columns.iter().map(String::as_str));
                    needed.extend(columns_of("r0", [joins.as_str()]));
                    needed.into_iter().map(|column| format!("{inside}.{column}")).collect()
                }
            };
            let (rows, found) = match row_number(dialect, object) {
                // CROSS JOIN is SQLite's way to keep the order of the two.
                Some(number) => {
                    let table = quoted(&object.table);
                    ("f", format!(") f CROSS JOIN {table} r0 ON r0.{number} = f.n"))
                }
                None => ("r0", ") r0".to_owned()),
            };
            let sorted = place.iter().enumerate().map(|(number, key)| format!("{} AS k{number}", key.sql));
            let own: Vec<String> = own.into_iter().chain(sorted).collect();
            for (number, key) in keys.iter_mut().enumerate() {
                key.sql = format!("{rows}.k{number}");
            }
            let outside: Vec<&str> = keys.iter().map(|key| key.sql.as_str()).collect();
            let list = level.columns.join(", ");
            let head = format!("SELECT {list}, {} FROM (SELECT {}", outside.join(", "), own.join(", "));
            (head, format!("{found}{joins} ORDER BY {}", keyset::order(&keys, dialect)))
        } else {
            let sorted: Vec<&str> = place.iter().map(|key| key.sql.as_str()).collect();
            (format!("SELECT {}, {}", level.columns.join(", "), sorted.join(", ")), String::new())
        };
        let head = format!("{head} FROM {} {inside}", quoted(&object.table));
        let seen = renderer.access(&mut inner, inside, object, &shape.access)?;
        let access = (shape.access.clone(), seen);
        let lists = many::statements(dialect, renderer.context, &level)?;
        let lasting = renderer.is_lasting() && lists.iter().all(Statement::is_lasting);
        let (values, aliases) = renderer.take_state();
        let joins = inner.into_joins();
        Ok(Frame {
            dialect,
            level,
            lists,
            keys,
            head,
            tail,
            inside,
            joins,
            access,
            place,
            order,
            values,
            aliases,
            lasting,
        })
    }

    /// Whether it may be kept: it says nothing of the time it was made at.
    pub fn is_lasting(&self) -> bool {
        self.lasting
    }

    /// The statement of a page, and its bound values.
    pub(crate) fn statement(
        &self,
        reading: Reading<'_>,
        select: &Select,
    ) -> Result<(String, Vec<sea_orm::Value>)> {
        let object = &select.shape.object;
        let context = reading.context(&select.conditions.guards);
        let mut renderer = Renderer::resumed(context, self.dialect, (self.values.clone(), self.aliases));
        let mut inner = Scope::of_row(self.inside, object).joined(self.joins.clone());
        let wanted = &select.conditions;
        let mut conditions = match is_same(&self.access.0, &wanted.access) {
            true => {
                let seen = self.access.1.as_deref();
                renderer.conditions_and(&mut inner, self.inside, object, wanted, seen)?
            }
            false => renderer.conditions(&mut inner, self.inside, object, wanted)?,
        };
        if let Page::Keyset { after: Some(after), .. } = &select.page {
            let place = keyset::after(&mut renderer.binder, &self.place, after)?;
            conditions = format!("{conditions} AND {place}");
        }
        let limit = match &select.page {
            Page::Keyset { limit, .. } => format!(" LIMIT {}", u64::from(*limit) + 1),
            // Bound, so that all pages of a list are one statement.
            Page::Offset { limit, offset } => {
                let offset = renderer.binder.bind(i64::try_from(*offset).unwrap_or(i64::MAX));
                format!(" LIMIT {} OFFSET {offset}", u64::from(*limit) + 1)
            }
        };
        let sql = [
            self.head.as_str(),
            &inner.join_text(),
            " WHERE ",
            &conditions,
            " ORDER BY ",
            &self.order,
            &limit,
            &self.tail,
        ];
        Ok((sql.concat(), renderer.take_values()))
    }
}

/// Whether two sets of rows are the very same: what is narrower is put together anew.
fn is_same(a: &Rows, b: &Rows) -> bool {
    match (a, b) {
        (Rows::Where(a), Rows::Where(b)) => Arc::ptr_eq(a, b),
        (a, b) => a == b,
    }
}

/// SQLite's own name for the number of a row: one that no column has.
fn row_number(dialect: Dialect, object: &Object) -> Option<&'static str> {
    let taken = |name: &&str| {
        object.fields.values().any(|field| {
            matches!(&field.stored, Stored::Column { column, .. } if column.eq_ignore_ascii_case(name))
        })
    };
    match dialect {
        Dialect::Sqlite => ["rowid", "_rowid_", "oid"].into_iter().find(|name| !taken(name)),
        Dialect::Postgres => None,
    }
}

/// The quoted columns of an alias that pieces of SQL mention. Values of users are bound, so every quotation
/// mark begins or ends a name.
fn columns_of<'s>(alias: &str, pieces: impl IntoIterator<Item = &'s str>) -> BTreeSet<String> {
    let start = format!("{alias}.\"");
    let mut found = BTreeSet::new();
    for piece in pieces {
        let mut from = 0;
        while let Some(place) = piece[from..].find(&start) {
            let begin = from + place;
            let name = begin + start.len();
            let end = piece[name..].find('"').map_or(piece.len(), |length| name + length);
            let bounded = !piece[..begin].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if bounded {
                found.insert(format!("\"{}\"", &piece[name..end]));
            }
            from = end;
        }
    }
    found
}
