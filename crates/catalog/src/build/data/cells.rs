//! A CSV file as the records it stands for.

use crate::build::entry::{Entry, Findings, invalid};
use crate::build::paths;
use crate::model::catalog::Catalog;
use crate::model::field::{Field, Stored};
use crate::model::object::Object;
use definition::Seed;
use definition::field::FieldType;
use diagnostic::Diagnostic;
use expression::Type;
use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

type Records = IndexMap<String, IndexMap<String, Json>>;

/// What a column of the file fills.
enum Column<'a> {
    /// The alias of the record.
    Alias,
    /// A field.
    Field(&'a Field),
    /// A field whose cell names a record by the value of this field of the target.
    By(&'a Field, &'a str),
    /// A part of an address.
    Part(&'a Field, &'a str),
    /// Not known; reported once.
    Unknown,
}

/// The records of a file. A record without an alias is called `file#line`, which nobody can refer to.
pub(super) fn records(
    catalog: &Catalog,
    object: &Object,
    text: &str,
    file: &str,
    entry: &Entry<Seed>,
    findings: &mut Findings<'_>,
) -> Records {
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
    let mut report = |finding: Diagnostic| findings.push(finding, &entry.origin, &["file"]);
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            report(invalid(format!("{file} is not readable: {error}")));
            return Records::new();
        }
    };
    let mut columns = Vec::with_capacity(headers.len());
    for header in &headers {
        match column(catalog, object, header.trim_start_matches('\u{feff}').trim()) {
            Ok(column) => columns.push(column),
            Err(finding) => {
                report(finding.at(format!("{file}, column {header}")));
                columns.push(Column::Unknown);
            }
        }
    }
    let mut out = Records::new();
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                report(invalid(format!("{file} is not readable: {error}")));
                continue;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        let (alias, record) = record(&columns, &row, file, line, &mut report);
        let name = alias.unwrap_or_else(|| format!("{file}#{line}"));
        if out.contains_key(&name) {
            report(invalid(format!("alias `{name}` stands twice in {file}")));
        }
        out.insert(name, record);
    }
    out
}

fn column<'a>(catalog: &Catalog, object: &'a Object, header: &'a str) -> diagnostic::Result<Column<'a>> {
    if header == "alias" && object.field("alias").is_none() {
        return Ok(Column::Alias);
    }
    let Some((name, part)) = header.split_once('.') else {
        let field = paths::field(object, header)?;
        return match &field.stored {
            Stored::Children { .. } => Err(Box::new(invalid("children stand in a file of their own"))),
            _ => Ok(Column::Field(field)),
        };
    };
    let field = paths::field(object, name)?;
    match (&field.ty, &field.kind) {
        (Type::Address, _) if ["country", "province", "city", "district", "street"].contains(&part) => {
            Ok(Column::Part(field, part))
        }
        (Type::Reference(Some(target)), _) => {
            if let Some(target) = catalog.objects.get(target) {
                paths::field(target, part)?;
            }
            Ok(Column::By(field, part))
        }
        _ => Err(Box::new(invalid(format!("`{name}` has no part `{part}`")))),
    }
}

fn record(
    columns: &[Column<'_>],
    row: &csv::StringRecord,
    file: &str,
    line: u64,
    report: &mut dyn FnMut(Diagnostic),
) -> (Option<String>, IndexMap<String, Json>) {
    let mut alias = None;
    let mut out: IndexMap<String, Json> = IndexMap::new();
    for (column, cell) in columns.iter().zip(row) {
        if cell.is_empty() {
            continue;
        }
        match column {
            Column::Unknown => {}
            Column::Alias => alias = Some(cell.trim_start_matches('@').to_owned()),
            Column::By(field, key) => {
                out.insert(field.name.to_string(), json!({"by": {*key: cell}}));
            }
            Column::Part(field, part) => {
                let whole = out.entry(field.name.to_string()).or_insert_with(|| Json::Object(Map::new()));
                whole[*part] = Json::String(cell.to_owned());
            }
            Column::Field(field) => match value(field, cell) {
                Ok(json) => {
                    out.insert(field.name.to_string(), json);
                }
                Err(finding) => report(finding.with("field", &field.name).at(format!("{file}:{line}"))),
            },
        }
    }
    (alias, out)
}

/// The cell in the form in which YAML would hold it.
fn value(field: &Field, cell: &str) -> diagnostic::Result<Json> {
    let is_link = matches!(field.stored, Stored::Link(_));
    match &field.ty {
        Type::Reference(_) => return Ok(Json::String(cell.to_owned())),
        Type::List(inner) if is_link || matches!(**inner, Type::Reference(_)) => {
            return Ok(cell.split(';').map(|alias| Json::String(alias.trim().to_owned())).collect());
        }
        Type::Date | Type::DateTime => {
            if let Some(relative) = relative(cell) {
                return Ok(relative);
            }
        }
        _ => {}
    }
    // A text that really starts with @ is written @@, here and in YAML alike.
    if cell.starts_with('@') && matches!(field.kind, FieldType::Text(_) | FieldType::LongText(_)) {
        return Ok(Json::String(cell.to_owned()));
    }
    let value = field.kind.kind().parse_text(cell).map_err(|finding| *finding)?;
    Ok(field.kind.kind().render(&value))
}

/// `today-30`, `today+5`, `today-30 14:30`
fn relative(cell: &str) -> Option<Json> {
    let rest = cell.strip_prefix("today")?;
    let (days, time) = match rest.split_once(' ') {
        Some((days, time)) => (days, Some(time)),
        None => (rest, None),
    };
    let days: i64 = if days.is_empty() { 0 } else { days.parse().ok()? };
    Some(match time {
        Some(time) => json!({"today": days, "at": time}),
        None => json!({"today": days}),
    })
}
