//! The values that are bound to a statement while its text is put together.

use crate::codec::Cell;
use crate::dialect::Dialect;
use chrono::NaiveDate;
use sea_orm::Value as Bound;
use uuid::Uuid;

/// Collects the bound values of one statement. Each placeholder carries its number, so pieces of text may be
/// put together in any order and may stand in the statement more than once.
#[derive(Debug)]
pub struct Binder {
    /// Which database the text is for.
    pub dialect: Dialect,
    values: Vec<Bound>,
}

impl Binder {
    /// Nothing bound yet.
    pub fn new(dialect: Dialect) -> Self {
        Binder { dialect, values: Vec::new() }
    }

    /// Goes on after these values.
    pub fn with(dialect: Dialect, values: Vec<Bound>) -> Self {
        Binder { dialect, values }
    }

    /// Binds a value; answers its placeholder. On PostgreSQL the type is part of the text: statements are
    /// cached by their text, and the same text must not be prepared for one type and run with another.
    pub fn bind(&mut self, value: impl Cell) -> String {
        let value = value.cell(self.dialect);
        let ty = match (self.dialect, &value) {
            (Dialect::Sqlite, _) | (_, Bound::String(_)) => None,
            (_, Bound::BigInt(_)) => Some("bigint"),
            (_, Bound::Bool(_)) => Some("boolean"),
            (_, Bound::Decimal(_)) => Some("numeric"),
            (_, Bound::Uuid(_)) => Some("uuid"),
            (_, Bound::ChronoDate(_)) => Some("date"),
            (_, Bound::ChronoTime(_)) => Some("time"),
            (_, Bound::ChronoDateTimeUtc(_)) => Some("timestamptz"),
            (_, Bound::Json(_)) => Some("jsonb"),
            (_, Bound::Bytes(_)) => Some("bytea"),
            _ => None,
        };
        self.values.push(value);
        let number = self.values.len();
        match (self.dialect, ty) {
            (Dialect::Sqlite, _) => format!("?{number}"),
            (Dialect::Postgres, None) => format!("${number}"),
            (Dialect::Postgres, Some(ty)) => format!("CAST(${number} AS {ty})"),
        }
    }

    /// Binds a day.
    pub fn bind_date(&mut self, day: NaiveDate) -> String {
        match self.dialect {
            Dialect::Sqlite => self.bind(day.format("%Y-%m-%d").to_string()),
            Dialect::Postgres => self.bind(Bound::ChronoDate(Some(day))),
        }
    }

    /// A condition that `column` is one of the ids: one bound value, whatever their number, so that the
    /// statement's text stays the same; a single id is simply compared.
    pub fn id_in(&mut self, column: &str, ids: &[Uuid]) -> String {
        if let [only] = ids {
            return format!("{column} = {}", self.bind(*only));
        }
        self.id_among(column, ids)
    }

    /// As [`Binder::id_in`] in one form for any number of ids, so that [`id_list`] of others may take the place of
    /// the bound value.
    pub fn id_among(&mut self, column: &str, ids: &[Uuid]) -> String {
        let set = self.id_set(ids);
        match self.dialect {
            Dialect::Sqlite => format!("{column} IN ({set})"),
            Dialect::Postgres => format!("{column} = ANY({set})"),
        }
    }

    /// The ids as a subselect (SQLite) or an array (PostgreSQL).
    pub fn id_set(&mut self, ids: &[Uuid]) -> String {
        let bound = self.bind(id_list(self.dialect, ids));
        match self.dialect {
            Dialect::Sqlite => format!("SELECT unhex(value) FROM json_each({bound})"),
            Dialect::Postgres => format!("CAST({bound} AS uuid[])"),
        }
    }

    /// What was bound, in the order of the placeholders.
    pub fn into_values(self) -> Vec<Bound> {
        self.values
    }
}

/// Ids as the one value that [`Binder::id_among`] binds.
pub fn id_list(dialect: Dialect, ids: &[Uuid]) -> Bound {
    let mut text = String::with_capacity(2 + ids.len() * 37);
    let mut buffer = Uuid::encode_buffer();
    match dialect {
        Dialect::Sqlite => {
            text.push('[');
            for (place, id) in ids.iter().enumerate() {
                text.push_str(if place == 0 { "\"" } else { ",\"" });
                text.push_str(id.simple().encode_lower(&mut buffer));
                text.push('"');
            }
            text.push(']');
        }
        Dialect::Postgres => {
            text.push('{');
            for (place, id) in ids.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { "," });
                text.push_str(id.hyphenated().encode_lower(&mut buffer));
            }
            text.push('}');
        }
    }
    Bound::String(Some(text))
}
