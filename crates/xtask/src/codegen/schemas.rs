//! `definitions/schema/*.json`: one JSON Schema per kind, for editors.

use std::collections::BTreeMap;

/// The folder of the schemas.
pub const FOLDER: &str = "definitions/schema/";

/// Path and text of every schema.
pub fn files() -> BTreeMap<String, String> {
    BTreeMap::new()
}
