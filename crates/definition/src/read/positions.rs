//! Where each part of a file's tree stands.

use crate::findings::At;
use diagnostic::Source;
use std::collections::HashMap;
use std::sync::Arc;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A map, a list, or a scalar without marks.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// Line and column from 1, columns in characters, and the byte at which the value begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub line: u32,
    pub column: u32,
    pub byte: usize,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    key: Option<Mark>,
    value: Mark,
    style: Style,
}

/// Where each part of a file's tree stands, by JSON pointer.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    text: Arc<str>,
    places: HashMap<String, Place>,
}

impl Positions {
    pub(super) fn new(text: &str) -> Self {
        Positions { text: Arc::from(text), places: HashMap::new() }
    }

    pub(super) fn insert(&mut self, pointer: String, key: Option<Mark>, value: Mark, style: Style) {
        self.places.insert(pointer, Place { key, value, style });
    }

    /// Line and column of the key at `pointer`; `None` where the file has no such key.
    pub fn key(&self, pointer: &str) -> Option<(u32, u32)> {
        self.places.get(pointer)?.key.map(|mark| (mark.line, mark.column))
    }

    /// Line and column of the value at `pointer`; `None` where the file has no such part.
    pub fn value(&self, pointer: &str) -> Option<(u32, u32)> {
        self.places.get(pointer).map(|place| (place.value.line, place.value.column))
    }

    /// Whether the file itself has the part at `pointer` (a merged tree has parts of two files).
    pub fn has(&self, pointer: &str) -> bool {
        self.places.contains_key(pointer)
    }

    /// The place of the part at `pointer`, or of the nearest part around it: what an alias repeats has no
    /// place of its own.
    pub fn source(&self, file: &str, pointer: &str, at: At) -> Source {
        let mut rest = pointer;
        loop {
            if let Some(place) = self.places.get(rest) {
                let mark = match (at, place.key) {
                    (At::Key, Some(key)) => key,
                    _ => place.value,
                };
                return Source { file: file.to_owned(), line: mark.line, column: mark.column };
            }
            match rest.rfind('/') {
                Some(cut) => rest = &rest[..cut],
                None => return Source { file: file.to_owned(), line: 0, column: 0 },
            }
        }
    }

    /// The place of a line and column (from 1, in characters) inside the text at `pointer`.
    pub fn inside(&self, file: &str, pointer: &str, line: u32, column: u32) -> Source {
        let whole = self.source(file, pointer, At::Value);
        let Some(place) = self.places.get(pointer) else { return whole };
        let line = line.max(1);
        let column = column.max(1);
        let found = match place.style {
            Style::Plain if line == 1 => Some((place.value.line, place.value.column + column - 1)),
            Style::Plain => None,
            Style::Single | Style::Double => self.in_quotes(place, line, column),
            Style::Literal | Style::Folded => self.in_block(place, line, column),
        };
        match found {
            Some((line, column)) => Source { file: whole.file, line, column },
            None => whole,
        }
    }

    /// Walks the raw text of a quoted scalar until `column` characters of its value have passed. Values of
    /// several lines hold escaped line breaks, which nobody writes in expressions.
    fn in_quotes(&self, place: &Place, line: u32, column: u32) -> Option<(u32, u32)> {
        if line > 1 {
            return None;
        }
        let raw = self.text.get(place.value.byte..)?;
        let mut chars = raw.chars().skip(1).peekable();
        let (mut at_line, mut at_column) = (place.value.line, place.value.column + 1);
        for _ in 1..column {
            let c = chars.next()?;
            at_column += 1;
            match c {
                '\'' if place.style == Style::Single && chars.peek() == Some(&'\'') => {
                    chars.next();
                    at_column += 1;
                }
                '\\' if place.style == Style::Double => {
                    let skip = match chars.next()? {
                        'x' => 2,
                        'u' => 4,
                        'U' => 8,
                        _ => 0,
                    };
                    at_column += 1 + skip;
                    for _ in 0..skip {
                        chars.next();
                    }
                }
                '\n' => {
                    at_line += 1;
                    at_column = 1;
                    while chars.peek().is_some_and(|c| matches!(c, ' ' | '\t')) {
                        chars.next();
                        at_column += 1;
                    }
                }
                _ => {}
            }
        }
        Some((at_line, at_column))
    }

    /// The lines of a block scalar follow the line of its mark, each indented alike. Folding joins lines
    /// by a space each, so a column beyond a line's end lies in the next one.
    fn in_block(&self, place: &Place, line: u32, column: u32) -> Option<(u32, u32)> {
        let raw = self.text.get(place.value.byte..)?;
        let mut lines = raw.lines();
        let mut at_line = place.value.line;
        if raw.starts_with(['|', '>']) {
            lines.next();
            at_line += 1;
        }
        let body: Vec<&str> = lines.collect();
        let first = body.iter().find(|line| !line.trim().is_empty())?;
        let indent = if raw.starts_with(['|', '>']) || first.starts_with(' ') {
            first.chars().take_while(|c| *c == ' ').count() as u32
        } else {
            place.value.column - 1
        };
        if place.style == Style::Literal {
            return Some((at_line + line - 1, indent + column));
        }
        let mut left = column;
        for text in body {
            let length = text.trim().chars().count() as u32 + 1;
            if left <= length {
                return Some((at_line, indent + left));
            }
            left -= length;
            at_line += 1;
        }
        None
    }
}
