//! `phone`: a telephone number.

use super::expect;
use super::formed::Formed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A telephone number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PhoneField {
    /// A record may have several.
    pub multiple: bool,
}

/// Digits with the usual marks between them, and an extension after `x`, `ext` or `转`.
fn valid(text: &str) -> bool {
    let (number, extension) = match text.find(['x', 'e', '转', '轉', '#']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let extension = extension.trim_start_matches(|c: char| !c.is_ascii_digit());
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let marks = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.' | '/');
    (3..=17).contains(&digits)
        && number.strip_prefix('+').unwrap_or(number).chars().all(marks)
        && extension.chars().all(|c| c.is_ascii_digit())
}

impl Formed for PhoneField {
    const FORM: expect::Words = [
        "a telephone number such as +86 21 5555 0100",
        "电话号码，例如 +86 21 5555 0100",
        "電話號碼，例如 +86 21 5555 0100",
    ];
    const LONGEST: u32 = 40;
    const FORMAT: Option<&'static str> = None;
    const WIDGET: &'static str = "phone";

    fn multiple(&self) -> bool {
        self.multiple
    }

    fn is_formed(text: &str) -> bool {
        valid(text)
    }
}
