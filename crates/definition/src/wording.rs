//! Findings whose words this crate chooses, in every language.

use diagnostic::{Code, Diagnostic, Locale, Text};
use indexmap::IndexMap;

/// English, simplified and traditional Chinese.
pub(crate) type Words = [String; 3];

/// A finding with these words.
pub(crate) fn say(code: Code, words: Words) -> Diagnostic {
    let [en, cn, tw] = words;
    Diagnostic::new(code).with("reason", &en).with_message(Text::Localized(IndexMap::from([
        (Locale::En, en),
        (Locale::ZhCn, cn),
        (Locale::ZhTw, tw),
    ])))
}

/// A finding with fixed words.
pub(crate) fn state(code: Code, [en, cn, tw]: [&str; 3]) -> Diagnostic {
    say(code, [en.to_owned(), cn.to_owned(), tw.to_owned()])
}
