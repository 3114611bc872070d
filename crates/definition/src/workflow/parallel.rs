//! `parallel`: all branches are taken at the same time.

use super::Step;
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// A step that takes all its branches at the same time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParallelStep {
    /// The branches.
    #[schemars(length(min = 1))]
    pub parallel: IndexMap<String, Path>,
    /// How many branches must end before the flow goes on.
    #[serde(default)]
    pub join: Join,
}

/// Steps of a branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Path {
    /// The name people read.
    pub label: Option<Text>,
    /// The steps, in order.
    #[serde(default)]
    pub steps: IndexMap<String, Step>,
}

/// How many branches must end before the flow goes on; what the others still do is taken off then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// All.
    #[default]
    All,
    /// The first.
    Any,
    /// So many.
    Count(NonZeroU32),
}
