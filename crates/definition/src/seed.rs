//! `seed` and `demo`: records that a pack brings.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Records of one object: needed ones (`seed`) or sample ones (`demo`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Seed {
    /// The file's name for `after` and scenarios.
    pub name: String,
    /// The object whose records they are.
    pub object: String,
    /// The field by whose value an existing record is found; absent means the object's key.
    pub key: Option<String>,
    /// Seeds or demos that are loaded before.
    #[serde(default)]
    pub after: Vec<String>,
    /// The records by alias: field → literal, `@alias`, `{by: {…}}` or `{today: -30}`.
    #[serde(default)]
    pub records: IndexMap<String, IndexMap<String, serde_json::Value>>,
    /// A CSV file in the same folder, in place of `records`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_.-]+\.csv$"))]
    pub file: Option<String>,
}
