//! Seeds and demo data: records that packs bring, written by the system under all rules but without hooks.

use crate::engine::Engine;
use crate::published::Published;
use crate::records::command::{Command, Written};
use crate::work::Work;
use chrono::{Days, NaiveDate};
use definition::Seed;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use indexmap::IndexMap;
use plan::Precondition;
use plan::planner::Mode;
use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use storage::Tx;
use uuid::Uuid;

/// Records by the alias their pack gave them.
#[derive(Clone, Debug, Default)]
pub struct Aliases(pub HashMap<String, (Arc<str>, Uuid)>);

/// Work of the system itself inside a transaction, without hooks.
pub(crate) fn system_work(engine: &Engine, tx: &Tx, published: &Arc<Published>) -> Work {
    Work {
        engine: engine.clone(),
        published: published.clone(),
        identity: crate::identity::system_of(published, &engine.site()),
        tx: tx.clone(),
        bindings: engine.own_bindings(),
        mode: Mode::System,
        hooks: false,
        depth: 0,
        request: None,
        target: None,
    }
}

/// Brings the data that packs need up to date, by natural key. What users changed of a seed beyond the fields
/// it names stays.
pub(crate) async fn load_seeds(engine: &Engine, tx: &Tx, published: &Arc<Published>) -> Result<Aliases> {
    let work = system_work(engine, tx, published);
    let mut aliases = Aliases::default();
    for (name, seed) in &published.catalog.seeds {
        for (alias, record) in &seed.records {
            let loaded = upsert(&work, seed, record, &aliases).await;
            let written = loaded.map_err(|error| placed(error, name, alias))?;
            aliases.0.insert(alias.clone(), (written.row.object.name.clone(), written.id()));
        }
    }
    Ok(aliases)
}

/// Says which record of which seed a finding is about.
pub(crate) fn placed(mut error: Box<Diagnostic>, name: &str, alias: &str) -> Box<Diagnostic> {
    let place = format!("{name}.{alias}");
    error.path = Some(match error.path.take() {
        Some(path) => format!("{place}.{path}"),
        None => place,
    });
    error
}

/// Creates a record, or changes the one with its natural key.
pub(crate) async fn upsert(
    work: &Work,
    seed: &Seed,
    record: &IndexMap<String, Json>,
    aliases: &Aliases,
) -> Result<Written> {
    let object = work.published.object(&seed.object)?.clone();
    let body = body(work, &object, record, aliases)?;
    let known = match (object.single, key_of(&object, seed)) {
        (true, _) => work.rows().first(&object).await?,
        (false, Some(key)) if key.iter().all(|name| body.get(&**name).is_some_and(|v| !v.is_null())) => {
            let mut values = Vec::new();
            for name in &key {
                let field = object.field(name).ok_or_else(|| unknown(name))?;
                values.push((name.clone(), field.kind.kind().parse(&body[&**name]).unwrap_or(Value::Null)));
            }
            work.rows().find(&object, &values).await?
        }
        (false, _) => None,
    };
    let (object, body) = (object.name.clone(), Json::Object(body));
    let command = match known {
        Some(row) => Command::Update { object, id: row.id(), body, precondition: Precondition::Waived },
        None => Command::Create { object, body },
    };
    work.execute(&command).await
}

fn unknown(name: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::UnknownField).with("name", name))
}

fn key_of(object: &catalog::Object, seed: &Seed) -> Option<Vec<Arc<str>>> {
    match &seed.key {
        Some(key) => match object.uniques.get(key.as_str()) {
            Some(unique) => Some(unique.fields.clone()),
            None => Some(vec![key.as_str().into()]),
        },
        None => object.key.as_ref().map(|key| key.fields.clone()),
    }
}

/// A record of a seed as the API takes it: aliases become references, relative dates days.
pub(crate) fn body(
    work: &Work,
    object: &catalog::Object,
    record: &IndexMap<String, Json>,
    aliases: &Aliases,
) -> Result<Map<String, Json>> {
    let today = work.engine.day_of(work.bindings.now);
    let mut body = Map::new();
    for (name, value) in record {
        let any = object.field(name).is_some_and(|field| field.ty == Type::Reference(None));
        let alias = value.as_str().and_then(|text| aliases.0.get(text.strip_prefix('@')?));
        let value = match alias.filter(|_| any) {
            // A reference to any object says which.
            Some((object, id)) => json!({"object": object, "id": id}),
            None => resolved(value, aliases, today)?,
        };
        body.insert(name.clone(), value);
    }
    Ok(body)
}

/// Replaces `@alias`, `@@text` and `{today: n, at: hh:mm}`, however deep.
pub(crate) fn resolved(value: &Json, aliases: &Aliases, today: NaiveDate) -> Result<Json> {
    Ok(match value {
        Json::String(text) => match text.strip_prefix('@') {
            Some(rest) if rest.starts_with('@') => Json::String(rest.to_owned()),
            Some(alias) => {
                let (_, id) = aliases.0.get(alias).ok_or_else(|| {
                    Box::new(
                        Diagnostic::new(Code::UnknownReference).with("what", "alias").with("name", alias),
                    )
                })?;
                json!(id)
            }
            None => value.clone(),
        },
        Json::Object(map) => match map.get("today").and_then(Json::as_i64) {
            Some(offset) => relative(today, offset, map.get("at").and_then(Json::as_str)),
            None => {
                let pairs = map.iter().map(|(k, v)| Ok((k.clone(), resolved(v, aliases, today)?)));
                Json::Object(pairs.collect::<Result<_>>()?)
            }
        },
        Json::Array(items) => {
            Json::Array(items.iter().map(|v| resolved(v, aliases, today)).collect::<Result<_>>()?)
        }
        other => other.clone(),
    })
}

fn relative(today: NaiveDate, offset: i64, at: Option<&str>) -> Json {
    let days = Days::new(offset.unsigned_abs());
    let day = if offset < 0 { today.checked_sub_days(days) } else { today.checked_add_days(days) };
    let day = day.unwrap_or(today);
    match at {
        Some(time) => json!(format!("{day}T{time}:00Z")),
        None => json!(day.to_string()),
    }
}
