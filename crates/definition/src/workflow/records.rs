//! `create`, `update`, `delete`, `transition`: a flow changes records, with its own rights.

use crate::shape::Expression;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A step that makes a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreateStep {
    /// What is made.
    pub create: Create,
    /// The variable that refers to it from then on.
    pub into: Option<String>,
}

/// A new record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Create {
    /// Its object.
    pub object: String,
    /// Field → literal.
    #[serde(default)]
    pub set: IndexMap<String, Json>,
    /// Field → expression.
    #[serde(default)]
    pub set_from: IndexMap<String, Expression>,
}

/// A step that changes records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateStep {
    /// What is changed.
    pub update: Update,
}

/// A change of records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Update {
    /// Their object; the workflow's where it is not said.
    pub object: Option<String>,
    /// Which records; that of the flow where it is not said. `record` is that of the flow.
    pub r#where: Option<Expression>,
    /// Field → literal.
    pub set: IndexMap<String, Json>,
    /// Field → expression, of the flow's record.
    pub set_from: IndexMap<String, Expression>,
}

/// A step that puts records into the bin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeleteStep {
    /// What is deleted.
    pub delete: Delete,
}

/// Records that go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Delete {
    /// Their object.
    pub object: String,
    /// Which. `record` is that of the flow.
    pub r#where: Expression,
}

/// A step that makes a move of records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransitionStep {
    /// The move.
    pub transition: Transition,
}

/// A move of records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transition {
    /// Their object; the workflow's where it is not said.
    pub object: Option<String>,
    /// Which records; that of the flow where it is not said. `record` is that of the flow.
    pub r#where: Option<Expression>,
    /// The move.
    pub r#move: String,
    /// Field → literal that changes with it.
    #[serde(default)]
    pub set: IndexMap<String, Json>,
    /// Field → expression, of the flow's record.
    #[serde(default)]
    pub set_from: IndexMap<String, Expression>,
}

/// A step that looks for records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueryStep {
    /// What is looked for.
    pub query: Query,
    /// The variable that holds what is found: a list of references, or their number.
    pub into: String,
}

/// Records that are looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Query {
    /// Their object.
    pub object: String,
    /// Which. `record` is that of the flow.
    pub r#where: Option<Expression>,
    /// The most that are taken, oldest first.
    #[serde(default = "most_found")]
    #[schemars(range(min = 1, max = 1000))]
    pub limit: u32,
    /// Only how many there are.
    #[serde(default)]
    pub count: bool,
}

fn most_found() -> u32 {
    100
}
