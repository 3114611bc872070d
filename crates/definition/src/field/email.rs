//! `email`: an e-mail address.

use super::expect;
use super::formed::Formed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An e-mail address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EmailField {
    /// A record may have several.
    pub multiple: bool,
}

/// Only what would not reach any mailbox is refused; the full grammar of addresses helps nobody.
fn valid(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | '<' | '>' | ',' | ';' | '"');
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    !local.is_empty() && local.chars().all(plain) && domain.contains('.') && domain.split('.').all(label)
}

impl Formed for EmailField {
    const FORM: expect::Words = ["an e-mail address", "电子邮件地址", "電子郵件地址"];
    const LONGEST: u32 = 254;
    const FORMAT: Option<&'static str> = Some("email");
    const WIDGET: &'static str = "email";

    fn multiple(&self) -> bool {
        self.multiple
    }

    fn is_formed(text: &str) -> bool {
        valid(text)
    }
}
