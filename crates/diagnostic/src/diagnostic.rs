//! One finding: what is wrong, where, and how to cure it.

use crate::{Class, Code, Locale, Text};
use serde::Serialize;
use serde_json::Value as Json;
use std::fmt::{self, Write as _};

/// What fallible functions of the platform answer.
pub type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;

/// A place in a definition file or script. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Source {
    /// Path as the author gave it, relative to where the definitions were read from.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// Column, from 1; 0 where the whole line is meant.
    pub column: u32,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => f.write_str(&self.file),
            (line, 0) => write!(f, "{}:{line}", self.file),
            (line, column) => write!(f, "{}:{line}:{column}", self.file),
        }
    }
}

/// What would cure the finding, computed from what exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The nearest existing name.
    DidYouMean(String),
    /// All permitted values, where they are few.
    OneOf(Vec<String>),
    /// Free words.
    Text(Text),
}

impl Hint {
    /// The hint in the reader's language.
    pub fn render(&self, locale: Locale) -> String {
        match (self, locale) {
            (Hint::DidYouMean(name), Locale::En) => format!("did you mean `{name}`?"),
            (Hint::DidYouMean(name), Locale::ZhCn) => format!("是否想写 `{name}`？"),
            (Hint::DidYouMean(name), Locale::ZhTw) => format!("是否想寫 `{name}`？"),
            (Hint::OneOf(names), Locale::En) => format!("one of: {}", names.join(", ")),
            (Hint::OneOf(names), Locale::ZhCn) => format!("可选值：{}", names.join("、")),
            (Hint::OneOf(names), Locale::ZhTw) => format!("可選值：{}", names.join("、")),
            (Hint::Text(text), locale) => text.get(locale).unwrap_or_default().to_owned(),
        }
    }
}

/// One finding. Built with [`Diagnostic::new`] and the `with_*` methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Values for the `{name}` places of the code's message.
    pub arguments: Vec<(&'static str, String)>,
    /// Words of the author (a rule's `error:`) that stand in place of the code's own message.
    pub message: Option<Text>,
    /// What would cure it.
    pub hint: Option<Hint>,
    /// Where in the input of a request: `lines[2].price`.
    pub path: Option<String>,
    /// Where in the definitions.
    pub source: Option<Source>,
    /// Findings this one gathers: the fields of a refused record, the errors of a check.
    pub details: Vec<Diagnostic>,
    /// What a program is told beside the words, by name.
    pub told: Vec<(&'static str, Json)>,
}

impl Diagnostic {
    /// A finding with nothing but its code.
    pub fn new(code: Code) -> Self {
        Diagnostic {
            code,
            arguments: Vec::new(),
            message: None,
            hint: None,
            path: None,
            source: None,
            details: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Gathers several findings under the first one's code; `None` if there are none.
    pub fn gather(mut details: Vec<Diagnostic>) -> Option<Diagnostic> {
        match details.len() {
            0 => None,
            1 => details.pop(),
            _ => {
                let mut all = Diagnostic::new(details[0].code);
                all.arguments = details[0].arguments.clone();
                all.message = details[0].message.clone();
                all.details = details;
                Some(all)
            }
        }
    }

    /// Whether nothing but findings of this code are in it.
    pub fn is_only(&self, code: Code) -> bool {
        match self.details.as_slice() {
            [] => self.code == code,
            details => details.iter().all(|found| found.code == code),
        }
    }

    /// Fills one `{name}` of the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// Puts an author's words in place of the code's message.
    #[must_use]
    pub fn with_message(mut self, message: Text) -> Self {
        self.message = Some(message);
        self
    }

    /// Tells a program something beside the words.
    #[must_use]
    pub fn telling(mut self, name: &'static str, what: Json) -> Self {
        self.told.push((name, what));
        self
    }

    /// Says what would cure it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Option<Hint>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Says which part of the input it is about.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Says which place in the definitions it is about.
    #[must_use]
    pub fn in_source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// The kind of refusal.
    pub fn class(&self) -> Class {
        self.code.class()
    }

    /// The message in the reader's language, its places filled.
    pub fn render(&self, locale: Locale) -> String {
        if let Some(message) = self.message.as_ref().and_then(|m| m.get(locale)) {
            return fill(message, &self.arguments);
        }
        fill(self.code.message(locale), &self.arguments)
    }
}

/// Replaces each `{name}` by its argument; unknown places stay as they are.
fn fill(template: &str, arguments: &[(&'static str, String)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        let Some(close) = tail.find('}') else {
            rest = tail;
            break;
        };
        let name = &tail[1..close];
        match arguments.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&tail[..=close]),
        }
        rest = &tail[close + 1..];
    }
    out.push_str(rest);
    out
}

/// The English text form for terminals and logs: `file:line:col: error[code]: message (hint)`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.source {
            write!(f, "{source}: ")?;
        }
        write!(f, "error[{}]: ", self.code)?;
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        f.write_str(&self.render(Locale::En))?;
        if let Some(hint) = &self.hint {
            write!(f, " ({})", hint.render(Locale::En))?;
        }
        for detail in &self.details {
            let mut line = String::new();
            write!(line, "{detail}")?;
            write!(f, "\n  {}", line.replace('\n', "\n  "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_unknown_ones_stay() {
        let rows = [
            ("a {key} b", "a x b"),
            ("{key}{key}", "xx"),
            ("{other} {key", "{other} {key"),
            ("plain", "plain"),
        ];
        for (template, expect) in rows {
            assert_eq!(fill(template, &[("key", "x".to_owned())]), expect);
        }
    }

    #[test]
    fn the_text_form_names_place_cause_and_cure() {
        let found = Diagnostic::new(Code::UnknownKey)
            .with("key", "requierd")
            .with_hint(Hint::DidYouMean("required".to_owned()))
            .in_source(Source { file: "objects/lead.yaml".to_owned(), line: 3, column: 9 });
        assert_eq!(
            found.to_string(),
            "objects/lead.yaml:3:9: error[unknown_key]: unknown key `requierd` (did you mean `required`?)"
        );
    }
}
