//! `image`: one picture; its width and height are read from its first bytes, never by drawing it.

use super::FieldKind;
use super::upload::{Media, Rule, as_upload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One picture; expressions only test whether there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ImageField {
    /// At most so many kilobytes; the site's own limit where it is not said.
    #[schemars(range(min = 1, max = 4_000_000))]
    pub max_kb: Option<u32>,
    /// At most so many pixels, in millions; 100 where it is not said.
    #[schemars(range(min = 1, max = 1000))]
    pub max_megapixels: Option<u32>,
}

impl FieldKind for ImageField {
    as_upload!("image");

    fn file_rule(&self) -> Option<Rule> {
        let max_pixels = Some(u64::from(self.max_megapixels.unwrap_or(100)) * 1_000_000);
        let max_bytes = self.max_kb.map(|kb| u64::from(kb) * 1024);
        Some(Rule { max_bytes, types: Media::IMAGES.to_vec(), max_pixels })
    }
}
