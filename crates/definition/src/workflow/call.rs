//! `call`: something is asked of another system, and the flow waits for what it answers.

use crate::shape::Expression;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that asks something of another system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallStep {
    /// What is asked.
    pub call: Call,
    /// The variable that holds what was answered: `made` for `made.number`. The steps behind in the same sequence know
    /// it, and all steps inside of them.
    pub into: Option<String>,
}

/// An operation of a connector, and what it is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// The connector and its operation: `erp.create_quote`.
    pub connector: String,
    /// Parameter → literal.
    #[serde(default)]
    pub with: IndexMap<String, serde_json::Value>,
    /// Parameter → expression.
    #[serde(default)]
    pub with_from: IndexMap<String, Expression>,
}
