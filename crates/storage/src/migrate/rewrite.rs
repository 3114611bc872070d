//! Values rewritten row by row in Rust: what no database can compute (ciphertext) or each would compute in a way
//! of its own (the start of a day in the site's zone, structures).

use crate::codec::time_text;
use crate::dialect::quoted;
use crate::error::internal;
use crate::secret::Secret;
use crate::sql::{Binder, column};
use crate::transaction::Tx;
use chrono::NaiveDate;
use definition::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Clock, Value};
use serde_json::Value as Json;
use uuid::Uuid;

/// Rows read and written at once.
const BATCH: i64 = 500;

/// What a migration needs beside the database.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The site's zone, in which days begin.
    pub clock: Clock,
    /// The key of encrypted fields.
    pub secret: Option<&'a Secret>,
}

/// One column computed from another of the same row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// The table.
    pub table: String,
    /// SQL of the old value as text.
    pub read: String,
    /// Which rows have an old value.
    pub present: String,
    /// The column whose ciphertext the old value is.
    pub opened: Option<String>,
    /// What is done to the text, one after the other.
    pub recipes: Vec<Recipe>,
    /// Where the value goes.
    pub target: Target,
}

/// From one text to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// From a day to the instant at which it begins.
    StartOfDay,
    /// From an instant to the day that begins at it; other instants have none.
    Day,
    /// An id is left as it is; other texts are none.
    Id,
    /// From a structure to text: a list of one text is that text, an empty list nothing, all else itself.
    Only,
    /// From a text to the list of it.
    List,
    /// From a text to the structure it spells; other texts spell none.
    Structure,
}

/// Where a value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A column in the clear.
    Plain {
        /// Its name.
        column: String,
        /// Its type.
        ty: ColumnType,
    },
    /// A column of ciphertext, and the column of keyed hashes.
    Sealed {
        /// Its name.
        column: String,
        /// For look-up.
        hash: Option<String>,
    },
    /// Only the column of keyed hashes.
    Hash(String),
}

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Text(String),
    Nothing,
    Refused,
}

impl Recipe {
    fn apply(self, text: String, clock: &Clock) -> Outcome {
        let start = |day: NaiveDate| clock.start_of_day(day).map(time_text);
        let found = match self {
            Recipe::StartOfDay => text.parse().ok().and_then(start),
            Recipe::Day => crate::codec::parse_time(&text).and_then(|at| {
                let day = clock.day_of(at);
                (clock.start_of_day(day) == Some(at)).then(|| day.to_string())
            }),
            Recipe::Id => Uuid::parse_str(&text).ok().map(|id| id.to_string()),
            Recipe::List => Some(Json::from(vec![text]).to_string()),
            Recipe::Structure => serde_json::from_str::<Json>(&text).ok().map(|_| text),
            Recipe::Only => match serde_json::from_str(&text) {
                Ok(Json::Array(items)) if items.is_empty() => return Outcome::Nothing,
                Ok(Json::Array(items)) if items.len() == 1 && items[0].is_string() => {
                    items[0].as_str().map(str::to_owned)
                }
                Ok(Json::String(only)) => Some(only),
                Ok(other) => Some(other.to_string()),
                Err(_) => None,
            },
        };
        found.map_or(Outcome::Refused, Outcome::Text)
    }

    /// Whether there are texts it refuses.
    fn refuses(self) -> bool {
        !matches!(self, Recipe::List | Recipe::Only)
    }
}

impl Rewrite {
    /// Whether there may be rows that it refuses.
    pub fn may_refuse(&self) -> bool {
        self.recipes.iter().any(|recipe| recipe.refuses())
    }

    /// Whether the key of encrypted fields is needed.
    pub fn needs_key(&self) -> bool {
        self.opened.is_some() || !matches!(self.target, Target::Plain { .. })
    }

    /// How many rows have no counterpart.
    pub async fn refused(&self, tx: &Tx, means: Means<'_>) -> Result<i64> {
        let (mut refused, mut after) = (0, None);
        loop {
            let rows = self.page(tx, after).await?;
            let Some((last, _)) = rows.last() else { return Ok(refused) };
            after = Some(*last);
            for (id, text) in rows {
                refused += i64::from(self.outcome(id, text, means)? == Outcome::Refused);
            }
        }
    }

    /// Rewrites all rows. Those that have no counterpart were refused before.
    pub async fn run(&self, tx: &Tx, means: Means<'_>) -> Result<()> {
        let mut after = None;
        loop {
            let rows = self.page(tx, after).await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            after = Some(*last);
            self.write(tx, rows, means).await?;
        }
    }

    async fn page(&self, tx: &Tx, after: Option<Uuid>) -> Result<Vec<(Uuid, String)>> {
        let mut binder = Binder::new(tx.dialect());
        let after = binder.bind(after.unwrap_or(Uuid::nil()));
        let sql = format!(
            "SELECT \"id\", {} FROM {} WHERE ({}) AND \"id\" > {after} ORDER BY \"id\" LIMIT {BATCH}",
            self.read,
            quoted(&self.table),
            self.present
        );
        let rows = tx.rows(sql, binder.into_values()).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    fn outcome(&self, id: Uuid, text: String, means: Means<'_>) -> Result<Outcome> {
        let mut text = match &self.opened {
            Some(column) => key(means)?.open(&text, id, column)?,
            None => text,
        };
        for recipe in &self.recipes {
            match recipe.apply(text, &means.clock) {
                Outcome::Text(next) => text = next,
                other => return Ok(other),
            }
        }
        Ok(Outcome::Text(text))
    }

    async fn write(&self, tx: &Tx, rows: Vec<(Uuid, String)>, means: Means<'_>) -> Result<()> {
        let columns: Vec<&String> = match &self.target {
            Target::Plain { column, .. } | Target::Hash(column) => vec![column],
            Target::Sealed { column, hash } => [column].into_iter().chain(hash).collect(),
        };
        let mut binder = Binder::new(tx.dialect());
        let mut values = Vec::with_capacity(rows.len());
        for (id, text) in rows {
            let text = match self.outcome(id, text, means)? {
                Outcome::Text(text) => text,
                // The new column is empty.
                Outcome::Nothing => continue,
                Outcome::Refused => {
                    return Err(internal("rewriting a column", &"a value without counterpart"));
                }
            };
            let mut row = vec![binder.bind(id)];
            match &self.target {
                Target::Plain { ty, .. } => {
                    row.push(binder.bind(column::bound(&value(text, *ty)?, *ty, tx.dialect())?));
                }
                Target::Hash(_) => row.push(binder.bind(key(means)?.hash(&text))),
                Target::Sealed { column, hash } => {
                    row.push(binder.bind(key(means)?.seal(&text, id, column)?));
                    if hash.is_some() {
                        row.push(binder.bind(key(means)?.hash(&text)));
                    }
                }
            }
            values.push(format!("({})", row.join(", ")));
        }
        if values.is_empty() {
            return Ok(());
        }
        let sets =
            columns.iter().zip(2..).map(|(column, place)| format!("{} = v.column{place}", quoted(column)));
        let table = quoted(&self.table);
        let sql = format!(
            "UPDATE {table} SET {} FROM (VALUES {}) AS v WHERE {table}.\"id\" = v.column1",
            sets.collect::<Vec<_>>().join(", "),
            values.join(", ")
        );
        tx.execute_sql(sql, binder.into_values()).await.map(|_| ())
    }
}

fn key(means: Means<'_>) -> Result<&Secret> {
    means.secret.ok_or_else(no_key)
}

/// Encrypted fields cannot be read or written.
pub(super) fn no_key() -> Box<Diagnostic> {
    let found = Diagnostic::new(Code::UnsafeChange).with("what", "encryption of a field");
    Box::new(found.with("reason", "the key of encrypted fields is not there"))
}

/// What a recipe wrote, as a value of a column of this type.
fn value(text: String, ty: ColumnType) -> Result<Value> {
    let wrong = |text: &str| internal("rewriting a column", &format!("`{text}` for a column of {ty:?}"));
    Ok(match ty {
        ColumnType::Text => Value::Text(text),
        ColumnType::Date => Value::Date(text.parse().map_err(|_| wrong(&text))?),
        ColumnType::DateTime => Value::DateTime(crate::codec::parse_time(&text).ok_or_else(|| wrong(&text))?),
        ColumnType::Uuid => Value::Reference(Uuid::parse_str(&text).map_err(|_| wrong(&text))?),
        ColumnType::Json => Value::Json(serde_json::from_str(&text).map_err(|_| wrong(&text))?),
        _ => return Err(wrong(&text)),
    })
}
