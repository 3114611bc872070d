//! `object`: one kind of record, with its fields, rules, transitions, hooks and actions.

use crate::field::FieldDefinition;
use crate::shape::Expression;
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// One kind of record: a table, its endpoints, its rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Object {
    /// The object's name; `pack.name` elsewhere.
    pub name: String,
    /// The name of one record's kind.
    pub label: Option<Text>,
    /// The name of many.
    pub plural: Option<Text>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// What such a record is.
    pub description: Option<Text>,
    /// The field shown where a record is referred to, or a template such as `{number} {name}`.
    pub title: Option<String>,
    /// Whose the records are: `user`, `shared` or `inherit(<reference>)`.
    pub ownership: Option<Ownership>,
    /// What every record has beside its fields.
    #[serde(default)]
    pub features: Vec<Feature>,
    /// `strict`: a change must say which version it saw.
    #[serde(default)]
    pub concurrency: Concurrency,
    /// There is one record only (settings).
    #[serde(default)]
    pub single: bool,
    /// The natural key: the name of a field or of an entry of `unique`.
    pub key: Option<String>,
    /// The fields, in display order.
    #[serde(default)]
    pub fields: IndexMap<String, FieldDefinition>,
    /// What no two records may share.
    #[serde(default)]
    pub unique: IndexMap<String, Unique>,
    /// Columns that are searched or sorted together; `-field` sorts downwards.
    #[serde(default)]
    pub indexes: IndexMap<String, Vec<String>>,
    /// What holds for every writer: form, API, import, flow.
    #[serde(default)]
    pub rules: IndexMap<String, Rule>,
    /// The record's state machine.
    pub transitions: Option<Transitions>,
    /// Scripts that run around a write: `before_save`, `after_save`, `before_delete`, `after_<move>`.
    #[serde(default)]
    pub hooks: IndexMap<String, ScriptFunction>,
    /// Buttons with a script, also `POST …/actions/<name>`.
    #[serde(default)]
    pub actions: IndexMap<String, Action>,
    /// Names it had before.
    #[serde(default)]
    pub formerly: Vec<String>,
}

/// Whose the records of an object are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Every record has an owner and the owner's department; row scopes speak of them.
    User,
    /// The record is visible as the record behind this reference is.
    Inherit(String),
    /// Records have no owner.
    Shared,
}

impl Ownership {
    fn read(text: &str) -> Option<Ownership> {
        match text {
            "user" => Some(Ownership::User),
            "shared" => Some(Ownership::Shared),
            _ => {
                let field = text.strip_prefix("inherit(")?.strip_suffix(')')?;
                Some(Ownership::Inherit(field.trim().to_owned()))
            }
        }
    }
}

impl Serialize for Ownership {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Ownership::User => serializer.serialize_str("user"),
            Ownership::Shared => serializer.serialize_str("shared"),
            Ownership::Inherit(field) => serializer.collect_str(&format_args!("inherit({field})")),
        }
    }
}

impl<'de> Deserialize<'de> for Ownership {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ownership::read(&text).ok_or_else(|| serde::de::Error::custom("user, shared or inherit(<reference>)"))
    }
}

impl JsonSchema for Ownership {
    fn schema_name() -> Cow<'static, str> {
        "Ownership".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": r"^(user|shared|inherit\( *[a-z][a-z0-9_]* *\))$"})
    }
}

/// What a record has beside its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Every change of a field is kept.
    History,
    /// People may comment.
    Comments,
    /// Files may be attached.
    Attachments,
    /// Calls, visits and mails are listed; not executed by this version.
    Activities,
    /// People may follow a record, and are told of what others change or say.
    Followers,
}

/// What a writer must know of the record's version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Concurrency {
    /// A change without a version is permitted.
    #[default]
    Optional,
    /// A change without a version is refused.
    Strict,
}

/// Fields that no two records may share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unique {
    /// The fields, together.
    #[schemars(length(min = 1))]
    pub fields: Vec<String>,
    /// Only records for which this holds are compared.
    pub r#where: Option<Expression>,
    /// What the second writer is told.
    pub message: Option<Text>,
}

/// A condition that holds for every writer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// The rule applies only where this holds.
    pub when: Option<Expression>,
    /// Must be true; null refuses.
    pub require: Expression,
    /// What the writer is told.
    pub error: Text,
    /// The field the message stands at.
    pub at: Option<String>,
}

/// The state machine over one select field; the field changes no other way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transitions {
    /// The select field.
    pub field: String,
    /// Where a new record may start.
    #[serde(default)]
    pub initial: Vec<String>,
    /// The moves.
    #[serde(default)]
    pub moves: IndexMap<String, Move>,
}

/// One move from some stages to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    /// The name people read.
    pub label: Option<Text>,
    /// The stages it starts at.
    #[schemars(length(min = 1))]
    pub from: Vec<String>,
    /// The stage it ends at.
    pub to: String,
    /// Only these roles may move; absent means everyone whose role grants the move.
    pub roles: Option<Vec<String>>,
    /// It is possible only where this holds.
    pub when: Option<Expression>,
    /// Fields that take a literal with the move.
    #[serde(default)]
    pub set: IndexMap<String, serde_json::Value>,
    /// Fields that take a calculated value with the move.
    #[serde(default)]
    pub set_from: IndexMap<String, Expression>,
    /// The workflow that must approve first; the move is parked until then.
    pub approval: Option<String>,
    /// Fields that must have a value.
    #[serde(default)]
    pub require: Vec<String>,
    /// Names it had before.
    #[serde(default)]
    pub formerly: Vec<String>,
}

/// A function in a script: `file.function` is `function` in `scripts/file.rhai`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ScriptFunction {
    /// The file's name without folder and extension.
    pub file: String,
    /// The function's name.
    pub function: String,
}

impl Serialize for ScriptFunction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.{}", self.file, self.function))
    }
}

impl<'de> Deserialize<'de> for ScriptFunction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (file, function) =
            text.split_once('.').ok_or_else(|| serde::de::Error::custom("file.function is expected"))?;
        Ok(ScriptFunction { file: file.to_owned(), function: function.to_owned() })
    }
}

impl JsonSchema for ScriptFunction {
    fn schema_name() -> Cow<'static, str> {
        "ScriptFunction".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"})
    }
}

/// A button with a script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Action {
    /// The name people read.
    pub label: Option<Text>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// What runs.
    pub script: ScriptFunction,
    /// Only these roles see it; absent means everyone whose role grants the action.
    pub roles: Option<Vec<String>>,
    /// It is offered only where this holds.
    pub when: Option<Expression>,
    /// What it asks for, as fields.
    #[serde(default)]
    pub with: IndexMap<String, FieldDefinition>,
    /// Whether it is about one record or about the object.
    #[serde(default)]
    pub on: ActionTarget,
}

/// What an action is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionTarget {
    /// One record.
    #[default]
    Record,
    /// The object as a whole.
    Object,
}
