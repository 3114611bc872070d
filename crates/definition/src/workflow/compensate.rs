//! `compensate`: what steps did is undone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that walks the `undo` of steps that were done, the last one first, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CompensateStep {
    /// The steps; an empty list stands for all that have an `undo`.
    pub compensate: Vec<String>,
}
