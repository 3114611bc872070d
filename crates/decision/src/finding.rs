//! Findings about a table, in every language.

use diagnostic::{Code, Diagnostic, Locale, Source, Text};
use indexmap::IndexMap;

/// A wording in English, simplified and traditional Chinese; `{places}` are filled by `Diagnostic::with`.
pub(crate) type Words = [&'static str; 3];

/// What is wrong with a cell at a character of its text, counted from 1.
pub(crate) fn in_cell(column: u32, words: Words) -> Diagnostic {
    let locales = [Locale::En, Locale::ZhCn, Locale::ZhTw];
    let text = IndexMap::from_iter(locales.into_iter().zip(words.map(str::to_owned)));
    Diagnostic::new(Code::InvalidCell).with_message(Text::Localized(text)).in_source(place(column))
}

/// A value that the column does not have.
pub(crate) fn no_option(column: u32, value: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidCell).in_source(place(column)).with("value", value).with_message(
        Text::Localized(IndexMap::from([
            (Locale::En, "`{value}` is no value of this column".to_owned()),
            (Locale::ZhCn, "`{value}` 不是此列的取值".to_owned()),
            (Locale::ZhTw, "`{value}` 不是此欄的取值".to_owned()),
        ])),
    )
}

fn place(column: u32) -> Source {
    Source { file: String::new(), line: 1, column }
}
