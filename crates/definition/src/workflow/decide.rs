//! `decide`: a decision table answers, and the steps behind know the answer.

use crate::shape::Expression;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step in which a decision table answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecideStep {
    /// The decision.
    pub decide: String,
    /// The variable that holds the answer: `risk` for `risk.level`. The steps behind in the same sequence know it, and
    /// all steps inside of them.
    pub into: String,
    /// Input that the caller gives → literal.
    #[serde(default)]
    pub with: IndexMap<String, serde_json::Value>,
    /// Input that the caller gives → expression.
    #[serde(default)]
    pub with_from: IndexMap<String, Expression>,
    /// The record that is asked about; absent means that of the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_from: Option<Expression>,
}
