//! Seeds and demo data: records that packs bring, written by the system under all rules but without hooks.

use crate::engine::Engine;
use crate::published::Published;
use crate::records::command::{Command, Written};
use crate::work::Work;
use catalog::{Catalog, Object, Stored};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use definition::Seed;
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::{Type, Value};
use indexmap::IndexMap;
use plan::planner::Mode;
use plan::{Precondition, Row};
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
        address: None,
        target: None,
        budget: None,
        task: None,
        chain: Arc::default(),
    }
}

/// Brings the data that packs need up to date, by natural key. What users changed of a seed beyond the fields
/// it names stays.
pub(crate) async fn load_seeds(
    engine: &Engine,
    tx: &Tx,
    published: &Arc<Published>,
    seeds: &IndexMap<Arc<str>, Arc<Seed>>,
) -> Result<Aliases> {
    let work = system_work(engine, tx, published);
    let mut aliases = Aliases::default();
    for (name, seed) in seeds {
        for (alias, record) in &seed.records {
            let loaded = upsert(&work, seed, record, &aliases).await;
            let written = loaded.map_err(|error| placed(error, name, alias))?;
            aliases.0.insert(alias.clone(), (written.row.object.name.clone(), written.id()));
        }
    }
    Ok(aliases)
}

/// The records of these by alias, as they are stored now, found by their keys; those that were deleted since
/// are left out.
pub(crate) async fn stored(work: &Work, seeds: impl Iterator<Item = &Arc<Seed>>) -> Result<Aliases> {
    let mut aliases = Aliases::default();
    for seed in seeds {
        let object = work.published.object(&seed.object)?;
        for (alias, record) in &seed.records {
            // A record that refers to a deleted one cannot be told by its key any more.
            let Ok(body) = body(work, object, record, &aliases) else { continue };
            if let Some(row) = find(work, object, seed, &body).await? {
                aliases.0.insert(alias.clone(), (object.name.clone(), row.id()));
            }
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
    let known = find(work, &object, seed, &body).await?;
    if let Some(row) = known.clone().filter(|_| object.single) {
        // Settings are the site's own from the moment they exist.
        let before = Some(row.clone());
        return Ok(Written { row, created: false, parked: None, job: None, before, links: Vec::new() });
    }
    let (object, body) = (object.name.clone(), Json::Object(body));
    let command = match known {
        Some(row) => Command::Update { object, id: row.id(), body, precondition: Precondition::Waived },
        None => Command::Create { object, body },
    };
    work.execute(&command).await
}

/// The stored record of the same key.
async fn find(
    work: &Work,
    object: &Arc<Object>,
    seed: &Seed,
    body: &Map<String, Json>,
) -> Result<Option<Row>> {
    if object.single {
        return work.rows().first(object).await;
    }
    let Some(key) = key_of(object, seed) else { return Ok(None) };
    let mut values = Vec::new();
    for name in &key {
        let field = object.field(name).ok_or_else(|| unknown(name))?;
        let json = body.get(&**name).unwrap_or(&Json::Null);
        let value = field.kind.kind().parse(json).unwrap_or(Value::Null);
        if value.is_null() {
            return Ok(None);
        }
        values.push((name.clone(), value));
    }
    work.rows().find(object, &values).await
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

/// A record of a seed as the API takes it: aliases become ids, relative dates days.
pub(crate) fn body(
    work: &Work,
    object: &Object,
    record: &IndexMap<String, Json>,
    aliases: &Aliases,
) -> Result<Map<String, Json>> {
    let day = LoadDay::of(&work.engine, work.bindings.now);
    Notation { catalog: &work.published.catalog, aliases, day }.record(object, record)
}

/// The day on which data is loaded, and the zone in which its times of day are meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoadDay {
    /// The day.
    pub today: NaiveDate,
    /// The site's zone.
    pub zone: Tz,
}

impl LoadDay {
    /// The day of an instant at the engine's site.
    pub fn of(engine: &Engine, now: DateTime<Utc>) -> LoadDay {
        LoadDay { today: engine.day_of(now), zone: engine.site().time_zone }
    }
}

/// Values as packs write them, on the way to the wire form: `@alias`, `@@text`, `{today: n, at: hh:mm}`, however
/// deep.
pub(crate) struct Notation<'a> {
    /// What the fields are.
    pub catalog: &'a Catalog,
    /// The records that have aliases.
    pub aliases: &'a Aliases,
    /// What `today` is.
    pub day: LoadDay,
}

impl Notation<'_> {
    /// The values of a record's fields.
    pub(crate) fn record<'v>(
        &self,
        object: &Object,
        values: impl IntoIterator<Item = (&'v String, &'v Json)>,
    ) -> Result<Map<String, Json>> {
        let pair =
            |(name, value): (&'v String, &'v Json)| Ok((name.clone(), self.field(object, name, value)?));
        values.into_iter().map(pair).collect()
    }

    /// Values whose fields do not matter.
    pub(crate) fn values<'v>(
        &self,
        values: impl IntoIterator<Item = (&'v String, &'v Json)>,
    ) -> Result<Map<String, Json>> {
        values.into_iter().map(|(name, value)| Ok((name.clone(), self.value(value)?))).collect()
    }

    fn field(&self, object: &Object, name: &str, value: &Json) -> Result<Json> {
        let field = object.field(name);
        match (field.map(|f| (&f.stored, &f.ty)), value) {
            (Some((Stored::Children { object: child, .. }, _)), _) => match self.catalog.objects.get(child) {
                Some(child) => self.children(child, value),
                None => self.value(value),
            },
            (Some((_, Type::Reference(None))), Json::String(text)) if alias_of(text).is_some() => {
                let (object, id) = self.alias(text.trim_start_matches('@'))?;
                Ok(json!({"object": object, "id": id}))
            }
            _ => self.value(value),
        }
    }

    /// Child records, or what is created, changed and deleted of them.
    fn children(&self, child: &Object, value: &Json) -> Result<Json> {
        Ok(match value {
            Json::Array(items) => {
                let item = |item: &Json| match item {
                    Json::Object(values) => Ok(Json::Object(self.record(child, values)?)),
                    other => self.value(other),
                };
                Json::Array(items.iter().map(item).collect::<Result<_>>()?)
            }
            Json::Object(parts) => {
                let part = |(key, part): (&String, &Json)| Ok((key.clone(), self.children(child, part)?));
                Json::Object(parts.iter().map(part).collect::<Result<_>>()?)
            }
            other => self.value(other)?,
        })
    }

    /// A value whose field does not matter.
    pub(crate) fn value(&self, value: &Json) -> Result<Json> {
        Ok(match value {
            Json::String(text) => match alias_of(text) {
                Some(alias) => json!(self.alias(alias)?.1),
                None => Json::String(text.strip_prefix('@').unwrap_or(text).to_owned()),
            },
            Json::Object(map) => match map.get("today").and_then(Json::as_i64) {
                Some(offset) => relative(self.day, offset, map.get("at").and_then(Json::as_str)),
                None => {
                    let pairs = map.iter().map(|(k, v)| Ok((k.clone(), self.value(v)?)));
                    Json::Object(pairs.collect::<Result<_>>()?)
                }
            },
            Json::Array(items) => Json::Array(items.iter().map(|v| self.value(v)).collect::<Result<_>>()?),
            other => other.clone(),
        })
    }

    fn alias(&self, alias: &str) -> Result<&(Arc<str>, Uuid)> {
        self.aliases.0.get(alias).ok_or_else(|| {
            let known = self.aliases.0.keys().map(String::as_str);
            let found = Diagnostic::new(Code::UnknownReference).with("what", "alias").with("name", alias);
            Box::new(found.with_hint(did_you_mean(alias, known)))
        })
    }
}

/// The alias a text names; `@@` is how a text begins that really starts with `@`.
fn alias_of(text: &str) -> Option<&str> {
    text.strip_prefix('@').filter(|rest| !rest.starts_with('@'))
}

fn relative(LoadDay { today, zone }: LoadDay, offset: i64, at: Option<&str>) -> Json {
    let days = Days::new(offset.unsigned_abs());
    let day = if offset < 0 { today.checked_sub_days(days) } else { today.checked_add_days(days) };
    let day = day.unwrap_or(today);
    let Some(time) = at else { return json!(day.to_string()) };
    // A time of day that a change to summer time leaves out counts as if it were not.
    let local = NaiveTime::parse_from_str(time, "%H:%M").map(|time| day.and_time(time)).unwrap_or_default();
    let instant =
        zone.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |at| at.to_utc());
    json!(instant.to_rfc3339_opts(SecondsFormat::Secs, true))
}
