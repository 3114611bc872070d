//! Reasons in every language, put into the message of their code.

use diagnostic::{Code, Diagnostic, Locale, Text};
use indexmap::IndexMap;

/// A wording in English, simplified and traditional Chinese. `{places}` are filled by `Diagnostic::with`.
pub type Words = [&'static str; 3];

/// A wording as the message of a finding.
pub fn localized(words: Words) -> Text {
    let locales = [Locale::En, Locale::ZhCn, Locale::ZhTw];
    let messages = locales.into_iter().zip(words).map(|(locale, text)| (locale, text.to_owned()));
    Text::Localized(IndexMap::from_iter(messages))
}

/// A finding whose `{reason}` is said in every language.
pub fn reasoned(code: Code, words: Words) -> Diagnostic {
    let locales = [Locale::En, Locale::ZhCn, Locale::ZhTw];
    let messages = locales.into_iter().zip(words).map(|(locale, reason)| {
        let template = code.message(locale);
        (locale, template.replace("{reason}", reason))
    });
    let message = Text::Localized(IndexMap::from_iter(messages));
    Diagnostic::new(code).with("reason", words[0]).with_message(message)
}

/// `not_permitted` for an action on something, said in every language.
pub fn not_permitted(action: Words, what: &str) -> Diagnostic {
    let locales = [Locale::En, Locale::ZhCn, Locale::ZhTw];
    let messages = locales
        .into_iter()
        .zip(action)
        .map(|(locale, action)| (locale, Code::NotPermitted.message(locale).replace("{action}", action)));
    let message = Text::Localized(IndexMap::from_iter(messages));
    Diagnostic::new(Code::NotPermitted).with("action", action[0]).with("what", what).with_message(message)
}

/// The query asks for too much.
pub fn too_complex(words: Words) -> Diagnostic {
    reasoned(Code::QueryTooComplex, words)
}

/// A parameter of a read is wrong.
pub fn invalid_parameter(name: &str, words: Words) -> Diagnostic {
    reasoned(Code::InvalidParameter, words).with("name", name).at(name)
}
