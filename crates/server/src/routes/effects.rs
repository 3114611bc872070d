//! What the site sends to others: for administrators.

use crate::caller::Caller;
use crate::input::{self, BODY};
use crate::problem::Answer;
use crate::state::State;
use crate::wire;
use actix_web::{HttpRequest, web};
use diagnostic::{Code, Diagnostic};
use engine::delivery::STATES;
use serde_json::json;

const WHAT: &str = "effects";
const VERDICTS: [&str; 3] = ["retry", "done", "failed"];

/// `GET /effects?state=`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    let given = input::known_parameters(&request, &["state"], caller.locale)?;
    caller.must_be_admin("list", WHAT)?;
    let state = given.text("state").map(str::to_owned);
    if let Some(state) = state.as_deref().filter(|state| !STATES.contains(state)) {
        let reason = format!("`{state}` is none of {}", STATES.join(", "));
        let found = Diagnostic::new(Code::InvalidParameter).with("name", "state").with("reason", reason);
        return Err(caller.refuse(found.at("state")));
    }
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        engine.effects(&who, state.as_deref()).await
    };
    Ok(wire::ok(&json!({"effects": caller.ask(work).await?})))
}

/// `GET /effects/{id}`
pub async fn one(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("read", WHAT)?;
    let id = input::id(&request, "id", caller.locale)?;
    Ok(wire::ok(&caller.ask(|engine, who| async move { engine.effect(&who, id).await }).await?))
}

/// `POST /effects/{id}/settle {as: retry | done | failed}`
pub async fn settle(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("settle", WHAT)?;
    let id = input::id(&request, "id", caller.locale)?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["as"]))?;
    let verdict = caller.told(input::needed(map, "as"))?.to_owned();
    if !VERDICTS.contains(&verdict.as_str()) {
        let reason = format!("one of {} is expected", VERDICTS.join(", "));
        return Err(caller.refuse(*input::wrong_key("as", &reason)));
    }
    let from = state.origin(&request);
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        engine.settle_effect(&who, id, &verdict, &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}
