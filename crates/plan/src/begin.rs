//! How each kind of write begins: rights that need no row, the body read, a draft.

use crate::actor::{Access, ObjectGrant};
use crate::draft::{Draft, Input, Intent, Precondition, RowDraft};
use crate::evaluate::Evaluated;
use crate::facts::{Facts, KeyLookup, Needs};
use crate::parse::Reader;
use crate::planner::Planner;
use crate::wording::{Words, not_permitted};
use crate::write::Operation;
use catalog::{Object, Stored};
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::Value;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::sync::Arc;
use uuid::Uuid;

const CREATE: Words = ["create", "新建", "新增"];

/// What an action is called in refusals.
pub(crate) fn words(access: Access) -> Words {
    match access {
        Access::Read | Access::Export | Access::History => ["read", "读取", "讀取"],
        Access::Delete => ["delete", "删除", "刪除"],
        Access::Restore => ["restore", "恢复", "復原"],
        Access::Purge => ["purge", "彻底删除", "徹底刪除"],
        Access::Assign => ["change the owner of", "变更负责人：", "變更負責人："],
        Access::Comment => ["comment on", "评论", "評論"],
        Access::Unmask => ["unmask", "查看明文：", "檢視明文："],
        Access::Update | Access::Restriction => ["change", "修改", "修改"],
    }
}

/// Where an upsert stands.
#[derive(Clone, Debug)]
pub enum Upsert {
    /// Look this key up first: `facts.add_key`.
    Read(Needs),
    /// The draft of a create or an update.
    Draft(Box<Draft>),
}

impl Planner<'_> {
    /// `POST /records/{object}`
    ///
    /// # Errors
    /// `not_found`, `not_permitted`, and all findings about the body.
    pub fn create(&self, object: &str, body: &Json) -> Result<Draft> {
        let (object, grant) = self.object(object)?;
        if self.mode.has_rights() && !grant.create {
            return Err(Box::new(not_permitted(CREATE, &object.name)));
        }
        let mut reader = Reader::new(self);
        let input = reader.body(object, body, true);
        let input = reader.done(input)?;
        let root = RowDraft::insert(object.clone(), (self.new_id)(), String::new(), input);
        Ok(Draft::new(Intent::Create, Precondition::Absent, root))
    }

    /// `PATCH /records/{object}/{id}`
    ///
    /// # Errors
    /// As [`Planner::create`].
    pub fn update(&self, object: &str, id: Uuid, body: &Json, precondition: Precondition) -> Result<Draft> {
        let (object, grant) = self.object(object)?;
        self.permitted(object, &grant, Access::Update)?;
        let mut reader = Reader::new(self);
        let input = reader.body(object, body, false);
        let input = reader.done(input)?;
        Ok(self.stored(object, id, Operation::Update, input, Intent::Update, precondition))
    }

    /// `DELETE /records/{object}/{id}`
    ///
    /// # Errors
    /// `not_found`, `not_permitted`.
    pub fn delete(&self, object: &str, id: Uuid, precondition: Precondition) -> Result<Draft> {
        self.whole(object, id, Access::Delete, Operation::Delete, Intent::Delete, precondition)
    }

    /// `DELETE /records/{object}/{id}?purge=true`
    ///
    /// # Errors
    /// `not_found`, `not_permitted`.
    pub fn purge(&self, object: &str, id: Uuid, precondition: Precondition) -> Result<Draft> {
        self.whole(object, id, Access::Purge, Operation::Purge, Intent::Purge, precondition)
    }

    /// `POST /records/{object}/{id}/restore`
    ///
    /// # Errors
    /// `not_found`, `not_permitted`.
    pub fn restore(&self, object: &str, id: Uuid) -> Result<Draft> {
        self.whole(object, id, Access::Restore, Operation::Restore, Intent::Restore, Precondition::Waived)
    }

    /// `POST /records/{object}/{id}/moves/{move}`; fields may be sent along. `approved` makes a move that its
    /// workflow has approved.
    ///
    /// # Errors
    /// `not_found` for an unknown move, `not_permitted`, findings about the body.
    pub fn make_move(
        &self,
        object: &str,
        id: Uuid,
        name: &str,
        body: &Json,
        precondition: Precondition,
        approved: bool,
    ) -> Result<Draft> {
        let (object, grant) = self.object(object)?;
        let moves = object.transitions.as_ref().map(|transitions| &transitions.moves);
        let Some((name, _)) = moves.and_then(|moves| moves.get_key_value(name)) else {
            let names = moves.into_iter().flat_map(|moves| moves.keys()).map(|name| &**name);
            let hint = did_you_mean(name, names.collect::<Vec<_>>());
            return Err(Box::new(Diagnostic::new(Code::NotFound).with_hint(hint)));
        };
        if self.mode.has_rights() && !grant.moves.has(name) {
            return Err(Box::new(not_permitted(
                ["make this move on", "执行此操作：", "執行此操作："],
                &object.name,
            )));
        }
        self.permitted(object, &grant, Access::Update)?;
        let empty = Json::Object(serde_json::Map::new());
        let body = if body.is_null() { &empty } else { body };
        let mut reader = Reader::new(self);
        let input = reader.body(object, body, false);
        let input = reader.done(input)?;
        let intent = Intent::Move { name: name.clone(), approved };
        let mut draft = self.stored(object, id, Operation::Update, input, intent, precondition);
        draft.sent = body.clone();
        Ok(draft)
    }

    /// `PUT /records/{object}/by/{unique}/{v1}/{v2}`: finds the record of an unconditional unique or of the
    /// object's key, and updates it, or creates it with these values.
    ///
    /// # Errors
    /// `not_found` for an unknown key, findings about the values and the body.
    pub fn upsert(
        &self,
        object: &str,
        key: &str,
        texts: &[String],
        body: &Json,
        facts: &Facts,
    ) -> Result<Upsert> {
        let (object, _) = self.object(object)?;
        let lookup = self.key(object, key, texts)?;
        match facts.key(&lookup) {
            None => Ok(Upsert::Read(Needs { keys: vec![lookup], ..Needs::default() })),
            // What the actor does not see is not there: the clash of the key tells no more than any create's.
            Some(found) => match self.finds(object, found, facts)? {
                Evaluated::Read(needs) => Ok(Upsert::Read(needs)),
                Evaluated::Is(Some(id)) => {
                    let draft =
                        self.update(&object.name, id, &without(body, &lookup), Precondition::Waived)?;
                    Ok(Upsert::Draft(Box::new(draft)))
                }
                Evaluated::Is(None) => {
                    Ok(Upsert::Draft(Box::new(self.create(&object.name, &with(object, body, &lookup))?)))
                }
            },
        }
    }

    /// The record behind a key, where the actor sees it.
    fn finds(&self, object: &Object, found: Option<Uuid>, facts: &Facts) -> Result<Evaluated<Option<Uuid>>> {
        let Some(id) = found.filter(|_| self.mode.has_rights()) else { return Ok(Evaluated::Is(found)) };
        let needs = RefCell::new(Needs::default());
        let scene = self.scene(None, facts, &needs);
        let seen = match scene.record(&object.name, id) {
            Ok(Some(row)) => self.may(&scene, Access::Read, row)?,
            Ok(None) => Some(false),
            Err(_) => None,
        };
        Ok(match seen {
            Some(seen) => Evaluated::Is(Some(id).filter(|_| seen)),
            None => Evaluated::Read(needs.take()),
        })
    }

    /// A natural key by the name of a unique, of the object's key or of one of its fields, and its values.
    fn key(&self, object: &Arc<Object>, name: &str, texts: &[String]) -> Result<KeyLookup> {
        let of_key = object.key.as_ref().filter(|key| *key.name == *name).map(|key| key.fields.as_slice());
        let of_unique =
            object.uniques.get(name).filter(|unique| unique.filter.is_none()).map(|u| u.fields.as_slice());
        let by_field = || {
            let single = |fields: &&[Arc<str>]| fields.len() == 1 && *fields[0] == *name;
            let uniques = object.uniques.values().filter(|unique| unique.filter.is_none());
            uniques.map(|unique| unique.fields.as_slice()).find(single)
        };
        let not_found = || Box::new(Diagnostic::new(Code::NotFound));
        let fields = of_key.or(of_unique).or_else(by_field).ok_or_else(not_found)?;
        if fields.len() != texts.len() {
            return Err(not_found());
        }
        let mut values = Vec::with_capacity(fields.len());
        for (name, text) in fields.iter().zip(texts) {
            let readable = self.known().readable(&object.name, name);
            let field = if self.mode.has_rights() { readable } else { object.field(name) };
            let field =
                field.filter(|field| matches!(field.stored, Stored::Column { .. })).ok_or_else(not_found)?;
            let value =
                field.kind.kind().parse_text(text).map_err(|found| Box::new(found.with("field", name)))?;
            if value.is_null() {
                return Err(not_found());
            }
            values.push((field.name.clone(), value));
        }
        Ok(KeyLookup { object: object.name.clone(), values })
    }

    /// Refuses an access that no row of the object permits.
    fn permitted(&self, object: &Object, grant: &ObjectGrant, access: Access) -> Result<()> {
        if self.mode.has_rights() && grant.rows(access).is_none() {
            // Who may not even read answers as if there were nothing.
            let code = if grant.read.is_none() {
                Diagnostic::new(Code::NotFound)
            } else {
                not_permitted(words(access), &object.name)
            };
            return Err(Box::new(code));
        }
        Ok(())
    }

    fn whole(
        &self,
        object: &str,
        id: Uuid,
        access: Access,
        operation: Operation,
        intent: Intent,
        precondition: Precondition,
    ) -> Result<Draft> {
        let (object, grant) = self.object(object)?;
        self.permitted(object, &grant, access)?;
        Ok(self.stored(object, id, operation, Input::default(), intent, precondition))
    }

    fn stored(
        &self,
        object: &Arc<Object>,
        id: Uuid,
        operation: Operation,
        input: Input,
        intent: Intent,
        precondition: Precondition,
    ) -> Draft {
        Draft::new(intent, precondition, RowDraft::unread(object.clone(), id, operation, input))
    }
}

/// The body with the values of the key in it.
fn with(object: &Object, body: &Json, key: &KeyLookup) -> Json {
    let mut body = body.clone();
    if let Json::Object(parts) = &mut body {
        for (name, value) in &key.values {
            if let Some(field) = object.field(name) {
                parts.entry(name.to_string()).or_insert_with(|| field.kind.kind().render(value));
            }
        }
    }
    body
}

/// The body without the fields of the key, where they say the same: the record found has these values.
fn without(body: &Json, key: &KeyLookup) -> Json {
    let mut body = body.clone();
    if let Json::Object(parts) = &mut body {
        let same = |json: &Json, value: &Value| match (json, value) {
            (Json::String(text), Value::Text(value)) => text == value,
            (Json::Number(number), Value::Integer(value)) => number.as_i64() == Some(*value),
            _ => false,
        };
        for (name, value) in &key.values {
            if parts.get(&**name).is_some_and(|json| same(json, value)) {
                parts.shift_remove(&**name);
            }
        }
    }
    body
}
