//! `approve`: people decide. `handle`: people do something.

use super::Performer;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;
use std::num::NonZeroU32;

/// A step in which people decide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApproveStep {
    /// Who decides, and how many of them must.
    pub approve: Approve,
}

/// Who decides, and how many of them must.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Approve {
    /// The people.
    #[schemars(length(min = 1))]
    pub by: Vec<Performer>,
    /// How many of them must approve.
    #[serde(default)]
    pub mode: ApproveMode,
    /// What one rejection means.
    #[serde(default)]
    pub reject: RejectRule,
}

/// A step in which people do something without a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandleStep {
    /// Who does it, and how many of them must.
    pub handle: Handle,
}

/// Who does something, and how many of them must.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Handle {
    /// The people.
    #[schemars(length(min = 1))]
    pub by: Vec<Performer>,
    /// How many of them must have done it.
    #[serde(default)]
    pub mode: ApproveMode,
}

/// How many people must act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApproveMode {
    /// One of them; the first decision counts.
    #[default]
    Any,
    /// All of them, at the same time.
    All,
    /// All of them, one after the other.
    Sequential,
    /// So many of them.
    Count(NonZeroU32),
    /// This share of them: 0.6 is three of five.
    Ratio(Ratio),
    /// So many that their weights reach this.
    Weight(NonZeroU32),
}

/// A share above 0, at most 1, with six places.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Ratio(f64);

impl Ratio {
    /// The share in millionths.
    pub fn millionths(self) -> u32 {
        (self.0 * 1e6).round() as u32
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = Json::deserialize(deserializer)?.as_f64().filter(|share| *share > 0.0 && *share <= 1.0);
        share.map(Ratio).ok_or_else(|| serde::de::Error::custom("a share above 0, at most 1, is expected"))
    }
}

impl JsonSchema for Ratio {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ratio".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "number", "exclusiveMinimum": 0, "maximum": 1})
    }
}

/// What one rejection means for its step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejectRule {
    /// The flow ends rejected.
    #[default]
    Any,
    /// The flow ends rejected once the others cannot approve it any more.
    Unreachable,
}
