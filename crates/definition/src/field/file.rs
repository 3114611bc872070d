//! `file`: one file, kept beside the database; the value is what it is called and what it is.

use super::FieldKind;
use super::upload::{Media, Rule, as_upload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One file; expressions only test whether there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FileField {
    /// At most so many kilobytes; the site's own limit where it is not said.
    #[schemars(range(min = 1, max = 4_000_000))]
    pub max_kb: Option<u32>,
    /// The types that are taken, told from the bytes; all of the list where it is not said.
    pub types: Option<Vec<Media>>,
}

impl FieldKind for FileField {
    as_upload!("file");

    fn file_rule(&self) -> Option<Rule> {
        let types = self.types.clone().unwrap_or_else(|| Media::ALL.to_vec());
        Some(Rule { max_bytes: self.max_kb.map(|kb| u64::from(kb) * 1024), types, max_pixels: None })
    }
}
