//! Text → tree and positions, by the events of the YAML parser.
//!
//! The tree is built here rather than by serde, since both come from one pass, since `yes`, `no`, `on` and
//! `off` must stay text, and since no number may pass through a float without its digits being kept.

use super::positions::{Mark, Positions, Style};
use crate::shape::{FLOAT_DIGITS, significant_digits};
use crate::wording::{say, state};
use diagnostic::{Code, Diagnostic};
use serde_json::{Map, Number, Value as Json};
use serde_saphyr::granit_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use std::collections::{HashMap, HashSet};

/// The largest file that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 8 << 20;
/// The most nodes of one file, what aliases repeat included.
pub(crate) const MAX_NODES: usize = 200_000;
/// The most nodes that aliases may repeat.
pub(crate) const MAX_REPEATED: usize = 20_000;
/// The deepest nesting.
pub(crate) const MAX_DEPTH: usize = 48;

type Finding = ((u32, u32), Diagnostic);
type Loaded = Result<(Json, Positions), Vec<Finding>>;

/// Reads YAML.
pub(super) fn load(text: &str) -> Loaded {
    if text.len() > MAX_BYTES {
        return Err(vec![((0, 0), limit("the size of the file", MAX_BYTES))]);
    }
    let mut loader = Loader::new(text);
    for event in Parser::new_from_str(text) {
        let outcome = match event {
            Ok((event, span)) => loader.event(event, &span),
            Err(error) => {
                let mark = mark(error.marker());
                loader.found.push(((mark.line, mark.column), unreadable(&error.info())));
                Err(())
            }
        };
        if outcome.is_err() {
            return Err(loader.found);
        }
    }
    match loader.root {
        Some(tree) if loader.found.is_empty() => Ok((tree, loader.positions)),
        None if loader.found.is_empty() => Err(vec![((1, 1), unreadable("the file is empty"))]),
        _ => Err(loader.found),
    }
}

/// Reads JSON: its own parser says what is no JSON; tree and positions come from YAML's, of which JSON is a
/// part.
pub(super) fn load_json(text: &str) -> Loaded {
    if text.len() > MAX_BYTES {
        return load(text);
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => load(text),
        Err(error) => {
            let place = (error.line() as u32, error.column() as u32);
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            Err(vec![(place, unreadable(reason))])
        }
    }
}

fn mark(marker: &Marker) -> Mark {
    Mark {
        line: marker.line() as u32,
        column: marker.col() as u32 + 1,
        byte: marker.byte_offset().unwrap_or_default(),
    }
}

fn unreadable(reason: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidYaml).with("reason", reason)
}

fn limit(what: &str, limit: usize) -> Diagnostic {
    Diagnostic::new(Code::LimitExceeded).with("what", what).with("limit", limit)
}

/// A map or list that is being read.
struct Frame {
    pointer: String,
    anchor: usize,
    node: Open,
    /// Nodes read before it began: the size of an anchored node is what came since.
    before: usize,
}

enum Open {
    Map { entries: Map<String, Json>, key: Option<(String, Mark)>, seen: HashSet<String>, merged: Vec<Merge> },
    List(Vec<Json>),
}

/// What a `<<` key brings, and how many entries stand before it.
struct Merge {
    at: usize,
    entries: Map<String, Json>,
}

struct Loader {
    positions: Positions,
    found: Vec<Finding>,
    stack: Vec<Frame>,
    anchors: HashMap<usize, (Json, usize)>,
    nodes: usize,
    repeated: usize,
    documents: usize,
    root: Option<Json>,
}

impl Loader {
    fn new(text: &str) -> Self {
        Loader {
            positions: Positions::new(text),
            found: Vec::new(),
            stack: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            repeated: 0,
            documents: 0,
            root: None,
        }
    }

    /// Takes one event; `Err` where reading on would be of no use.
    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), ()> {
        let at = mark(&span.start);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return self.stop(at, unreadable("one file holds one document"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(at)?;
                self.refuse_tag(tag.as_deref(), at);
                let as_text = tag.as_deref().is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                self.scalar(&text, style, anchor, as_text, at)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                let entries =
                    Open::Map { entries: Map::new(), key: None, seen: HashSet::new(), merged: Vec::new() };
                self.open(entries, anchor, tag.as_deref(), at)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.open(Open::List(Vec::new()), anchor, tag.as_deref(), at)?
            }
            Event::MappingEnd | Event::SequenceEnd => self.close(),
            Event::Alias(id) => {
                let Some((value, size)) = self.anchors.get(&id).cloned() else {
                    return self.stop(at, unreadable("an alias stands before its anchor ends"));
                };
                self.repeated += size;
                self.nodes += size;
                if self.repeated > MAX_REPEATED {
                    return self.stop(at, limit("what aliases repeat", MAX_REPEATED));
                }
                self.count(at)?;
                self.alias(value, at)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn stop(&mut self, at: Mark, found: Diagnostic) -> Result<(), ()> {
        self.found.push(((at.line, at.column), found));
        Err(())
    }

    fn count(&mut self, at: Mark) -> Result<(), ()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.stop(at, limit("the number of entries", MAX_NODES));
        }
        Ok(())
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, at: Mark) {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            self.found.push((
                (at.line, at.column),
                say(
                    Code::InvalidYaml,
                    [
                        format!("tag `{}` is not known here", tag.original()),
                        format!("此处不识别标签 `{}`", tag.original()),
                        format!("此處不識別標籤 `{}`", tag.original()),
                    ],
                ),
            ));
        }
    }

    fn open(&mut self, node: Open, anchor: usize, tag: Option<&Tag>, at: Mark) -> Result<(), ()> {
        self.count(at)?;
        self.refuse_tag(tag, at);
        if self.stack.len() >= MAX_DEPTH {
            return self.stop(at, limit("the depth of nesting", MAX_DEPTH));
        }
        if self.awaits_key() {
            return self.stop(at, unreadable("a key must be a plain name"));
        }
        let pointer = self.place(at, Style::Plain);
        self.stack.push(Frame { pointer, anchor, node, before: self.nodes });
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { node: Open::Map { key: None, .. }, .. }))
    }

    /// Notes where the node that begins here stands, and answers its pointer.
    fn place(&mut self, at: Mark, style: Style) -> String {
        let (pointer, key) = match self.stack.last() {
            None => (String::new(), None),
            Some(Frame { pointer, node: Open::List(entries), .. }) => {
                (format!("{pointer}/{}", entries.len()), None)
            }
            Some(Frame { pointer, node: Open::Map { key, .. }, .. }) => match key {
                Some((name, mark)) => (join(pointer, name), Some(*mark)),
                None => (pointer.clone(), None),
            },
        };
        self.positions.insert(pointer.clone(), key, at, style);
        pointer
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        as_text: bool,
        at: Mark,
    ) -> Result<(), ()> {
        let plain = style == ScalarStyle::Plain;
        if self.awaits_key() {
            self.key(text, at);
            return Ok(());
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let value = if plain && !as_text {
            resolve(text).unwrap_or_else(|found| {
                self.found.push(((at.line, at.column), *found));
                Json::Null
            })
        } else {
            Json::String(text.to_owned())
        };
        self.place(at, style);
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), 1));
        }
        self.put(value, at);
        Ok(())
    }

    fn key(&mut self, text: &str, at: Mark) {
        let Some(Frame { pointer, node: Open::Map { key, seen, .. }, .. }) = self.stack.last_mut() else {
            return;
        };
        if !seen.insert(text.to_owned()) {
            let first = self.positions.key(&join(pointer, text)).unwrap_or_default();
            let found = Diagnostic::new(Code::DuplicateName).with("name", text);
            self.found.push(((at.line, at.column), found.with("first", format!("line {}", first.0))));
        }
        *key = Some((text.to_owned(), at));
    }

    fn alias(&mut self, value: Json, at: Mark) -> Result<(), ()> {
        if self.awaits_key() {
            return self.stop(at, unreadable("a key must be a plain name"));
        }
        self.place(at, Style::Plain);
        self.put(value, at);
        Ok(())
    }

    fn close(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        let value = match frame.node {
            Open::List(entries) => Json::Array(entries),
            Open::Map { entries, merged, .. } if merged.is_empty() => Json::Object(entries),
            Open::Map { entries, merged, .. } => Json::Object(with_merged(entries, merged)),
        };
        if frame.anchor != 0 {
            let size = self.nodes - frame.before + 1;
            self.anchors.insert(frame.anchor, (value.clone(), size));
        }
        self.put(value, Mark::default());
    }

    /// Puts a complete node into the map or list around it.
    fn put(&mut self, value: Json, at: Mark) {
        match self.stack.last_mut().map(|frame| &mut frame.node) {
            None => self.root = Some(value),
            Some(Open::List(entries)) => entries.push(value),
            Some(Open::Map { entries, key, merged, .. }) => {
                let Some((name, mark)) = key.take() else { return };
                if name != "<<" {
                    entries.insert(name, value);
                    return;
                }
                match maps(value) {
                    Some(maps) => {
                        let at = entries.len();
                        merged.extend(maps.into_iter().map(|entries| Merge { at, entries }));
                    }
                    None => {
                        let at = if at.line == 0 { mark } else { at };
                        self.found
                            .push(((at.line, at.column), unreadable("`<<` takes a map or a list of maps")));
                    }
                }
            }
        }
    }
}

fn maps(value: Json) -> Option<Vec<Map<String, Json>>> {
    match value {
        Json::Object(map) => Some(vec![map]),
        Json::Array(list) => list
            .into_iter()
            .map(|entry| match entry {
                Json::Object(map) => Some(map),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// The map with what `<<` brought, at the place of the `<<`. Own entries win, then the first map.
fn with_merged(own: Map<String, Json>, merged: Vec<Merge>) -> Map<String, Json> {
    let own_names: HashSet<String> = own.keys().cloned().collect();
    let mut merged = merged.into_iter().peekable();
    let mut all = Map::with_capacity(own.len());
    let mut bring = |all: &mut Map<String, Json>, index: usize| {
        while let Some(merge) = merged.next_if(|merge| merge.at <= index) {
            for (name, value) in merge.entries {
                if !own_names.contains(&name) && !all.contains_key(&name) {
                    all.insert(name, value);
                }
            }
        }
    };
    for (index, (name, value)) in own.into_iter().enumerate() {
        bring(&mut all, index);
        all.insert(name, value);
    }
    bring(&mut all, usize::MAX);
    all
}

/// A JSON pointer with one more step.
pub(crate) fn join(pointer: &str, name: &str) -> String {
    if name.contains(['~', '/']) {
        return format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    }
    format!("{pointer}/{name}")
}

/// A plain scalar by the core schema of YAML 1.2: only `true` and `false` are booleans.
fn resolve(text: &str) -> diagnostic::Result<Json> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Json::Null),
        "true" | "True" | "TRUE" => return Ok(Json::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Json::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Ok(Json::String(text.to_owned()));
    }
    if unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return whole(text, unsigned);
    }
    if is_float(unsigned) {
        return float(text, unsigned);
    }
    Ok(Json::String(text.to_owned()))
}

fn quote_it(text: &str, [en, cn, tw]: [&str; 3]) -> Box<Diagnostic> {
    Box::new(say(
        Code::InvalidValue,
        [
            format!("{en}: write '{text}' in quotes"),
            format!("{cn}：请加引号写作 '{text}'"),
            format!("{tw}：請加引號寫作 '{text}'"),
        ],
    ))
}

fn whole(text: &str, digits: &str) -> diagnostic::Result<Json> {
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(quote_it(
            text,
            ["a number does not begin with 0", "数字不能以 0 开头", "數字不能以 0 開頭"],
        ));
    }
    match text.parse::<i64>() {
        Ok(number) => Ok(Json::Number(Number::from(number))),
        Err(_) => Err(quote_it(text, ["the number is too long", "数字过长", "數字過長"])),
    }
}

fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let exponent = exponent.is_none_or(|e| {
        let digits = e.strip_prefix(['-', '+']).unwrap_or(e);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent
        && !(before.is_empty() && after.is_empty())
        && before.bytes().chain(after.bytes()).all(|b| b.is_ascii_digit())
}

/// A number with a fraction is kept as the float nearest to it, which has the same digits as long as there
/// are few enough of them.
fn float(text: &str, unsigned: &str) -> diagnostic::Result<Json> {
    if unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit() {
        return Err(quote_it(
            text,
            ["a number does not begin with 0", "数字不能以 0 开头", "數字不能以 0 開頭"],
        ));
    }
    if significant_digits(unsigned) > FLOAT_DIGITS {
        return Err(quote_it(text, ["the number has too many digits", "数字位数过多", "數字位數過多"]));
    }
    let number = text.trim_start_matches('+').parse::<f64>().ok().filter(|number| number.is_finite());
    let Some(number) = number else {
        let words = ["the number is too large", "数字过大", "數字過大"];
        return Err(Box::new(state(Code::InvalidValue, words)));
    };
    // `5.0` is a whole number wherever one is asked for.
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return Ok(Json::Number(Number::from(number as i64)));
    }
    Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
}
