//! `url`: the address of a web page.

use super::expect;
use super::formed::Formed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The address of a web page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UrlField {
    /// A record may have several.
    pub multiple: bool,
}

/// Only `http` and `https`: a link with another scheme could run code when somebody opens it.
fn valid(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    !host.is_empty()
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"'))
}

impl Formed for UrlField {
    const FORM: expect::Words = [
        "a web address such as https://example.com",
        "网址，例如 https://example.com",
        "網址，例如 https://example.com",
    ];
    const LONGEST: u32 = 2000;
    const FORMAT: Option<&'static str> = Some("uri");
    const WIDGET: &'static str = "url";

    fn multiple(&self) -> bool {
        self.multiple
    }

    fn is_formed(text: &str) -> bool {
        valid(text)
    }
}
