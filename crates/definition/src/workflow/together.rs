//! `together`: steps that happen all or not at all.

use super::Step;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step whose steps are one transaction: where one of them fails, none has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TogetherStep {
    /// The steps, in order. None of them waits for anybody or anything.
    #[schemars(length(min = 1))]
    pub together: IndexMap<String, Step>,
}
