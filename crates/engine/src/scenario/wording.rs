//! What failures say. They speak to whoever writes the pack, in English, as the codes they quote.

use diagnostic::{Code, Diagnostic, Locale};
use serde_json::Value as Json;

/// What was refused, with its code and its place in the record.
pub(super) fn refusal(found: &Diagnostic) -> String {
    let parts: Vec<String> = match found.details.as_slice() {
        [] => vec![one(found)],
        details => details.iter().map(one).collect(),
    };
    parts.join("; ")
}

fn one(found: &Diagnostic) -> String {
    let at = found.path.as_ref().map_or(String::new(), |path| format!(" at `{path}`"));
    let source = found.source.as_ref().map_or(String::new(), |source| format!(" ({source})"));
    format!("`{}`{at}: {}{source}", found.code.name(), found.render(Locale::En))
}

/// A value as the wire has it.
pub(super) fn shown(value: &Json) -> String {
    value.to_string()
}

/// What stands otherwise than where nothing was cut off.
pub(super) fn otherwise(expected: &[String], found: &[String]) -> Diagnostic {
    let missing = expected.iter().filter(|line| !found.contains(line)).map(|line| format!("no `{line}`"));
    let further = found.iter().filter(|line| !expected.contains(line)).map(|line| format!("`{line}`"));
    let reason: Vec<String> = missing.chain(further).collect();
    Diagnostic::new(Code::ScenarioFailed).with("reason", format!("it ends otherwise: {}", reason.join(", ")))
}
