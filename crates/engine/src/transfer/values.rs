//! What stands in a column of a file, so that somebody says what of it means what.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::transfer::columns::{Target, target};
use crate::transfer::format::Format;
use crate::transfer::import::importable;
use crate::transfer::orders::{Asked, IMPORT};
use crate::transfer::rows;
use crate::transfer::table::Table;
use crate::transfer::terms::FILE;
use crate::work::Work;
use catalog::{Field, Object};
use chrono_tz::Tz;
use diagnostic::{Code, Diagnostic, Result};
use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Different values that are counted.
const MOST: usize = 500;
/// Characters of a value; what is longer is no word for something.
const LONGEST: usize = 200;

impl Engine {
    /// The different values of a column, the most frequent first, with how often they stand there and what they mean
    /// to a field; and whether there are more of them than are counted.
    ///
    /// # Errors
    /// `not_found`, `not_permitted`, `invalid_parameter` for a column that the file does not have, `unknown_field`.
    pub async fn import_values(
        &self,
        identity: &Arc<Identity>,
        id: Uuid,
        column: &str,
        field: Option<&str>,
    ) -> Result<(Vec<Json>, bool)> {
        let stored = self.own_transfer(identity, IMPORT, id).await?;
        let asked = Asked::of(&stored)?;
        let place = asked.header.iter().position(|name| name == column).ok_or_else(|| {
            let reason = format!("the file has no column `{column}`");
            Diagnostic::new(Code::InvalidParameter).with("name", "column").with("reason", reason).at("column")
        })?;
        let work = self.reading(identity);
        let object = work.published.object(&stored.object)?;
        let field = field_of(&work, object, field)?;
        let format = Format::from_name(&stored.format).unwrap_or_default();
        let mut table = Table::open(self.spool(id, FILE).await?, (format, asked.charset()), 0).await?;
        let (mut counted, mut more) = (IndexMap::<String, u64>::new(), false);
        loop {
            let read = table.next().await?;
            if read.is_empty() {
                break;
            }
            let cells = read.iter().filter_map(|row| row.cells.get(place)).map(|cell| cell.trim());
            for cell in cells.filter(|cell| !cell.is_empty()) {
                let room = counted.len() < MOST && cell.chars().count() <= LONGEST;
                match counted.get_mut(cell) {
                    Some(count) => *count += 1,
                    None if room => {
                        counted.insert(cell.to_owned(), 1);
                    }
                    None => more = true,
                }
            }
        }
        counted.sort_by(|_, one, _, other| other.cmp(one));
        let zone = self.site().time_zone;
        let shown = |(value, count): (&String, &u64)| {
            let means = field.and_then(|field| meaning(field, value, zone));
            json!({"value": value, "count": count, "means": means})
        };
        Ok((counted.iter().map(shown).collect(), more))
    }
}

/// The field that a column is to fill, where the actor may import and knows it.
fn field_of<'o>(work: &Work, object: &'o Object, field: Option<&str>) -> Result<Option<&'o Field>> {
    let planner = work.planner();
    let known = planner.known();
    importable(&known, &object.name)?;
    Ok(match field.map(|field| target(&known, object, field)).transpose()? {
        Some(Target::Field(name)) => object.field(&name),
        _ => None,
    })
}

/// What a cell is to a field; nothing where the field does not take it.
fn meaning(field: &Field, cell: &str, zone: Tz) -> Option<Json> {
    let read = rows::value(field, cell, zone).ok()?;
    let (kind, mut found) = (field.kind.kind(), Vec::new());
    kind.validate(&kind.parse(&read).ok()?, &mut found);
    found.is_empty().then_some(read)
}
