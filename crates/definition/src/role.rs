//! `role`: what its members may do, and restrictions that hold for everyone.

use crate::shape::{Expression, NamesOrAll};
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    /// The role's name; `pack.name` elsewhere.
    pub name: String,
    /// The name people read.
    pub label: Option<Text>,
    /// Who should have it.
    pub description: Option<Text>,
    /// Its members may do everything.
    #[serde(default)]
    pub admin: bool,
    /// Rights per object; what is not granted is refused.
    #[serde(default)]
    pub objects: IndexMap<String, Grant>,
    /// Rights on workflows.
    #[serde(default)]
    pub workflows: IndexMap<String, WorkflowGrant>,
    /// Conditions that hold for everyone who is not exempt, whatever roles they have.
    #[serde(default)]
    pub restrictions: IndexMap<String, Restriction>,
    /// Names it had before.
    #[serde(default)]
    pub formerly: Vec<String>,
}

/// What a role may do with the records of one object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Grant {
    /// May create records.
    pub create: bool,
    /// Which records it sees.
    pub read: Option<Scope>,
    /// Which records it changes.
    pub update: Option<Scope>,
    /// Which records it deletes.
    pub delete: Option<Scope>,
    /// Which records it exports.
    pub export: Option<Scope>,
    /// May import records.
    pub import: Option<Scope>,
    /// Whose owner it may change.
    pub assign: Option<Scope>,
    /// Which deleted records it removes for good.
    pub purge: Option<Scope>,
    /// Which deleted records it brings back.
    pub restore: Option<Scope>,
    /// Whose history it sees.
    pub history: Option<Scope>,
    /// On which records it comments.
    pub comment: Option<Scope>,
    /// In which records it may read encrypted fields unmasked; each reading is put on record.
    pub unmask: Option<Scope>,
    /// Rights on single fields; `*` stands for all others.
    pub fields: IndexMap<String, FieldRight>,
    /// The moves it may make.
    pub moves: Option<NamesOrAll>,
    /// The actions it may run.
    pub actions: Option<NamesOrAll>,
}

/// Which records a right covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// None (`none`, `false`).
    None,
    /// Those whose owner the actor is.
    Own,
    /// Those of the actor's department.
    Department,
    /// Those of the actor's department and the departments below it.
    DepartmentTree,
    /// All (`all`, `true`).
    All,
    /// Those for which this holds.
    Condition(Expression),
}

impl Scope {
    /// The words that are no condition.
    pub const WORDS: [&str; 5] = ["none", "own", "department", "department_tree", "all"];
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Scope::None => "none",
            Scope::Own => "own",
            Scope::Department => "department",
            Scope::DepartmentTree => "department_tree",
            Scope::All => "all",
            Scope::Condition(expression) => expression.text(),
        })
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(true) => Scope::All,
            serde_json::Value::Bool(false) => Scope::None,
            serde_json::Value::String(word) => match word.as_str() {
                "none" => Scope::None,
                "own" => Scope::Own,
                "department" => Scope::Department,
                "department_tree" => Scope::DepartmentTree,
                "all" => Scope::All,
                _ => Scope::Condition(Expression(word)),
            },
            _ => return Err(serde::de::Error::custom("a scope or a condition is expected")),
        })
    }
}

impl JsonSchema for Scope {
    fn schema_name() -> Cow<'static, str> {
        "Scope".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "none, own, department, department_tree, all, or a condition",
            "type": ["boolean", "string"],
            "examples": ["none", "own", "department", "department_tree", "all"]
        })
    }
}

/// What may be done with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldRight {
    /// Nothing: the field is unknown.
    Hidden,
    /// Reading.
    Read,
    /// Reading and writing.
    Edit,
}

/// What a role may do with a workflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WorkflowGrant {
    /// May start it.
    pub start: bool,
}

/// A condition that every row must meet for everyone who is not exempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restriction {
    /// The rows that stay.
    pub r#where: Expression,
    /// Roles it does not hold for.
    #[serde(default)]
    pub exempt: Vec<String>,
}
