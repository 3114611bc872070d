//! The definition language from the outside: texts in, definitions and findings out.

// Helpers of tests may unwrap as tests do.
#![allow(clippy::unwrap_used)]

mod fields;
mod kinds;
mod mistakes;
mod overlays;
mod reading;
mod schemas;

use std::fmt::Write as _;

/// The findings of a file, one a line.
fn findings(path: &str, text: &str) -> String {
    let (parsed, found) = definition::parse_file(path, text);
    assert_eq!(parsed.is_some(), found.is_empty(), "a definition comes only without findings: {text}");
    found.iter().fold(String::new(), |mut all, finding| {
        let _ = writeln!(all, "{finding}");
        all
    })
}

/// What a file without mistakes says.
fn parse(path: &str, text: &str) -> definition::Parsed {
    let (parsed, found) = definition::parse_file(path, text);
    assert!(found.is_empty(), "{path}: {found:#?}");
    parsed.unwrap()
}
