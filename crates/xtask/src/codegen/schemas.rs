//! `definitions/schema/*.json`: one JSON Schema per kind, for editors.

use std::collections::BTreeMap;

/// The folder of the schemas.
pub const FOLDER: &str = "definitions/schema/";

/// Path and text of every schema.
pub fn files() -> BTreeMap<String, String> {
    let file =
        |(kind, schema): (&str, serde_json::Value)| (format!("{FOLDER}{kind}.json"), format!("{schema:#}\n"));
    definition::schema::all().into_iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_schema_that_names_it() {
        let files = files();
        assert_eq!(files.len(), definition::Kind::ALL.len());
        for (path, text) in &files {
            let schema: serde_json::Value = serde_json::from_str(text).unwrap();
            assert!(schema.get("$schema").is_some() && schema.get("title").is_some(), "{path}");
        }
    }
}
