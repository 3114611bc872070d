//! What came of an order, for whoever gave it: the file of an export, the lines that an import refused.

use crate::engine::{Engine, internal};
use crate::identity::Identity;
use crate::transfer::cells::{CLEAR, unprotect};
use crate::transfer::findings::ImportReport;
use crate::transfer::format::Format;
use crate::transfer::import::importable;
use crate::transfer::orders::{EXPORT, IMPORT, busy, not_found};
use crate::transfer::output::{Out, Output, Sink, copy};
use crate::transfer::terms::{REJECTED, RESULT};
use diagnostic::Result;
use plan::wording::not_permitted;
use std::sync::Arc;
use storage::store::transfer;
use uuid::Uuid;

impl Engine {
    /// Whether the asker may fetch the file of an export: it is there, is the asker's, and the right to export has
    /// not gone meanwhile. The name of the file and its form.
    ///
    /// # Errors
    /// `not_found`, `not_permitted`, `transfer_busy` while it is being made.
    pub async fn export_file(&self, identity: &Arc<Identity>, id: Uuid) -> Result<(String, Format, i64)> {
        let stored = self.own_transfer(identity, EXPORT, id).await?;
        let work = self.reading(identity);
        let known = work.planner().known();
        let (object, grant) = known.object(&stored.object)?;
        if grant.export.is_none() {
            return Err(Box::new(not_permitted(["export from", "导出：", "匯出："], &object.name)));
        }
        // The file shows what could be read when it was ordered.
        let roles = stored.roles.as_deref().unwrap_or_default();
        if !identity.actor.admin && !roles.iter().all(|role| identity.actor.has_role(role)) {
            return Err(Box::new(not_permitted(["export from", "导出：", "匯出："], &object.name)));
        }
        if stored.step != "done" {
            return Err(busy("the file is not made yet"));
        }
        Ok((stored.name, Format::from_name(&stored.format).unwrap_or_default(), stored.size))
    }

    /// A part of the file of an export, and the place of the next one.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn file_part(&self, id: Uuid, from: i64) -> Result<Option<(Vec<u8>, i64)>> {
        let found = transfer::part_from(&self.database().reader(), id, RESULT, from).await?;
        Ok(found.map(|(number, piece)| (piece, number + 1)))
    }

    /// The lines that an import refused.
    ///
    /// # Errors
    /// `not_found` where none were.
    pub async fn rejected(
        &self,
        identity: &Arc<Identity>,
        id: Uuid,
        format: Format,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        let stored = self.own_transfer(identity, IMPORT, id).await?;
        {
            let work = self.reading(identity);
            importable(&work.planner().known(), &stored.object)?;
        }
        let file = self.spool(id, REJECTED).await?;
        if format == Format::Csv {
            return copy(file, sink).await;
        }
        let mut output = Output::new(Format::Xlsx)?;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        for record in reader.records() {
            let record = record.map_err(|error| internal("reading refused lines", &error))?;
            output.row(record.iter().map(|cell| match cell {
                CLEAR => Out::Number(CLEAR.to_owned()),
                cell => Out::Text(unprotect(cell).to_owned()),
            }))?;
        }
        output.finish(sink).await
    }

    /// The form of the file that an import came with; its name.
    ///
    /// # Errors
    /// `not_found` also where no line was refused.
    pub async fn rejected_form(&self, identity: &Arc<Identity>, id: Uuid) -> Result<(Format, String)> {
        let stored = self.own_transfer(identity, IMPORT, id).await?;
        let report: ImportReport = serde_json::from_value(stored.report).unwrap_or_default();
        match report.refused {
            0 => Err(not_found()),
            _ => Ok((Format::from_name(&stored.format).unwrap_or_default(), stored.name)),
        }
    }
}
