//! `for_each`: steps are walked once for each item of a list.

use super::{Join, Step};
use crate::shape::Expression;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step whose steps are walked once for each item of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ForEachStep {
    /// What is walked.
    pub for_each: ForEach,
    /// The steps for one item, in order.
    #[schemars(length(min = 1))]
    pub steps: IndexMap<String, Step>,
}

/// What is walked, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ForEach {
    /// A list: a field with several values, children, a list that a decision answers.
    pub r#in: Expression,
    /// The variable that holds the item.
    pub r#as: String,
    /// One after another, or all at the same time.
    #[serde(default)]
    pub mode: ForEachMode,
    /// How many must end, where they run at the same time.
    #[serde(default)]
    pub join: Join,
}

/// How items are walked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForEachMode {
    /// One after another.
    #[default]
    Sequential,
    /// All at the same time.
    Parallel,
}
