//! `approve`: people decide.

use super::Performer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step in which people decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApproveStep {
    /// Who decides, and how many of them must.
    pub approve: Approve,
}

/// Who decides, and how many of them must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approve {
    /// The people.
    #[schemars(length(min = 1))]
    pub by: Vec<Performer>,
    /// How many of them must approve.
    #[serde(default)]
    pub mode: ApproveMode,
}

/// How many people must approve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApproveMode {
    /// One of them; the first decision counts.
    #[default]
    Any,
    /// All of them, at the same time.
    All,
    /// All of them, one after the other.
    Sequential,
}
