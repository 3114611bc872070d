//! Webhooks: other systems set off automations. Who sends is proven by a signature, not by a session.

use crate::caller::{self, Caller};
use crate::input::{self, BODY, part};
use crate::problem::{Answer, InLocale};
use crate::routes::connectors;
use crate::state::State;
use crate::wire;
use actix_web::{HttpRequest, web};
use definition::connector::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use engine::signature::Signature;
use engine::{Engine, Identity};
use serde_json::json;
use std::sync::Arc;

const WHAT: &str = "webhooks";
/// The key under which a sender repeats a message.
const KEY: &str = "idempotency-key";

/// `POST /webhooks/{workflow}`: the parameters of the webhook, signed.
pub async fn hear(state: web::Data<State>, request: HttpRequest, payload: web::Payload) -> Answer {
    let locale = caller::language(&request);
    let body = input::read(&request, payload, BODY, locale).await?;
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let said = |name: &str| header(name).unwrap_or_default().to_owned();
    let signature = Signature { timestamp: said(TIMESTAMP_HEADER), signature: said(SIGNATURE_HEADER) };
    let (workflow, key) = (part(&request, "workflow").to_owned(), header(KEY).map(str::to_owned));
    let engine = state.engine.clone();
    let work = async move { engine.take_message(&workflow, &signature, &body, key.as_deref()).await };
    caller::on_its_runtime(&state.engine, work).await.or_problem(locale)?;
    Ok(wire::nothing())
}

/// `GET /webhooks`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("list", WHAT)?;
    let locale = caller.locale;
    let work = |engine: Engine, who: Arc<Identity>| async move { engine.webhooks(&who, locale).await };
    Ok(wire::ok(&json!({"webhooks": caller.ask(work).await?})))
}

/// `PUT /webhooks/{workflow}/secret {value}`: nobody reads it any more.
pub async fn set_secret(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("change", WHAT)?;
    let value = connectors::secret(&caller, &request, payload).await?;
    change(&state, caller, &request, Some(value)).await
}

/// `DELETE /webhooks/{workflow}/secret`
pub async fn remove_secret(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("change", WHAT)?;
    change(&state, caller, &request, None).await
}

async fn change(state: &State, caller: Caller, request: &HttpRequest, value: Option<String>) -> Answer {
    let (workflow, from) = (part(request, "workflow").to_owned(), state.origin(request));
    let work = |engine: Engine, who: Arc<Identity>| async move {
        engine.set_webhook_secret(&who, &workflow, value.as_deref(), &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}
