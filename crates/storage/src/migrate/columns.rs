//! The columns in the table behind a column of the catalog, and their types in each database.

use crate::dialect::{Dialect, quoted};
use catalog::names::Column;
use definition::ColumnType;

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Physical {
    pub name: String,
    pub ty: ColumnType,
}

impl Physical {
    pub fn new(name: &str, ty: ColumnType) -> Self {
        Physical { name: name.to_owned(), ty }
    }

    /// Name and type as DDL has them.
    pub fn definition(&self, dialect: Dialect) -> String {
        format!("{} {}", quoted(&self.name), sql_type(self.ty, dialect))
    }
}

/// The columns of a field: two for a link (the id, then the object's name), one more for a keyed hash, none
/// for a table of pairs.
pub(crate) fn physical_columns(column: &Column) -> impl Iterator<Item = Physical> + '_ {
    let own = column.ty.map(|ty| match ty {
        ColumnType::Link => Physical::new(&column.name, ColumnType::Uuid),
        ty => Physical::new(&column.name, ty),
    });
    let object = (column.ty == Some(ColumnType::Link))
        .then(|| Physical::new(&format!("{}_object", column.name), ColumnType::Text));
    let hash = column.encrypted.iter().flatten().map(|hash| Physical::new(hash, ColumnType::Text));
    own.into_iter().chain(object).chain(hash)
}

fn sql_type(ty: ColumnType, dialect: Dialect) -> String {
    let name = match (dialect, ty) {
        (Dialect::Postgres, ColumnType::Decimal { scale }) => return format!("numeric(28, {scale})"),
        (Dialect::Sqlite, ColumnType::Integer | ColumnType::Decimal { .. } | ColumnType::Boolean) => {
            "integer"
        }
        (Dialect::Sqlite, ColumnType::Uuid | ColumnType::Link) => "blob",
        (Dialect::Sqlite, _) => "text",
        (Dialect::Postgres, ColumnType::Text) => "text collate \"C\"",
        (Dialect::Postgres, ColumnType::Integer) => "bigint",
        (Dialect::Postgres, ColumnType::Boolean) => "boolean",
        (Dialect::Postgres, ColumnType::Date) => "date",
        (Dialect::Postgres, ColumnType::DateTime) => "timestamptz",
        (Dialect::Postgres, ColumnType::Time) => "time",
        (Dialect::Postgres, ColumnType::Uuid | ColumnType::Link) => "uuid",
        (Dialect::Postgres, ColumnType::Json) => "jsonb",
    };
    name.to_owned()
}
