//! Bodies of requests → typed values, children and pairs, with every finding at its place.

use crate::draft::{ChildInput, ChildrenInput, Given, Input, LinkInput};
use crate::facts::KeyLookup;
use crate::known::to_one;
use crate::planner::Planner;
use crate::wording::{Words, reasoned};
use catalog::{Field, Object, Stored, SystemField};
use definition::FieldType;
use definition::field::{ReferenceEntry, ReferenceInput};
use diagnostic::{Code, Diagnostic, Result};
use expression::{Step, Type, Value};
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use uuid::Uuid;

/// The most rows of one request.
const MAX_ROWS: usize = 5_000;
/// How deep children may stand in a body.
const MAX_DEPTH: usize = 4;

/// Reads bodies; findings gather in `found`.
pub(crate) struct Reader<'p, 'a> {
    pub planner: &'p Planner<'a>,
    pub found: Vec<Diagnostic>,
    rows: usize,
}

impl<'p, 'a> Reader<'p, 'a> {
    pub(crate) fn new(planner: &'p Planner<'a>) -> Self {
        Reader { planner, found: Vec::new(), rows: 0 }
    }

    /// The findings, or what was read.
    pub(crate) fn done<T>(self, read: T) -> Result<T> {
        match Diagnostic::gather(self.found) {
            Some(found) => Err(Box::new(found)),
            None => Ok(read),
        }
    }

    /// The body of a request.
    pub(crate) fn body(&mut self, object: &Arc<Object>, body: &Json, creates: bool) -> Input {
        match body {
            Json::Object(values) => self.row(object, values, creates, "", None, 0),
            _ => {
                let words: Words = ["an object is expected", "应为 JSON 对象", "應為 JSON 物件"];
                self.found.push(reasoned(Code::InvalidBody, words));
                Input::default()
            }
        }
    }

    fn row(
        &mut self,
        object: &Arc<Object>,
        values: &Map<String, Json>,
        creates: bool,
        prefix: &str,
        via: Option<&str>,
        depth: usize,
    ) -> Input {
        self.rows += 1;
        let mut input = Input::default();
        for (name, json) in values {
            // The id of a child says which one is meant.
            if via.is_some() && name == "id" {
                continue;
            }
            let path = format!("{prefix}{name}");
            let Some(field) = self.field(object, name, &path) else { continue };
            if !self.writable(object, field, creates, via, json) {
                self.found.push(Diagnostic::new(Code::ReadOnlyField).with("field", name).at(path));
                continue;
            }
            match &field.stored {
                Stored::Children { object: child, via } => {
                    if let Some(children) = self.children(child, via, json, creates, &path, depth) {
                        input.children.push((field.index, children));
                    }
                }
                Stored::Link(_) => {
                    if let Some(links) = self.links(field, json, &path) {
                        input.links.push(links);
                    }
                }
                _ => match self.value(field, json, &path) {
                    // Absent and null are the same on create, but for the owner: who writes is one, unless there is to be none.
                    Some(Given::Value(Value::Null))
                        if creates && field.system != Some(SystemField::Owner) => {}
                    Some(given) => input.values.push((field.index, given)),
                    None => {}
                },
            }
        }
        input
    }

    /// The field of that name as far as the actor may know.
    fn field(&mut self, object: &Arc<Object>, name: &str, path: &str) -> Option<&'a Field> {
        let known = self.planner.known();
        let field = match self.planner.mode.has_rights() {
            true => known.readable(&object.name, name),
            false => self.planner.catalog.objects.get(&object.name).and_then(|object| object.field(name)),
        };
        if field.is_none() {
            self.found.push(known.unknown_field(&object.name, name).at(path));
        }
        field
    }

    /// Whether the caller may give a value of the field at all.
    fn writable(
        &self,
        object: &Object,
        field: &Field,
        creates: bool,
        via: Option<&str>,
        json: &Json,
    ) -> bool {
        via.is_none_or(|via| *field.name != *via) && self.planner.may_write(object, field, creates, json)
    }

    fn value(&mut self, field: &Field, json: &Json, path: &str) -> Option<Given> {
        let parsed = match field.ty {
            Type::Reference(_) => self.reference(field, json, path),
            _ => field.kind.kind().parse(json).map(Given::Value),
        };
        self.keep(parsed, &field.name, path)
    }

    fn keep<T>(&mut self, parsed: Result<T>, name: &str, path: &str) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(found) => {
                let found = if found.arguments.iter().any(|(key, _)| *key == "field") {
                    *found
                } else {
                    found.with("field", name)
                };
                self.found.push(found.at(path));
                None
            }
        }
    }

    /// A reference by id or by key.
    fn reference(&self, field: &Field, json: &Json, path: &str) -> Result<Given> {
        let target = to_one(field);
        match ReferenceInput::read(json, target.is_none())? {
            ReferenceInput::By { object, keys } => {
                let object = object.map(Arc::from).or(target);
                self.lookup(object, &keys, path).map(Given::Key)
            }
            other => Ok(Given::Value(other.value().unwrap_or_default())),
        }
    }

    /// `{"by": {"number": "Q-7"}}`: fields the actor may read of an object it may know.
    fn lookup(&self, object: Option<Arc<str>>, keys: &Map<String, Json>, path: &str) -> Result<KeyLookup> {
        let object = object.unwrap_or_else(|| Arc::from(""));
        let known = self.planner.known();
        let mut values = Vec::with_capacity(keys.len());
        for (name, json) in keys {
            let field = match self.planner.mode.has_rights() {
                true => known.readable(&object, name),
                false => self.planner.catalog.objects.get(&object).and_then(|object| object.field(name)),
            };
            let step = Step { object: object.clone(), field: name.as_str().into() };
            let open = !self.planner.mode.has_rights() || known.veil(&step).is_none();
            let usable = field.filter(|field| {
                open && matches!(field.stored, Stored::Column { .. })
                    && field.encrypted.is_none()
                    && !matches!(field.ty, Type::List(_) | Type::Json | Type::Address)
            });
            let Some(field) = usable else {
                return Err(Box::new(known.unknown_field(&object, name).at(path)));
            };
            let value = field.kind.kind().parse(json).map_err(|found| Box::new(found.with("field", name)))?;
            values.push((field.name.clone(), value));
        }
        Ok(KeyLookup { object, values })
    }

    fn children(
        &mut self,
        child: &Arc<str>,
        via: &Arc<str>,
        json: &Json,
        creates: bool,
        path: &str,
        depth: usize,
    ) -> Option<ChildrenInput> {
        let object = self.planner.catalog.objects.get(child)?.clone();
        if depth >= MAX_DEPTH {
            let words: Words = ["children stand too deep", "子记录嵌套过深", "子記錄巢狀過深"];
            self.found.push(reasoned(Code::QueryTooComplex, words).at(path));
            return None;
        }
        let malformed = |this: &mut Self| {
            let words: Words = [
                "a list of records, or {\"create\": […], \"update\": […], \"delete\": […]}",
                "记录列表，或 {\"create\": […], \"update\": […], \"delete\": […]}",
                "記錄清單，或 {\"create\": […], \"update\": […], \"delete\": […]}",
            ];
            this.found.push(expected(path, words));
        };
        match json {
            Json::Null if creates => None,
            Json::Null => Some(ChildrenInput::Replace(Vec::new())),
            Json::Array(list) => {
                Some(ChildrenInput::Replace(self.list(&object, via, list, None, path, depth)))
            }
            Json::Object(parts) => {
                let (mut create, mut update, mut delete) = (Vec::new(), Vec::new(), Vec::new());
                for (key, list) in parts {
                    let at = format!("{path}.{key}");
                    match (key.as_str(), list) {
                        ("create", Json::Array(list)) => {
                            create = self.list(&object, via, list, Some(true), &at, depth)
                        }
                        ("update", Json::Array(list)) => {
                            update = self.list(&object, via, list, Some(false), &at, depth)
                        }
                        ("delete", Json::Array(list)) => delete = self.ids(list, &at),
                        _ => malformed(self),
                    }
                }
                Some(ChildrenInput::Patch { create, update, delete })
            }
            _ => {
                malformed(self);
                None
            }
        }
    }

    /// Child rows. `new` says whether they are all new (no id) or all stored (an id each).
    fn list(
        &mut self,
        object: &Arc<Object>,
        via: &str,
        list: &[Json],
        new: Option<bool>,
        path: &str,
        depth: usize,
    ) -> Vec<ChildInput> {
        if self.rows + list.len() > MAX_ROWS {
            let words: Words = ["too many rows in one request", "单次请求的行数过多", "單次請求的列數過多"];
            self.found.push(reasoned(Code::QueryTooComplex, words).at(path));
            return Vec::new();
        }
        let mut children = Vec::with_capacity(list.len());
        for (place, json) in list.iter().enumerate() {
            let path = format!("{path}[{place}]");
            let Json::Object(values) = json else {
                self.found.push(expected(&path, ["an object", "JSON 对象", "JSON 物件"]));
                continue;
            };
            let id = match values.get("id") {
                None | Some(Json::Null) => None,
                Some(id) => match id.as_str().and_then(|id| Uuid::parse_str(id).ok()) {
                    Some(id) => Some(id),
                    None => {
                        self.found.push(expected(&format!("{path}.id"), ID));
                        continue;
                    }
                },
            };
            if new.is_some_and(|new| new == id.is_some()) {
                self.found.push(expected(&format!("{path}.id"), if id.is_some() { ABSENT } else { ID }));
                continue;
            }
            let input = self.row(object, values, id.is_none(), &format!("{path}."), Some(via), depth + 1);
            children.push(ChildInput { id, path: format!("{path}."), input });
        }
        children
    }

    fn ids(&mut self, list: &[Json], path: &str) -> Vec<(Uuid, String)> {
        let mut ids = Vec::with_capacity(list.len());
        for (place, json) in list.iter().enumerate() {
            let path = format!("{path}[{place}]");
            let text = json.as_str().or_else(|| json.get("id").and_then(Json::as_str));
            match text.and_then(|text| Uuid::parse_str(text).ok()) {
                Some(id) => ids.push((id, path)),
                None => self.found.push(expected(&path, ID)),
            }
        }
        ids
    }

    /// The pairs of a many-to-many relation: all of them, or `{create, update, delete}`.
    fn links(&mut self, field: &Field, json: &Json, path: &str) -> Option<LinkInput> {
        let (entries, remove): (Vec<(&Json, String)>, _) = match json {
            Json::Null => (Vec::new(), None),
            Json::Array(list) => (numbered(list, path), None),
            Json::Object(parts)
                if parts.iter().all(|(key, list)| {
                    matches!(key.as_str(), "create" | "update" | "delete") && list.is_array()
                }) =>
            {
                let of = |key: &str| parts.get(key).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
                let mut entries = numbered(of("create"), &format!("{path}.create"));
                entries.extend(numbered(of("update"), &format!("{path}.update")));
                let remove = self.ids(of("delete"), &format!("{path}.delete"));
                (entries, Some(remove.into_iter().map(|(id, _)| id).collect()))
            }
            _ => {
                self.found.push(expected(path, ["a list of records", "记录列表", "記錄清單"]));
                return None;
            }
        };
        let mut pairs = Vec::with_capacity(entries.len());
        for (entry, at) in entries {
            if let Some((target, attributes)) = self.pair(field, entry, &at) {
                pairs.push((target, attributes, at));
            }
        }
        Some(LinkInput { field: field.index, pairs, remove })
    }

    fn pair(&mut self, field: &Field, entry: &Json, path: &str) -> Option<(Given, Vec<Value>)> {
        let Stored::Link(link) = &field.stored else { return None };
        let entry = self.keep(ReferenceEntry::read(entry), &field.name, path)?;
        let target = match &entry.record {
            ReferenceInput::Id(id) => Given::Value(Value::Reference(*id)),
            ReferenceInput::By { keys, .. } => {
                let lookup = self.lookup(Some(link.target.clone()), keys, path);
                Given::Key(self.keep(lookup, &field.name, path)?)
            }
            _ => {
                self.found.push(expected(path, ["a record", "一条记录", "一筆記錄"]));
                return None;
            }
        };
        let mut values = vec![Value::Null; link.attributes.len()];
        for (name, json) in &entry.attributes {
            let at = format!("{path}.{name}");
            match link.attributes.iter().position(|(known, ..)| **known == **name) {
                Some(place) => {
                    let kind = link.attributes[place].2.kind();
                    if let Some(value) = self.keep(kind.parse(json), name, &at) {
                        let mut problems = Vec::new();
                        kind.validate(&value, &mut problems);
                        self.found.extend(
                            problems.into_iter().map(|found| found.with("field", name).at(at.as_str())),
                        );
                        values[place] = value;
                    }
                }
                None => {
                    let names = link.attributes.iter().map(|(name, ..)| &**name);
                    let hint = diagnostic::did_you_mean(name, names);
                    self.found
                        .push(Diagnostic::new(Code::UnknownField).with("name", name).with_hint(hint).at(at));
                }
            }
        }
        Some((target, values))
    }
}

impl Planner<'_> {
    /// Whether the actor may give a value of the field, on create or afterwards.
    pub(crate) fn may_give(&self, object: &Object, field: &Field, creates: bool) -> bool {
        self.may_write(object, field, creates, &Json::Null)
    }

    fn may_write(&self, object: &Object, field: &Field, creates: bool, json: &Json) -> bool {
        let mode = self.mode;
        if field.derived.is_some() {
            return false;
        }
        let allowed = match field.system {
            None => true,
            Some(SystemField::Owner) => true,
            Some(_) => return false,
        };
        let stage = object.transitions.as_ref().filter(|transitions| transitions.field == field.name);
        let by_kind = match (&field.kind, stage) {
            (FieldType::Autonumber(_), _) => mode.writes_stage(),
            (_, Some(transitions)) if !mode.writes_stage() => {
                let initial = |stage: &str| transitions.initial.iter().any(|known| **known == *stage);
                creates && json.as_str().is_none_or(initial)
            }
            _ => !field.readonly || mode.writes_readonly(),
        };
        let right = || self.actor.grant(&object.name).is_some_and(|grant| grant.edits(field.index));
        allowed && by_kind && (!mode.has_rights() || right())
    }
}

fn numbered<'j>(list: &'j [Json], path: &str) -> Vec<(&'j Json, String)> {
    list.iter().enumerate().map(|(place, entry)| (entry, format!("{path}[{place}]"))).collect()
}

const ID: Words = ["the id of a record", "记录的 id", "記錄的 id"];
const ABSENT: Words = ["absent: the record is new", "不填：这是新记录", "不填：這是新記錄"];

/// A value of another shape was expected at the place.
fn expected(path: &str, [en, cn, tw]: Words) -> Diagnostic {
    let name = path.rsplit('.').next().unwrap_or(path).to_owned();
    let locales =
        [(diagnostic::Locale::En, en), (diagnostic::Locale::ZhCn, cn), (diagnostic::Locale::ZhTw, tw)];
    let messages = locales.map(|(locale, words)| {
        (locale, Code::InvalidFieldValue.message(locale).replace("{expected}", words))
    });
    Diagnostic::new(Code::InvalidFieldValue)
        .with("field", name)
        .with("expected", en)
        .with_message(diagnostic::Text::Localized(indexmap::IndexMap::from(messages)))
        .at(path)
}
