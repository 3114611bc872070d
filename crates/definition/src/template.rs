//! `template`: what a mail, a notification or a printed page says. Its texts are `.hbs` files beside it:
//! `templates/<name>.text.hbs`, `templates/<name>.html.zh-CN.hbs` and so on.

use diagnostic::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a mail, a notification or a printed page says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Template {
    /// The template's name.
    pub name: String,
    /// The name people read.
    pub label: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// Where it is used.
    #[serde(rename = "use")]
    pub used_for: TemplateUse,
    /// The object whose record it is about: `record` in its texts; absent means none.
    pub object: Option<String>,
    /// Names of further values that whoever uses it gives.
    #[serde(default)]
    pub values: Vec<String>,
    /// The subject of a mail or notification, a template of one line.
    pub subject: Option<Text>,
}

/// Where a template is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateUse {
    /// A mail: a subject, a text, and HTML where there is such a file.
    Mail,
    /// A notification: a subject and a text.
    Notification,
    /// A page to be printed: HTML.
    Print,
}

impl TemplateUse {
    /// The part that must be there.
    pub fn needs(self) -> TemplatePart {
        match self {
            TemplateUse::Mail | TemplateUse::Notification => TemplatePart::Text,
            TemplateUse::Print => TemplatePart::Html,
        }
    }
}

/// A text of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TemplatePart {
    /// Plain text.
    Text,
    /// HTML: values are escaped.
    Html,
}

impl TemplatePart {
    /// The word in a file's name.
    pub fn name(self) -> &'static str {
        match self {
            TemplatePart::Text => "text",
            TemplatePart::Html => "html",
        }
    }
}

/// Names that mean something in every template.
pub const RESERVED: [&str; 6] = ["record", "user", "site", "subject", "this", "root"];
