//! A tree against a schema: every violation becomes a finding with its place and, where it can be guessed,
//! its cure.

use super::yaml::join;
use crate::findings::Findings;
use crate::kind::Kind;
use crate::schema::Checked;
use crate::wording::say;
use diagnostic::{Code, Diagnostic, Hint, did_you_mean};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value as Json;

/// Keys of the language that this version does not execute.
const NOT_YET_KEYS: [(Kind, &str); 2] = [(Kind::View, "blocks"), (Kind::View, "chart")];

/// Values of the language that this version does not execute, with the key they stand at.
const NOT_YET_VALUES: [(Kind, &str, &str); 1] = [(Kind::View, "type", "map")];

pub(super) fn not_yet(what: &str, name: &str) -> Diagnostic {
    Diagnostic::new(Code::NotYetSupported).with("what", format!("{what} `{name}`"))
}

/// Checks `tree`, which stands at `base`, against a schema.
pub(super) fn validate(checked: &Checked, tree: &Json, base: &str, kind: Kind, found: &mut Findings<'_>) {
    if checked.validator().is_valid(tree) {
        return;
    }
    for error in checked.validator().iter_errors(tree) {
        report(&error, checked, base, kind, found);
    }
}

fn report(error: &ValidationError<'_>, checked: &Checked, base: &str, kind: Kind, found: &mut Findings<'_>) {
    let pointer = format!("{base}{}", error.instance_path().as_str());
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = known_keys(checked, error.schema_path().as_str());
            for key in unexpected {
                found.key(&join(&pointer, key), unknown_key(key, &known, kind));
            }
        }
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            found.key(&pointer, Diagnostic::new(Code::MissingKey).with("key", key));
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            union(error, context, checked, base, kind, found);
        }
        ValidationErrorKind::PropertyNames { error } => {
            let name = plain(error.instance());
            let known: Vec<String> = match error.kind() {
                ValidationErrorKind::Enum { options } => {
                    options.as_array().into_iter().flatten().map(plain).collect()
                }
                _ => Vec::new(),
            };
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            found.key(&join(&pointer, &name), unknown_key(&name, &known, kind));
        }
        _ => {
            let finding = describe(error, &pointer, kind);
            found.value(&pointer, finding);
        }
    }
}

pub(super) fn unknown_key(key: &str, known: &[&str], kind: Kind) -> Diagnostic {
    if NOT_YET_KEYS.contains(&(kind, key)) {
        return not_yet("key", key);
    }
    Diagnostic::new(Code::UnknownKey).with("key", key).with_hint(did_you_mean(key, known.iter().copied()))
}

/// The keys that the schema around a violated `additionalProperties` knows.
fn known_keys<'a>(checked: &'a Checked, schema_path: &str) -> Vec<&'a str> {
    let mut node = &checked.document;
    let mut steps = schema_path.split('/').skip(1).peekable();
    while let Some(step) = steps.next() {
        if steps.peek().is_none() {
            break;
        }
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match (step.as_str(), node) {
            ("$ref", Json::Object(map)) => map
                .get("$ref")
                .and_then(Json::as_str)
                .and_then(|r| checked.document.pointer(r.trim_start_matches('#'))),
            (_, Json::Array(list)) => step.parse::<usize>().ok().and_then(|index| list.get(index)),
            (_, node) => node.get(&step),
        };
        match next {
            Some(next) => node = next,
            None => return Vec::new(),
        }
    }
    let properties = node.get("properties").and_then(Json::as_object);
    properties
        .into_iter()
        .flat_map(|map| map.keys().map(String::as_str))
        .filter(|key| *key != "$schema")
        .collect()
}

/// A value that may take several shapes: findings of the shape it has, or which shapes there are.
fn union(
    error: &ValidationError<'_>,
    branches: &[Branch],
    checked: &Checked,
    base: &str,
    kind: Kind,
    found: &mut Findings<'_>,
) {
    let here = error.instance_path().as_str();
    let other_shape = |e: &ValidationError<'_>| {
        e.instance_path().as_str() == here
            && matches!(
                e.kind(),
                ValidationErrorKind::Type { .. }
                    | ValidationErrorKind::Enum { .. }
                    | ValidationErrorKind::Constant { .. }
            )
    };
    let pointer = format!("{base}{here}");
    let fitting = branches.iter().filter(|branch| !branch.iter().any(other_shape));
    match &closest(fitting, here)[..] {
        [] => {}
        [meant] => {
            for error in *meant {
                report(error, checked, base, kind, found);
            }
            return;
        }
        several => return other_keys(error.instance(), several, checked, &pointer, kind, found),
    }
    let mut words: Vec<[String; 3]> = Vec::new();
    let mut options: Vec<String> = Vec::new();
    for branch in branches {
        let before = options.len();
        for error in branch.iter().filter(|e| other_shape(e)) {
            match error.kind() {
                ValidationErrorKind::Enum { options: list } => {
                    options.extend(list.as_array().into_iter().flatten().map(plain));
                }
                ValidationErrorKind::Constant { expected_value } => options.push(plain(expected_value)),
                _ => {}
            }
        }
        // What takes certain words does not take any text.
        let named = options.len() > before;
        words.extend(branch.iter().filter(|e| !named && other_shape(e)).filter_map(|e| match e.kind() {
            ValidationErrorKind::Type { kind } => Some(type_words(kind)),
            _ => None,
        }));
    }
    let finding = if options.is_empty() {
        must_be(&pointer, any_of(&words))
    } else if let Some(text) = error.instance().as_str() {
        one_of(text, &options, &pointer, kind)
    } else {
        words
            .push([0, 1, 2].map(|_| options.iter().map(|o| format!("`{o}`")).collect::<Vec<_>>().join(", ")));
        must_be(&pointer, any_of(&words))
    };
    found.value(&pointer, finding);
}

type Branch = Vec<ValidationError<'static>>;

/// The branches whose keys differ least from those that are written.
fn closest<'a>(branches: impl Iterator<Item = &'a Branch>, here: &str) -> Vec<&'a Branch> {
    let differing = |branch: &Branch| -> usize {
        let keys = |error: &ValidationError<'_>| match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.len(),
            ValidationErrorKind::Required { .. } => 1,
            _ => 0,
        };
        branch.iter().filter(|e| e.instance_path().as_str() == here).map(keys).sum()
    };
    let all: Vec<(usize, &Branch)> = branches.map(|branch| (differing(branch), branch)).collect();
    let least = all.iter().map(|(count, _)| *count).min();
    all.into_iter().filter(|(count, _)| Some(*count) == least).map(|(_, branch)| branch).collect()
}

/// A map of which no key, or more than one, says which shape it is to have.
fn other_keys(
    written: &Json,
    branches: &[&Branch],
    checked: &Checked,
    pointer: &str,
    kind: Kind,
    found: &mut Findings<'_>,
) {
    let mut known: Vec<&str> = Vec::new();
    for error in branches.iter().copied().flatten() {
        match error.kind() {
            ValidationErrorKind::Required { property } => known.extend(property.as_str()),
            ValidationErrorKind::AdditionalProperties { .. } => {
                known.extend(known_keys(checked, error.schema_path().as_str()));
            }
            _ => {}
        }
    }
    known.sort_unstable();
    known.dedup();
    let unknown = written.as_object().into_iter().flat_map(|map| map.keys());
    let unknown: Vec<&String> = unknown.filter(|key| !known.contains(&key.as_str())).collect();
    for key in &unknown {
        found.key(&join(pointer, key), unknown_key(key, &known, kind));
    }
    if unknown.is_empty() {
        let keys = known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        let words = [
            format!("a map with one of {keys}"),
            format!("含有 {keys} 之一的映射"),
            format!("含有 {keys} 之一的對應"),
        ];
        found.value(pointer, must_be(pointer, words));
    }
}

fn plain(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// The name of the part at a pointer, for messages.
fn part(pointer: &str) -> [String; 3] {
    let mut steps = pointer.rsplit('/');
    let last = steps.next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
    if last.is_empty() {
        return ["the file".to_owned(), "文件".to_owned(), "檔案".to_owned()];
    }
    match last.parse::<usize>() {
        Ok(index) => {
            let list = steps.next().unwrap_or_default();
            let number = index + 1;
            [
                format!("entry {number} of `{list}`"),
                format!("`{list}` 的第 {number} 项"),
                format!("`{list}` 的第 {number} 項"),
            ]
        }
        Err(_) => [0, 1, 2].map(|_| format!("`{last}`")),
    }
}

fn must_be(pointer: &str, [en, cn, tw]: [String; 3]) -> Diagnostic {
    let [name_en, name_cn, name_tw] = part(pointer);
    say(
        Code::InvalidValue,
        [format!("{name_en} must be {en}"), format!("{name_cn} 必须是{cn}"), format!("{name_tw} 必須是{tw}")],
    )
}

fn any_of(words: &[[String; 3]]) -> [String; 3] {
    let pick = |index: usize, or: &str| {
        let mut all: Vec<&str> = words.iter().map(|w| w[index].as_str()).collect();
        all.dedup();
        all.join(or)
    };
    [pick(0, " or "), pick(1, "或"), pick(2, "或")]
}

fn type_words(kind: &TypeKind) -> [String; 3] {
    let words = |kind: JsonType| -> [String; 3] {
        match kind {
            JsonType::String => ["text", "文本", "文字"],
            JsonType::Integer => ["a whole number", "整数", "整數"],
            JsonType::Number => ["a number", "数字", "數字"],
            JsonType::Boolean => ["true or false", " true 或 false", " true 或 false"],
            JsonType::Object => ["a map", "映射", "對應"],
            JsonType::Array => ["a list", "列表", "清單"],
            JsonType::Null => ["nothing", "空", "空"],
        }
        .map(str::to_owned)
    };
    match kind {
        TypeKind::Single(kind) => words(*kind),
        TypeKind::Multiple(kinds) => any_of(&kinds.iter().map(words).collect::<Vec<_>>()),
    }
}

fn one_of(text: &str, options: &[String], pointer: &str, kind: Kind) -> Diagnostic {
    let key = pointer.rsplit('/').find(|step| step.parse::<usize>().is_err()).unwrap_or_default();
    if NOT_YET_VALUES.contains(&(kind, key, text)) {
        return not_yet(key, text);
    }
    let hint = did_you_mean(text, options.iter().map(String::as_str));
    let hint = hint.or_else(|| Some(Hint::OneOf(options.to_vec())));
    let [en, cn, tw] = part(pointer);
    say(
        Code::InvalidValue,
        [
            format!("{en} does not take `{text}`"),
            format!("{cn} 不接受 `{text}`"),
            format!("{tw} 不接受 `{text}`"),
        ],
    )
    .with_hint(hint)
}

fn describe(error: &ValidationError<'_>, pointer: &str, kind: Kind) -> Diagnostic {
    let instance = error.instance();
    let shown = plain(instance);
    let number = |en: &str, cn: &str, tw: &str, limit: &dyn std::fmt::Display| {
        must_be(pointer, [format!("{en} {limit}"), format!("{cn} {limit}"), format!("{tw} {limit}")])
    };
    match error.kind() {
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> = options.as_array().into_iter().flatten().map(plain).collect();
            one_of(&shown, &options, pointer, kind)
        }
        ValidationErrorKind::Constant { expected_value } => {
            one_of(&shown, &[plain(expected_value)], pointer, kind)
        }
        ValidationErrorKind::Type { kind } => must_be(pointer, type_words(kind)),
        ValidationErrorKind::Minimum { limit } => number("at least", "不小于", "不小於", limit),
        ValidationErrorKind::ExclusiveMinimum { limit } => number("more than", "大于", "大於", limit),
        ValidationErrorKind::Maximum { limit } => number("at most", "不大于", "不大於", limit),
        ValidationErrorKind::MinItems { limit } => {
            number("a list with entries, at least", "列表，项数至少", "清單，項數至少", limit)
        }
        ValidationErrorKind::MinProperties { limit } => {
            number("a map with entries, at least", "映射，项数至少", "對應，項數至少", limit)
        }
        ValidationErrorKind::UniqueItems => twice(instance, pointer),
        ValidationErrorKind::Pattern { pattern } => {
            let [en, cn, tw] = part(pointer);
            say(
                Code::InvalidValue,
                [
                    format!("{en}: `{shown}` does not have the form {pattern}"),
                    format!("{cn}：`{shown}` 不符合格式 {pattern}"),
                    format!("{tw}：`{shown}` 不符合格式 {pattern}"),
                ],
            )
        }
        _ => {
            let words = error.to_string();
            say(Code::InvalidValue, [words.clone(), words.clone(), words])
        }
    }
}

fn twice(list: &Json, pointer: &str) -> Diagnostic {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let repeated = list.iter().enumerate().find(|(index, entry)| list[..*index].contains(entry));
    let name = repeated.map(|(_, entry)| plain(entry)).unwrap_or_default();
    let [en, cn, tw] = part(pointer);
    say(
        Code::InvalidValue,
        [
            format!("{en} names `{name}` twice"),
            format!("{cn} 重复列出 `{name}`"),
            format!("{tw} 重複列出 `{name}`"),
        ],
    )
}
