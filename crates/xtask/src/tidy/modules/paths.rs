//! Reads from one file what it imports, what it declares, and which modules of its crate it names.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::code_only;

/// What one file says about names.
#[derive(Debug, Default)]
pub struct Scope {
    /// Paths that are named anywhere in the file, from the crate's root.
    pub mentions: Vec<Mention>,
    /// Names that `use` brings in, and their path from the crate's root.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Paths of `use …::*`.
    pub globs: Vec<Vec<String>>,
    /// Names of items declared here.
    pub items: BTreeSet<String>,
}

/// A path as it is written somewhere, made absolute.
#[derive(Debug, PartialEq, Eq)]
pub struct Mention {
    /// The names after `crate::`.
    pub path: Vec<String>,
    /// The line, counted from 1.
    pub line: usize,
}

impl Scope {
    /// Adds what a second file says that is the same module.
    pub fn join(&mut self, other: Scope) {
        self.mentions.extend(other.mentions);
        self.imports.extend(other.imports);
        self.globs.extend(other.globs);
        self.items.extend(other.items);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    PathSign,
    Sign(char),
}

/// Reads a file that is the module `module`.
pub fn read(text: &str, module: &[String]) -> Scope {
    let code = code_only(text);
    let tokens = tokens(&code);
    let mut reader =
        Reader { tokens: &tokens, module, inline: Vec::new(), depth: 0, scope: Scope::default() };
    let mut at = 0;
    while at < tokens.len() {
        at = reader.step(at);
    }
    reader.scope
}

fn tokens(code: &str) -> Vec<(Token<'_>, usize)> {
    let (mut tokens, mut line, mut rest) = (Vec::new(), 1, code);
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c == '_' || c.is_alphanumeric();
        let length = if is_word(first) {
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            tokens.push((Token::Word(&rest[..end]), line));
            end
        } else if rest.starts_with("::") {
            tokens.push((Token::PathSign, line));
            2
        } else {
            if !first.is_whitespace() {
                tokens.push((Token::Sign(first), line));
            }
            line += usize::from(first == '\n');
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

struct Reader<'a> {
    tokens: &'a [(Token<'a>, usize)],
    module: &'a [String],
    /// Modules that are open inside the file, with the depth of braces where each began.
    inline: Vec<(String, usize)>,
    depth: usize,
    scope: Scope,
}

/// One leaf of a `use` tree: its path, the name it gets, and whether it ends in `*`.
struct Leaf {
    path: Vec<String>,
    alias: Option<String>,
    glob: bool,
}

impl Reader<'_> {
    fn token(&self, at: usize) -> Option<Token<'_>> {
        self.tokens.get(at).map(|(token, _)| *token)
    }

    fn word(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at) {
            Some((Token::Word(word), _)) => Some(word),
            _ => None,
        }
    }

    fn step(&mut self, at: usize) -> usize {
        match self.tokens[at].0 {
            Token::Sign('{') => self.depth += 1,
            Token::Sign('}') => {
                self.depth = self.depth.saturating_sub(1);
                self.inline.pop_if(|(_, depth)| *depth == self.depth);
            }
            Token::Word("mod") if self.token(at + 2) == Some(Token::Sign('{')) => {
                return self.open_module(at);
            }
            Token::Word("use") => return self.import(at),
            Token::Word("crate" | "super" | "self") if self.starts_path(at) => return self.mention(at),
            Token::Word("struct" | "enum" | "fn" | "trait" | "type" | "const" | "static" | "union") => {
                if let Some(name) = self.word(at + 1).map(str::to_owned) {
                    self.scope.items.insert(name);
                }
            }
            _ => {}
        }
        at + 1
    }

    fn starts_path(&self, at: usize) -> bool {
        let continued = at > 0 && self.token(at - 1) == Some(Token::PathSign);
        !continued && self.token(at + 1) == Some(Token::PathSign)
    }

    fn open_module(&mut self, at: usize) -> usize {
        let name = self.word(at + 1).unwrap_or_default().to_owned();
        if name != "tests" {
            self.inline.push((name, self.depth));
            self.depth += 1;
            return at + 3;
        }
        let mut open = 0_usize;
        for (index, (token, _)) in self.tokens.iter().enumerate().skip(at + 2) {
            match token {
                Token::Sign('{') => open += 1,
                Token::Sign('}') => open -= 1,
                _ => {}
            }
            if open == 0 {
                return index + 1;
            }
        }
        self.tokens.len()
    }

    fn import(&mut self, at: usize) -> usize {
        let line = self.tokens[at].1;
        let mut leaves = Vec::new();
        let end = self.tree(at + 1, &[], &mut leaves);
        for Leaf { path, alias, glob } in leaves {
            let relative = matches!(path.first().map(String::as_str), Some("crate" | "super" | "self"));
            let path = if relative { self.absolute(&path) } else { [self.here(), path].concat() };
            if relative {
                self.scope.mentions.push(Mention { path: path.clone(), line });
            }
            // Imports inside a module of this file give no name to the file itself.
            if !self.inline.is_empty() {
                continue;
            }
            if glob {
                self.scope.globs.push(path);
            } else if let Some(name) = alias.or_else(|| path.last().cloned()) {
                self.scope.imports.insert(name, path);
            }
        }
        end
    }

    fn mention(&mut self, at: usize) -> usize {
        let line = self.tokens[at].1;
        let mut leaves = Vec::new();
        let end = self.tree(at, &[], &mut leaves);
        for leaf in leaves {
            let path = self.absolute(&leaf.path);
            self.scope.mentions.push(Mention { path, line });
        }
        end
    }

    /// Reads `a::b`, `a::{b, c as d}` or `a::*`; returns where it ends.
    fn tree(&self, mut at: usize, before: &[String], leaves: &mut Vec<Leaf>) -> usize {
        let mut path = before.to_vec();
        loop {
            match self.token(at) {
                Some(Token::Word(word)) => {
                    path.push(word.to_owned());
                    at += 1;
                    if self.token(at) != Some(Token::PathSign) {
                        let alias =
                            (self.token(at) == Some(Token::Word("as"))).then(|| self.word(at + 1)).flatten();
                        let end = at + if alias.is_some() { 2 } else { 0 };
                        leaves.push(Leaf {
                            path: without_self(path),
                            alias: alias.map(str::to_owned),
                            glob: false,
                        });
                        return end;
                    }
                    at += 1;
                }
                Some(Token::Sign('{')) => {
                    at += 1;
                    while self.token(at).is_some_and(|token| token != Token::Sign('}')) {
                        let next = self.tree(at, &path, leaves);
                        at = if self.token(next) == Some(Token::Sign(',')) || next == at {
                            next + 1
                        } else {
                            next
                        };
                    }
                    return at + 1;
                }
                Some(Token::Sign('*')) => {
                    leaves.push(Leaf { path, alias: None, glob: true });
                    return at + 1;
                }
                Some(Token::PathSign) if path.is_empty() => at += 1,
                _ => {
                    leaves.push(Leaf { path: without_self(path), alias: None, glob: false });
                    return at;
                }
            }
        }
    }

    /// The module that the reader stands in.
    fn here(&self) -> Vec<String> {
        self.module.iter().chain(self.inline.iter().map(|(name, _)| name)).cloned().collect()
    }

    fn absolute(&self, path: &[String]) -> Vec<String> {
        let mut from = self.here();
        let mut rest = path;
        while let Some((first, after)) = rest.split_first() {
            match first.as_str() {
                "crate" => from.clear(),
                "super" => drop(from.pop()),
                "self" => {}
                _ => break,
            }
            rest = after;
        }
        from.extend_from_slice(rest);
        from
    }
}

/// `a::{self, b}` names `a` itself.
fn without_self(mut path: Vec<String>) -> Vec<String> {
    if path.len() > 1 {
        path.pop_if(|last| last == "self");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let module = ["a".to_owned(), "b".to_owned()];
        let found: Vec<String> =
            read(text, &module).mentions.into_iter().map(|m| m.path.join("::")).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn mentions_are_made_absolute() {
        check("use crate::x::{Y, z::{self, W}};", &["x::Y", "x::z", "x::z::W"]);
        check("use super::c; use self::d::D;", &["a::c", "a::b::d::D"]);
        check("use super::super::top::*;", &["top"]);
        check("fn f() -> crate::x::Y<u8> { super::go::<u8>() }", &["x::Y", "a::go"]);
        check("mod inner { use super::own; use crate::x; } use super::y;", &["a::b::own", "x", "a::y"]);
        check("use serde::de; fn f() { std::mem::drop(1) }", &[]);
        check("impl X { fn f(self) { self.x } } pub(crate) fn g() {}", &[]);
        check("pub(in crate::x) fn g() {}", &["x"]);
    }

    #[test]
    fn imports_and_items_are_kept() {
        let scope = read("pub use x::{Y, Z as Q}; use w::*; pub struct S; fn f() {}", &[]);
        assert_eq!(scope.imports.keys().collect::<Vec<_>>(), ["Q", "Y"]);
        assert_eq!(scope.globs, [["w"]]);
        assert!(scope.items.contains("S") && scope.items.contains("f"));
    }
}
