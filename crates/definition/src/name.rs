//! Which names are permitted, and which words are taken.

use diagnostic::{Code, Diagnostic, Locale, Text};
use indexmap::IndexMap;

/// The longest name.
pub const MAX_LENGTH: usize = 60;

/// Columns that every object has; they are never declared.
pub const SYSTEM_FIELDS: [&str; 10] = [
    "id",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
    "owner",
    "department",
    "pending",
];

/// Columns that only records with an owner have; an object without may declare fields of these names.
pub const OWNER_FIELDS: [&str; 2] = ["owner", "department"];

/// What else would collide with a field: words of the expression language and of the wire.
const RESERVED_FIELDS: [&str; 61] = [
    // keywords of the expression language
    "let",
    "const",
    "is",
    "if",
    "else",
    "switch",
    "do",
    "while",
    "until",
    "loop",
    "for",
    "in",
    "continue",
    "break",
    "fn",
    "private",
    "this",
    "return",
    "throw",
    "try",
    "catch",
    "import",
    "export",
    "as",
    "global",
    "true",
    "false",
    "nil",
    "null",
    "void",
    "var",
    "static",
    "goto",
    "exit",
    "spawn",
    "thread_local",
    "async",
    "await",
    "yield",
    "call",
    "curry",
    "eval",
    "print",
    "debug",
    // roots of expressions
    "old",
    "record",
    "initiator",
    "approver",
    "assignee",
    "event",
    // parameters of a list
    "filter",
    "sort",
    "fields",
    "expand",
    "limit",
    "cursor",
    "offset",
    "count",
    "search",
    "view",
    "position",
];

/// Lower-case letters, digits and underscores, beginning with a letter.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= MAX_LENGTH
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Why `name` cannot be a field of an object, if it cannot.
pub fn reserved_field(name: &str) -> bool {
    SYSTEM_FIELDS.contains(&name) || RESERVED_FIELDS.contains(&name)
}

fn refuse(name: &str, [en, cn, tw]: [&str; 3]) -> Diagnostic {
    let found = Diagnostic::new(Code::InvalidName).with("name", name).with("reason", en);
    found.with_message(Text::Localized(IndexMap::from([
        (Locale::En, format!("`{{name}}` is not a permitted name: {en}")),
        (Locale::ZhCn, format!("`{{name}}` 不是允许的名称：{cn}")),
        (Locale::ZhTw, format!("`{{name}}` 不是允許的名稱：{tw}")),
    ])))
}

/// Checks the form of a name.
pub fn check_name(name: &str) -> Option<Diagnostic> {
    if is_name(name) {
        return None;
    }
    let found = refuse(
        name,
        [
            "names are snake_case, begin with a letter and have at most 60 characters",
            "名称须为 snake_case，以字母开头，最多 60 个字符",
            "名稱須為 snake_case，以字母開頭，最多 60 個字元",
        ],
    );
    let better = snake_case(name);
    let hint = is_name(&better).then_some(diagnostic::Hint::DidYouMean(better));
    Some(found.with_hint(hint))
}

/// Checks the name of a field of an object.
pub fn check_field_name(name: &str) -> Option<Diagnostic> {
    if SYSTEM_FIELDS.contains(&name) {
        return Some(refuse(
            name,
            ["every record has this field already", "每条记录已有此字段", "每筆記錄已有此欄位"],
        ));
    }
    if RESERVED_FIELDS.contains(&name) {
        return Some(refuse(name, ["it is a word of the language", "它是语言的保留字", "它是語言的保留字"]));
    }
    check_name(name)
}

/// The nearest name in snake_case, for hints.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        match c {
            'A'..='Z' => {
                if out.ends_with(|p: char| p.is_ascii_lowercase() || p.is_ascii_digit()) {
                    out.push('_');
                }
                out.push(c.to_ascii_lowercase());
            }
            'a'..='z' | '0'..='9' => out.push(c),
            _ if !out.ends_with('_') && !out.is_empty() => out.push('_'),
            _ => {}
        }
    }
    out.trim_end_matches('_').to_owned()
}
