//! What a text may say: known names, known helpers, bounded nesting. Tells which fields of the record it shows.

use super::scan;
use super::shape::{Shape, Unknown};
use catalog::{Catalog, Object};
use diagnostic::{Code, Diagnostic, Hint, Source, did_you_mean};
use handlebars::Template;
use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Helpers of a line: what they take at least and at most.
pub(super) const INLINE: [(&str, usize, usize); 21] = [
    ("date", 1, 1),
    ("datetime", 1, 1),
    ("number", 1, 2),
    ("money", 1, 2),
    ("label", 1, 1),
    ("default", 2, 2),
    ("upper", 1, 1),
    ("lower", 1, 1),
    ("eq", 2, 2),
    ("ne", 2, 2),
    ("gt", 2, 2),
    ("gte", 2, 2),
    ("lt", 2, 2),
    ("lte", 2, 2),
    ("and", 2, 9),
    ("or", 2, 9),
    ("not", 1, 1),
    ("len", 1, 1),
    ("if", 1, 1),
    ("unless", 1, 1),
    ("each", 1, 1),
];
/// Helpers around a block.
const BLOCKS: [&str; 4] = ["if", "unless", "each", "with"];
/// Deepest nesting of lists in lists.
const LISTS: usize = 3;
/// Most texts that including goes through.
const INCLUDED: usize = 200;

/// A text to be checked.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// The file as findings name it.
    pub file: &'a str,
    /// What it holds.
    pub text: &'a str,
    /// Where it stands in the file, where that is not its beginning.
    pub at: (u32, u32),
}

/// Fields of a record that are shown, and of the records behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs(pub BTreeMap<String, Needs>);

impl Needs {
    fn add(&mut self, path: &[String]) {
        if let Some((first, rest)) = path.split_first() {
            self.0.entry(first.clone()).or_default().add(rest);
        }
    }

    /// Takes up what another text shows.
    pub fn join(&mut self, other: &Needs) {
        for (name, needs) in &other.0 {
            self.0.entry(name.clone()).or_default().join(needs);
        }
    }
}

/// Texts to include, by name, parsed.
pub type Partials = HashMap<String, Arc<Checked>>;

/// A text that is parsed and, once it was checked, harmless.
#[derive(Debug)]
pub struct Checked {
    /// The file as errors name it.
    pub file: String,
    /// Where it stands in the file.
    pub at: (u32, u32),
    /// What it says.
    pub template: Template,
}

impl Checked {
    /// Parses a text.
    ///
    /// # Errors
    /// `template_error` with line and column, also where it nests too deeply.
    pub fn parse(text: Text<'_>) -> Result<Checked, Box<Diagnostic>> {
        let wrong = |(line, column): (u32, u32), reason: String| {
            let place = placed(text.file, text.at, (line, column));
            Box::new(Diagnostic::new(Code::TemplateError).with("reason", reason).in_source(place))
        };
        if let Some((byte, reason)) = scan::too_much(text.text) {
            return Err(wrong(scan::place(text.text, byte), reason));
        }
        let template = Template::compile(text.text).map_err(|error| {
            let (line, column) = error.pos().unwrap_or((1, 1));
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            wrong((number(line), number(column)), error.reason().to_string())
        })?;
        Ok(Checked { file: text.file.to_owned(), at: text.at, template })
    }
}

fn placed(file: &str, at: (u32, u32), (line, column): (u32, u32)) -> Source {
    let column = if line <= 1 { column + at.1.max(1) - 1 } else { column };
    Source { file: file.to_owned(), line: line.max(1) + at.0.max(1) - 1, column: column.max(1) }
}

/// Checks a text about a record of an object, with further values; answers which fields it shows.
///
/// # Errors
/// Every finding, with line and column.
pub fn check(
    text: &Checked,
    partials: &Partials,
    catalog: &Catalog,
    object: Option<&Arc<Object>>,
    values: &[Arc<str>],
) -> Result<Needs, Vec<Diagnostic>> {
    let names =
        |names: &[&str]| Shape::Names(names.iter().map(|name| (Arc::from(*name), Shape::Value)).collect());
    let mut root: Vec<(Arc<str>, Shape)> = vec![
        ("user".into(), names(&["name", "login", "email"])),
        ("site".into(), names(&["address", "today"])),
    ];
    root.extend(object.map(|object| ("record".into(), Shape::Record(object.clone()))));
    root.extend(values.iter().map(|name| (name.clone(), Shape::Value)));
    let mut walk = Walk {
        catalog,
        partials,
        scopes: vec![Scope { shape: Shape::Names(root), path: Vec::new() }],
        including: Vec::new(),
        included: 0,
        lists: 0,
        here: text,
        needs: Needs::default(),
        found: Vec::new(),
    };
    walk.text(&text.template);
    let needs = walk.needs.0.remove("record").unwrap_or_default();
    if walk.found.is_empty() { Ok(needs) } else { Err(walk.found) }
}

/// What bare names mean at a place.
#[derive(Clone)]
struct Scope {
    shape: Shape,
    /// The way to it from the root.
    path: Vec<String>,
}

struct Walk<'a> {
    catalog: &'a Catalog,
    partials: &'a Partials,
    scopes: Vec<Scope>,
    including: Vec<String>,
    included: usize,
    lists: usize,
    here: &'a Checked,
    needs: Needs,
    found: Vec<Diagnostic>,
}

type Place = (u32, u32);

impl<'a> Walk<'a> {
    fn refuse(&mut self, at: Place, reason: impl Into<String>, hint: Option<Hint>) {
        let found = Diagnostic::new(Code::TemplateError).with("reason", reason.into()).with_hint(hint);
        self.found.push(found.in_source(placed(&self.here.file, self.here.at, at)));
    }

    fn text(&mut self, template: &'a Template) {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        for (index, element) in template.elements.iter().enumerate() {
            let at = template.mapping.get(index).map_or((1, 1), |at| (number(at.0), number(at.1)));
            self.element(element, at);
        }
    }

    fn element(&mut self, element: &'a TemplateElement, at: Place) {
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
            TemplateElement::Expression(tag) => self.tag(tag, at, true),
            TemplateElement::HtmlExpression(_) => {
                self.refuse(at, "`{{{` and `{{&` would let values become markup: write `{{`", None);
            }
            TemplateElement::HelperBlock(block) => self.block(block, at),
            TemplateElement::PartialExpression(partial)
                if partial.params.is_empty() && partial.hash.is_empty() =>
            {
                self.include(partial.name.as_name().unwrap_or_default(), at);
            }
            TemplateElement::PartialExpression(_) => {
                self.refuse(at, "what is included takes no parameters", None);
            }
            _ => self.refuse(at, "decorators and blocks for partials are not known here", None),
        }
    }

    /// A value, or a helper and what it takes. `shown`: what comes out is written.
    fn tag(&mut self, tag: &'a HelperTemplate, at: Place, shown: bool) {
        if tag.params.is_empty() && tag.hash.is_empty() {
            match &tag.name {
                Parameter::Subexpression(_) => self.parameter(&tag.name, at),
                name => self.value(name.as_name().unwrap_or_default(), at, shown),
            }
            return;
        }
        let name = tag.name.as_name().unwrap_or_default();
        let known = INLINE.iter().find(|(known, ..)| *known == name && !BLOCKS.contains(known));
        let Some((_, least, most)) = known else {
            let names = INLINE.iter().map(|(name, ..)| *name).filter(|name| !BLOCKS.contains(name));
            let names: Vec<&str> = names.collect();
            let hint = did_you_mean(name, names.iter().copied());
            return self.refuse(at, format!("unknown helper `{name}`"), hint);
        };
        if !(*least..=*most).contains(&tag.params.len()) || !tag.hash.is_empty() {
            return self.refuse(at, format!("`{name}` takes {least} to {most} values, and no names"), None);
        }
        for parameter in &tag.params {
            self.parameter(parameter, at);
        }
    }

    fn parameter(&mut self, parameter: &'a Parameter, at: Place) {
        match parameter {
            Parameter::Literal(_) => {}
            Parameter::Subexpression(inner) => match inner.as_element() {
                TemplateElement::Expression(tag) => self.tag(tag, at, false),
                _ => self.refuse(at, "only helpers stand in parentheses", None),
            },
            Parameter::Name(name) => self.value(name, at, false),
            Parameter::Path(_) => self.value(parameter.as_name().unwrap_or_default(), at, false),
            _ => self.refuse(at, "no value stands here", None),
        }
    }

    /// A path whose value is used.
    fn value(&mut self, path: &str, at: Place, shown: bool) {
        if path.starts_with('@') && !path.starts_with("@root") {
            let name = path.trim_start_matches('@').trim_start_matches("../");
            if self.lists == 0 || !["index", "first", "last"].contains(&name) {
                self.refuse(at, format!("`{path}` is not known here"), None);
            }
            return;
        }
        if INLINE.iter().any(|(name, ..)| *name == path) {
            return self.refuse(at, format!("`{path}` is a helper: write `this.{path}` for the value"), None);
        }
        let Some(scope) = self.resolve(path, at) else { return };
        if let Some(cure) = scope.shape.cure().filter(|_| shown) {
            self.refuse(at, format!("`{path}` is not a single value: {cure}"), None);
        }
        self.needs.add(&scope.path);
    }

    /// What a path leads to, or a finding.
    fn resolve(&mut self, path: &str, at: Place) -> Option<Scope> {
        let mut rest = path;
        let mut scope = self.scopes.last().cloned()?;
        if let Some(after) = rest.strip_prefix("@root") {
            scope = self.scopes.first().cloned()?;
            rest = after.trim_start_matches(['/', '.']);
        } else {
            let mut up = 0;
            while let Some(after) = rest.strip_prefix("../") {
                (rest, up) = (after, up + 1);
            }
            if up > 0 {
                let Some(outer) = self.scopes.len().checked_sub(1 + up).map(|at| self.scopes[at].clone())
                else {
                    self.refuse(at, format!("`{path}` leads out of the template"), None);
                    return None;
                };
                scope = outer;
            }
            rest = rest.strip_prefix("./").unwrap_or(rest);
        }
        let names = rest.split(['.', '/']).filter(|name| !name.is_empty() && *name != "this");
        for name in names {
            match scope.shape.below(name, self.catalog) {
                Ok(shape) => {
                    scope.shape = shape;
                    scope.path.push(name.to_owned());
                }
                Err(unknown) => {
                    let (reason, hint) = match unknown {
                        Unknown::Name(known) => {
                            let hint = did_you_mean(name, known.iter().map(String::as_str));
                            (format!("unknown name `{name}` in `{path}`"), hint)
                        }
                        Unknown::Nothing => (format!("there is nothing below `{name}` in `{path}`"), None),
                        Unknown::Closed(why) => (format!("`{path}`: {why}"), None),
                    };
                    self.refuse(at, reason, hint);
                    return None;
                }
            }
        }
        Some(scope)
    }

    fn block(&mut self, block: &'a HelperTemplate, at: Place) {
        let name = block.name.as_name().unwrap_or_default().to_owned();
        if !BLOCKS.contains(&name.as_str()) {
            let hint = did_you_mean(&name, BLOCKS);
            return self.refuse(at, format!("unknown block `{name}`"), hint);
        }
        if block.params.len() != 1 || !block.hash.is_empty() || block.block_param.is_some() {
            return self.refuse(at, format!("`#{name}` takes one value, and no names"), None);
        }
        let inner = match (name.as_str(), &block.params[0]) {
            ("each" | "with", Parameter::Path(_)) => {
                let path = block.params[0].as_name().unwrap_or_default();
                let Some(scope) = self.resolve(path, at) else { return };
                self.needs.add(&scope.path);
                match (name.as_str(), scope.shape.item()) {
                    ("each", Some(item)) => Some(Scope { shape: item, path: scope.path }),
                    ("each", None) => {
                        return self.refuse(at, format!("`{path}` is no list"), None);
                    }
                    _ => Some(scope),
                }
            }
            ("each" | "with", _) => return self.refuse(at, format!("`#{name}` takes a path"), None),
            (_, condition) => {
                self.parameter(condition, at);
                None
            }
        };
        let lists = usize::from(name == "each");
        self.lists += lists;
        if self.lists > LISTS {
            self.refuse(at, format!("lists nest deeper than {LISTS}"), None);
        } else {
            let entered = inner.is_some();
            self.scopes.extend(inner);
            block.template.iter().for_each(|inside| self.text(inside));
            if entered {
                self.scopes.pop();
            }
        }
        self.lists -= lists;
        block.inverse.iter().for_each(|inside| self.text(inside));
    }

    /// An included text is checked where it is included: there its names mean something.
    fn include(&mut self, name: &str, at: Place) {
        let Some(partial) = self.partials.get(name) else {
            let hint = did_you_mean(name, self.partials.keys().map(String::as_str));
            return self.refuse(at, format!("there is no `templates/_{name}.hbs`"), hint);
        };
        if self.including.iter().any(|known| known == name) {
            let ring = [self.including.as_slice(), &[name.to_owned()]].concat().join(" → ");
            return self.refuse(at, format!("texts include each other: {ring}"), None);
        }
        self.included += 1;
        if self.included > INCLUDED || self.including.len() >= 8 {
            return self.refuse(at, "too many texts are included", None);
        }
        let before = std::mem::replace(&mut self.here, partial);
        self.including.push(name.to_owned());
        self.text(&partial.template);
        self.including.pop();
        self.here = before;
    }
}
