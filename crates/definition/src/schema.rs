//! JSON Schemas (draft 2020-12) of every kind, from the Rust types: complete ones for editors, and those
//! that reading checks with.
//!
//! For reading, the parts whose properties depend on a type or a key (fields, steps, performers, actions of
//! a scenario) are left open in the schema of the kind, and each is checked against the schema of its own
//! variant: a check of one field then costs one variant, and a finding names what is wrong with that
//! variant instead of "matches none of thirty".

use crate::app::App;
use crate::calendar::Calendar;
use crate::connector::Connector;
use crate::decision::Decision;
use crate::field::FieldDefinition;
use crate::form::Form;
use crate::kind::Kind;
use crate::object::Object;
use crate::pack::Pack;
use crate::page::Page;
use crate::role::Role;
use crate::scenario::{Refused, Scenario, ScenarioStep};
use crate::seed::Seed;
use crate::template::Template;
use crate::translation::Translation;
use crate::view::View;
use crate::workflow::{Performer, Step, StepKind, Workflow};
use crate::{field, scenario, workflow};
use indexmap::IndexMap;
use jsonschema::Validator;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};
use std::sync::{LazyLock, OnceLock};

/// Definitions that stand for parts with variants, and the variants' prefix in `$defs`.
const OPEN: [&str; 5] = ["FieldDefinition", "Step", "Performer", "ScenarioStep", "Refused"];

/// The JSON Schema of each kind for editors, by the kind's name.
pub fn all() -> Vec<(&'static str, Json)> {
    Kind::ALL.into_iter().map(|kind| (kind.name(), for_editors(kind))).collect()
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_deserialize().into_generator()
}

fn root_of(kind: Kind, generator: &mut SchemaGenerator) -> Json {
    let schema = match kind {
        Kind::Pack => Pack::json_schema(generator),
        Kind::Object => Object::json_schema(generator),
        Kind::Role => Role::json_schema(generator),
        Kind::Form => Form::json_schema(generator),
        Kind::View => View::json_schema(generator),
        Kind::Page => Page::json_schema(generator),
        Kind::App => App::json_schema(generator),
        Kind::Seed | Kind::Demo => Seed::json_schema(generator),
        Kind::Translation => Translation::json_schema(generator),
        Kind::Scenario => Scenario::json_schema(generator),
        Kind::Workflow => Workflow::json_schema(generator),
        Kind::Template => Template::json_schema(generator),
        Kind::Calendar => Calendar::json_schema(generator),
        Kind::Connector => Connector::json_schema(generator),
        Kind::Decision => Decision::json_schema(generator),
    };
    let mut root = schema.to_value();
    root["properties"]["kind"] = json!({"const": kind.name()});
    root["properties"]["$schema"] = json!({"type": "string"});
    if let Some(required) = root["required"].as_array_mut() {
        required.insert(0, Json::from("kind"));
    }
    root
}

/// Text in some languages: the derived schema does not say which languages there are.
fn text_schema() -> Json {
    let tags = diagnostic::Locale::ALL.map(diagnostic::Locale::tag);
    json!({
        "description": "Text, the same in every language, or a map of languages.",
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "propertyNames": {"enum": tags},
                "additionalProperties": {"type": "string"},
                "minProperties": 1
            }
        ]
    })
}

/// Variants of a part, by type or key, and the properties that all of them have.
struct Variants {
    common: Json,
    own: Vec<(&'static str, Json)>,
}

impl Variants {
    /// The whole schema of one variant.
    fn whole(&self, own: &Json) -> Json {
        let mut whole = own.clone();
        let empty = Map::new();
        let common = self.common.get("properties").and_then(Json::as_object).unwrap_or(&empty);
        if whole.get("properties").is_none() {
            whole["properties"] = json!({});
        }
        for (name, property) in common {
            if whole["properties"].get(name).is_none() {
                whole["properties"][name] = property.clone();
            }
        }
        let mut required: Vec<Json> =
            whole.get("required").and_then(Json::as_array).cloned().unwrap_or_default();
        required.extend(self.common.get("required").and_then(Json::as_array).into_iter().flatten().cloned());
        whole["required"] = Json::Array(required);
        whole["type"] = json!("object");
        whole
    }
}

fn variants(part: &str, generator: &mut SchemaGenerator) -> Variants {
    let own = |list: Vec<(&'static str, schemars::Schema)>| {
        list.into_iter().map(|(name, schema)| (name, schema.to_value())).collect()
    };
    match part {
        "FieldDefinition" => {
            let mut common = FieldDefinition::json_schema(generator).to_value();
            common["properties"]["type"] = json!({"type": "string"});
            common["required"] = json!(["type"]);
            Variants { common, own: own(field::own_schemas(generator)) }
        }
        "Step" => {
            let common = Step::json_schema(generator).to_value();
            Variants { common, own: own(workflow::own_schemas(generator)) }
        }
        "Performer" => Variants { common: json!({}), own: own(workflow::performer_schemas(generator)) },
        "Refused" => {
            let common = Refused::json_schema(generator).to_value();
            Variants { common, own: own(scenario::own_schemas(generator)) }
        }
        _ => {
            let common = ScenarioStep::json_schema(generator).to_value();
            Variants { common, own: own(scenario::own_schemas(generator)) }
        }
    }
}

/// Keywords whose value is a map of schemas by name.
const MAPS: [&str; 2] = ["properties", "$defs"];
/// Keywords whose value is data, not a schema.
const DATA: [&str; 5] = ["const", "enum", "examples", "required", "default"];

/// Calls `visit` for each schema directly inside one.
fn inner(schema: &mut Json, visit: &mut dyn FnMut(&mut Json)) {
    match schema {
        Json::Array(list) => list.iter_mut().for_each(visit),
        Json::Object(map) => {
            for (keyword, value) in map.iter_mut() {
                match value {
                    Json::Object(named) if MAPS.contains(&keyword.as_str()) => {
                        named.values_mut().for_each(&mut *visit)
                    }
                    _ if DATA.contains(&keyword.as_str()) => {}
                    _ => visit(value),
                }
            }
        }
        _ => {}
    }
}

/// Removes `null` as a way to write an optional property, and permits no keys but the known ones.
fn close(schema: &mut Json) {
    inner(schema, &mut close);
    let Json::Object(map) = schema else { return };
    if let Some(Json::Array(types)) = map.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            map.insert("type".to_owned(), only);
        }
    }
    if let Some(Json::Array(branches)) = map.get_mut("anyOf") {
        branches.retain(|branch| branch.get("type") != Some(&json!("null")));
        if let [Json::Object(only)] = branches.as_slice() {
            let only = only.clone();
            map.shift_remove("anyOf");
            for (key, value) in only {
                map.entry(key).or_insert(value);
            }
        }
    }
    map.shift_remove("default");
    if map.contains_key("properties") && map.contains_key("type") {
        map.entry("additionalProperties").or_insert(Json::Bool(false));
    }
}

fn for_editors(kind: Kind) -> Json {
    let mut generator = generator();
    let root = root_of(kind, &mut generator);
    let mut parts: Vec<(String, Json)> = Vec::new();
    for part in OPEN {
        let variants = variants(part, &mut generator);
        let mut choices = Vec::new();
        for (name, own) in &variants.own {
            let definition = format!("{part}_{name}");
            let reference = json!({"$ref": format!("#/$defs/{definition}")});
            choices.push(match part {
                "FieldDefinition" => json!({
                    "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                    "then": reference
                }),
                _ => json!({"if": {"required": [name]}, "then": reference}),
            });
            parts.push((definition, variants.whole(own)));
        }
        let mut whole = json!({"type": "object", "allOf": choices});
        if part == "FieldDefinition" {
            whole["properties"] = json!({"type": {"enum": field::FieldType::NAMES}});
            whole["required"] = json!(["type"]);
            whole["additionalProperties"] = json!(true);
        }
        parts.push((part.to_owned(), whole));
    }
    let mut definitions = generator.take_definitions(true);
    definitions.insert("Text".to_owned(), text_schema());
    definitions.extend(parts);
    definitions.insert(kind_title(kind), root);
    let mut document = json!({"$defs": definitions});
    close(&mut document);
    let reference = json!({"$ref": format!("#/$defs/{}", kind_title(kind))});
    let mut top = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind.name()});
    if kind.can_be_extended() {
        let overlay = json!({
            "type": "object",
            "properties": {
                "kind": {"const": kind.name()},
                "extends": {"type": "string", "description": "What is changed: `pack.name`."},
                "based_on": {"type": "string", "description": "The version the changes were made for."}
            }
        });
        top["if"] = json!({"required": ["extends"]});
        top["then"] = overlay;
        top["else"] = reference;
    } else {
        top["$ref"] = reference["$ref"].clone();
    }
    top["$defs"] = reachable(document["$defs"].take(), &top);
    top
}

fn kind_title(kind: Kind) -> String {
    let name = kind.name();
    format!("{}{}", name[..1].to_ascii_uppercase(), &name[1..])
}

/// The definitions that `top` refers to, directly or not.
fn reachable(definitions: Json, top: &Json) -> Json {
    let Json::Object(definitions) = definitions else { return json!({}) };
    let mut wanted = references(top);
    let mut kept = Map::new();
    while let Some(name) = wanted.pop() {
        if kept.contains_key(&name) {
            continue;
        }
        if let Some(definition) = definitions.get(&name) {
            wanted.extend(references(definition));
            kept.insert(name, definition.clone());
        }
    }
    kept.sort_keys();
    Json::Object(kept)
}

fn references(schema: &Json) -> Vec<String> {
    match schema {
        Json::Array(list) => list.iter().flat_map(references).collect(),
        Json::Object(map) => {
            let own = map.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix("#/$defs/"));
            own.map(str::to_owned).into_iter().chain(map.values().flat_map(references)).collect()
        }
        _ => Vec::new(),
    }
}

/// A schema with its compiled form.
pub(crate) struct Checked {
    /// The schema, with its `$defs`.
    pub document: Json,
    /// Its compiled form, made when it is first needed: a process meets few of the variants, and compiling
    /// all of them would be most of the time of a short one.
    validator: OnceLock<Validator>,
}

impl Checked {
    fn new(mut schema: Json, definitions: &Json) -> Checked {
        // Each schema is indexed as a whole when it is compiled, and most need few of the definitions.
        schema["$defs"] = reachable(definitions.clone(), &schema);
        close(&mut schema);
        Checked { document: schema, validator: OnceLock::new() }
    }

    /// The same for an overlay: nothing is required, and entries may be placed and hidden.
    fn relaxed(&self) -> Checked {
        let mut schema = self.document.clone();
        relax(&mut schema);
        Checked { document: schema, validator: OnceLock::new() }
    }

    /// Its compiled form.
    pub fn validator(&self) -> &Validator {
        // The schemas come from this crate's own types; a test compiles all of them.
        #[allow(clippy::expect_used)]
        let compile =
            || jsonschema::draft202012::new(&self.document).expect("schemas of the own types compile");
        self.validator.get_or_init(compile)
    }
}

fn relax(schema: &mut Json) {
    inner(schema, &mut relax);
    let Json::Object(map) = schema else { return };
    for keyword in ["required", "minItems", "minProperties"] {
        map.shift_remove(keyword);
    }
    let closed = map.get("additionalProperties") == Some(&Json::Bool(false));
    if let (true, Some(Json::Object(properties))) = (closed, map.get_mut("properties")) {
        for place in ["after", "before"] {
            properties.entry(place).or_insert_with(|| json!({"type": "string"}));
        }
        properties.entry("hidden").or_insert_with(|| json!({"type": "boolean"}));
    }
}

/// A part with variants, each with its schema.
pub(crate) struct Union {
    /// The variants by type or key.
    pub variants: IndexMap<&'static str, Checked>,
    /// For overlays, whose entries need not say their type: every property of every variant, unchecked.
    pub any: Checked,
}

impl Union {
    fn new(variants: Variants, definitions: &Json, for_overlay: bool) -> Union {
        let mut any = json!({});
        let mut checked = IndexMap::new();
        for (name, own) in &variants.own {
            let whole = variants.whole(own);
            for property in whole["properties"].as_object().into_iter().flat_map(Map::keys) {
                any[property] = json!(true);
            }
            let schema = Checked::new(whole, definitions);
            checked.insert(*name, if for_overlay { schema.relaxed() } else { schema });
        }
        for (name, property) in variants.common["properties"].as_object().into_iter().flatten() {
            any[name] = property.clone();
        }
        let any = Checked::new(json!({"type": "object", "properties": any}), definitions);
        Union { variants: checked, any: if for_overlay { any.relaxed() } else { any } }
    }
}

/// The variants of each part, for definitions or for overlays.
pub(crate) struct Unions {
    pub field: Union,
    pub step: Union,
    pub performer: Union,
    pub action: Union,
    pub refused: Union,
}

/// Everything that reading checks with, compiled once.
pub(crate) struct Compiled {
    kinds: IndexMap<Kind, Checked>,
    overlays: IndexMap<Kind, Checked>,
    /// For definitions.
    pub plain: Unions,
    /// For overlays.
    pub overlay: Unions,
}

impl Compiled {
    fn new() -> Compiled {
        let mut generator = generator();
        let roots: Vec<(Kind, Json)> =
            Kind::ALL.into_iter().map(|kind| (kind, root_of(kind, &mut generator))).collect();
        let parts = |generator: &mut SchemaGenerator| OPEN.map(|part| variants(part, generator));
        let [field, step, performer, action, refused] = parts(&mut generator);
        let again = parts(&mut generator);
        let mut definitions = generator.take_definitions(true);
        definitions.insert("Text".to_owned(), text_schema());
        for part in OPEN {
            definitions.insert(part.to_owned(), json!({"type": "object"}));
        }
        let definitions = Json::Object(definitions);
        let unions = |[field, step, performer, action, refused]: [Variants; 5], overlay: bool| Unions {
            field: Union::new(field, &definitions, overlay),
            step: Union::new(step, &definitions, overlay),
            performer: Union::new(performer, &definitions, overlay),
            action: Union::new(action, &definitions, overlay),
            refused: Union::new(refused, &definitions, overlay),
        };
        let kinds: IndexMap<Kind, Checked> =
            roots.into_iter().map(|(kind, root)| (kind, Checked::new(root, &definitions))).collect();
        let overlays = kinds
            .iter()
            .filter(|(kind, _)| kind.can_be_extended())
            .map(|(kind, checked)| {
                let mut root = checked.document.clone();
                for key in ["extends", "based_on"] {
                    root["properties"][key] = json!({"type": "string"});
                }
                relax(&mut root);
                (*kind, Checked { document: root, validator: OnceLock::new() })
            })
            .collect();
        Compiled {
            overlays,
            plain: unions([field, step, performer, action, refused], false),
            overlay: unions(again, true),
            kinds,
        }
    }

    /// The schema of a kind.
    pub fn kind(&self, kind: Kind) -> &Checked {
        &self.kinds[&kind]
    }

    /// The schema of an overlay of a kind; only kinds that can be extended have one.
    pub fn overlay(&self, kind: Kind) -> &Checked {
        self.overlays.get(&kind).unwrap_or(&self.kinds[&kind])
    }
}

/// The compiled schemas.
pub(crate) fn compiled() -> &'static Compiled {
    static COMPILED: LazyLock<Compiled> = LazyLock::new(Compiled::new);
    &COMPILED
}

/// The keys that mark the variants of a step, with the variant's name.
pub(crate) fn step_keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    StepKind::TYPES.iter().flat_map(|(name, keys)| keys.iter().map(move |key| (*key, *name)))
}

/// The keys that mark the variants of a performer.
pub(crate) fn performer_keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    Performer::KEYS.iter().map(|key| (*key, *key))
}
