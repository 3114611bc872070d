//! A line becomes a write.

use crate::records::command::Command;
use crate::records::read;
use crate::transfer::cells::{self, BETWEEN, CLEAR};
use crate::transfer::columns::{PARTS, Target, target};
use crate::work::Work;
use catalog::{Catalog, Field, Object, Stored};
use csv::StringRecord;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use plan::Precondition;
use plan::actor::Access;
use plan::known::{Known, to_one};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// What an import does with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// Every line is a new record.
    Create,
    /// A line whose id or natural key is known changes that record.
    Upsert,
}

/// What the columns of a file fill.
pub(super) struct Header {
    object: Arc<Object>,
    targets: Vec<Target>,
    /// Columns that nobody writes.
    pub ignored: Vec<String>,
}

/// A line that can be written.
#[derive(Clone, Debug)]
pub(super) struct Line {
    id: Option<Uuid>,
    body: Map<String, Json>,
}

impl Header {
    /// Reads the first line.
    ///
    /// # Errors
    /// Every header that is no field, at once; a field that stands twice.
    pub fn read(known: &Known<'_>, object: &Arc<Object>, line: &StringRecord) -> Result<Header> {
        let (mut targets, mut ignored, mut found) = (Vec::new(), Vec::new(), Vec::new());
        let headers: Vec<_> = line.iter().map(cells::header).collect();
        for (place, header) in headers.iter().enumerate() {
            if headers[..place].contains(header) {
                found.push(invalid(header, "it stands twice"));
            }
            match target(known, object, header) {
                Ok(target) => {
                    if matches!(target, Target::Ignored) {
                        ignored.push(header.to_string());
                    }
                    targets.push(target);
                }
                Err(finding) => found.push(*finding),
            }
        }
        match Diagnostic::gather(found) {
            Some(found) => Err(Box::new(found)),
            None => Ok(Header { object: object.clone(), targets, ignored }),
        }
    }

    /// Reads a line. An empty cell leaves the field as it is, `#N/A` clears it.
    ///
    /// # Errors
    /// What the types of the fields refuse, all cells at once.
    pub fn line(&self, catalog: &Catalog, row: &StringRecord) -> Result<Line> {
        if row.len() != self.targets.len() {
            let reason = format!("{} cells under {} headers", row.len(), self.targets.len());
            return Err(Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason)));
        }
        let mut line = Line { id: None, body: Map::new() };
        let mut found = Vec::new();
        for (target, cell) in self.targets.iter().zip(row) {
            let filled = match cell {
                "" => Ok(()),
                CLEAR => self.clear(&mut line, target),
                cell => self.fill(catalog, &mut line, target, cells::unprotect(cell)),
            };
            found.extend(filled.err().map(|finding| *finding));
        }
        for value in line.body.values_mut() {
            // An address none of whose parts is left is no address.
            if value.as_object().is_some_and(|parts| parts.values().all(Json::is_null)) {
                *value = Json::Null;
            }
        }
        match Diagnostic::gather(found) {
            Some(found) => Err(Box::new(found)),
            None => Ok(line),
        }
    }

    fn clear(&self, line: &mut Line, target: &Target) -> Result<()> {
        match target {
            Target::Ignored => {}
            Target::Id => return Err(Box::new(invalid("id", "a record keeps its id"))),
            Target::Part(field, part) => part_of(line, field, part, Json::Null),
            Target::By(name, _) | Target::Field(name) => {
                let lists = |field: &Field| matches!(field.ty, Type::List(_));
                let nothing = match self.object.field(name).is_some_and(lists) {
                    true => json!([]),
                    false => Json::Null,
                };
                line.body.insert(name.to_string(), nothing);
            }
        }
        Ok(())
    }

    fn fill(&self, catalog: &Catalog, line: &mut Line, target: &Target, cell: &str) -> Result<()> {
        match target {
            Target::Ignored => {}
            Target::Id => line.id = Some(cell.parse().map_err(|_| Box::new(invalid("id", "it is no id")))?),
            Target::By(field, key) => {
                let by =
                    self.object.field(field).and_then(to_one).and_then(|name| catalog.objects.get(&name));
                let kind = by.and_then(|other| other.field(key));
                let value = kind.map_or_else(|| Ok(json!(cell)), |key| value(key, cell))?;
                line.body.insert(field.to_string(), json!({"by": {&**key: value}}));
            }
            Target::Part(field, part) => part_of(line, field, part, json!(cell)),
            Target::Field(name) => {
                if let Some(field) = self.object.field(name) {
                    let read = value(field, cell);
                    let read = read.map_err(|found| found.with("field", name).at(&**name))?;
                    line.body.insert(name.to_string(), read);
                }
            }
        }
        Ok(())
    }

    /// The write of a line.
    ///
    /// # Errors
    /// `required` for a missing part of the natural key, `not_found` for a record that a key part names.
    pub async fn command(&self, work: &Work, line: &Line, mode: ImportMode) -> Result<Command> {
        let (object, body) = (self.object.name.clone(), Json::Object(line.body.clone()));
        let precondition = Precondition::Waived;
        match (mode, line.id, &self.object.key) {
            (ImportMode::Upsert, Some(id), _) => Ok(Command::Update { object, id, body, precondition }),
            (ImportMode::Upsert, None, Some(key)) => {
                // A record without its number is a new one, which gets the next.
                let numbered = key.fields.iter().all(|name| !line.body.contains_key(&**name))
                    && key.fields.iter().all(|name| is_numbered(&self.object, name));
                if numbered {
                    return Ok(Command::Create { object, body });
                }
                let mut values = Vec::with_capacity(key.fields.len());
                for name in &key.fields {
                    values.push(self.key_text(work, line, name).await?);
                }
                Ok(Command::Upsert { object, key: key.name.clone(), values, body })
            }
            _ => Ok(Command::Create { object, body }),
        }
    }

    /// A part of the natural key, as the path of an upsert would hold it.
    async fn key_text(&self, work: &Work, line: &Line, name: &str) -> Result<String> {
        let missing = || Box::new(Diagnostic::new(Code::Required).with("field", name).at(name));
        let value = line.body.get(name).ok_or_else(missing)?;
        let Some((key, wanted)) = value.get("by").and_then(Json::as_object).and_then(|by| by.iter().next())
        else {
            return Ok(cells::text(value));
        };
        let target = self.object.field(name).and_then(to_one).ok_or_else(missing)?;
        let target = work.published.object(&target)?;
        let parsed = match target.field(key) {
            Some(field) => field.kind.kind().parse(wanted)?,
            None => Value::Null,
        };
        let mut found = work.rows().find(target, &[(key.as_str().into(), parsed)]).await?;
        if let Some(row) = &found
            && !read::may(work, &target.name, row.id(), Access::Read).await?
        {
            found = None;
        }
        let unknown =
            || Diagnostic::new(Code::UnknownReference).with("what", name).with("name", cells::text(wanted));
        found.map(|row| row.id().to_string()).ok_or_else(|| Box::new(unknown().at(name)))
    }
}

/// Puts a part of an address. The address is one value: parts that the line does not name are empty.
fn part_of(line: &mut Line, field: &str, part: &str, value: Json) {
    let none = || Json::Object(PARTS.iter().map(|part| ((*part).to_owned(), Json::Null)).collect());
    line.body.entry(field.to_owned()).or_insert_with(none)[part] = value;
}

fn is_numbered(object: &Object, field: &str) -> bool {
    let kind = object.field(field).map(|field| &field.kind);
    matches!(kind, Some(definition::FieldType::Autonumber(_)))
}

/// A cell as the API takes it.
fn value(field: &Field, cell: &str) -> Result<Json> {
    match &field.ty {
        Type::Reference(Some(_)) => return Ok(json!(cell.trim())),
        Type::Reference(None) => {
            let parts = cell.split_once(':');
            let (object, id) = parts.ok_or_else(|| Box::new(invalid(&field.name, "write object:id")))?;
            return Ok(json!({"object": object.trim(), "id": id.trim()}));
        }
        Type::List(inner)
            if matches!(field.stored, Stored::Link(_)) || matches!(**inner, Type::Reference(_)) =>
        {
            let ids = cell.split(BETWEEN).map(str::trim).filter(|id| !id.is_empty());
            return Ok(match field.stored {
                Stored::Link(_) => ids.map(|id| json!({"id": id})).collect(),
                _ => ids.collect(),
            });
        }
        _ => {}
    }
    let kind = field.kind.kind();
    Ok(kind.render(&kind.parse_text(cell)?))
}

fn invalid(field: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidFieldValue).with("field", field).with("reason", reason).at(field)
}
