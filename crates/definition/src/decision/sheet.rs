//! Rules of both forms as texts with their places: a list of maps, or the lines of a sheet.

use super::{COLUMNS, Decision};
use crate::wording::say;
use diagnostic::{Code, Diagnostic, did_you_mean};
use indexmap::IndexMap;
use serde_json::Value as Json;

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<T> {
    /// What is written.
    pub text: T,
    /// The way to it: `rules 3 when discount`, or `table`.
    pub path: Vec<String>,
    /// Its first character inside the text at the path: line and column from 1.
    pub at: (u32, u32),
}

/// A rule as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleText {
    /// Where it stands.
    pub place: Part<()>,
    /// Cells of inputs.
    pub when: IndexMap<String, Part<String>>,
    /// Literals of outputs.
    pub then: IndexMap<String, Part<ThenText>>,
    /// Expressions of outputs.
    pub then_from: IndexMap<String, Part<String>>,
    /// The first day.
    pub from: Option<Part<String>>,
    /// The last day.
    pub until: Option<Part<String>>,
}

/// A literal of an output.
#[derive(Clone, Debug, PartialEq)]
pub enum ThenText {
    /// As in any definition.
    Json(Json),
    /// As in a sheet.
    Cell(String),
}

/// A finding about the text at `table`: line and column from 1.
pub type Misplaced = ((u32, u32), Diagnostic);

impl Decision {
    /// The rules in order, and what is wrong with the lines of a sheet.
    pub fn rule_texts(&self) -> (Vec<RuleText>, Vec<Misplaced>) {
        match &self.table {
            Some(table) => self.sheet(table),
            None => (self.listed(), Vec::new()),
        }
    }

    fn listed(&self) -> Vec<RuleText> {
        let rules = self.rules.iter().flatten().enumerate();
        rules
            .map(|(number, rule)| {
                let number = number.to_string();
                let path = |keys: &[&str]| -> Vec<String> {
                    ["rules", &number].iter().chain(keys).map(|key| (*key).to_owned()).collect()
                };
                let day = |key: &str, day: &Option<String>| {
                    day.clone().map(|text| part(text, path(&[key]), (1, 1)))
                };
                let cells = rule.when.iter();
                let literals = rule.then.iter();
                let expressions = rule.then_from.iter();
                RuleText {
                    place: part((), path(&[]), (1, 1)),
                    when: cells
                        .map(|(n, c)| (n.clone(), part(c.0.clone(), path(&["when", n]), (1, 1))))
                        .collect(),
                    then: literals
                        .map(|(n, j)| {
                            (n.clone(), part(ThenText::Json(j.clone()), path(&["then", n]), (1, 1)))
                        })
                        .collect(),
                    then_from: expressions
                        .map(|(n, e)| (n.clone(), part(e.0.clone(), path(&["then_from", n]), (1, 1))))
                        .collect(),
                    from: day("from", &rule.from),
                    until: day("until", &rule.until),
                }
            })
            .collect()
    }

    fn sheet(&self, text: &str) -> (Vec<RuleText>, Vec<Misplaced>) {
        let mut found = Vec::new();
        let mut lines = (1_u32..).zip(text.lines()).filter(|(_, line)| !is_blank(line));
        let Some((number, head)) = lines.next() else { return (Vec::new(), found) };
        let separator = if head.contains('\t') { '\t' } else { '|' };
        let head = cells(head, separator);
        for (place, (name, column)) in head.iter().enumerate() {
            let known: Vec<&str> =
                self.inputs.keys().chain(self.outputs.keys()).map(String::as_str).chain(COLUMNS).collect();
            if !known.contains(&name.as_str()) {
                let unknown =
                    Diagnostic::new(Code::UnknownReference).with("what", "column").with("name", name);
                let unknown = unknown.with_hint(did_you_mean(name, known.iter().copied()));
                found.push(((number, *column), unknown));
            } else if head[..place].iter().any(|(before, _)| before == name) {
                let twice =
                    Diagnostic::new(Code::DuplicateName).with("name", name).with("first", "this line");
                found.push(((number, *column), twice));
            }
        }
        let mut rules = Vec::new();
        for (number, line) in lines {
            let line = cells(line, separator);
            if line.len() > head.len() {
                found.push(((number, line[head.len()].1), too_many(head.len(), line.len())));
            }
            rules.push(self.rule_of_line(&head, line, number));
        }
        (rules, found)
    }

    fn rule_of_line(&self, head: &[(String, u32)], line: Vec<(String, u32)>, number: u32) -> RuleText {
        let table = || vec!["table".to_owned()];
        let first = line.first().map_or(1, |(_, column)| *column);
        let mut rule = RuleText {
            place: part((), table(), (number, first)),
            when: IndexMap::new(),
            then: IndexMap::new(),
            then_from: IndexMap::new(),
            from: None,
            until: None,
        };
        for ((name, _), (text, column)) in head.iter().zip(line) {
            let at = (number, column);
            match (name.as_str(), text.strip_prefix('=')) {
                (_, _) if text.is_empty() => {}
                ("from", _) => rule.from = Some(part(text, table(), at)),
                ("until", _) => rule.until = Some(part(text, table(), at)),
                (name, Some(expression)) if self.outputs.contains_key(name) => {
                    // The characters before the expression: the mark and the spaces behind it.
                    let before = text.chars().count() - expression.trim_start().chars().count();
                    let at = (number, column + u32::try_from(before).unwrap_or(0));
                    let expression = part(expression.trim().to_owned(), table(), at);
                    rule.then_from.insert(name.to_owned(), expression);
                }
                (name, _) if self.outputs.contains_key(name) => {
                    rule.then.insert(name.to_owned(), part(ThenText::Cell(unquoted(&text)), table(), at));
                }
                (name, _) if self.inputs.contains_key(name) => {
                    rule.when.insert(name.to_owned(), part(text, table(), at));
                }
                // Notes are for people, and unknown columns were reported.
                _ => {}
            }
        }
        rule
    }
}

fn part<T>(text: T, path: Vec<String>, at: (u32, u32)) -> Part<T> {
    Part { text, path, at }
}

/// Whether a line holds nothing, or is the rule under the head of a Markdown table.
fn is_blank(line: &str) -> bool {
    let ruled = line.contains("---") && line.chars().all(|c| "|-: ".contains(c));
    line.trim().is_empty() || ruled
}

/// The trimmed cells of a line with the column of each. A separator in quotes separates nothing; those at both ends
/// of a line, as Markdown has them, enclose it.
fn cells(line: &str, separator: char) -> Vec<(String, u32)> {
    let enclosed = separator == '|' && line.trim_start().starts_with('|');
    let mut cells = vec![(String::new(), 1_u32)];
    let (mut quoted, mut escaped) = (false, false);
    for (column, c) in (1_u32..).zip(line.chars()) {
        if c == separator && !quoted {
            cells.push((String::new(), column + 1));
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        if let Some((text, _)) = cells.last_mut() {
            text.push(c);
        }
    }
    if enclosed {
        cells.remove(0);
        if cells.last().is_some_and(|(text, _)| text.trim().is_empty()) {
            cells.pop();
        }
    }
    let trimmed = cells.into_iter().map(|(text, column)| {
        let space = text.chars().take_while(|c| c.is_whitespace()).count();
        (text.trim().to_owned(), column + u32::try_from(space).unwrap_or(0))
    });
    trimmed.collect()
}

/// Text as DMN writes it, without its quotes.
fn unquoted(text: &str) -> String {
    match text.starts_with('"') {
        true => serde_json::from_str(text).unwrap_or_else(|_| text.to_owned()),
        false => text.to_owned(),
    }
}

fn too_many(columns: usize, cells: usize) -> Diagnostic {
    say(
        Code::InvalidValue,
        [
            format!("the line has {cells} cells, the head {columns}"),
            format!("本行有 {cells} 个单元格，表头有 {columns} 个"),
            format!("本行有 {cells} 個儲存格，表頭有 {columns} 個"),
        ],
    )
}
