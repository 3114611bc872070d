//! `pack`: what a pack is called, which version it is, what it needs.

use diagnostic::Text;
use indexmap::IndexMap;
use schemars::JsonSchema;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

/// A pack: a folder of definitions with a name and a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pack {
    /// The pack's name; its objects are `name.object` elsewhere.
    pub name: String,
    /// The pack's version.
    #[schemars(with = "String", regex(pattern = r"^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$"))]
    pub version: Version,
    /// The versions of the engine it works with.
    #[schemars(with = "Option<String>")]
    pub engine: Option<VersionReq>,
    /// The packs it needs, with their permitted versions.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, String>")]
    pub requires: IndexMap<String, VersionReq>,
    /// The name people read.
    pub label: Option<Text>,
    /// What the pack is for.
    pub description: Option<Text>,
    /// SPDX identifier of its licence.
    pub license: Option<String>,
    /// Marks a pack that installs itself when all of `with` are present.
    pub glue: Option<Glue>,
    /// Names it had before.
    #[serde(default)]
    pub formerly: Vec<String>,
}

/// What a glue pack joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Glue {
    /// The packs that must all be present.
    #[schemars(length(min = 2))]
    pub with: Vec<String>,
}
