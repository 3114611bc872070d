//! Several writes of one object in one request.

use crate::records::command::{Command, Written};
use crate::records::work::Work;
use crate::requests::Done;
use diagnostic::{Code, Diagnostic, Locale, Result, did_you_mean};
use plan::Precondition;
use plan::known::Known;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Writes that are done while the asker waits; more of them are left to a job.
pub const MOST: usize = 500;
/// Writes of one request at most.
pub const MOST_BY_JOB: usize = 20_000;

/// All together, or each for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkMode {
    /// One that is refused undoes all.
    Atomic,
    /// One that is refused is left out.
    Each,
}

/// Several writes of one object.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// The object.
    pub object: Arc<str>,
    /// All together, or each for itself.
    pub mode: BulkMode,
    /// The writes.
    pub commands: Vec<Command>,
    /// The language of the results.
    pub locale: Locale,
    /// How a refusal looks among the results.
    pub told: fn(&Diagnostic, Locale) -> Json,
}

const OPERATIONS: [&str; 5] = ["create", "update", "upsert", "delete", "restore"];

impl Bulk {
    /// Reads `[{"create": {…fields}}, {"update": {"id", "version"?, …fields}}, {"upsert": {"by", …fields}},
    /// {"delete": {"id", "version"?}}, {"restore": {"id"}}]`. An upsert takes the values of the key that `by`
    /// names from its fields.
    ///
    /// # Errors
    /// `invalid_body`, `too_large`.
    pub fn read(
        object: &Arc<str>,
        operations: &[Json],
        key_fields: impl Fn(&str) -> Vec<Arc<str>>,
    ) -> Result<Vec<Command>> {
        let most = MOST_BY_JOB;
        if operations.len() > most {
            let found = Diagnostic::new(Code::TooLarge).with("limit", format!("{most} operations"));
            return Err(Box::new(found));
        }
        let mut commands = Vec::with_capacity(operations.len());
        for (index, operation) in operations.iter().enumerate() {
            let path = format!("operations[{index}]");
            let one = operation.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
            let Some((verb, body)) = one else {
                return Err(wrong(&path, "one of create, update, upsert, delete, restore is expected"));
            };
            commands.push(command(object, verb, body, &path, &key_fields)?);
        }
        Ok(commands)
    }
}

/// The fields of a key, for [`Bulk::read`]: of one all of whose fields the asker may read.
pub fn key_fields(known: &Known<'_>, object: &str, key: &str) -> Vec<Arc<str>> {
    let Ok((object, _)) = known.object(object) else { return Vec::new() };
    let is_known = |field: &Arc<str>| known.readable(&object.name, field).is_some();
    match object.uniques.get(key).filter(|unique| unique.fields.iter().all(is_known)) {
        Some(unique) => unique.fields.clone(),
        None => vec![key.into()],
    }
}

fn command(
    object: &Arc<str>,
    verb: &str,
    body: &Json,
    path: &str,
    key_fields: &impl Fn(&str) -> Vec<Arc<str>>,
) -> Result<Command> {
    let path = format!("{path}.{verb}");
    let object = object.clone();
    let Json::Object(fields) = body else { return Err(wrong(&path, "an object is expected")) };
    let mut fields = fields.clone();
    Ok(match verb {
        "create" => Command::Create { object, body: Json::Object(fields) },
        "update" => {
            let (id, precondition) = target(&mut fields, &path)?;
            Command::Update { object, id, body: Json::Object(fields), precondition }
        }
        "delete" => {
            let (id, precondition) = target(&mut fields, &path)?;
            nothing_else(&fields, &path)?;
            Command::Delete { object, id, precondition }
        }
        "restore" => {
            let (id, _) = target(&mut fields, &path)?;
            nothing_else(&fields, &path)?;
            Command::Restore { object, id }
        }
        "upsert" => {
            let Some(Json::String(key)) = fields.shift_remove("by") else {
                return Err(wrong(&format!("{path}.by"), "the name of a unique key is expected"));
            };
            let mut values = Vec::new();
            for name in key_fields(&key) {
                values.push(match fields.get(&*name) {
                    Some(Json::String(text)) => text.clone(),
                    Some(value @ (Json::Number(_) | Json::Bool(_))) => value.to_string(),
                    _ => return Err(wrong(&format!("{path}.{name}"), "the key's value is needed")),
                });
            }
            Command::Upsert { object, key: key.as_str().into(), values, body: Json::Object(fields) }
        }
        other => {
            let found =
                Diagnostic::new(Code::InvalidBody).with("reason", format!("unknown operation `{other}`"));
            return Err(Box::new(found.with_hint(did_you_mean(other, OPERATIONS)).at(path)));
        }
    })
}

fn wrong(path: &str, reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::InvalidBody).with("reason", format!("`{path}`: {reason}")).at(path))
}

fn nothing_else(fields: &Map<String, Json>, path: &str) -> Result<()> {
    match fields.keys().next() {
        None => Ok(()),
        Some(name) => Err(wrong(&format!("{path}.{name}"), "only id and version are expected")),
    }
}

fn target(fields: &mut Map<String, Json>, path: &str) -> Result<(Uuid, Precondition)> {
    let id = fields.shift_remove("id").and_then(|id| id.as_str()?.parse().ok());
    let id = id.ok_or_else(|| wrong(&format!("{path}.id"), "an id is expected"))?;
    let precondition = match fields.shift_remove("version") {
        None | Some(Json::Null) => Precondition::Absent,
        Some(version) => match version.as_i64() {
            Some(version) => Precondition::Version(version),
            None => return Err(wrong(&format!("{path}.version"), "a whole number is expected")),
        },
    };
    Ok((id, precondition))
}

/// Carries the writes out in their order, each seeing what those before it did.
pub(crate) async fn results(work: &Work, bulk: &Bulk) -> Result<Vec<Json>> {
    let mut results = Vec::with_capacity(bulk.commands.len());
    for (index, command) in bulk.commands.iter().enumerate() {
        let done = match bulk.mode {
            BulkMode::Atomic => work.execute(command).await,
            BulkMode::Each => work.tx.savepoint(work.execute(command)).await,
        };
        match (done, bulk.mode) {
            (Ok(written), _) => results.push(result(command, &written)),
            (Err(found), BulkMode::Atomic) => return Err(placed(found, command, index)),
            // What the machine or its database refuses is no result of one row.
            (Err(found), BulkMode::Each) if is_of_the_row(&found) => {
                results.push((bulk.told)(&found, bulk.locale));
            }
            (Err(found), BulkMode::Each) => return Err(found),
        }
    }
    Ok(results)
}

fn is_of_the_row(found: &Diagnostic) -> bool {
    use diagnostic::Class;
    !matches!(found.class(), Class::Internal | Class::Unavailable | Class::NoSpace | Class::Environment)
}

fn result(command: &Command, written: &Written) -> Json {
    let status = match command {
        Command::Delete { .. } | Command::Purge { .. } => 204,
        _ => Done::written(written).status(),
    };
    let mut result = json!({"status": status, "id": written.id(), "version": written.row.version()});
    if let Some(job) = written.job {
        result["job"] = json!(job);
    }
    result
}

/// A finding about one row of an atomic request says which.
fn placed(mut found: Box<Diagnostic>, command: &Command, index: usize) -> Box<Diagnostic> {
    let prefix = format!("operations[{index}].{}", command.verb());
    let place = |found: &mut Diagnostic| {
        found.path = Some(match found.path.take() {
            Some(path) => format!("{prefix}.{path}"),
            None => prefix.clone(),
        });
    };
    match found.details.is_empty() {
        true => place(&mut found),
        false => found.details.iter_mut().for_each(place),
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_read_or_refused_with_their_place() {
        let object: Arc<str> = "shop.order".into();
        let key = |_: &str| vec![Arc::from("number")];
        let id = Uuid::nil();
        let good = json!([
            {"create": {"name": "a"}},
            {"update": {"id": id, "version": 3, "name": "b"}},
            {"upsert": {"by": "number", "number": "N1", "name": "c"}},
            {"delete": {"id": id}},
            {"restore": {"id": id}},
        ]);
        let read = Bulk::read(&object, good.as_array().unwrap(), key).unwrap();
        assert_eq!(read.iter().map(Command::verb).collect::<Vec<_>>(), OPERATIONS);
        assert!(
            matches!(&read[1], Command::Update { precondition: Precondition::Version(3), body, .. } if *body == json!({"name": "b"}))
        );
        assert!(matches!(&read[2], Command::Upsert { values, .. } if *values == ["N1"]));
        let rows = [
            (json!([{}]), "operations[0]"),
            (json!([{"create": {}, "delete": {}}]), "operations[0]"),
            (json!([{"create": []}]), "operations[0].create"),
            (json!([{"creat": {}}]), "operations[0].creat"),
            (json!([{"update": {"name": "x"}}]), "operations[0].update.id"),
            (json!([{"update": {"id": id, "version": "x"}}]), "operations[0].update.version"),
            (json!([{"upsert": {"number": "N1"}}]), "operations[0].upsert.by"),
            (json!([{"upsert": {"by": "number"}}]), "operations[0].upsert.number"),
            (json!([{"delete": {"id": id, "name": "x"}}]), "operations[0].delete.name"),
        ];
        for (body, path) in rows {
            let found = Bulk::read(&object, body.as_array().unwrap(), key).unwrap_err();
            assert_eq!((found.code, found.path.as_deref()), (Code::InvalidBody, Some(path)));
        }
    }
}
