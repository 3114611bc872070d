//! A struct that is a row of a table of the engine: its columns in one list, from which reading, inserting and
//! backup follow.

use crate::codec::Cells;
use crate::dialect::Dialect;
use crate::transaction::Tx;
use diagnostic::Result;
use sea_orm::Value;

/// A row of a table.
pub trait Stored: Sized {
    /// The table.
    const TABLE: &'static str;
    /// Its columns in the order of the fields.
    const COLUMNS: &'static [&'static str];
    /// Reads a row whose columns are [`Stored::COLUMNS`].
    fn read(cells: &Cells) -> Result<Self>;
    /// The values in the order of the columns.
    fn values(&self, dialect: Dialect) -> Vec<Value>;
}

/// Most values bound by one statement; SQLite takes 32,766.
const MOST_VALUES: usize = 2000;

/// The columns of a row as a list for SQL.
pub fn columns<S: Stored>() -> String {
    S::COLUMNS.join(", ")
}

/// Inserts rows, many to a statement; answers how many. `then` follows the values: an `on conflict` clause.
pub async fn insert<S: Stored>(tx: &Tx, rows: &[S], then: &str) -> Result<u64> {
    let width = S::COLUMNS.len();
    let mut inserted = 0;
    for part in rows.chunks((MOST_VALUES / width).max(1)) {
        let sql = format!("{} {then}", statement::<S>(part.len(), 0));
        let values = part.iter().flat_map(|row| row.values(tx.dialect())).collect();
        inserted += tx.execute_sql(sql, values).await?;
    }
    Ok(inserted)
}

/// The statement that inserts so many rows; its values are numbered after those `before`.
fn statement<S: Stored>(rows: usize, before: usize) -> String {
    let width = S::COLUMNS.len();
    let place = |row: usize| {
        let first = before + row * width;
        let places: Vec<String> = (1..=width).map(|place| format!("${}", first + place)).collect();
        format!("({})", places.join(", "))
    };
    let places: Vec<String> = (0..rows).map(place).collect();
    format!("insert into {} ({}) values {}", S::TABLE, columns::<S>(), places.join(", "))
}

/// Rows of several tables that are inserted at once: by one statement on PostgreSQL, where each is a round trip.
#[derive(Default)]
pub struct Together {
    statements: Vec<String>,
    values: Vec<Value>,
}

impl Together {
    /// Adds rows of a table, by a statement of their own where they are many or the database is at hand.
    pub async fn insert<S: Stored>(&mut self, tx: &Tx, rows: &[S]) -> Result<()> {
        let many = self.values.len() + rows.len() * S::COLUMNS.len() > MOST_VALUES;
        if many || tx.dialect() == Dialect::Sqlite {
            return insert(tx, rows, "").await.map(drop);
        }
        if !rows.is_empty() {
            self.statements.push(statement::<S>(rows.len(), self.values.len()));
            self.values.extend(rows.iter().flat_map(|row| row.values(tx.dialect())));
        }
        Ok(())
    }

    /// Inserts what was added and not yet inserted.
    pub async fn finish(mut self, tx: &Tx) -> Result<()> {
        let Some(last) = self.statements.pop() else { return Ok(()) };
        let first: Vec<String> =
            self.statements.iter().enumerate().map(|(n, sql)| format!("t{n} as ({sql})")).collect();
        let sql = match first.is_empty() {
            true => last,
            false => format!("with {} {last}", first.join(", ")),
        };
        tx.execute_sql(sql, self.values).await.map(drop)
    }
}

/// Reads the rows that `rest` names: `where … order by … limit …`.
pub async fn select<S: Stored>(tx: &Tx, rest: &str, values: Vec<Value>) -> Result<Vec<S>> {
    let sql = format!("select {} from {} {rest}", columns::<S>(), S::TABLE);
    tx.rows(sql, values).await?.iter().map(S::read).collect()
}

/// Reads the first row that `rest` names.
pub async fn first<S: Stored>(tx: &Tx, rest: &str, values: Vec<Value>) -> Result<Option<S>> {
    Ok(select(tx, rest, values).await?.into_iter().next())
}

/// Writes all columns of one row whose first column is its key; whether it exists.
pub async fn update<S: Stored>(tx: &Tx, row: &S) -> Result<bool> {
    let sets: Vec<String> = S::COLUMNS
        .iter()
        .enumerate()
        .skip(1)
        .map(|(place, column)| format!("{column} = ${}", place + 1))
        .collect();
    let sql = format!("update {} set {} where {} = $1", S::TABLE, sets.join(", "), S::COLUMNS[0]);
    Ok(tx.execute_sql(sql, row.values(tx.dialect())).await? == 1)
}

/// Declares a struct that is a row: each field with its type and column.
macro_rules! stored {
    (
        $(#[$about:meta])*
        $name:ident in $table:literal {
            $($(#[$field_about:meta])* $field:ident: $ty:ty = $column:literal,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $($(#[$field_about])* pub $field: $ty,)*
        }

        impl $crate::store::stored::Stored for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$($column),*];

            fn read(cells: &$crate::Cells) -> diagnostic::Result<Self> {
                let mut columns = 0..;
                let mut next = || columns.next().unwrap_or_default();
                Ok($name { $($field: cells.get(next())?,)* })
            }

            fn values(&self, dialect: $crate::Dialect) -> Vec<sea_orm::Value> {
                vec![$($crate::Cell::cell(self.$field.clone(), dialect)),*]
            }
        }
    };
}
