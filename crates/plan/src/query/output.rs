//! What each record of an answer shows: `fields`, `expand`, and what is shown where nothing is asked for.

use crate::actor::Rows;
use crate::known::{Known, to_one};
use crate::read::{Output, PENDING};
use crate::wording::{invalid_parameter, too_complex};
use catalog::expand::{expand, expand_path};
use catalog::{Derived, Field, Object, Stored, SystemField, Title};
use diagnostic::{Diagnostic, Result};
use expression::{Path, Root, Step, Type};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;

/// How deep relations may be expanded, and how many may be.
const MAX_DEPTH: usize = 4;
const MAX_EXPANDED: usize = 32;
/// How many fields may be asked for.
const MAX_FIELDS: usize = 200;

/// Relations to expand, as a tree.
#[derive(Debug, Default)]
struct Expansion(IndexMap<Arc<str>, Expansion>);

/// What the records of a list show.
pub fn list(
    known: &Known<'_>,
    object: &Arc<Object>,
    fields: Option<&[String]>,
    expansion: &[String],
) -> Result<Vec<Output>> {
    let expansion = read_expansion(known, object, expansion)?;
    let mut outputs = match fields {
        Some(fields) => asked(known, object, fields, &expansion)?,
        None => shown(known, object, &expansion, false),
    };
    for name in expansion.0.keys() {
        let present = outputs.iter().any(|output| key(output) == &**name);
        if let (false, Some(field)) = (present, known.readable(&object.name, name)) {
            outputs.push(output(known, object, field, &expansion));
        }
    }
    Ok(outputs)
}

/// What a single record shows: with `fields` the same as a list, else everything, children and links too.
pub fn record(
    known: &Known<'_>,
    object: &Arc<Object>,
    fields: Option<&[String]>,
    expansion: &[String],
) -> Result<Vec<Output>> {
    match fields {
        Some(_) => list(known, object, fields, expansion),
        None => Ok(shown(known, object, &read_expansion(known, object, expansion)?, true)),
    }
}

/// The name of an output on the wire.
pub fn key(output: &Output) -> &str {
    match output {
        Output::Value { key, .. }
        | Output::Formula { key, .. }
        | Output::Reference { key, .. }
        | Output::Children { key, .. }
        | Output::Links { key, .. } => key,
    }
}

fn read_expansion(known: &Known<'_>, object: &Arc<Object>, asked: &[String]) -> Result<Expansion> {
    let mut tree = Expansion::default();
    let mut count = 0;
    for path in asked {
        let names: Vec<&str> = path.split('.').collect();
        count += names.len();
        if names.len() > MAX_DEPTH || count > MAX_EXPANDED {
            return Err(Box::new(
                too_complex(["expand goes too far", "expand 展开过多", "expand 展開過多"]).at("expand"),
            ));
        }
        let mut at = object.name.clone();
        let mut node = &mut tree;
        for name in names {
            let unknown = || Box::new(known.unknown_field(&at, name).at("expand"));
            let field = known.readable(&at, name).ok_or_else(unknown)?;
            let Some(target) = related(field) else {
                let words = ["only relations can be expanded", "仅关联字段可展开", "僅關聯欄位可展開"];
                return Err(Box::new(invalid_parameter("expand", words)));
            };
            node = node.0.entry(field.name.clone()).or_default();
            at = target;
        }
    }
    Ok(tree)
}

/// The object behind any relation.
fn related(field: &Field) -> Option<Arc<str>> {
    match &field.stored {
        Stored::Children { object, .. } => Some(object.clone()),
        Stored::Link(link) => Some(link.target.clone()),
        _ => to_one(field),
    }
}

/// The fields that are shown where none are asked for.
fn shown(known: &Known<'_>, object: &Arc<Object>, expansion: &Expansion, everything: bool) -> Vec<Output> {
    let many = |field: &Field| matches!(field.stored, Stored::Children { .. } | Stored::Link(_));
    known
        .fields(object)
        .filter(|field| everything || !many(field) || expansion.0.contains_key(&field.name))
        .filter(|field| !matches!(field.system, Some(SystemField::DeletedAt | SystemField::Flow)))
        .filter(|field| !many(field) || target_known(known, field))
        .map(|field| output(known, object, field, expansion))
        .chain(pending(known, object))
        .collect()
}

/// `pending`: the instance of the flow that must approve a move which waits for it; null where none does, also
/// while a flow runs that somebody started by hand. Only where flows decide about records of the object.
fn pending(known: &Known<'_>, object: &Arc<Object>) -> Option<Output> {
    if !known.catalog.decides_about(&object.name) {
        return None;
    }
    object.system(SystemField::Flow)?;
    let step = Step { object: object.name.clone(), field: PENDING.into() };
    let path = Path { root: Root::Row, steps: vec![step] };
    // The column holds an id, whatever the field is in expressions.
    let kind = object.system(SystemField::Id)?.kind.clone();
    Some(Output::Value { key: PENDING.into(), path, kind, mask: None })
}

fn target_known(known: &Known<'_>, field: &Field) -> bool {
    related(field).is_some_and(|target| known.actor.grant(&target).is_some())
}

/// The fields of `fields=name,account.name,lines.price`.
fn asked(
    known: &Known<'_>,
    object: &Arc<Object>,
    fields: &[String],
    expansion: &Expansion,
) -> Result<Vec<Output>> {
    if fields.len() > MAX_FIELDS {
        return Err(Box::new(too_complex(["too many fields", "字段过多", "欄位過多"]).at("fields")));
    }
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let mut found: Vec<Diagnostic> = Vec::new();
    let outputs = asked_of(known, object, &fields, expansion, &mut found);
    match Diagnostic::gather(found) {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(outputs),
    }
}

fn asked_of(
    known: &Known<'_>,
    object: &Arc<Object>,
    fields: &[&str],
    expansion: &Expansion,
    found: &mut Vec<Diagnostic>,
) -> Vec<Output> {
    let mut outputs: Vec<Output> = Vec::with_capacity(fields.len() + 2);
    // A record without its id and version is of no use to a program.
    for name in ["id", "version"] {
        if let Some(field) = known.readable(&object.name, name) {
            outputs.push(output(known, object, field, expansion));
        }
    }
    for text in fields {
        let shown = match of_many(known, object, text) {
            Some((_, field)) if outputs.iter().any(|known| key(known) == &*field.name) => continue,
            Some((name, field)) => asked_of_many(known, object, (name, field), fields, expansion, found),
            None => match known.path(object, text) {
                Ok((path, field)) if path.steps.len() == 1 => output(known, object, field, expansion),
                Ok((path, field)) => remote(known, path, field),
                Err(problem) => {
                    found.push(problem.at("fields"));
                    continue;
                }
            },
        };
        if !outputs.iter().any(|known| key(known) == key(&shown)) {
            outputs.push(shown);
        }
    }
    outputs
}

/// The to-many relation that a path with several steps begins with, and its name as written.
fn of_many<'k, 't>(known: &Known<'k>, object: &Object, text: &'t str) -> Option<(&'t str, &'k Field)> {
    let (name, _) = text.split_once('.').filter(|_| text.matches('.').count() <= MAX_DEPTH)?;
    let field = known.readable(&object.name, name)?;
    matches!(field.stored, Stored::Children { .. } | Stored::Link(_)).then_some((name, field))
}

/// A to-many relation with the fields that are asked for of it: `lines.price` among `fields`.
fn asked_of_many(
    known: &Known<'_>,
    object: &Arc<Object>,
    (name, field): (&str, &Field),
    fields: &[&str],
    expansion: &Expansion,
    found: &mut Vec<Diagnostic>,
) -> Output {
    let of_it: Vec<&str> =
        fields.iter().filter_map(|text| text.strip_prefix(name)?.strip_prefix('.')).collect();
    let target = related(field).and_then(|target| known.catalog.objects.get(&target));
    let none = Expansion::default();
    let nested = expansion.0.get(&field.name).unwrap_or(&none);
    let wanted = target.map(|target| asked_of(known, target, &of_it, nested, found)).unwrap_or_default();
    let mut shown = output(known, object, field, expansion);
    match &mut shown {
        Output::Children { outputs, .. } => *outputs = wanted,
        Output::Links { expand, .. } => *expand = wanted,
        _ => {}
    }
    shown
}

/// A field behind references: its key is the path as written.
fn remote(known: &Known<'_>, path: Path, field: &Field) -> Output {
    let names: Vec<&str> = path.steps.iter().map(|step| &*step.field).collect();
    let key: Arc<str> = names.join(".").into();
    single(known, key, path, field, Vec::new())
}

/// A field of the object itself.
fn output(known: &Known<'_>, object: &Arc<Object>, field: &Field, expansion: &Expansion) -> Output {
    let nested = expansion.0.get(&field.name);
    match &field.stored {
        Stored::Children { object: child, via } => children(known, field, child, via, nested),
        Stored::Link(link) => {
            let target = known.catalog.objects.get(&link.target);
            let Some(target) = target else { return nothing(field) };
            Output::Links {
                key: field.name.clone(),
                link: link.clone(),
                target: target.clone(),
                title: known.title(target),
                access: reads(known, &link.target),
                expand: nested.map(|nested| shown(known, target, nested, false)).unwrap_or_default(),
            }
        }
        _ => {
            let step = Step { object: object.name.clone(), field: field.name.clone() };
            let path = Path { root: Root::Row, steps: vec![step] };
            let target = to_one(field).and_then(|target| known.catalog.objects.get(&target));
            let expand = match (nested, target) {
                (Some(nested), Some(target)) => shown(known, target, nested, false),
                _ => Vec::new(),
            };
            single(known, field.name.clone(), path, field, expand)
        }
    }
}

fn children(
    known: &Known<'_>,
    field: &Field,
    child: &str,
    via: &Arc<str>,
    nested: Option<&Expansion>,
) -> Output {
    let Some(object) = known.catalog.objects.get(child) else { return nothing(field) };
    let none = Expansion::default();
    let mut outputs = shown(known, object, nested.unwrap_or(&none), false);
    // Every child refers to the record it is shown in.
    outputs.retain(|output| key(output) != &**via);
    Output::Children {
        key: field.name.clone(),
        object: object.clone(),
        via: via.clone(),
        access: reads(known, child),
        outputs,
    }
}

/// A value, formula or reference at the end of a path.
fn single(known: &Known<'_>, key: Arc<str>, path: Path, field: &Field, expand_to: Vec<Output>) -> Output {
    let objects = &known.catalog.objects;
    let at_read = matches!((&field.stored, &field.derived), (Stored::AtRead, Some(Derived::Formula(_))));
    let path = expand_path(&path, objects);
    if at_read || path.steps.last().is_some_and(|last| known.veil(last).is_some()) {
        let expr = known.expand(&crate::walk::row_path(path.steps, field.ty.clone()));
        return Output::Formula { key, expr, kind: field.kind.clone() };
    }
    if matches!(field.ty, Type::Reference(_))
        && field.system != Some(SystemField::Id)
        && field.system != Some(SystemField::Flow)
    {
        let target = to_one(field).and_then(|target| objects.get(&target).cloned());
        let title = target.as_ref().map(|target| known.title(target)).unwrap_or_default();
        let access = target.as_ref().map_or(Rows::None, |target| reads(known, &target.name));
        let reader = target.is_none().then(|| Arc::new(known.actor.clone()));
        return Output::Reference { key, path, target, title, access, reader, expand: expand_to };
    }
    Output::Value { key, path, kind: field.kind.clone(), mask: field.encrypted.clone() }
}

/// A relation to an object that is not there, which a built catalog does not have: shows as a formula of null.
fn nothing(field: &Field) -> Output {
    let expr = crate::walk::literal(expression::Value::Null, Type::Null);
    Output::Formula { key: field.name.clone(), expr, kind: field.kind.clone() }
}

/// What a record is shown as to somebody who comes upon a reference to it.
#[derive(Clone, Debug)]
pub struct ShownAs {
    /// Whose title is shown.
    pub title: Title,
    /// The rows whose title may be shown.
    pub access: Rows,
    /// Rows of other objects that the title may walk into.
    pub guards: HashMap<Arc<str>, Rows>,
}

/// How records of an object may be shown to the actor where a reference to any object leads to them; `None`
/// where they may not.
pub fn shown_as(known: &Known<'_>, object: &Arc<Object>) -> Option<ShownAs> {
    let title = known.title(object);
    let access = reads(known, &object.name);
    if title.parts.is_empty() || matches!(access, Rows::None) {
        return None;
    }
    let targets = known.title_targets(object).into_iter();
    let guards = targets.map(|target| (target.clone(), reads(known, &target))).collect();
    Some(ShownAs { title, access, guards })
}

/// The rows of an object that the actor may read.
pub fn reads(known: &Known<'_>, object: &str) -> Rows {
    known.actor.grant(object).map_or(Rows::None, |grant| expanded(known, &grant.read))
}

/// The same rows, said of columns and children only.
pub fn expanded(known: &Known<'_>, rows: &Rows) -> Rows {
    match rows {
        Rows::Where(condition) => Rows::Where(Arc::new(expand(condition, &known.catalog.objects))),
        other => other.clone(),
    }
}
