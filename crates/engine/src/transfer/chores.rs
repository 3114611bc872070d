//! The jobs of imports and exports.

use crate::engine::internal;
use crate::transfer::export::Export;
use crate::transfer::findings::ImportReport;
use crate::transfer::format::Format;
use crate::transfer::import::{Import, ImportOptions};
use crate::transfer::labour::{Ended, Labour};
use crate::transfer::orders::{Asked, EXPORT};
use crate::transfer::output::{PIECE, Sink};
use crate::transfer::table::Table;
use crate::transfer::terms::{self, FILE, REJECTED, RESULT, progress};
use crate::transfer::undo;
use diagnostic::{Code, Diagnostic, Result};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;
use std::sync::Arc;
use storage::Tx;
use storage::store::transfer;

/// Does a job.
pub(crate) async fn carry_out(labour: &Labour<'_>) -> Result<Ended> {
    match labour.job.kind.as_str() {
        terms::CHECK => labour.check().await,
        terms::RUN => labour.run().await,
        terms::UNDO => undo::undo(labour).await,
        terms::MAKE => labour.export().await,
        other => Err(Box::new(Diagnostic::new(Code::UnknownKind).with("kind", other))),
    }
}

impl Labour<'_> {
    async fn import(&self, dry_run: bool) -> Result<(Import, Table)> {
        let stored = &self.stored;
        let asked = Asked::of(stored)?;
        let format = Format::from_name(&stored.format).unwrap_or_default();
        let options = ImportOptions {
            mode: asked.plan.mode,
            dry_run,
            format,
            charset: asked.charset(),
            mapping: asked.plan.mapping.clone(),
            locale: asked.locale(),
            undoable: true,
        };
        let report: ImportReport = match dry_run {
            true => ImportReport::default(),
            false => serde_json::from_value(stored.report.clone()).map_err(|e| internal("a report", &e))?,
        };
        // The lease is held from the beginning: reading the file may take its time.
        self.tell(progress(&report, stored), |_| async { Ok(()) }).await?;
        let file = self.engine.spool(stored.id, FILE).await?;
        let table = Table::open(file, (format, asked.charset()), report.read).await?;
        let header = self.engine.import_header(&self.identity, &stored.object, &table.header, &options)?;
        let keep = (!dry_run).then_some((stored.id, Some((self.job.id, self.job.lease))));
        Ok((Import::new(self.engine, &self.identity, header, options, keep, report), table))
    }

    async fn run(&self) -> Result<Ended> {
        let (mut import, mut table) = self.import(false).await?;
        loop {
            let rows = table.next().await?;
            if rows.is_empty() {
                return Ok(Ended::Done(json!(import.report)));
            }
            import.step(rows).await?;
            if self.is_told_to_stop() {
                return Ok(Ended::Stopped);
            }
        }
    }

    async fn check(&self) -> Result<Ended> {
        let id = self.stored.id;
        let (mut import, mut table) = self.import(true).await?;
        let clear = move |tx: Tx| async move { transfer::remove_parts(&tx, id, REJECTED).await };
        self.tell(json!({}), clear).await?;
        loop {
            let rows = table.next().await?;
            if rows.is_empty() {
                break;
            }
            let before = import.report.clone();
            let refused = import.step(rows).await?;
            let refused = match before.refused == 0 && !refused.is_empty() {
                true => [import.rejected_head()?, refused].concat(),
                false => refused,
            };
            let number = i64::try_from(before.read).unwrap_or(i64::MAX);
            let refused = Arc::new(refused);
            let keep = move |tx: Tx| {
                let refused = refused.clone();
                async move {
                    match refused.is_empty() {
                        true => Ok(()),
                        false => transfer::put_part(&tx, id, REJECTED, number, refused.to_vec()).await,
                    }
                }
            };
            self.tell(progress(&import.report, &self.stored), keep).await?;
            if self.is_told_to_stop() {
                return Ok(Ended::Stopped);
            }
        }
        let mut stored = self.stored.clone();
        stored.report = json!(import.report);
        stored.asked["lines"] = json!(import.report.read);
        let stored = Arc::new(stored);
        let keep = move |tx: Tx| {
            let stored = stored.clone();
            async move { transfer::update(&tx, &stored).await.map(drop) }
        };
        self.tell(progress(&import.report, &self.stored), keep).await?;
        Ok(Ended::Done(json!(import.report)))
    }

    async fn export(&self) -> Result<Ended> {
        let id = self.stored.id;
        let asked = Asked::of(&self.stored)?;
        let format = Format::from_name(&self.stored.format).unwrap_or_default();
        // One that died begins again: what it read may have changed since.
        let clear = move |tx: Tx| async move { transfer::remove_parts(&tx, id, RESULT).await };
        self.tell(json!({"done": 0}), clear).await?;
        let (object, parameters) = (&self.stored.object, &asked.parameters);
        let mut export = Export::begin(self.engine, &self.identity, object, parameters, format)?;
        let mut sink = Parts { labour: self, number: 0, size: 0, waiting: Vec::new(), written: 0 };
        let mut told = 0;
        while let Some(piece) = export.next().await? {
            sink.written = export.written;
            sink.put(piece).await?;
            // A workbook has no bytes until its end.
            if export.written - told >= 10_000 {
                told = export.written;
                self.tell(json!({"done": told}), |_| async { Ok(()) }).await?;
            }
            if self.is_told_to_stop() {
                return Ok(Ended::Stopped);
            }
        }
        let written = export.written;
        export.output.finish(&mut sink).await?;
        sink.flush().await?;
        let mut stored = self.stored.clone();
        stored.size = sink.size;
        stored.step = "done".to_owned();
        stored.report = json!({"records": written});
        let stored = Arc::new(stored);
        let keep = move |tx: Tx| {
            let stored = stored.clone();
            async move { transfer::update(&tx, &stored).await.map(drop) }
        };
        self.tell(json!({"done": written, "of": written}), keep).await?;
        let file = format!("/api/v1/{EXPORT}s/{id}/file");
        Ok(Ended::Done(json!({"export": id, "records": written, "bytes": sink.size, "file": file})))
    }
}

/// The file of an export, in parts.
struct Parts<'a> {
    labour: &'a Labour<'a>,
    number: i64,
    size: i64,
    waiting: Vec<u8>,
    written: u64,
}

impl Parts<'_> {
    async fn flush(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let piece = Arc::new(std::mem::take(&mut self.waiting));
        let (id, number) = (self.labour.stored.id, self.number);
        self.size += i64::try_from(piece.len()).unwrap_or(i64::MAX);
        self.number += 1;
        let keep = move |tx: Tx| {
            let piece = piece.clone();
            async move { transfer::put_part(&tx, id, RESULT, number, piece.to_vec()).await }
        };
        self.labour.tell(json!({"done": self.written}), keep).await
    }
}

impl Sink for Parts<'_> {
    fn put(&mut self, piece: Vec<u8>) -> BoxFuture<'_, Result<()>> {
        async move {
            self.waiting.extend_from_slice(&piece);
            if self.waiting.len() >= PIECE { self.flush().await } else { Ok(()) }
        }
        .boxed()
    }
}
