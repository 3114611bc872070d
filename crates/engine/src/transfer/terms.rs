//! Words that orders, jobs and files share.

use crate::transfer::findings::ImportReport;
use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use storage::store::transfer::Transfer;

/// The queue of this work: it takes its time, and other jobs do not wait for it.
pub(crate) const QUEUE: &str = "transfer";
/// How long a worker may take for a batch.
pub(crate) const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Results of many writes and of many flows are kept in pages of as many.
pub(crate) const PAGE: usize = 200;

/// The file that was sent.
pub(crate) const FILE: &str = "file";
/// The lines that were refused, as CSV.
pub(crate) const REJECTED: &str = "rejected";
/// The file that was made.
pub(crate) const RESULT: &str = "result";

/// The kind of job that tries an import.
pub(crate) const CHECK: &str = "import_check";
/// The kind of job that imports.
pub(crate) const RUN: &str = "import";
/// The kind of job that undoes an import.
pub(crate) const UNDO: &str = "import_undo";
/// The kind of job that walks past flows under a changed definition.
pub(crate) const BACKTEST: &str = "backtest";
/// The kind of job that makes the file of an export.
pub(crate) const MAKE: &str = "export";

/// How far an import is, for its job.
pub(crate) fn progress(report: &ImportReport, stored: &Transfer) -> Json {
    json!({
        "done": report.read,
        "of": stored.asked.get("lines"),
        "created": report.created,
        "updated": report.updated,
        "refused": report.refused,
    })
}
