//! Records out.

use crate::engine::{Engine, internal};
use crate::identity::Identity;
use crate::transfer::cells::{protect, text};
use crate::transfer::columns::{self, Column};
use diagnostic::{Code, Diagnostic, Result};
use plan::grants::intersection;
use plan::known::Known;
use plan::query;
use plan::read::Select;
use plan::wording::not_permitted;
use serde_json::{Map, Value as Json};
use std::io::Write;
use std::sync::Arc;
use storage::select;

/// Parameters of a list that an export takes; `field=value` and `field[gte]=` beside them.
const OWN: [&str; 6] = ["limit", "cursor", "offset", "count", "expand", "bin"];

impl Engine {
    /// Writes the records of an object as CSV, page by page; answers how many. `parameters` are those of a list:
    /// `filter`, `search`, `sort`, `view`, `fields` and shorthand conditions. `told` hears how many are written.
    ///
    /// # Errors
    /// `not_found`, `not_permitted` without the right to export, findings about the parameters, and what the
    /// writer refuses.
    pub async fn export(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        parameters: &[(String, String)],
        out: &mut (dyn Write + Send),
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64> {
        let work = self.reading(identity);
        let known = work.planner().known();
        let (object, grant) = known.object(object)?;
        if grant.export.is_none() {
            let words = ["export from", "导出：", "匯出："];
            return Err(Box::new(not_permitted(words, &object.name)));
        }
        let (columns, mut asked) = read_parameters(&known, object, parameters)?;
        let access = query::expanded(&known, &intersection([grant.read.clone(), grant.export.clone()]));
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(columns.iter().map(|column| &column.header)).map_err(|e| unwritable(&e))?;
        let mut written = 0;
        loop {
            let mut select: Select = query::list(known.catalog, known.actor, &object.name, &asked)?;
            select.conditions.access = access.clone();
            let page = select::fetch_page(&work.tx, work.rows().reading, &select).await?;
            written += write_page(&mut writer, &columns, &page.body)?;
            told(written);
            let Some(last) = page.next else { break };
            asked.retain(|(name, _)| name != "cursor");
            asked.push(("cursor".to_owned(), query::encode_cursor(&select, &last)));
        }
        writer.flush().map_err(|error| unwritable(&error.into()))?;
        Ok(written)
    }
}

type Parameters = Vec<(String, String)>;

/// The columns, and the parameters of the list behind them.
fn read_parameters(
    known: &Known<'_>,
    object: &catalog::Object,
    given: &[(String, String)],
) -> Result<(Vec<Column>, Parameters)> {
    if let Some((name, _)) = given.iter().find(|(name, _)| OWN.contains(&name.as_str())) {
        return Err(Box::new(Diagnostic::new(Code::UnknownParameter).with("name", name).at(name.as_str())));
    }
    let columns = match given.iter().find(|(name, _)| name == "fields") {
        Some((_, fields)) => columns::asked(known, object, fields)?,
        None => columns::all(known, object),
    };
    let mut keys: Vec<&str> = columns.iter().map(|column| column.key.as_str()).collect();
    keys.dedup();
    let mut asked: Parameters = given.iter().filter(|(name, _)| name != "fields").cloned().collect();
    asked.push(("fields".to_owned(), keys.join(",")));
    asked.push(("limit".to_owned(), query::MAX_LIMIT.to_string()));
    Ok((columns, asked))
}

fn write_page<W: Write>(writer: &mut csv::Writer<W>, columns: &[Column], body: &[u8]) -> Result<u64> {
    let records: Vec<Map<String, Json>> =
        serde_json::from_slice(body).map_err(|error| internal("a page of records", &error))?;
    for record in &records {
        let cell = |column: &Column| {
            let value = record.get(&column.key);
            let value = match column.part {
                Some(part) => value.and_then(|value| value.get(part)),
                None => value,
            };
            protect(value.map_or(String::new(), text))
        };
        writer.write_record(columns.iter().map(cell)).map_err(|error| unwritable(&error))?;
    }
    Ok(records.len() as u64)
}

fn unwritable(error: &csv::Error) -> Box<Diagnostic> {
    let full = |error: &std::io::Error| error.kind() == std::io::ErrorKind::StorageFull;
    match error.kind() {
        csv::ErrorKind::Io(io) if full(io) => Box::new(Diagnostic::new(Code::DiskFull)),
        _ => internal("writing an export", error),
    }
}
