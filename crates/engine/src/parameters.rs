//! What actions and operations of connectors are given, as the types of their parameters read it.

use catalog::Parameter;
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::Value;
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// The value of every parameter, in their order; null for none.
///
/// # Errors
/// `invalid_body` for what is no map, and findings about unknown, missing and wrong values.
pub(crate) fn read(
    parameters: &IndexMap<Arc<str>, Parameter>,
    given: &Json,
) -> Result<IndexMap<Arc<str>, Value>> {
    let none = Map::new();
    let given = match given {
        Json::Null => &none,
        Json::Object(given) => given,
        _ => {
            return Err(Box::new(Diagnostic::new(Code::InvalidBody).with("reason", "an object is expected")));
        }
    };
    let mut found = Vec::new();
    for name in given.keys().filter(|name| !parameters.contains_key(name.as_str())) {
        let hint = did_you_mean(name, parameters.keys().map(|known| &**known));
        found.push(Diagnostic::new(Code::UnknownField).with("name", name).with_hint(hint).at(name));
    }
    let mut read = IndexMap::new();
    for (name, parameter) in parameters {
        let kind = parameter.kind.kind();
        let mut wrong = Vec::new();
        let value = given.get(&**name).map_or_else(|| Ok(parameter.default.clone()), |json| kind.parse(json));
        match value {
            Ok(Value::Null) if parameter.required => wrong.push(Diagnostic::new(Code::Required)),
            Ok(value) => {
                kind.validate(&value, &mut wrong);
                read.insert(name.clone(), value);
            }
            Err(error) => wrong.push(*error),
        }
        found.extend(wrong.into_iter().map(|one| one.with("field", name).at(&**name)));
    }
    match Diagnostic::gather(found) {
        Some(found) => Err(Box::new(found)),
        None => Ok(read),
    }
}
