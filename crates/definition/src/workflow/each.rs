//! `each`: all branches whose conditions hold are taken.

use super::Branch;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that takes all branches whose conditions hold, at the same time, and goes on when all of them have ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EachStep {
    /// The branches. The last one may go without a condition: it is taken where no other one is.
    #[schemars(length(min = 1))]
    pub each: IndexMap<String, Branch>,
}
