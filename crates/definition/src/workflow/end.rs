//! `end`: the flow ends here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step at which the flow ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndStep {
    /// How.
    pub end: Outcome,
}

/// How a flow ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The record is approved.
    Approved,
    /// The record is rejected.
    Rejected,
    /// An automation is done.
    Done,
}
