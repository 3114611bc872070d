//! Records out.

use crate::engine::{Engine, internal};
use crate::identity::{Identity, Origin, trail};
use crate::transfer::cells::text;
use crate::transfer::columns::{self, Column, Holds};
use crate::transfer::format::Format;
use crate::transfer::output::{Out, Output, Sink};
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Result};
use plan::grants::intersection;
use plan::known::Known;
use plan::query;
use plan::read::{Count, Select};
use plan::wording::not_permitted;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use storage::store::audit;
use storage::{Tx, select};

/// Parameters of a list that an export does not take.
const OWN: [&str; 6] = ["limit", "cursor", "offset", "count", "expand", "bin"];

impl Engine {
    /// Writes the records of an object as a file, page by page; answers how many. `parameters` are those of a list:
    /// `filter`, `search`, `sort`, `view`, `fields` and shorthand conditions. `told` hears how many are written.
    ///
    /// # Errors
    /// `not_found`, `not_permitted` without the right to export, findings about the parameters, and what the place
    /// the file goes to refuses.
    pub async fn export(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        parameters: &[(String, String)],
        format: Format,
        sink: &mut dyn Sink,
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64> {
        let mut export = Export::begin(self, identity, object, parameters, format)?;
        while let Some(piece) = export.next().await? {
            if !piece.is_empty() {
                sink.put(piece).await?;
            }
            told(export.written);
        }
        export.output.finish(sink).await?;
        Ok(export.written)
    }

    /// Puts an export on record, before the first byte of it leaves: who takes what out, from where.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn note_export(
        &self,
        identity: &Identity,
        object: &str,
        parameters: &[(String, String)],
        format: Format,
        from: &Origin,
    ) -> Result<()> {
        let entry = noted(identity, self.now(), (object, format, parameters), from);
        let pen = self.pen().clone();
        let work = move |tx: Tx| {
            let (entry, pen) = (entry.clone(), pen.clone());
            async move { audit::insert(&tx, &pen, &[entry]).await }
        };
        self.database().write(work).await
    }

    /// How many records an export would hold, counted up to `most` and one more.
    ///
    /// # Errors
    /// As [`Engine::export`].
    pub async fn export_size(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        parameters: &[(String, String)],
    ) -> Result<(u64, bool)> {
        let export = Export::begin(self, identity, object, parameters, Format::Csv)?;
        let mut select = export.select()?;
        select.count = Count::Capped;
        let page = select::fetch_page(&export.work.tx, export.work.rows().reading, &select).await?;
        Ok(page.total.unwrap_or_default())
    }
}

/// The entry of the audit trail about an export.
pub(super) fn noted(
    identity: &Identity,
    at: DateTime<Utc>,
    (object, format, parameters): (&str, Format, &[(String, String)]),
    from: &Origin,
) -> audit::Entry {
    let asked: Map<String, Json> = parameters.iter().map(|(key, text)| (key.clone(), json!(text))).collect();
    let detail = json!({"format": format.name(), "asked": asked});
    let entry = trail::entry("records.exported", at, Some(identity.actor.id), None, from, detail);
    audit::Entry { object: Some(object.to_owned()), ..entry }
}

/// An export on its way.
pub(super) struct Export {
    work: crate::work::Work,
    object: String,
    columns: Vec<Column>,
    asked: Parameters,
    is_last: bool,
    /// How many records are written.
    pub written: u64,
    /// The file.
    pub output: Output,
}

impl Export {
    pub fn begin(
        engine: &Engine,
        identity: &Arc<Identity>,
        object: &str,
        parameters: &[(String, String)],
        format: Format,
    ) -> Result<Export> {
        let work = engine.reading(identity);
        let known = work.planner().known();
        let (object, grant) = known.object(object)?;
        if grant.export.is_none() {
            let words = ["export from", "导出：", "匯出："];
            return Err(Box::new(not_permitted(words, &object.name)));
        }
        let (columns, asked) = read_parameters(&known, object, parameters)?;
        let mut output = Output::new(format)?;
        output.row(columns.iter().map(|column| Out::Text(column.header.clone())))?;
        let object = object.name.to_string();
        let export = Export { work, object, columns, asked, is_last: false, written: 0, output };
        // What is wrong with the parameters is said before anything is written.
        export.select()?;
        Ok(export)
    }

    fn select(&self) -> Result<Select> {
        let known = self.work.planner().known();
        let (_, grant) = known.object(&self.object)?;
        let mut select: Select = query::list(known.catalog, known.actor, &self.object, &self.asked)?;
        select.conditions.access =
            query::expanded(&known, &intersection([grant.read.clone(), grant.export.clone()]));
        Ok(select)
    }

    /// Writes the next page; the bytes that are ready, nothing behind the last page.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.is_last {
            return Ok(None);
        }
        let select = self.select()?;
        let page = select::fetch_page(&self.work.tx, self.work.rows().reading, &select).await?;
        self.written += write_page(&mut self.output, &self.columns, &page.body)?;
        match page.next {
            Some(last) => {
                self.asked.retain(|(name, _)| name != "cursor");
                self.asked.push(("cursor".to_owned(), query::encode_cursor(&select, &last)));
            }
            None => self.is_last = true,
        }
        self.output.take().map(Some)
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

fn write_page(output: &mut Output, columns: &[Column], body: &[u8]) -> Result<u64> {
    let records: Vec<Map<String, Json>> =
        serde_json::from_slice(body).map_err(|error| internal("a page of records", &error))?;
    for record in &records {
        output.row(columns.iter().map(|column| cell(column, record)))?;
    }
    Ok(records.len() as u64)
}

fn cell(column: &Column, record: &Map<String, Json>) -> Out {
    let value = record.get(&column.key);
    let value = match column.part {
        Some(part) => value.and_then(|value| value.get(part)),
        None => value,
    };
    let text = value.map_or(String::new(), text);
    match column.holds {
        Holds::Numbers if !text.is_empty() => Out::Number(text),
        Holds::Days => text.parse().map_or(Out::Text(text), Out::Day),
        _ => Out::Text(text),
    }
}
