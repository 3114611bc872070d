//! A record as scripts see it: fields by name, relations loaded when they are touched.

use crate::convert;
use crate::host::Host;
use catalog::{Field, Stored};
use chrono::{DateTime, NaiveDate, Utc};
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::{Type, Value};
use plan::Row;
use rhai::{Array, Dynamic, ImmutableString, Map};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// A handle on a record; clones share it.
#[derive(Clone)]
pub struct Record(Arc<Inner>);

struct Inner {
    host: Arc<dyn Host>,
    /// Whether assignments are taken (the record a `before` hook is about) or refused.
    writable: bool,
    state: Mutex<State>,
}

struct State {
    row: Row,
    /// Fields the script assigned, by index.
    assigned: BTreeMap<usize, Value>,
    /// Relations already loaded, by field index.
    loaded: BTreeMap<usize, Dynamic>,
}

impl Record {
    /// A record scripts may look at.
    pub fn new(row: Row, host: Arc<dyn Host>) -> Record {
        Record::with(row, host, false)
    }

    /// A record whose fields the script may also assign.
    pub fn writable(row: Row, host: Arc<dyn Host>) -> Record {
        Record::with(row, host, true)
    }

    fn with(row: Row, host: Arc<dyn Host>, writable: bool) -> Record {
        let state = State { row, assigned: BTreeMap::new(), loaded: BTreeMap::new() };
        Record(Arc::new(Inner { host, writable, state: Mutex::new(state) }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned lock only means that another script call panicked; the state itself is whole.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The record's id.
    pub fn id(&self) -> Uuid {
        self.state().row.id()
    }

    /// The object's full name.
    pub fn object(&self) -> Arc<str> {
        self.state().row.object.name.clone()
    }

    /// A copy of the row, assignments included.
    pub fn row(&self) -> Row {
        self.state().row.clone()
    }

    /// What the script assigned, by field index.
    pub fn assigned(&self) -> BTreeMap<usize, Value> {
        self.state().assigned.clone()
    }

    /// Reads a field; relations are loaded now.
    pub(crate) fn get(&self, name: &str) -> Result<Dynamic> {
        let state = self.state();
        let field = known(&state.row, name)?;
        let index = field.index;
        if let Some(loaded) = state.loaded.get(&index) {
            return Ok(loaded.clone());
        }
        let value = state.row.values[index].clone();
        let relation = match (&field.stored, &field.ty, &value) {
            (Stored::Children { .. } | Stored::Link(_), ..) => Relation::Many(state.row.clone()),
            (_, Type::Reference(Some(object)), Value::Reference(id)) if &**name_of(field) != "id" => {
                Relation::One(object.to_string(), *id)
            }
            (_, _, Value::Link { object, id }) => Relation::One(object.to_string(), *id),
            _ => return Ok(convert::to_script(&value)),
        };
        // The host may call back into other records; never hold the lock meanwhile.
        drop(state);
        let loaded = self.load(relation, name)?;
        self.state().loaded.insert(index, loaded.clone());
        Ok(loaded)
    }

    fn load(&self, relation: Relation, name: &str) -> Result<Dynamic> {
        let host = &self.0.host;
        match relation {
            Relation::One(object, id) => {
                host.budget().rows(1)?;
                Ok(host
                    .get(&object, id)?
                    .map_or(Dynamic::UNIT, |row| Dynamic::from(Record::new(row, host.clone()))))
            }
            Relation::Many(row) => {
                let children = host.children(&row, name)?;
                host.budget().rows(children.len().max(1))?;
                let records = children.into_iter().map(|c| Dynamic::from(Record::new(c, host.clone())));
                Ok(records.collect::<Array>().into())
            }
        }
    }

    /// Assigns a field of a record that is being saved.
    pub(crate) fn set(&self, name: &str, value: &Dynamic) -> Result<()> {
        let mut state = self.state();
        let field = known(&state.row, name)?;
        let column = matches!(field.stored, Stored::Column { .. });
        if !self.0.writable || !column || field.system.is_some() || field.derived.is_some() {
            return Err(Box::new(Diagnostic::new(Code::ReadOnlyField).with("field", name)));
        }
        let index = field.index;
        let json = to_wire(value).map_err(|reason| {
            Diagnostic::new(Code::InvalidFieldValue).with("field", name).with("expected", reason)
        })?;
        let parsed = if json.is_null() {
            Value::Null
        } else {
            field.kind.kind().parse(&json).map_err(|d| d.with("field", name).at(name))?
        };
        state.row.values[index] = parsed.clone();
        state.assigned.insert(index, parsed);
        state.loaded.remove(&index);
        Ok(())
    }
}

enum Relation {
    One(String, Uuid),
    Many(Row),
}

fn name_of(field: &Field) -> &Arc<str> {
    &field.name
}

fn known<'a>(row: &'a Row, name: &str) -> Result<&'a Field> {
    row.object.field(name).ok_or_else(|| {
        let names: Vec<&str> = row.object.fields.keys().map(|k| &**k).collect();
        Box::new(
            Diagnostic::new(Code::UnknownField)
                .with("name", name)
                .with_hint(did_you_mean(name, names.iter().copied())),
        )
    })
}

/// What a script computed, in the form the API takes. Decimals travel as text, so that nothing is lost.
pub fn to_wire(value: &Dynamic) -> Result<Json, String> {
    if value.is_unit() {
        return Ok(Json::Null);
    }
    if let Ok(b) = value.as_bool() {
        return Ok(Json::Bool(b));
    }
    if let Ok(n) = value.as_int() {
        return Ok(Json::from(n));
    }
    if let Ok(d) = value.as_decimal() {
        return Ok(Json::String(d.normalize().to_string()));
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Ok(Json::String(text.to_string()));
    }
    if let Some(day) = value.read_lock::<NaiveDate>() {
        return Ok(Json::String(day.to_string()));
    }
    if let Some(instant) = value.read_lock::<DateTime<Utc>>() {
        return Ok(Json::String(instant.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)));
    }
    if let Some(record) = value.read_lock::<Record>() {
        return Ok(Json::String(record.id().to_string()));
    }
    if let Some(items) = value.read_lock::<Array>() {
        return items.iter().map(to_wire).collect::<Result<Vec<_>, _>>().map(Json::Array);
    }
    if let Some(map) = value.read_lock::<Map>() {
        let pairs = map.iter().map(|(k, v)| Ok((k.to_string(), to_wire(v)?)));
        return pairs.collect::<Result<_, String>>().map(Json::Object);
    }
    Err(format!("a value of type {} cannot be stored", value.type_name()))
}
