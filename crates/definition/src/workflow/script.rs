//! `script`: a script decides or changes what definitions cannot say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that runs a script, with the rights of the flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScriptStep {
    /// The file under the pack's `scripts`, without `.rhai`. Its `run(record, flow)` is called.
    pub script: String,
    /// The variable that holds what it answers.
    pub into: Option<String>,
}
