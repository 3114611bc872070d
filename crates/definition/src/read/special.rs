//! The parts whose properties depend on a type or a key: fields, steps, performers, actions of a scenario.

use super::validate::{not_yet, unknown_key, validate};
use super::yaml::join;
use crate::field;
use crate::findings::Findings;
use crate::kind::Kind;
use crate::scenario::ScenarioAction;
use crate::schema::{self, Union, Unions};
use crate::wording::say;
use crate::workflow::Performer;
use diagnostic::{Code, Diagnostic, did_you_mean};
use serde_json::{Map, Value as Json};

/// Checks the special parts of a definition.
pub(super) fn check(kind: Kind, tree: &Json, found: &mut Findings<'_>) {
    Walk { kind, unions: &schema::compiled().plain, overlay: false, found }.whole(tree);
}

/// Checks the special parts of an overlay, whose entries need not be complete.
pub(super) fn check_overlay(kind: Kind, tree: &Json, found: &mut Findings<'_>) {
    Walk { kind, unions: &schema::compiled().overlay, overlay: true, found }.whole(tree);
}

/// How the variants of a part are told apart.
struct Marks {
    union: &'static Union,
    /// Key → variant.
    keys: Vec<(&'static str, &'static str)>,
    not_yet: &'static [&'static str],
    what: &'static str,
}

struct Walk<'a, 'b> {
    kind: Kind,
    unions: &'static Unions,
    overlay: bool,
    found: &'a mut Findings<'b>,
}

/// The entries of the map at `name`; none where it is no map, which the schema has reported.
fn entries<'t>(tree: &'t Json, name: &str) -> impl Iterator<Item = (&'t String, &'t Json)> {
    tree.get(name).and_then(Json::as_object).into_iter().flatten()
}

impl Walk<'_, '_> {
    fn whole(&mut self, tree: &Json) {
        match self.kind {
            Kind::Object => {
                self.fields(tree, "fields", "");
                for (name, action) in entries(tree, "actions") {
                    self.fields(action, "with", &join("/actions", name));
                }
            }
            Kind::Connector => {
                for (name, operation) in entries(tree, "operations") {
                    self.fields(operation, "parameters", &join("/operations", name));
                }
            }
            Kind::Workflow => {
                self.fields(tree, "variables", "");
                self.steps(tree, "");
                self.sla(tree, "sla", "");
                self.sla(tree, "overall_sla", "");
                if let Some(assign) = tree.pointer("/policy/empty/assign") {
                    self.performer(assign, "/policy/empty/assign");
                }
            }
            Kind::Pack => {
                let ranges = entries(tree, "requires").map(|(name, range)| (join("/requires", name), range));
                for (pointer, range) in
                    ranges.chain(tree.get("engine").map(|range| ("/engine".to_owned(), range)))
                {
                    self.range(range, &pointer);
                }
            }
            Kind::Scenario => {
                for (index, step) in
                    tree.get("steps").and_then(Json::as_array).into_iter().flatten().enumerate()
                {
                    let pointer = format!("/steps/{index}");
                    self.action(step, &pointer, &self.unions.action);
                    if let Some(refused) = step.get("refused") {
                        self.action(refused, &format!("{pointer}/refused"), &self.unions.refused);
                    }
                }
            }
            Kind::Decision => self.fields(tree, "outputs", ""),
            _ => {}
        }
    }

    /// A range of versions is text to the schema, and more to its type.
    fn range(&mut self, range: &Json, pointer: &str) {
        let Some(text) = range.as_str() else { return };
        if let Err(error) = semver::VersionReq::parse(text) {
            let finding = say(
                Code::InvalidValue,
                [
                    format!("`{text}` is no range of versions such as ^1.2 or >=1.0, <3: {error}"),
                    format!("`{text}` 不是版本范围，例如 ^1.2 或 >=1.0, <3"),
                    format!("`{text}` 不是版本範圍，例如 ^1.2 或 >=1.0, <3"),
                ],
            );
            self.found.value(pointer, finding);
        }
    }

    fn fields(&mut self, tree: &Json, key: &str, base: &str) {
        let base = format!("{base}/{key}");
        for (name, field) in entries(tree, key) {
            let pointer = join(&base, name);
            self.field(field, &pointer);
            self.fields(field, "attributes", &pointer);
        }
    }

    fn field(&mut self, field: &Json, pointer: &str) {
        let Some(map) = field.as_object() else {
            // An entry that is no map stands in a map of maps, so the schema has reported it.
            return;
        };
        let Some(name) = map.get("type") else {
            if self.overlay {
                validate(&self.unions.field.any, field, pointer, self.kind, self.found);
            } else {
                self.found.key(pointer, Diagnostic::new(Code::MissingKey).with("key", "type"));
            }
            return;
        };
        let shown = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
        let at = join(pointer, "type");
        if let Some(variant) = self.unions.field.variants.get(shown.as_str()) {
            validate(variant, field, pointer, self.kind, self.found);
        } else if field::NOT_YET.contains(&shown.as_str()) {
            self.found.value(&at, not_yet("field type", &shown));
        } else {
            let hint = did_you_mean(&shown, field::FieldType::NAMES.iter().copied());
            self.found.value(&at, Diagnostic::new(Code::UnknownType).with("type", shown).with_hint(hint));
        }
    }

    fn steps(&mut self, tree: &Json, base: &str) {
        let base = format!("{base}/steps");
        for (name, step) in entries(tree, "steps") {
            let pointer = join(&base, name);
            self.step(step, &pointer);
        }
    }

    fn step(&mut self, step: &Json, pointer: &str) {
        let Some(map) = step.as_object() else { return };
        let keys = schema::step_keys().collect();
        let marks = Marks { union: &self.unions.step, keys, not_yet: &[], what: "step" };
        self.keyed(map, step, pointer, &marks);
        for key in ["approve", "handle", "cc"] {
            if let Some(by) = step.get(key).and_then(|part| part.get("by")).and_then(Json::as_array) {
                for (index, performer) in by.iter().enumerate() {
                    self.performer(performer, &format!("{pointer}/{key}/by/{index}"));
                }
            }
        }
        for (index, performer) in
            step.pointer("/send/to").and_then(Json::as_array).into_iter().flatten().enumerate()
        {
            self.performer(performer, &format!("{pointer}/send/to/{index}"));
        }
        self.sla(step, "sla", pointer);
        for key in ["choose", "each", "parallel", "wait"] {
            for (name, branch) in entries(step, key) {
                self.steps(branch, &join(&format!("{pointer}/{key}"), name));
            }
        }
        for (name, inner) in entries(step, "together") {
            self.step(inner, &join(&format!("{pointer}/together"), name));
        }
        for key in ["on_error", "undo"] {
            if let Some(steps) = step.get(key) {
                self.steps(steps, &format!("{pointer}/{key}"));
            }
        }
        self.steps(step, pointer);
    }

    /// Who comes in as the time of a step passes.
    fn sla(&mut self, tree: &Json, key: &str, base: &str) {
        let Some(sla) = tree.get(key) else { return };
        let base = format!("{base}/{key}/at");
        for (mark, act) in entries(sla, "at") {
            let by = act.pointer("/escalate/by").and_then(Json::as_array);
            for (index, performer) in by.into_iter().flatten().enumerate() {
                self.performer(performer, &format!("{}/escalate/by/{index}", join(&base, mark)));
            }
        }
    }

    fn performer(&mut self, performer: &Json, pointer: &str) {
        let Some(map) = performer.as_object() else { return };
        let keys = schema::performer_keys().collect();
        let union = &self.unions.performer;
        let marks = Marks { union, keys, not_yet: &Performer::NOT_YET, what: "performer" };
        self.keyed(map, performer, pointer, &marks);
        for key in ["initiator_picks", "previous_picks"] {
            if let Some(from) = performer.get(key).and_then(|picks| picks.get("from")) {
                self.performer(from, &format!("{pointer}/{key}/from"));
            }
        }
        for (index, member) in
            performer.get("group").and_then(Json::as_array).into_iter().flatten().enumerate()
        {
            if let Some(by) = member.get("by") {
                self.performer(by, &format!("{pointer}/group/{index}/by"));
            }
        }
    }

    fn action(&mut self, step: &Json, pointer: &str, union: &'static Union) {
        let Some(map) = step.as_object() else { return };
        let keys = ScenarioAction::KEYS.iter().map(|key| (*key, *key)).collect();
        self.keyed(map, step, pointer, &Marks { union, keys, not_yet: &[], what: "step" });
    }

    /// A part whose variant is told by the key it has.
    fn keyed(&mut self, map: &Map<String, Json>, part: &Json, pointer: &str, marks: &Marks) {
        let variant =
            |key: &String| marks.keys.iter().find(|(known, _)| known == key).map(|(_, variant)| *variant);
        let mut variants: Vec<&str> = map.keys().filter_map(variant).collect();
        variants.dedup();
        match variants.as_slice() {
            [variant] => {
                if let Some(checked) = marks.union.variants.get(variant) {
                    validate(checked, part, pointer, self.kind, self.found);
                }
            }
            [first, second, ..] => {
                let what = marks.what;
                let finding = say(
                    Code::InvalidValue,
                    [
                        format!("a {what} is either `{first}` or `{second}`, not both"),
                        format!("只能使用 `{first}` 或 `{second}` 之一"),
                        format!("只能使用 `{first}` 或 `{second}` 其中之一"),
                    ],
                );
                self.found.value(pointer, finding);
            }
            [] => self.no_variant(map, pointer, marks),
        }
    }

    fn no_variant(&mut self, map: &Map<String, Json>, pointer: &str, marks: &Marks) {
        let Marks { union, keys, not_yet: not_yet_keys, what } = marks;
        if let Some(key) = map.keys().find(|key| not_yet_keys.contains(&key.as_str())) {
            self.found.key(&join(pointer, key), not_yet(what, key));
            return;
        }
        let whole = union.any.document.get("properties").and_then(Json::as_object);
        let known: Vec<&str> = whole.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let unknown: Vec<&String> = map.keys().filter(|key| !known.contains(&key.as_str())).collect();
        for key in &unknown {
            self.found.key(&join(pointer, key), unknown_key(key, &known, self.kind));
        }
        if unknown.is_empty() && !self.overlay {
            let names: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
            let finding = say(
                Code::MissingKey,
                [
                    format!("the {what} does not say what it is: one of {} is needed", names.join(", ")),
                    format!("缺少以下键之一：{}", names.join("、")),
                    format!("缺少以下鍵之一：{}", names.join("、")),
                ],
            );
            self.found.key(pointer, finding);
        }
    }
}
