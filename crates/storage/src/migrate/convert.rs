//! A field whose type changed has a new column; what the old one holds is copied where each value has exactly
//! one counterpart. Rows that have none are counted first and stop the publish.

use super::{Guard, Step};
use crate::dialect::{Dialect, quoted};
use catalog::names::Column;
use definition::ColumnType;

/// The copy from `old` to `new` in one table; `None` where the old column is a table of pairs.
pub(super) fn step(
    object: &str,
    field: &str,
    table: &str,
    old: &Column,
    new: &Column,
    dialect: Dialect,
) -> Option<Step> {
    let (from, to) = (old.ty?, new.ty?);
    let what = format!("change of the type of {object}.{field}");
    let count = |condition: &str, reason: String| Guard {
        sql: format!("select count(*) from {} where {condition}", quoted(table)),
        what: what.clone(),
        reason,
    };
    let column = quoted(&old.name);
    let conversion = match (&old.encrypted, &new.encrypted) {
        (None, None) => conversion(&column, from, to, dialect),
        // Only a holder of the key can write or read ciphertext; the database is none.
        _ => None,
    };
    let Some(Conversion { value, refused }) = conversion else {
        let reason =
            "rows hold values that cannot be converted; empty the field first, or add a new one".to_owned();
        let guard = Some(count(&format!("{column} is not null"), reason));
        return Some(Step { what, sql: Vec::new(), guard });
    };
    let guard = refused.map(|condition| {
        count(
            &format!("{column} is not null and ({condition})"),
            "rows hold values that do not fit".to_owned(),
        )
    });
    let sql =
        format!("update {} set {} = {value} where {column} is not null", quoted(table), quoted(&new.name),);
    Some(Step { what, sql: vec![sql], guard })
}

/// SQL for the value, and the condition of rows that have no counterpart.
struct Conversion {
    value: String,
    refused: Option<String>,
}

fn conversion(column: &str, from: ColumnType, to: ColumnType, dialect: Dialect) -> Option<Conversion> {
    use ColumnType::{Boolean, Date, DateTime, Decimal, Integer, Text, Time};
    let plain = |value: String| Some(Conversion { value, refused: None });
    match (from, to) {
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
        (Integer, Text) => plain(format!("cast({column} as text)")),
        (Decimal { scale }, Text) => plain(decimal_text(column, scale, dialect)),
        (Boolean, Text) => {
            let truth = if dialect == Dialect::Sqlite { format!("{column} = 1") } else { column.to_owned() };
            plain(format!("case when {truth} then 'true' else 'false' end"))
        }
        (Date | Time | DateTime, Text) => match (dialect, from) {
            (Dialect::Sqlite, _) => plain(column.to_owned()),
            (Dialect::Postgres, DateTime) => {
                plain(format!("to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"))
            }
            (Dialect::Postgres, _) => plain(format!("cast({column} as text)")),
        },
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
