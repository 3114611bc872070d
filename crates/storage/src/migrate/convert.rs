//! A field whose type changed has a new column; what the old one holds is copied where each value has exactly
//! one counterpart. Rows that have none are counted first and stop the publish.
//!
//! The database converts what both databases convert alike; the rest is a [`Rewrite`].

use super::rewrite::{Recipe, Rewrite, Target};
use super::{Guard, Step, physical_columns, seal};
use crate::dialect::{Dialect, quoted};
use catalog::names::Column;
use definition::ColumnType;
use expression::Type;

/// A field whose values move to another column.
pub(super) struct Move<'a> {
    /// The object's full name.
    pub object: &'a str,
    /// The field as it is called now.
    pub field: &'a str,
    /// The object's table, or the table of pairs whose attribute it is.
    pub table: &'a str,
    /// Where its values were.
    pub old: &'a Column,
    /// Where they will be.
    pub new: &'a Column,
    /// What expressions see of them from now on.
    pub ty: Option<&'a Type>,
}

/// The steps of a move.
pub(super) fn steps(of: &Move<'_>, dialect: Dialect) -> Vec<Step> {
    let copy = match (of.old.ty, of.new.ty) {
        (Some(from), Some(to)) => copy(of, from, to, dialect),
        _ => pairs(of),
    };
    let mut steps = vec![copy.unwrap_or_else(|| refusal(of))];
    if of.old.encrypted.is_none() && of.new.encrypted.is_some() {
        steps.push(seal::wiped(of.object, of.field, of.table, of.old, dialect));
    }
    steps
}

fn what(of: &Move<'_>) -> String {
    format!("change of the type of {}.{}", of.object, of.field)
}

fn guard(of: &Move<'_>, sql: String, reason: &str) -> Option<Guard> {
    Some(Guard { sql, what: what(of), reason: reason.to_owned(), late: false })
}

fn counted(table: &str, condition: &str) -> String {
    format!("select count(*) from {} where {condition}", quoted(table))
}

const UNFIT: &str = "rows hold values that do not fit";

/// There is no way; fine as long as nothing is there to take it.
fn refusal(of: &Move<'_>) -> Step {
    let sql = match of.old.ty {
        None => format!("select count(*) from {}", quoted(&of.old.name)),
        Some(_) => counted(of.table, &format!("{} is not null", quoted(&of.old.name))),
    };
    let reason = "rows hold values that cannot be converted; empty the field first, or add a new one";
    Step { guard: guard(of, sql, reason), ..Step::new(what(of)) }
}

/// From column to column.
fn copy(of: &Move<'_>, from: ColumnType, to: ColumnType, dialect: Dialect) -> Option<Step> {
    let (old, new) = (quoted(&of.old.name), quoted(&of.new.name));
    let present = format!("{old} is not null");
    let table = quoted(of.table);
    let rewrite = |read: String, opened: Option<String>, recipes: Vec<Recipe>| {
        let target = match &of.new.encrypted {
            None => Target::Plain { column: of.new.name.clone(), ty: to },
            Some(hash) => Target::Sealed { column: of.new.name.clone(), hash: hash.clone() },
        };
        let (table, present) = (of.table.to_owned(), present.clone());
        Rewrite { table, read, present, opened, recipes, target }
    };
    // A column that comes back from retirement still holds what it held then.
    let names: Vec<String> =
        physical_columns(of.new).map(|c| format!("{} = null", quoted(&c.name))).collect();
    let emptied = format!("update {table} set {} where {new} is not null", names.join(", "));
    let mut step = Step { sql: vec![emptied], ..Step::new(what(of)) };
    match (&of.old.encrypted, &of.new.encrypted) {
        (Some(_), _) => {
            let recipes = from_text(to, of.ty)?;
            step.rewrite = Some(rewrite(old, Some(of.old.name.clone()), recipes));
        }
        (None, Some(_)) => step.rewrite = Some(rewrite(as_text(&old, from, dialect), None, only(from))),
        (None, None) => match conversion(&old, from, to, dialect) {
            Some(Conversion { value, refused }) => {
                step.guard = refused.and_then(|condition| {
                    guard(of, counted(of.table, &format!("{present} and ({condition})")), UNFIT)
                });
                step.sql.push(format!("update {table} set {new} = {value} where {present}"));
            }
            None => {
                let recipes = match (from, to) {
                    (ColumnType::Date, ColumnType::DateTime) => vec![Recipe::StartOfDay],
                    (ColumnType::DateTime, ColumnType::Date) => vec![Recipe::Day],
                    (ColumnType::Json, ColumnType::Text) => vec![Recipe::Only],
                    (ColumnType::Json, ColumnType::Uuid) => vec![Recipe::Only, Recipe::Id],
                    (ColumnType::Text, _) => from_text(to, of.ty)?,
                    (ColumnType::Uuid, ColumnType::Json) => vec![Recipe::List],
                    _ => return None,
                };
                step.rewrite = Some(rewrite(as_text(&old, from, dialect), None, recipes));
            }
        },
    }
    Some(step)
}

fn only(from: ColumnType) -> Vec<Recipe> {
    if from == ColumnType::Json { vec![Recipe::Only] } else { Vec::new() }
}

/// From text to what is no text.
fn from_text(to: ColumnType, ty: Option<&Type>) -> Option<Vec<Recipe>> {
    match (to, ty) {
        (ColumnType::Text, _) => Some(Vec::new()),
        (ColumnType::Uuid, _) => Some(vec![Recipe::Id]),
        (ColumnType::Json, Some(Type::List(_))) => Some(vec![Recipe::List]),
        (ColumnType::Json, _) => Some(vec![Recipe::Structure]),
        _ => None,
    }
}

/// Between a reference and a table of pairs.
fn pairs(of: &Move<'_>) -> Option<Step> {
    let (old, new, table) = (quoted(&of.old.name), quoted(&of.new.name), quoted(of.table));
    let plain = of.old.encrypted.is_none() && of.new.encrypted.is_none();
    match (of.old.ty, of.new.ty) {
        // One pair of a record at most: the record's own id serves the pair.
        (Some(ColumnType::Uuid), None) => {
            let sql = vec![
                format!("delete from {new}"),
                format!(
                    "insert into {new} (id, source, target, position) \
                     select id, id, {old}, 0 from {table} where {old} is not null"
                ),
            ];
            Some(Step { sql, ..Step::new(what(of)) })
        }
        (None, Some(ColumnType::Uuid)) if plain => {
            let several = format!(
                "select count(*) from (select source from {old} group by source having count(*) > 1) as several"
            );
            let sql = vec![
                format!("update {table} set {new} = null where {new} is not null"),
                format!("update {table} set {new} = p.target from {old} as p where p.source = {table}.id"),
            ];
            let guard = guard(of, several, "records refer to several records");
            Some(Step { sql, guard, ..Step::new(what(of)) })
        }
        _ => None,
    }
}

/// SQL for the value, and the condition of rows that have no counterpart.
struct Conversion {
    value: String,
    refused: Option<String>,
}

fn conversion(column: &str, from: ColumnType, to: ColumnType, dialect: Dialect) -> Option<Conversion> {
    use ColumnType::{Boolean, Decimal, Integer, Json, Text};
    match (from, to) {
        // The old column and the new one may differ in nothing but what was encrypted.
        (from, to) if from == to => Some(Conversion { value: column.to_owned(), refused: None }),
        (Integer, Decimal { scale }) => Some(rescaled(column, 0, scale, dialect)),
        (Decimal { scale }, Integer) => {
            let mut found = rescaled(column, scale, 0, dialect);
            if dialect == Dialect::Postgres {
                found.value = format!("cast({column} as bigint)");
            }
            Some(found)
        }
        (Decimal { scale: before }, Decimal { scale: after }) => {
            Some(rescaled(column, before, after, dialect))
        }
        (Json, Text) => None,
        (from, Text) => Some(Conversion { value: as_text(column, from, dialect), refused: None }),
        (Text, Integer) => Some(parsed(column, 0, "bigint", dialect)),
        (Text, Decimal { scale }) => Some(parsed(column, scale, "numeric", dialect)),
        (Text, Boolean) => {
            let truth = if dialect == Dialect::Sqlite {
                format!("case {column} when 'true' then 1 else 0 end")
            } else {
                format!("({column} = 'true')")
            };
            Some(Conversion { value: truth, refused: Some(format!("{column} not in ('true', 'false')")) })
        }
        _ => None,
    }
}

/// SQL of a value as text, the same on both databases.
fn as_text(column: &str, from: ColumnType, dialect: Dialect) -> String {
    match (from, dialect) {
        (ColumnType::Text, _) => column.to_owned(),
        (ColumnType::Decimal { scale }, _) => decimal_text(column, scale, dialect),
        (ColumnType::Boolean, Dialect::Sqlite) => boolean_text(&format!("{column} = 1")),
        (ColumnType::Boolean, Dialect::Postgres) => boolean_text(column),
        (ColumnType::Uuid, _) => id_text(column, dialect),
        (ColumnType::Link, _) => {
            let object = format!("{}_object\"", column.strip_suffix('"').unwrap_or(column));
            format!("{object} || '/' || {}", id_text(column, dialect))
        }
        (ColumnType::Date | ColumnType::Time | ColumnType::DateTime | ColumnType::Json, Dialect::Sqlite) => {
            column.to_owned()
        }
        (ColumnType::Date, Dialect::Postgres) => format!("to_char({column}, 'YYYY-MM-DD')"),
        (ColumnType::DateTime, Dialect::Postgres) => {
            format!("to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        }
        (ColumnType::Integer, _) | (ColumnType::Time | ColumnType::Json, Dialect::Postgres) => {
            format!("cast({column} as text)")
        }
    }
}

fn boolean_text(truth: &str) -> String {
    format!("case when {truth} then 'true' else 'false' end")
}

fn id_text(column: &str, dialect: Dialect) -> String {
    if dialect == Dialect::Postgres {
        return format!("cast({column} as text)");
    }
    let part = |from: u8, length: u8| format!("substr(hex({column}), {from}, {length})");
    let parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)];
    format!("lower({})", parts.join(" || '-' || "))
}

/// Exact numbers between scales; what would lose places or exceed 18 digits is refused.
fn rescaled(column: &str, before: u8, after: u8, dialect: Dialect) -> Conversion {
    let largest = 10_i64.pow(18_u32.saturating_sub(u32::from(after)));
    let factor = 10_i64.pow(u32::from(before.abs_diff(after)).min(18));
    match dialect {
        Dialect::Postgres => Conversion {
            value: column.to_owned(),
            refused: Some(format!("abs({column}) >= {largest} or {column} <> round({column}, {after})")),
        },
        Dialect::Sqlite if after >= before => Conversion {
            value: format!("{column} * {factor}"),
            refused: Some(format!("abs({column}) >= {}", 10_i64.pow(18) / factor)),
        },
        Dialect::Sqlite => Conversion {
            value: format!("{column} / {factor}"),
            refused: Some(format!("{column} % {factor} <> 0")),
        },
    }
}

/// A decimal as text with all its places, as PostgreSQL writes it.
fn decimal_text(column: &str, scale: u8, dialect: Dialect) -> String {
    match (dialect, scale) {
        (Dialect::Postgres, _) | (Dialect::Sqlite, 0) => format!("cast({column} as text)"),
        (Dialect::Sqlite, _) => {
            let factor = 10_i64.pow(u32::from(scale).min(18));
            format!(
                "printf('%s%d.%0{scale}d', case when {column} < 0 then '-' else '' end, \
                 abs({column}) / {factor}, abs({column}) % {factor})"
            )
        }
    }
}

/// Text as a number: digits with an optional minus and at most `scale` places.
fn parsed(column: &str, scale: u8, ty: &str, dialect: Dialect) -> Conversion {
    let digits = 18_u8.saturating_sub(scale);
    match dialect {
        Dialect::Postgres => {
            let places = if scale == 0 { String::new() } else { format!("([.][0-9]{{1,{scale}}})?") };
            Conversion {
                value: format!("cast({column} as {ty})"),
                refused: Some(format!("{column} !~ '^-?[0-9]{{1,{digits}}}{places}$'")),
            }
        }
        Dialect::Sqlite => {
            let bare = format!("ltrim({column}, '-')");
            let point = format!("instr({bare}, '.')");
            let whole = format!("case {point} when 0 then {bare} else substr({bare}, 1, {point} - 1) end");
            let places = format!("case {point} when 0 then '' else substr({bare}, {point} + 1) end");
            let zeros = "0".repeat(usize::from(scale));
            let scaled = format!("cast(({whole}) || substr(({places}) || '{zeros}', 1, {scale}) as integer)");
            Conversion {
                value: format!("case when substr({column}, 1, 1) = '-' then -{scaled} else {scaled} end"),
                refused: Some(format!(
                    "length({column}) - length({bare}) > 1 or length({whole}) not between 1 and {digits} or \
                     length({places}) > {scale} or ({point} > 0 and length({places}) = 0) or \
                     (({whole}) || ({places})) glob '*[^0-9]*'"
                )),
            }
        }
    }
}
