//! An object, resolved.

use crate::model::field::{Field, SystemField};
use crate::model::transition::Transitions;
use definition::field::FieldType;
use diagnostic::Text;
use expression::{Expr, Value};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;

/// An object: a table, its endpoints and its rules.
#[derive(Clone, Debug)]
pub struct Object {
    /// Full name, `pack.object`.
    pub name: Arc<str>,
    /// The pack that defines it.
    pub pack: Arc<str>,
    /// What users see for one record.
    pub label: Option<Text>,
    /// What users see for several.
    pub plural: Option<Text>,
    /// A sentence on what it is for.
    pub description: Option<Text>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// Physical table name, fixed at birth.
    pub table: Arc<str>,
    /// Names this object had before.
    pub formerly: Vec<Arc<str>>,
    /// All fields in display order, system fields first.
    pub fields: IndexMap<Arc<str>, Field>,
    /// Former field names and what they are now.
    pub aliases: HashMap<Arc<str>, Arc<str>>,
    /// What a record is called where it is referred to.
    pub title: Title,
    /// Who owns a record.
    pub ownership: Ownership,
    /// The object this one is a child of, through a `children` field.
    pub parent: Option<Parent>,
    /// Keeps field history.
    pub history: bool,
    /// Takes comments.
    pub comments: bool,
    /// Takes files beside those in fields.
    pub attachments: bool,
    /// Takes followers.
    pub followers: bool,
    /// Changes need `If-Match`.
    pub strict: bool,
    /// There is one record only.
    pub single: bool,
    /// The natural key: seeds, import and upsert find records by it.
    pub key: Option<Key>,
    /// Unique constraints by name. They leave out deleted rows.
    pub uniques: IndexMap<Arc<str>, Unique>,
    /// Indexes by name, those that views brought included.
    pub indexes: IndexMap<Arc<str>, Index>,
    /// Rules that hold for every writer, by name.
    pub rules: IndexMap<Arc<str>, Rule>,
    /// The state machine.
    pub transitions: Option<Transitions>,
    /// Scripts around writes.
    pub hooks: Hooks,
    /// Scripted buttons by name.
    pub actions: IndexMap<Arc<str>, Action>,
}

impl Object {
    /// The field of this name or former name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let now = self.aliases.get(name).map_or(name, |n| n);
        self.fields.get(now)
    }

    /// A system field, where this object has it.
    pub fn system(&self, which: SystemField) -> Option<&Field> {
        self.fields.values().take_while(|f| f.system.is_some()).find(|f| f.system == Some(which))
    }
}

/// What a record is called where it is referred to: `{number} {name}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Title {
    /// Its parts in order.
    pub parts: Vec<TitlePart>,
}

/// A part of a title.
#[derive(Clone, Debug, PartialEq)]
pub enum TitlePart {
    /// Words that stand as they are.
    Words(String),
    /// The value of a field, as text.
    Field(Arc<str>),
}

/// Who owns a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Ownership {
    /// A user: fields `owner` and `department`.
    User,
    /// Whoever owns the record this reference points to.
    Inherit(Arc<str>),
    /// Nobody in particular.
    Shared,
}

/// The object this one is a child of.
#[derive(Clone, Debug, PartialEq)]
pub struct Parent {
    /// The parent object.
    pub object: Arc<str>,
    /// The parent's `children` field.
    pub field: Arc<str>,
    /// The own reference to the parent.
    pub via: Arc<str>,
}

/// The natural key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Name in the path of an upsert.
    pub name: Arc<str>,
    /// Its fields.
    pub fields: Vec<Arc<str>>,
}

/// A unique constraint.
#[derive(Clone, Debug)]
pub struct Unique {
    /// Its fields.
    pub fields: Vec<Arc<str>>,
    /// Which rows it covers; all if absent.
    pub filter: Option<Expr>,
    /// Ignores case and width.
    pub folded: bool,
    /// What users are told.
    pub message: Option<Text>,
    /// Physical name.
    pub index: Arc<str>,
}

/// An index.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Its fields, each with whether it runs downwards.
    pub fields: Vec<(Arc<str>, bool)>,
    /// Physical name.
    pub index: Arc<str>,
    /// It holds the live rows only, which is what lists read: whoever groups by its fields need not look at the
    /// rows themselves to see that they are live. References are looked up in the bin too.
    pub live: bool,
}

impl Index {
    /// An index of an object, not yet named.
    pub fn on(object: &Object, fields: Vec<(Arc<str>, bool)>) -> Index {
        let refers = |field: &Field| {
            matches!(field.kind, FieldType::Reference(_) | FieldType::User(_) | FieldType::Department(_))
        };
        let first = fields.first().and_then(|(name, _)| object.field(name));
        Index { live: !first.is_some_and(refers), fields, index: Arc::from("") }
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Applies only when this holds.
    pub when: Option<Expr>,
    /// Must be true; null refuses.
    pub require: Expr,
    /// What users are told.
    pub error: Text,
    /// The field it is shown at.
    pub at: Option<Arc<str>>,
}

/// A function in a script of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ScriptRef {
    /// The pack.
    pub pack: Arc<str>,
    /// The file's name without `.rhai`.
    pub file: Arc<str>,
    /// The function.
    pub function: Arc<str>,
}

/// Scripts around writes. Functions take `(record, ctx)`.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    /// Before a create or update is checked: may look, set, refuse.
    pub before_save: Option<ScriptRef>,
    /// After the statements of a create or update: may write.
    pub after_save: Option<ScriptRef>,
    /// Before a delete: may refuse.
    pub before_delete: Option<ScriptRef>,
    /// After a move, by the move's name.
    pub after_move: HashMap<Arc<str>, ScriptRef>,
}

/// A scripted button.
#[derive(Clone, Debug)]
pub struct Action {
    /// What users see.
    pub label: Option<Text>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// It is about the object as a whole, not about one record.
    pub on_object: bool,
    /// The function; takes `(record, params, ctx)`.
    pub script: ScriptRef,
    /// Roles that may press it, besides the grants.
    pub roles: Vec<Arc<str>>,
    /// Must hold for the record.
    pub when: Option<Expr>,
    /// What it asks for, by name.
    pub parameters: IndexMap<Arc<str>, Parameter>,
}

/// What an action asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its type.
    pub kind: FieldType,
    /// What users see.
    pub label: Option<Text>,
    /// Words below it.
    pub help: Option<Text>,
    /// Words in it while it is empty.
    pub placeholder: Option<Text>,
    /// It must be given.
    pub required: bool,
    /// What it is where nothing is given; null for nothing.
    pub default: Value,
}
