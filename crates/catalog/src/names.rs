//! Physical names of tables, columns and indexes. They are fixed at birth: a rename happens in the catalog
//! only, a change of type adds a column.

mod allocate;

pub use allocate::{Shape, WantedColumn, WantedTable};
pub(crate) use allocate::{fit, index_name};

use definition::ColumnType;
use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};

/// What is in the database, by the names of the catalog that was last applied. Kept by `storage`, handed to
/// the next build.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PhysicalNames {
    /// Tables by the object's current full name.
    pub tables: IndexMap<String, Table>,
    /// Tables whose object left the definitions, by the full name it had.
    pub retired: IndexMap<String, Table>,
}

/// One table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Physical name.
    pub table: String,
    /// Columns (or link tables) by the field's current name.
    pub columns: IndexMap<String, Column>,
    /// What left the definitions and still holds data; the newest last.
    pub retired: Vec<(String, Column)>,
    /// Physical names of indexes that exist, and the canonical text of what each covers.
    pub indexes: IndexMap<String, String>,
}

/// What is written is there, a null too: encrypted without a hash column is not the same as not encrypted.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// One column or link table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Physical name of the column or link table.
    pub name: String,
    /// How it is stored; `None` for a link table.
    pub ty: Option<ColumnType>,
    /// Encrypted, and with which hash column.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub encrypted: Option<Option<String>>,
    /// Attribute columns of a link table.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub attributes: IndexMap<String, Column>,
}
