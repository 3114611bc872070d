//! Decisions: tables of rules that a caller asks.

use crate::caller::Caller;
use crate::input::{self, BODY, part};
use crate::problem::{Answer, Problem};
use crate::wire;
use actix_web::{HttpRequest, web};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// `POST /decisions/{name}/evaluate {"record"?: id, "inputs"?: {name: value}}`. It changes nothing.
pub async fn evaluate(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["record", "inputs"]))?;
    let wrong = |key: &str, reason: &str| Problem::new(input::wrong_key(key, reason), caller.locale);
    let id = |text: &str| text.parse::<Uuid>().ok();
    let record = match map.get("record") {
        None | Some(Json::Null) => None,
        Some(Json::Object(record)) => Some(record.get("id").and_then(Json::as_str).and_then(id)),
        Some(other) => Some(other.as_str().and_then(id)),
    };
    if record == Some(None) {
        return Err(wrong("record", "the id of a record is expected"));
    }
    let inputs = match map.get("inputs") {
        None | Some(Json::Null) => Map::new(),
        Some(Json::Object(inputs)) => inputs.clone(),
        Some(_) => return Err(wrong("inputs", "an object is expected")),
    };
    let name = part(&request, "name").to_owned();
    let work = |engine: engine::Engine, who| async move {
        engine.evaluate_decision(&who, &name, record.flatten(), &inputs).await
    };
    Ok(wire::ok(&caller.ask(work).await?))
}
