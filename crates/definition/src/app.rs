//! `app`: a menu over objects, views and pages for some roles.

use diagnostic::Text;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A menu for some roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct App {
    /// The app's name.
    pub name: String,
    /// The name people read.
    pub label: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// Who sees it; absent means everyone.
    pub roles: Option<Vec<String>>,
    /// The entries, in order.
    #[serde(default)]
    pub menu: IndexMap<String, MenuEntry>,
}

/// An entry that opens an object, a view or a page, or a group of entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MenuEntry {
    /// The name people read; absent means that of what it opens.
    pub label: Option<Text>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// The object it opens.
    pub object: Option<String>,
    /// The view it opens.
    pub view: Option<String>,
    /// The page it opens.
    pub page: Option<String>,
    /// The entries of a group.
    pub menu: IndexMap<String, MenuEntry>,
}
