//! What became of the lines of an import: counts, and what was found, each kind once with how often.

use crate::transfer::format::RawRow;
use diagnostic::{Diagnostic, Locale};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kinds of findings that are told apart.
const MOST_KINDS: usize = 100;
/// Lines named of each.
const MOST_LINES: usize = 10;
/// Lines that are told one by one to whoever waits for the import.
const MOST_TOLD: usize = 1_000;

/// What an import did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportReport {
    /// Lines read so far, blank ones too, without the first.
    pub read: u64,
    /// Lines that hold something.
    pub rows: u64,
    /// Records that are new.
    pub created: u64,
    /// Records that were changed.
    pub updated: u64,
    /// Lines that were refused; all others were done.
    pub refused: u64,
    /// Columns that nobody writes, such as `created_at`.
    pub ignored: Vec<String>,
    /// What was found, the most frequent first.
    pub findings: Vec<Finding>,
    /// The lines that were refused, the first of them.
    #[serde(skip)]
    pub failed: Vec<FailedRow>,
    /// The import by which it is undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<Uuid>,
}

/// A line that was refused.
#[derive(Clone, Debug)]
pub struct FailedRow {
    /// The line in the file, from 1.
    pub line: u64,
    /// Why.
    pub found: Diagnostic,
}

/// Something that was found in lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Finding {
    /// Its code.
    pub code: String,
    /// The column or field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What it says of the first of these lines.
    pub message: String,
    /// In how many lines.
    pub count: u64,
    /// The first of them.
    pub lines: Vec<u64>,
}

/// What became of a line.
#[derive(Clone, Debug)]
pub(super) enum Became {
    /// Nothing: it is blank.
    Blank,
    /// A new record.
    Created,
    /// A changed record.
    Updated,
    /// It was refused.
    Refused(Box<Diagnostic>),
}

impl ImportReport {
    /// Counts lines.
    pub(super) fn add(&mut self, rows: &[RawRow], became: &[Became], locale: Locale) {
        for (row, became) in rows.iter().zip(became) {
            self.read += 1;
            self.rows += u64::from(!matches!(became, Became::Blank));
            match became {
                Became::Blank => {}
                Became::Created => self.created += 1,
                Became::Updated => self.updated += 1,
                Became::Refused(found) => {
                    self.refused += 1;
                    each(found).for_each(|one| self.count(row.line, one, locale));
                    if self.failed.len() < MOST_TOLD {
                        self.failed.push(FailedRow { line: row.line, found: (**found).clone() });
                    }
                }
            }
        }
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.count));
    }

    fn count(&mut self, line: u64, found: &Diagnostic, locale: Locale) {
        let (code, field) = (found.code.name(), found.path.as_deref());
        let full = self.findings.len() >= MOST_KINDS;
        let known = self.findings.iter_mut().find(|one| one.code == code && one.field.as_deref() == field);
        match known {
            Some(known) => {
                known.count += 1;
                if known.lines.len() < MOST_LINES && known.lines.last() != Some(&line) {
                    known.lines.push(line);
                }
            }
            None if !full => self.findings.push(Finding {
                code: code.to_owned(),
                field: field.map(str::to_owned),
                message: found.render(locale),
                count: 1,
                lines: vec![line],
            }),
            None => {}
        }
    }
}

/// The findings that one holds.
fn each(found: &Diagnostic) -> impl Iterator<Item = &Diagnostic> {
    let alone = found.details.is_empty().then_some(found);
    alone.into_iter().chain(&found.details)
}

/// Why a line was refused, in words.
pub(super) fn words(found: &Diagnostic, locale: Locale) -> String {
    each(found).map(|one| one.render(locale)).collect::<Vec<_>>().join("; ")
}
