//! `web/src/definition/expression/conformance.json`: the table of expressions as the browser's tests run it.
//!
//! - `count` says how many cases there are; `defaults` are user, clock and time zone of a case that names none.
//! - `parameters` are in scope of every case, as `{"t": type, "v": value}`.
//! - `objects` has, by name, which fields are references (`references`, field to object), which are children
//!   (`children`, field to object and the reference of the child that points back), `parent` where it is a tree,
//!   and the records by alias in the wire form, every column of each; a user also has `roles` and `departments`.
//! - `cases` has a line an expression: its checked tree, and what it yields on each record (`rows`, alias to
//!   value) or the code with which it fails on one (`record`, `error`).
//!
//! Decimals are without trailing zeros. What the check refuses is left out, for it never reaches a browser.

use std::fmt::Write as _;

use expression::Type;
use expression::conformance::{Case, Fixture, Object, Outcome, Row, cases, fixture};
use expression::json::{type_to_json, value_to_json};
use expression::{Value, to_json};
use serde_json::{Map, Value as Json, json};

/// Where the table lies.
pub const PATH: &str = "web/src/definition/expression/conformance.json";

/// The name under which a case excuses the browser.
const BROWSER: &str = "browser";

/// The text of the table: a line a record and a case, so that a change of one shows as one.
pub fn table() -> String {
    let fixture = fixture();
    let evaluated: Vec<Case> = cases().into_iter().filter(reaches_browser).collect();
    let defaults = evaluated.first().map(surroundings).unwrap_or_default();
    let mut text =
        format!("{{\"count\": {},\n\"defaults\": {},\n", evaluated.len(), Json::Object(defaults.clone()));
    let _ = writeln!(text, "\"parameters\": {},", parameters(&fixture));
    text.push_str("\"objects\": {\n");
    let objects =
        fixture.objects.iter().map(|(name, object)| format!("{:?}: {}", &**name, shape(&fixture, object)));
    text.push_str(&objects.collect::<Vec<_>>().join(",\n"));
    text.push_str("\n},\n\"cases\": [\n");
    // The cases of one entry of the table follow each other and share its tree.
    let entries = evaluated.chunk_by(|a, b| a.name == b.name);
    let lines = entries.map(|entry| line(&fixture, entry, &defaults).to_string());
    text.push_str(&lines.collect::<Vec<_>>().join(",\n"));
    text.push_str("\n]}\n");
    text
}

fn reaches_browser(case: &Case) -> bool {
    !matches!(case.outcome, Outcome::Refused { .. }) && case.except.iter().all(|backend| backend != BROWSER)
}

fn surroundings(case: &Case) -> Map<String, Json> {
    let now = value_to_json(&Value::DateTime(case.clock.now));
    let known = [("user", json!(case.user)), ("now", now), ("zone", json!(case.clock.zone.name()))];
    known.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn parameters(fixture: &Fixture) -> Json {
    let parameter = |(name, (ty, value)): (&String, &(Type, Value))| {
        (name.clone(), json!({"t": type_to_json(ty), "v": value_to_json(value)}))
    };
    Json::Object(fixture.parameters.iter().map(parameter).collect())
}

fn shape(fixture: &Fixture, object: &Object) -> String {
    let mut references = Map::new();
    let mut children = Map::new();
    for (name, field) in &object.fields {
        match (&field.ty, &field.via) {
            (Type::Reference(Some(target)), _) => drop(references.insert(name.to_string(), json!(&**target))),
            (Type::Children(of), Some(via)) => {
                drop(children.insert(name.to_string(), json!([&**of, &**via])))
            }
            _ => {}
        }
    }
    let is_user = object.fields.contains_key("login");
    let records =
        object.records.iter().map(|(alias, row)| format!("  {alias:?}: {}", record(fixture, row, is_user)));
    let records = records.collect::<Vec<_>>().join(",\n");
    let head =
        format!("\"references\": {}, \"children\": {}", Json::Object(references), Json::Object(children));
    let parent =
        object.parent.as_ref().map(|parent| format!(", \"parent\": {:?}", &**parent)).unwrap_or_default();
    format!("{{{head}{parent}, \"records\": {{\n{records}}}}}")
}

fn record(fixture: &Fixture, row: &Row, is_user: bool) -> Json {
    let id = ("id".to_owned(), json!(row.id.to_string()));
    let columns = row.values.iter().map(|(name, value)| (name.to_string(), plain(value)));
    let mut record: Map<String, Json> = [id].into_iter().chain(columns).collect();
    if is_user {
        record.insert("roles".to_owned(), value_to_json(&fixture.roles()));
        record.insert("departments".to_owned(), value_to_json(&fixture.departments(row)));
    }
    Json::Object(record)
}

fn line(fixture: &Fixture, entry: &[Case], defaults: &Map<String, Json>) -> Json {
    let case = &entry[0];
    // The table's own tests hold every case to compile and its values to fit.
    let expr = case.compile(fixture).unwrap_or_else(|found| panic!("{}: {found:?}", case.name));
    let mut line = Map::new();
    line.insert("name".to_owned(), json!(case.name));
    line.insert("source".to_owned(), json!(case.expression));
    line.insert("object".to_owned(), json!(&*case.object));
    line.extend(surroundings(case).into_iter().filter(|(key, value)| defaults.get(key) != Some(value)));
    line.extend(case.old.iter().map(|alias| ("old".to_owned(), json!(alias))));
    line.insert("tree".to_owned(), to_json(&expr));
    if let Outcome::Error(code) = &case.outcome {
        line.insert("record".to_owned(), json!(case.record));
        line.insert("error".to_owned(), json!(code));
        return Json::Object(line);
    }
    let row = |case: &Case| {
        let value = case.expected(fixture, &expr.ty);
        (case.record.clone(), plain(&value.unwrap_or_else(|| panic!("{}: no {}", case.name, expr.ty))))
    };
    line.insert("rows".to_owned(), Json::Object(entry.iter().map(row).collect()));
    Json::Object(line)
}

/// The wire form with the fewest digits, which is what a browser makes of an exact number.
fn plain(value: &Value) -> Json {
    match value {
        Value::Decimal(d) => value_to_json(&Value::Decimal(d.normalize())),
        other => value_to_json(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_that_a_browser_can_meet_is_in_the_table() {
        let table: Json = serde_json::from_str(&table()).unwrap();
        let count = |line: &Json| line["rows"].as_object().map_or(1, Map::len);
        let found: usize = table["cases"].as_array().unwrap().iter().map(count).sum();
        let refused = cases().iter().filter(|case| matches!(case.outcome, Outcome::Refused { .. })).count();
        assert_eq!(found + refused, cases().len());
        assert!(found > 900, "{found}");
    }
}
