//! What every step that acts by itself may say: how often it is tried, and what happens where it fails or is undone.

use super::Step;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often a step is tried again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Retry {
    /// So often after the first time.
    #[schemars(range(min = 0, max = 100))]
    pub max: u32,
    /// After this time: `30s`.
    pub backoff: String,
    /// Each time so much later.
    #[schemars(range(min = 1, max = 10))]
    pub factor: u32,
}

impl Default for Retry {
    fn default() -> Retry {
        Retry { max: 3, backoff: "30s".to_owned(), factor: 2 }
    }
}

/// Steps that another step leads to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Steps {
    /// The steps, in order.
    #[schemars(length(min = 1))]
    pub steps: IndexMap<String, Step>,
}
