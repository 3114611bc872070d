//! State machines, hooks and actions.

use super::compile::{Spot, compile, compile_some};
use super::entry::{Entry, Findings, Noun, invalid, not_yet, unknown};
use super::objects::literal;
use super::{parameters, paths};
use crate::model::catalog::Catalog;
use crate::model::field::{Field, Stored};
use crate::model::object::{Action, Hooks, Object, ScriptRef};
use crate::model::transition::{Move, Transitions};
use crate::scopes;
use definition::field::FieldType;
use definition::{ScriptFunction, object::ActionTarget};
use diagnostic::did_you_mean;
use expression::Value;
use indexmap::IndexMap;
use std::sync::Arc;

type Definition = Entry<definition::Object>;

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Definition>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let Some(object) = catalog.objects.get(&entry.name) else { continue };
        let transitions = transitions(catalog, object, entry, findings);
        let hooks = hooks(catalog, entry, findings);
        let actions = actions(catalog, object, entry, findings);
        let Some(object) = catalog.objects.get_mut(&entry.name) else { continue };
        let object = Arc::make_mut(object);
        object.transitions = transitions;
        object.hooks = hooks;
        object.actions = actions;
    }
}

/// Where a move starts and where it leads, as far as the options exist.
type Ends = (Vec<Arc<str>>, Option<Arc<str>>);

fn transitions(
    catalog: &Catalog,
    object: &Object,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Option<Transitions> {
    let written = entry.definition.transitions.as_ref()?;
    let path = ["transitions", "field"];
    let field = paths::known(object, &written.field, entry, &path, findings)?;
    let FieldType::Select(select) = &field.kind else {
        findings.push(invalid(format!("`{}` is no select", field.name)), &entry.origin, &path);
        return None;
    };
    let mut stage = |name: &String, path: &[&str]| -> Option<Arc<str>> {
        if !select.options.contains_key(name) {
            let hint = did_you_mean(name, select.options.keys().map(String::as_str));
            let what = format!("option of `{}`", field.name);
            findings.push(unknown(&what, name).with_hint(hint), &entry.origin, path);
            return None;
        }
        Some(Arc::from(name.as_str()))
    };
    let mut initial = Vec::new();
    for (place, name) in written.initial.iter().enumerate() {
        initial.extend(stage(name, &["transitions", "initial", &place.to_string()]));
    }
    let mut ends: Vec<Ends> = Vec::new();
    for (name, each) in &written.moves {
        let from = each.from.iter().enumerate().filter_map(|(place, from)| {
            stage(from, &["transitions", "moves", name, "from", &place.to_string()])
        });
        let from = from.collect();
        ends.push((from, stage(&each.to, &["transitions", "moves", name, "to"])));
    }
    if initial.is_empty() {
        // The default, else the first option, is where records begin when nothing is said.
        let first = entry.definition.fields.get(&*field.name).and_then(|f| f.default.as_ref()?.as_str());
        let first = first.or_else(|| select.options.keys().next().map(String::as_str));
        initial.extend(first.map(Arc::from));
    }
    let mut moves = IndexMap::new();
    for ((name, written), (from, to)) in written.moves.iter().zip(ends) {
        let Some(to) = to else { continue };
        let made = make_move(catalog, object, (name, written), (from, to), entry, findings);
        moves.insert(Arc::from(name.as_str()), made);
    }
    Some(Transitions { field: field.name.clone(), initial, moves })
}

fn make_move(
    catalog: &Catalog,
    object: &Object,
    (name, written): (&str, &definition::Move),
    (from, to): (Vec<Arc<str>>, Arc<str>),
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Move {
    let base = ["transitions", "moves", name];
    let at = |key| [base[0], base[1], base[2], key];
    let roles = written.roles.as_deref().unwrap_or_default();
    let path = at("when");
    let spot = Spot::of(&scopes::MOVE_WHEN, &object.name, entry, &path);
    let when = compile_some(catalog, written.when.as_ref(), spot, &mut findings.found);
    let mut require = Vec::new();
    for (place, field) in written.require.iter().enumerate() {
        let path = [base[0], base[1], base[2], "require", &place.to_string()];
        require.extend(paths::known(object, field, entry, &path, findings).map(|field| field.name.clone()));
    }
    let approval = written
        .approval
        .as_ref()
        .and_then(|workflow| findings.resolve(Noun::Workflow, workflow, entry, &at("approval")));
    let (set, set_from) = settings(catalog, object, &written.set, &written.set_from, &base, entry, findings);
    Move {
        label: written.label.clone(),
        from,
        to,
        roles: findings.resolve_all(Noun::Role, roles, entry, &at("roles")),
        when,
        require,
        set,
        set_from,
        approval,
    }
}

type Settings = (Vec<(Arc<str>, Value)>, Vec<(Arc<str>, expression::Expr)>);

fn settings(
    catalog: &Catalog,
    object: &Object,
    set: &IndexMap<String, serde_json::Value>,
    set_from: &IndexMap<String, definition::Expression>,
    base: &[&str; 3],
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Settings {
    let mut out: Settings = (Vec::new(), Vec::new());
    for (name, json) in set {
        let path = [base[0], base[1], base[2], "set", name];
        if let Some(field) = settable(object, name, entry, &path, findings) {
            let value = literal(&field.kind, json, name, &entry.origin, &path, findings);
            out.0.push((field.name.clone(), value));
        }
    }
    for (name, text) in set_from {
        let path = [base[0], base[1], base[2], "set_from", name];
        if let Some(field) = settable(object, name, entry, &path, findings) {
            let spot = Spot::of(&scopes::MOVE_SET_FROM, &object.name, entry, &path);
            let expr = compile(catalog, text, spot, Some(&field.ty), &mut findings.found);
            out.1.extend(expr.map(|expr| (field.name.clone(), expr)));
        }
    }
    out
}

/// A field whose column a move or a flow may set, or a finding.
pub(super) fn settable<'a, T>(
    object: &'a Object,
    name: &str,
    entry: &Entry<T>,
    path: &[&str],
    findings: &mut Findings<'_>,
) -> Option<&'a Field> {
    let field = paths::known(object, name, entry, path, findings)?;
    let wrong = if field.derived.is_some() || field.system.is_some_and(|s| s != crate::SystemField::Owner) {
        invalid(format!("`{name}` is set by nobody: its value is computed"))
    } else if !matches!(field.stored, Stored::Column { .. }) {
        not_yet(format!("setting a list of records (`{name}`)"))
    } else {
        return Some(field);
    };
    findings.push(wrong, &entry.origin, path);
    None
}

fn hooks(catalog: &Catalog, entry: &Definition, findings: &mut Findings<'_>) -> Hooks {
    let mut out = Hooks::default();
    let moves = entry.definition.transitions.as_ref().map(|t| &t.moves);
    for (name, function) in &entry.definition.hooks {
        let path = ["hooks", name.as_str()];
        let script = script(catalog, function, entry, &path, findings);
        match name.as_str() {
            "before_save" => out.before_save = script,
            "after_save" => out.after_save = script,
            "before_delete" => out.before_delete = script,
            _ => {
                let of = name.strip_prefix("after_").filter(|of| moves.is_some_and(|m| m.contains_key(*of)));
                let Some(of) = of else {
                    let known = ["before_save", "after_save", "before_delete"].map(str::to_owned);
                    let known: Vec<String> = known
                        .into_iter()
                        .chain(moves.into_iter().flat_map(|m| m.keys()).map(|name| format!("after_{name}")))
                        .collect();
                    let hint = did_you_mean(name, known.iter().map(String::as_str));
                    findings.push(unknown("hook", name).with_hint(hint), &entry.origin, &path);
                    continue;
                };
                out.after_move.extend(script.map(|script| (Arc::from(of), script)));
            }
        }
    }
    out
}

/// The function, if a script of one of the entry's packs has it.
pub(super) fn script<T>(
    catalog: &Catalog,
    function: &ScriptFunction,
    entry: &Entry<T>,
    path: &[&str],
    findings: &mut Findings<'_>,
) -> Option<ScriptRef> {
    let file: Arc<str> = Arc::from(function.file.as_str());
    let mut scopes = entry.scopes.iter();
    let found = scopes.find_map(|pack| Some((pack, catalog.scripts.get(&(pack.clone(), file.clone()))?)));
    let Some((pack, text)) = found else {
        let own = catalog.scripts.keys().filter(|(pack, _)| entry.scopes.contains(pack));
        let own: Vec<&str> = own.map(|(_, file)| &**file).collect();
        let hint = did_you_mean(&function.file, own.iter().copied());
        let name = format!("scripts/{}.rhai", function.file);
        findings.push(unknown("script", &name).with_hint(hint), &entry.origin, path);
        return None;
    };
    if !functions(text).any(|name| name == function.function) {
        let names: Vec<&str> = functions(text).collect();
        let hint = did_you_mean(&function.function, names.iter().copied());
        let name = format!("{}.{}", function.file, function.function);
        findings.push(unknown("function", &name).with_hint(hint), &entry.origin, path);
        return None;
    }
    Some(ScriptRef { pack: pack.clone(), file, function: Arc::from(function.function.as_str()) })
}

/// Names of the functions a script declares. A glance only: the script is compiled on a higher floor.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("private ").unwrap_or(line);
        let (name, _) = line.strip_prefix("fn ")?.split_once('(')?;
        Some(name.trim())
    })
}

fn actions(
    catalog: &Catalog,
    object: &Object,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> IndexMap<Arc<str>, Action> {
    let mut out = IndexMap::new();
    for (name, written) in &entry.definition.actions {
        let roles = written.roles.as_deref().unwrap_or_default();
        let roles = findings.resolve_all(Noun::Role, roles, entry, &["actions", name, "roles"]);
        let path = ["actions", name, "when"];
        let spot = Spot::of(&scopes::ACTION_WHEN, &object.name, entry, &path);
        let when = compile_some(catalog, written.when.as_ref(), spot, &mut findings.found);
        let on_object = written.on == ActionTarget::Object;
        if on_object && written.when.is_some() {
            findings.push(
                invalid("`when` needs a record; this action is about the object"),
                &entry.origin,
                &path,
            );
        }
        let mut parameters = IndexMap::new();
        for (parameter, definition) in &written.with {
            let at = ["actions", name, "with", parameter];
            parameters.extend(parameters::parameter(parameter, definition, entry, &at, findings));
        }
        let Some(script) = script(catalog, &written.script, entry, &["actions", name, "script"], findings)
        else {
            continue;
        };
        let (label, icon) = (written.label.clone(), written.icon.clone());
        let action = Action { label, icon, on_object, script, roles, when, parameters };
        out.insert(Arc::from(name.as_str()), action);
    }
    out
}
