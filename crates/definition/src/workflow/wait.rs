//! `wait`: the flow stands until one of several things happens.

use super::{FlowEvent, MoveEvent, RecordEvent, Step, Timer};
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that waits. The first thing that happens counts, the others are not waited for any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaitStep {
    /// What is waited for, by name.
    #[schemars(length(min = 1))]
    pub wait: IndexMap<String, Awaited>,
}

/// One thing that is waited for, and the steps it leads to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Awaited {
    /// The name people read.
    pub label: Option<Text>,
    /// A time.
    pub timer: Option<Timer>,
    /// A record is made; of another object, because that of the flow is there.
    pub record_created: Option<RecordEvent>,
    /// A record is changed: that of the flow, or one of another object.
    pub record_updated: Option<RecordEvent>,
    /// A record is deleted.
    pub record_deleted: Option<RecordEvent>,
    /// A record makes a move.
    pub transition: Option<MoveEvent>,
    /// Another workflow about the same record ends.
    pub workflow_ended: Option<FlowEvent>,
    /// The steps, in order.
    pub steps: IndexMap<String, Step>,
}
