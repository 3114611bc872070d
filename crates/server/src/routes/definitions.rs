//! Definitions as clients are told of them.

use crate::caller::Caller;
use crate::input::{self, part};
use crate::problem::Answer;
use crate::wire;
use actix_web::HttpRequest;
use diagnostic::{Code, Diagnostic, Hint};
use engine::describe::KINDS;
use serde_json::json;

/// `GET /definitions?kind=`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &["kind"], caller.locale)?;
    let kind = parameters.text("kind");
    if let Some(kind) = kind.filter(|kind| !KINDS.contains(kind)) {
        let found = Diagnostic::new(Code::InvalidParameter)
            .with("name", "kind")
            .with("reason", format!("unknown kind `{kind}`"));
        return Err(caller.refuse(found.at("kind").with_hint(Hint::OneOf(KINDS.map(str::to_owned).to_vec()))));
    }
    let mut all = caller.engine.definitions(caller.identity(), caller.locale);
    all.retain(|entry| kind.is_none_or(|kind| entry["kind"] == kind));
    let published = caller.engine.published();
    Ok(wire::ok(&json!({"number": published.number, "definitions": all})))
}

/// `GET /definitions/{kind}/{pack.name}`
pub async fn one(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let (kind, name) = (part(&request, "kind"), part(&request, "name"));
    let shown = caller.engine.definition(caller.identity(), kind, name, caller.locale);
    Ok(wire::ok(&caller.told(shown)?))
}
