//! `choose`: the first branch that holds is taken.

use super::Step;
use crate::shape::Expression;
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that takes the first branch whose condition holds, and none where none does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChooseStep {
    /// The branches, in the order they are tried.
    #[schemars(length(min = 1))]
    pub choose: IndexMap<String, Branch>,
}

/// Steps under a condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Branch {
    /// The name people read.
    pub label: Option<Text>,
    /// When it is taken; absent only on the last branch, which then is the way of all others.
    pub when: Option<Expression>,
    /// The steps, in order.
    #[serde(default)]
    pub steps: IndexMap<String, Step>,
}
