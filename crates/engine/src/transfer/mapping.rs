//! What whoever imports says of a file: which column fills which field, which words stand for which values.

use diagnostic::{Code, Diagnostic, Result};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// What an import does with a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// Every line is a new record.
    Create,
    /// A line whose id or natural key is known changes that record.
    #[default]
    Upsert,
}

/// How the columns of a file are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The field that a column fills, by the column's name; nothing for a column that is left out. Other columns fill
    /// the field of their own name or label.
    pub columns: IndexMap<String, Option<String>>,
    /// What stands for what, by the column's name: `{"Status": {"合作中": "active"}}`.
    pub values: IndexMap<String, IndexMap<String, String>>,
    /// The unique key by which records are found; without it the object's own.
    pub key: Option<String>,
}

impl Mapping {
    /// Refuses a mapping of columns that the file does not have.
    ///
    /// # Errors
    /// `invalid_body` naming them.
    pub(super) fn check(&self, header: &[String]) -> Result<()> {
        let places = self.columns.keys().map(|name| ("columns", name));
        let places = places.chain(self.values.keys().map(|name| ("values", name)));
        let unknown = places.filter(|(_, name)| !header.contains(name)).map(|(place, name)| {
            let reason = format!("the file has no column `{name}`");
            Diagnostic::new(Code::InvalidBody).with("reason", reason).at(format!("{place}.{name}"))
        });
        match Diagnostic::gather(unknown.collect()) {
            Some(found) => Err(Box::new(found)),
            None => Ok(()),
        }
    }

    /// Where a column goes: nowhere, or into the field of this name.
    pub(super) fn target<'m>(&'m self, header: &'m str) -> Option<&'m str> {
        match self.columns.get(header) {
            Some(target) => target.as_deref(),
            None => Some(header),
        }
    }

    /// What a cell of a column stands for.
    pub(super) fn value<'m>(&'m self, header: &str, cell: &'m str) -> &'m str {
        let known = self.values.get(header).and_then(|values| values.get(cell.trim()));
        known.map_or(cell, String::as_str)
    }
}
