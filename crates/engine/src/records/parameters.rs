//! Values a script gives to a filter by name. They become literals of the expression, so that text of users is
//! never read as one.

use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Map, Value as Json};
use std::fmt::Write as _;

/// Puts the parameters into the filter.
///
/// # Errors
/// `invalid_filter` for a value that is no single one.
pub fn put_in(filter: &str, parameters: &Map<String, Json>) -> Result<String> {
    if parameters.is_empty() {
        return Ok(filter.to_owned());
    }
    let mut out = String::with_capacity(filter.len() + 32);
    let mut rest = filter;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' | '`' => quoted_length(rest, first),
            c if c.is_alphabetic() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (token, tail) = rest.split_at(length);
        // A name behind a dot is a field of something.
        match parameters.get(token).filter(|_| before != '.') {
            Some(value) => out.push_str(&literal(token, value)?),
            None => out.push_str(token),
        }
        if !first.is_whitespace() {
            before = token.chars().next_back().unwrap_or(' ');
        }
        rest = tail;
    }
    Ok(out)
}

/// Length in bytes of the quoted text a piece begins with.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn literal(name: &str, value: &Json) -> Result<String> {
    match value {
        Json::Null => Ok("()".to_owned()),
        Json::Bool(_) | Json::Number(_) => Ok(value.to_string()),
        Json::String(words) => Ok(quoted(words)),
        Json::Array(_) | Json::Object(_) => {
            let reason = format!("parameter `{name}` must be a single value");
            Err(Box::new(Diagnostic::new(Code::InvalidFilter).with("reason", reason)))
        }
    }
}

/// Text as a literal of the expression language.
fn quoted(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 2);
    out.push('"');
    for c in words.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_become_literals_and_nothing_else_changes() {
        let parameters = json!({"who": "a\"b", "n": 5, "none": null});
        let rows = [
            ("name == who", "name == \"a\\\"b\""),
            ("account.who == who && x.n > n", "account.who == \"a\\\"b\" && x.n > 5"),
            ("name == \"who\"", "name == \"who\""),
            ("whose == n1", "whose == n1"),
            ("x == none", "x == ()"),
            ("a . who == 1", "a . who == 1"),
        ];
        for (filter, expect) in rows {
            assert_eq!(put_in(filter, parameters.as_object().unwrap()).unwrap(), expect);
        }
        assert!(put_in("x == l", json!({"l": [1]}).as_object().unwrap()).is_err());
    }
}
