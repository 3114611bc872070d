//! Findings about an expression, in every language, and where they lie in a file.

use crate::tree::Position;
use diagnostic::{Code, Diagnostic, Locale, Source, Text};
use indexmap::IndexMap;

/// A wording in English, simplified and traditional Chinese; `{places}` are filled by `Diagnostic::with`.
pub(crate) type Words = [&'static str; 3];

/// Words in every language as the message of a diagnostic.
pub(crate) fn text(words: Words) -> Text {
    let locales = [Locale::En, Locale::ZhCn, Locale::ZhTw];
    Text::Localized(IndexMap::from_iter(locales.into_iter().zip(words.map(str::to_owned))))
}

fn finding(code: Code, at: Position, words: Words) -> Diagnostic {
    let source = Source { file: String::new(), line: at.line, column: at.column };
    Diagnostic::new(code).with_message(text(words)).in_source(source)
}

/// The text is no expression.
pub(crate) fn syntax_error(at: Position, words: Words) -> Diagnostic {
    finding(Code::ExpressionSyntax, at, words)
}

/// The types do not fit.
pub(crate) fn type_error(at: Position, words: Words) -> Diagnostic {
    finding(Code::ExpressionType, at, words)
}

/// The name is known to nobody.
pub(crate) fn name_error(at: Position, name: &str) -> Diagnostic {
    let source = Source { file: String::new(), line: at.line, column: at.column };
    Diagnostic::new(Code::ExpressionName).with("name", name).in_source(source)
}

/// The name is known, but not here.
pub(crate) fn scope_error(at: Position, words: Words) -> Diagnostic {
    finding(Code::ExpressionName, at, words)
}

/// What stands there cannot be computed where the expression is used.
pub(crate) fn backend_error(at: Position, words: Words) -> Diagnostic {
    finding(Code::ExpressionBackend, at, words)
}

/// A literal no number can hold.
pub(crate) fn range_error(at: Position) -> Diagnostic {
    let source = Source { file: String::new(), line: at.line, column: at.column };
    Diagnostic::new(Code::NumberOutOfRange).in_source(source)
}

/// Moves findings from positions inside an expression to positions in the file it stands in. `origin` is the
/// place of the expression's first character; its further lines are taken to be indented alike, as in a
/// block scalar.
pub fn place(findings: Vec<Diagnostic>, origin: &Source) -> Vec<Diagnostic> {
    let moved = |mut finding: Diagnostic| {
        finding.source = Some(match finding.source.take() {
            Some(inner) if inner.line > 0 => Source {
                file: origin.file.clone(),
                line: origin.line + inner.line - 1,
                column: origin.column.max(1) + inner.column.max(1) - 1,
            },
            _ => origin.clone(),
        });
        finding
    };
    findings.into_iter().map(moved).collect()
}
