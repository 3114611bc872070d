//! Other systems, what the site says of them, and whether they answer: for administrators.

use crate::caller::Caller;
use crate::idempotency;
use crate::input::{self, BODY, part};
use crate::problem::Answer;
use crate::state::State;
use crate::wire;
use actix_web::{HttpRequest, web};
use engine::connectors::Settings;
use engine::{Engine, Identity};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

const WHAT: &str = "connectors";

/// `GET /connectors`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("list", WHAT)?;
    let locale = caller.locale;
    let work = |engine: Engine, who: Arc<Identity>| async move { engine.connectors(&who, locale).await };
    Ok(wire::ok(&json!({"connectors": caller.ask(work).await?})))
}

/// `GET /connectors/{name}`
pub async fn one(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("read", WHAT)?;
    let (name, locale) = (part(&request, "name").to_owned(), caller.locale);
    let work =
        |engine: Engine, who: Arc<Identity>| async move { engine.connector(&who, &name, locale).await };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// `PUT /connectors/{name}/settings {url, user, from}`: what is not said is as the definition says.
pub async fn set(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("change", WHAT)?;
    let body = input::json_or_null(&request, payload, caller.locale).await?;
    let map = caller.told(said(&body.json, &["url", "user", "from"]))?;
    let text = |key: &str| caller.told(input::text(&map, key).map(|text| text.map(str::to_owned)));
    let settings = Settings { url: text("url")?, user: text("user")?, from: text("from")? };
    let (name, from) = (part(&request, "name").to_owned(), state.origin(&request));
    let work = |engine: Engine, who: Arc<Identity>| async move {
        engine.set_connector(&who, &name, settings, &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

/// `PUT /connectors/{name}/secrets/{secret} {value}`: nobody reads it any more.
pub async fn set_secret(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("change", WHAT)?;
    let value = secret(&caller, &request, payload).await?;
    let (name, secret) = (part(&request, "name").to_owned(), part(&request, "secret").to_owned());
    let from = state.origin(&request);
    let work = |engine: Engine, who: Arc<Identity>| async move {
        engine.set_connector_secret(&who, &name, &secret, &value, &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

/// The value of a secret, from a body that holds nothing else.
pub(super) async fn secret(caller: &Caller, request: &HttpRequest, payload: web::Payload) -> Answer<String> {
    let body = input::json(request, payload, BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["value"]))?;
    Ok(caller.told(input::needed(map, "value"))?.to_owned())
}

/// `DELETE /connectors/{name}/secrets/{secret}`
pub async fn remove_secret(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("change", WHAT)?;
    let (name, secret) = (part(&request, "name").to_owned(), part(&request, "secret").to_owned());
    let from = state.origin(&request);
    let work = |engine: Engine, who: Arc<Identity>| async move {
        engine.remove_connector_secret(&who, &name, &secret, &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

/// `POST /connectors/{name}/operations/{operation}/call {parameters}`: asks at once. An `Idempotency-Key` goes on to the
/// other system.
pub async fn call(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("try", WHAT)?;
    let body = input::json_or_null(&request, payload, caller.locale).await?;
    let map = caller.told(said(&body.json, &["parameters"]))?;
    let parameters = map.get("parameters").cloned().unwrap_or(Json::Null);
    let key = idempotency::key(&caller, &request, &body.bytes)?;
    let key = key.map_or_else(|| Uuid::now_v7().to_string(), |key| key.key);
    let key = format!("try/{}/{key}", caller.identity().actor.id);
    let (name, operation) = (part(&request, "name").to_owned(), part(&request, "operation").to_owned());
    let from = state.origin(&request);
    let work = |engine: Engine, who: Arc<Identity>| {
        let work =
            async move { engine.try_connector(&who, (&name, &operation), &parameters, &key, &from).await };
        Box::pin(work)
    };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// The keys of a body that may be left out.
fn said(body: &Json, known: &[&str]) -> diagnostic::Result<Map<String, Json>> {
    match body {
        Json::Null => Ok(Map::new()),
        body => input::object(body, known).cloned(),
    }
}
