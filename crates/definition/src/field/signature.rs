//! `signature`: a small picture of a handwritten name.

use super::FieldKind;
use super::upload::{Media, Rule, as_upload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A small PNG; expressions only test whether there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignatureField {}

impl FieldKind for SignatureField {
    as_upload!("signature");

    fn file_rule(&self) -> Option<Rule> {
        Some(Rule { max_bytes: Some(200 * 1024), types: vec![Media::Png], max_pixels: Some(4_000_000) })
    }
}
