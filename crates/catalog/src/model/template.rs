//! Templates: texts with places for values.

use definition::{TemplatePart, TemplateUse};
use diagnostic::{Locale, Source, Text};
use std::sync::Arc;

/// What a mail, a notification or a printed page says.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its full name.
    pub name: Arc<str>,
    /// The pack that defines it.
    pub pack: Arc<str>,
    /// Where it is used.
    pub used_for: TemplateUse,
    /// The object whose record it is about.
    pub object: Option<Arc<str>>,
    /// Names of further values.
    pub values: Vec<Arc<str>>,
    /// The subject, and where it stands.
    pub subject: Option<(Text, Source)>,
    /// Its texts.
    pub texts: Vec<TemplateText>,
}

/// A text of a template in one language or all.
#[derive(Clone, Debug)]
pub struct TemplateText {
    /// Plain text or HTML.
    pub part: TemplatePart,
    /// The language; `None` for every other.
    pub locale: Option<Locale>,
    /// The file.
    pub file: Arc<str>,
    /// What it holds.
    pub text: Arc<str>,
}

/// A text that templates of its pack include.
#[derive(Clone, Debug)]
pub struct Partial {
    /// The pack.
    pub pack: Arc<str>,
    /// The name by which it is included.
    pub name: Arc<str>,
    /// The language; `None` for every other.
    pub locale: Option<Locale>,
    /// The file.
    pub file: Arc<str>,
    /// What it holds.
    pub text: Arc<str>,
}
