//! Some lines of an import, in a transaction that somebody else opened; each line counts for itself.

use crate::records::command::Written;
use crate::transfer::findings::Became;
use crate::transfer::format::RawRow;
use crate::transfer::mapping::ImportMode;
use crate::transfer::rows::{Header, Line};
use crate::work::Work;
use catalog::{Field, SystemField};
use diagnostic::{Class, Code, Diagnostic, Result};
use serde_json::{Map, Value as Json, json};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use storage::store::transfer;
use uuid::Uuid;

/// Lines, and what became of them.
pub(super) struct Batch {
    /// What became of each.
    pub became: Vec<Became>,
    /// The lines that were read, in the place of each.
    pub lines: Vec<Option<Line>>,
    /// What the undo of those that were written needs.
    pub written: Vec<transfer::Line>,
}

/// Writes lines. A line that is refused is told, the others are done.
///
/// # Errors
/// What the machine or its database refuses.
pub(super) async fn write_all(
    work: &Work,
    header: &Header,
    rows: &[RawRow],
    mode: ImportMode,
) -> Result<Batch> {
    let mut batch = Batch { became: Vec::new(), lines: Vec::new(), written: Vec::new() };
    for row in rows {
        let (line, became) = match read(work, header, row) {
            Ok(None) => (None, Became::Blank),
            Err(found) => (None, Became::Refused(found)),
            Ok(Some(line)) => {
                let done = work.tx.savepoint(async {
                    let command = header.command(work, &line, mode).await?;
                    work.execute(&command).await
                });
                let became = match done.await {
                    Ok(written) => {
                        batch.written.extend(trace(work, row, &written)?);
                        if written.created { Became::Created } else { Became::Updated }
                    }
                    Err(found) if is_of_the_line(&found) => Became::Refused(found),
                    Err(found) => return Err(found),
                };
                (Some(line), became)
            }
        };
        batch.lines.push(line);
        batch.became.push(became);
    }
    Ok(batch)
}

/// What the machine or its database refuses is no finding about one line.
pub(super) fn is_of_the_line(found: &Diagnostic) -> bool {
    !matches!(found.class(), Class::Internal | Class::Unavailable | Class::NoSpace | Class::Environment)
}

fn read(work: &Work, header: &Header, row: &RawRow) -> Result<Option<Line>> {
    if let Some(found) = &row.found {
        return Err(found.clone());
    }
    if row.is_blank() {
        return Ok(None);
    }
    header.line(&work.published.catalog, &row.cells).map(Some)
}

/// What undoing a line needs; nothing where it changed nothing.
fn trace(work: &Work, row: &RawRow, written: &Written) -> Result<Option<transfer::Line>> {
    let earlier = match &written.before {
        None => None,
        Some(_) => {
            let earlier = earlier(work, written)?;
            if earlier.is_empty() {
                return Ok(None);
            }
            Some(Json::Object(earlier))
        }
    };
    Ok(Some(transfer::Line {
        transfer: Uuid::nil(),
        number: 0,
        line: i64::try_from(row.line).unwrap_or(i64::MAX),
        record: written.id(),
        version: written.row.version(),
        earlier,
        outcome: None,
    }))
}

/// What undoing keeps of an encrypted value: as it is sealed for this record.
const SEALED: &str = "$sealed";

/// The values that a write changed, as they were.
fn earlier(work: &Work, written: &Written) -> Result<Map<String, Json>> {
    let mut earlier = Map::new();
    let Some(before) = &written.before else { return Ok(earlier) };
    let kept =
        |field: &&Field| matches!(field.system, None | Some(SystemField::Owner)) && field.derived.is_none();
    for field in written.row.object.fields.values().filter(kept) {
        let (old, new) = (before.values.get(field.index), written.row.values.get(field.index));
        let Some(old) = old.filter(|old| Some(*old) != new) else { continue };
        let mut shown = field.kind.kind().render(old);
        if field.encrypted.is_some()
            && let (Some(text), Some(secret)) = (shown.as_str(), work.engine.secret())
        {
            shown = json!({SEALED: secret.seal(text, written.id(), &field.name)?});
        }
        earlier.insert(field.name.to_string(), shown);
    }
    for link in &written.links {
        let old = if link.old.is_null() { json!([]) } else { link.old.clone() };
        earlier.insert(link.field.to_string(), old);
    }
    Ok(earlier)
}

/// The body that sets values back.
///
/// # Errors
/// `internal` for a value that was sealed under another key.
pub(super) fn set_back(work: &Work, record: Uuid, earlier: &Json) -> Result<Json> {
    let Json::Object(earlier) = earlier else { return Ok(json!({})) };
    let mut body = Map::new();
    for (name, value) in earlier {
        let value = match (value.get(SEALED).and_then(Json::as_str), work.engine.secret()) {
            (Some(sealed), Some(secret)) => json!(secret.open(sealed, record, name)?),
            _ => value.clone(),
        };
        body.insert(name.clone(), value);
    }
    Ok(Json::Object(body))
}

/// What a trial remembers of the lines before: each batch of a trial is taken back, and the next one does not find
/// what it wrote.
#[derive(Default)]
pub(super) struct Seen(HashSet<u64>);

impl Seen {
    /// Judges the lines of a batch as if those before had been kept.
    pub fn judge(&mut self, header: &Header, batch: &mut Batch, mode: ImportMode) {
        let object = &header.object;
        let keys: Vec<(&str, &[std::sync::Arc<str>])> = object
            .uniques
            .iter()
            .filter(|(_, unique)| unique.filter.is_none())
            .map(|(name, unique)| (&**name, unique.fields.as_slice()))
            .collect();
        let main = header.key.as_ref().map(|(name, _)| &**name);
        let mut fresh = Vec::new();
        for (became, line) in batch.became.iter_mut().zip(&batch.lines) {
            let Some(line) = line else { continue };
            let of_line: Vec<(&str, u64, &[std::sync::Arc<str>])> = keys
                .iter()
                .filter_map(|(name, fields)| Some((*name, hash(name, fields, line)?, *fields)))
                .collect();
            if let Became::Created = became
                && let Some((name, _, fields)) = of_line.iter().find(|(_, hash, _)| self.0.contains(hash))
            {
                *became = match mode == ImportMode::Upsert && main == Some(name) {
                    true => Became::Updated,
                    false => Became::Refused(duplicate(fields)),
                };
            }
            if let Became::Refused(found) = became
                && self.is_named_before(header, line, found)
            {
                *became = Became::Created;
            }
            if matches!(became, Became::Created | Became::Updated) {
                fresh.extend(of_line.iter().map(|(_, hash, _)| *hash));
            }
        }
        self.0.extend(fresh);
    }

    /// Whether all that is missing is a record of the same object that a line before makes.
    fn is_named_before(&self, header: &Header, line: &Line, found: &Diagnostic) -> bool {
        let all = if found.details.is_empty() { std::slice::from_ref(found) } else { &found.details };
        all.iter().all(|one| {
            let missing = matches!(one.code, Code::ReferenceNotFound | Code::UnknownReference);
            let Some(name) = one.path.as_deref().filter(|_| missing) else { return false };
            let own = header.object.field(name).and_then(plan::known::to_one);
            let by = line.body.get(name).and_then(|value| value.get("by")?.as_object()?.iter().next());
            match (own.is_some_and(|own| own == header.object.name), by) {
                (true, Some((key, value))) => header.object.uniques.iter().any(|(unique, constraint)| {
                    matches!(constraint.fields.as_slice(), [only] if **only == **key)
                        && self.0.contains(&hash_of(unique, [value]))
                }),
                _ => false,
            }
        })
    }
}

/// The values of a key in a line, in short; nothing where one is missing.
fn hash(name: &str, fields: &[std::sync::Arc<str>], line: &Line) -> Option<u64> {
    let values: Option<Vec<&Json>> =
        fields.iter().map(|field| line.body.get(&**field).filter(|value| !value.is_null())).collect();
    Some(hash_of(name, values?))
}

fn hash_of<'v>(name: &str, values: impl IntoIterator<Item = &'v Json>) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    values.into_iter().for_each(|value| value.to_string().hash(&mut hasher));
    hasher.finish()
}

/// The clash of a line with one before. All its fields have columns, which their reader named.
fn duplicate(fields: &[std::sync::Arc<str>]) -> Box<Diagnostic> {
    let found = Diagnostic::new(Code::Duplicate).with("fields", fields.join(", "));
    Box::new(match fields {
        [only] => found.at(&**only),
        _ => found,
    })
}
