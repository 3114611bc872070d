//! The accounts of others: for administrators.

use crate::caller::Caller;
use crate::idempotency;
use crate::input::{self, BODY};
use crate::problem::Answer;
use crate::routes::account::listed;
use crate::routes::writes::perform;
use crate::state::State;
use crate::wire;
use actix_web::{HttpRequest, web};
use engine::handover::Order;
use engine::identity::SessionKind;
use engine::requests::Request;
use engine::{Engine, Identity};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

const WHAT: &str = "accounts";

/// The user that the address names.
async fn user(caller: &Caller, request: &HttpRequest, action: &str) -> Answer<Uuid> {
    caller.must_be_admin(action, WHAT)?;
    let id = input::id(request, "id", caller.locale)?;
    caller.ask(|engine, _| async move { engine.login_of(id).await }).await?;
    Ok(id)
}

/// `GET /users/{id}/sessions`
pub async fn sessions(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let user = user(&caller, &request, "list").await?;
    Ok(wire::ok(&json!({"sessions": listed(&caller, user, SessionKind::Session).await?})))
}

/// `GET /users/{id}/tokens`
pub async fn tokens(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let user = user(&caller, &request, "list").await?;
    Ok(wire::ok(&json!({"tokens": listed(&caller, user, SessionKind::Api).await?})))
}

/// `DELETE /users/{id}/sessions?tokens=true`
pub async fn end_all(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    let tokens = input::known_parameters(&request, &["tokens"], caller.locale)?.flag("tokens")?;
    let user = user(&caller, &request, "end").await?;
    let from = state.origin(&request);
    let work = |engine: Engine, who: Arc<Identity>| async move {
        engine.revoke_all(&who, user, None, tokens, &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

async fn end_one(state: &State, caller: &Caller, request: &HttpRequest, kind: SessionKind) -> Answer {
    input::known_parameters(request, &[], caller.locale)?;
    let user = user(caller, request, "end").await?;
    let (id, from) = (input::id(request, "held", caller.locale)?, state.origin(request));
    let work = |engine: Engine, who: Arc<Identity>| async move {
        engine.revoke(&who, user, (kind, id), &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

/// `DELETE /users/{id}/sessions/{held}`
pub async fn end_session(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    end_one(&state, &caller, &request, SessionKind::Session).await
}

/// `DELETE /users/{id}/tokens/{held}`
pub async fn end_token(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    end_one(&state, &caller, &request, SessionKind::Api).await
}

/// `POST /users/{id}/password {password?}`: to be changed at the first sign-in; without one a password for one use
/// is made.
pub async fn give_password(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let body = input::json_or_null(&request, payload, caller.locale).await?;
    let none = Map::new();
    let map = match &body.json {
        Json::Null => &none,
        json => caller.told(input::object(json, &["password"]))?,
    };
    let given = caller.told(input::text(map, "password"))?.map(str::to_owned);
    let user = user(&caller, &request, "set the password of").await?;
    let from = state.origin(&request);
    let work = |engine: Engine, who: Arc<Identity>| async move {
        engine.give_password(&who, user, given.as_deref(), &from).await
    };
    Ok(wire::ok(&json!({"one_time_password": caller.ask(work).await?})))
}

/// `DELETE /users/{id}/totp`: of somebody who lost the device.
pub async fn remove_totp(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let user = user(&caller, &request, "change").await?;
    let from = state.origin(&request);
    let work = |engine: Engine, who: Arc<Identity>| async move {
        engine.take_second_factor_away(&who, user, &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

/// `GET /users/{id}/account`: what of it nobody but the owner sets up.
pub async fn account(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let user = user(&caller, &request, "read").await?;
    let factor = caller.ask(|engine, _| async move { engine.has_second_factor(user).await }).await?;
    Ok(wire::ok(&json!({"second_factor": factor})))
}

/// `GET /users/{id}/handover`: what there is to hand over.
pub async fn to_hand_over(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let user = user(&caller, &request, "hand over the records of").await?;
    let held = caller.ask(|engine, who| async move { engine.to_hand_over(&who, user).await }).await?;
    Ok(wire::ok(&json!({"records": held.records, "tasks": held.tasks})))
}

/// `POST /users/{id}/handover {to, deactivate?}`
pub async fn hand_over(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let from = user(&caller, &request, "hand over the records of").await?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["to", "deactivate"]))?;
    let wrong = |key: &str, reason: &str| caller.refuse(*input::wrong_key(key, reason));
    let to = caller.told(input::needed(map, "to"))?.parse();
    let to = to.map_err(|_| wrong("to", "the id of a user is expected"))?;
    let deactivate = match map.get("deactivate") {
        None | Some(Json::Null) => false,
        Some(Json::Bool(flag)) => *flag,
        Some(_) => return Err(wrong("deactivate", "true or false is expected")),
    };
    let order = Request::HandOver(Order { from, to, deactivate });
    perform(&caller, idempotency::asked(&caller, &request, &body.bytes, order)?).await
}
