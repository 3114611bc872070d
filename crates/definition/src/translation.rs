//! `translation`: wordings of one language for texts that stand elsewhere.

use diagnostic::Locale;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Wordings of one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Translation {
    /// The file's name.
    pub name: String,
    /// The language.
    pub locale: Locale,
    /// Address of a text (`object.lead.fields.name`) → wording.
    #[serde(default)]
    pub texts: IndexMap<String, String>,
}
