//! `cc`: people are told.

use super::Performer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step in which people are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CcStep {
    /// Who is told.
    pub cc: Cc,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cc {
    /// The people.
    #[schemars(length(min = 1))]
    pub by: Vec<Performer>,
}
