//! `set`: the record and variables take values.

use crate::shape::Expression;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step in which the record and variables take values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SetStep {
    /// Field or variable → literal.
    #[serde(default)]
    pub set: IndexMap<String, serde_json::Value>,
    /// Field or variable → expression.
    #[serde(default)]
    pub set_from: IndexMap<String, Expression>,
}
