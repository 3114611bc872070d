//! `set`: the record takes values.

use crate::shape::Expression;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step in which the record takes values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SetStep {
    /// Field → literal.
    #[serde(default)]
    pub set: IndexMap<String, serde_json::Value>,
    /// Field → expression.
    #[serde(default)]
    pub set_from: IndexMap<String, Expression>,
}
