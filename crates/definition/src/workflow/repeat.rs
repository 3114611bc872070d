//! `repeat`: steps are walked again and again.

use super::Step;
use crate::shape::Expression;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step whose steps are walked again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RepeatStep {
    /// How often.
    pub repeat: Repeat,
    /// The steps of a round, in order.
    #[schemars(length(min = 1))]
    pub steps: IndexMap<String, Step>,
}

/// How often steps are walked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Repeat {
    /// At most so often.
    #[schemars(range(min = 1, max = 1000))]
    pub max: u32,
    /// A round begins only where this holds.
    pub r#while: Option<Expression>,
    /// No further round begins where this holds after one.
    pub until: Option<Expression>,
    /// The variable that counts the rounds from 1.
    pub r#as: Option<String>,
}
