//! A line becomes a write.

use crate::records::command::Command;
use crate::records::read;
use crate::transfer::cells::{self, BETWEEN, CLEAR};
use crate::transfer::columns::{PARTS, Target, target};
use crate::transfer::format::Format;
use crate::transfer::mapping::{ImportMode, Mapping};
use crate::work::Work;
use catalog::{Catalog, Field, Object, Stored};
use chrono::{NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use diagnostic::{Code, Diagnostic, Locale, Result, Text, did_you_mean};
use expression::{Type, Value};
use plan::Precondition;
use plan::actor::Access;
use plan::known::{Known, to_one};
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;

/// The name of a unique key, and its fields.
pub(super) type Key = (Arc<str>, Vec<Arc<str>>);

/// What the columns of a file fill.
pub(super) struct Header {
    /// The object.
    pub object: Arc<Object>,
    /// The names of the columns.
    pub names: Vec<String>,
    targets: Vec<Target>,
    mapping: Mapping,
    /// The unique key by which records are found.
    pub key: Option<Key>,
    /// Where times without an offset are.
    zone: Tz,
    /// Lines may end early: a spreadsheet leaves empty cells at their end out.
    ragged: bool,
    /// Columns that nobody writes.
    pub ignored: Vec<String>,
}

/// A line that can be written.
#[derive(Clone, Debug)]
pub(super) struct Line {
    id: Option<Uuid>,
    /// The values.
    pub body: Map<String, Json>,
}

/// What the names of columns begin with that a file of refused lines has beside the columns it came with.
pub(super) const REMARK: char = '#';

impl Header {
    /// Reads the first line.
    ///
    /// # Errors
    /// Every header that is no field, at once; a field that is filled twice; a mapping of columns that are not there;
    /// a key that is none.
    pub fn read(
        known: &Known<'_>,
        object: &Arc<Object>,
        names: &[String],
        (mapping, format): (&Mapping, Format),
        zone: Tz,
    ) -> Result<Header> {
        mapping.check(names)?;
        let (mut targets, mut ignored, mut found) = (Vec::new(), Vec::new(), Vec::new());
        let mut filled: Vec<&str> = Vec::new();
        for name in names {
            let Some(wanted) = mapping.target(name).filter(|_| !name.starts_with(REMARK) && !name.is_empty())
            else {
                targets.push(Target::Ignored);
                continue;
            };
            if filled.contains(&wanted) {
                found.push(invalid(wanted, "it stands twice"));
            }
            filled.push(wanted);
            match target(known, object, wanted) {
                Ok(target) => {
                    if matches!(target, Target::Ignored) {
                        ignored.push(name.clone());
                    }
                    targets.push(target);
                }
                Err(finding) => found.push(*finding),
            }
        }
        if let Some(found) = Diagnostic::gather(found) {
            return Err(Box::new(found));
        }
        let key = key_of(known, object, mapping)?;
        let (object, names, ragged) = (object.clone(), names.to_vec(), format == Format::Xlsx);
        Ok(Header { object, names, targets, mapping: mapping.clone(), key, zone, ragged, ignored })
    }

    /// Reads a line. An empty cell leaves the field as it is, `#N/A` clears it.
    ///
    /// # Errors
    /// What the types of the fields refuse, all cells at once.
    pub fn line(&self, catalog: &Catalog, cells: &[String]) -> Result<Line> {
        let (given, wanted) = (cells.len(), self.targets.len());
        if given > wanted || (given < wanted && !self.ragged) {
            let reason = format!("{given} cells under {wanted} headers");
            return Err(Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason)));
        }
        let mut line = Line { id: None, body: Map::new() };
        let mut found = Vec::new();
        for ((target, name), cell) in self.targets.iter().zip(&self.names).zip(cells) {
            let filled = match self.mapping.value(name, cell) {
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
                let value = kind.map_or_else(|| Ok(json!(cell)), |key| value(key, cell, self.zone))?;
                line.body.insert(field.to_string(), json!({"by": {&**key: value}}));
            }
            Target::Part(field, part) => part_of(line, field, part, json!(cell)),
            Target::Field(name) => {
                if let Some(field) = self.object.field(name) {
                    let read = value(field, cell, self.zone);
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
        match (mode, line.id, &self.key) {
            (ImportMode::Upsert, Some(id), _) => Ok(Command::Update { object, id, body, precondition }),
            (ImportMode::Upsert, None, Some((name, fields))) => {
                // A record without its number is a new one, which gets the next.
                let numbered = fields.iter().all(|name| !line.body.contains_key(&**name))
                    && fields.iter().all(|name| is_numbered(&self.object, name));
                if numbered {
                    return Ok(Command::Create { object, body });
                }
                // A key that the actor may not read has no name.
                let known = work.planner().known();
                if !fields.iter().all(|field| known.readable(&self.object.name, field).is_some()) {
                    return Err(Box::new(Diagnostic::new(Code::HiddenValue)));
                }
                let mut values = Vec::with_capacity(fields.len());
                for name in fields {
                    values.push(self.key_text(work, line, name).await?);
                }
                Ok(Command::Upsert { object, key: name.clone(), values, body })
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

/// The key by which records are found: the one that is asked for, or the object's own.
fn key_of(known: &Known<'_>, object: &Object, mapping: &Mapping) -> Result<Option<Key>> {
    let Some(wanted) = mapping.key.as_deref() else {
        return Ok(object.key.as_ref().map(|key| (key.name.clone(), key.fields.clone())));
    };
    let usable = |fields: &[Arc<str>]| fields.iter().all(|f| known.readable(&object.name, f).is_some());
    let unique =
        object.uniques.get(wanted).filter(|unique| unique.filter.is_none() && usable(&unique.fields));
    match unique {
        Some(unique) => Ok(Some((wanted.into(), unique.fields.clone()))),
        None => {
            let names = object.uniques.iter().filter(|(_, one)| one.filter.is_none() && usable(&one.fields));
            let found = Diagnostic::new(Code::UnknownReference).with("what", "key").with("name", wanted);
            let hint = did_you_mean(wanted, names.map(|(name, _)| &**name));
            Err(Box::new(found.with_hint(hint).at("key")))
        }
    }
}

/// A cell as the API takes it.
///
/// # Errors
/// What the type of the field refuses.
pub(super) fn value(field: &Field, cell: &str, zone: Tz) -> Result<Json> {
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
    let cell = as_the_field_says(field, cell, zone);
    Ok(kind.render(&kind.parse_text(&cell)?))
}

/// What spreadsheets and people write in other words than the wire: the label of an option, a day with slashes, a
/// time without its offset.
fn as_the_field_says<'c>(field: &Field, cell: &'c str, zone: Tz) -> Cow<'c, str> {
    let trimmed = cell.trim();
    let other = match (&field.kind, &field.ty) {
        (definition::FieldType::Select(select), _) if !select.options.contains_key(trimmed) => {
            let labelled = |label: Option<&Text>| {
                Locale::ALL
                    .iter()
                    .any(|l| label.and_then(|label| label.get(*l)).is_some_and(|t| t == trimmed))
            };
            let mut options = select.options.iter().filter(|(_, option)| labelled(option.label.as_ref()));
            options.next().filter(|_| options.next().is_none()).map(|(name, _)| name.clone())
        }
        (_, Type::Date) => {
            let slashed = NaiveDate::parse_from_str(trimmed, "%Y/%m/%d").ok();
            // A spreadsheet shows a day as midnight where its cell has the format of both.
            let midnight = trimmed.strip_suffix("T00:00:00").map(str::to_owned);
            slashed.map(|day| day.to_string()).or(midnight)
        }
        (_, Type::DateTime) => local_time(trimmed, zone),
        _ => None,
    };
    other.map_or(Cow::Borrowed(cell), Cow::Owned)
}

/// A time without an offset as the instant it is in a zone; the earlier one where clocks are set back.
fn local_time(text: &str, zone: Tz) -> Option<String> {
    let text = text.replace('/', "-");
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let local = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    let local = local.or_else(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    Some(zone.from_local_datetime(&local).earliest()?.to_rfc3339())
}

fn invalid(field: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidBody).with("reason", format!("`{field}`: {reason}")).at(field)
}
