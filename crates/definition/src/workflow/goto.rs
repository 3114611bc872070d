//! `goto`: the flow goes on at another step.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that goes on at another step of the same sequence or one around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GotoStep {
    /// The step.
    pub goto: String,
}
