//! What was found in one file, and where.

use diagnostic::{Diagnostic, Source};

/// Which of the two places of an entry is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Its key.
    Key,
    /// Its value.
    Value,
}

/// What was found in one file.
pub(crate) struct Findings<'a> {
    place: &'a dyn Fn(&str, At) -> Source,
    found: Vec<Diagnostic>,
}

impl<'a> Findings<'a> {
    pub fn new(place: &'a dyn Fn(&str, At) -> Source) -> Self {
        Findings { place, found: Vec::new() }
    }

    /// A finding about the key at a pointer.
    pub fn key(&mut self, pointer: &str, found: Diagnostic) {
        self.found.push(found.in_source((self.place)(pointer, At::Key)));
    }

    /// A finding about the value at a pointer.
    pub fn value(&mut self, pointer: &str, found: Diagnostic) {
        self.found.push(found.in_source((self.place)(pointer, At::Value)));
    }

    pub fn place(&self, pointer: &str, at: At) -> Source {
        (self.place)(pointer, at)
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All findings, by place.
    pub fn into_vec(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| a.source.cmp(&b.source));
        self.found.dedup();
        self.found
    }
}
