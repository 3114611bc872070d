//! `sub`: another workflow runs.

use crate::shape::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that starts another workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubStep {
    /// The workflow.
    pub sub: Sub,
    /// The variable that holds how it ended: `approved rejected withdrawn cancelled done`.
    pub into: Option<String>,
}

/// Another workflow, and the record it is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sub {
    /// The workflow.
    pub workflow: String,
    /// The record it is about: a reference; that of the flow where it is not said.
    pub record: Option<Expression>,
    /// Whether the flow goes on only once it has ended.
    #[serde(default = "yes")]
    pub wait: bool,
}

fn yes() -> bool {
    true
}
