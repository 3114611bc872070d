//! What is said of the service itself.

use crate::caller::{self, Caller};
use crate::input;
use crate::openapi;
use crate::problem::{Answer, InLocale};
use crate::routes::pages;
use crate::state::State;
use crate::wire;
use actix_web::{HttpRequest, web};
use diagnostic::{Code, Diagnostic};
use serde_json::json;
use std::time::Duration;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /`: the web application for browsers, the way to the API for others.
pub async fn root(request: HttpRequest) -> Answer {
    if let Some(page) = pages::answer(&request) {
        return Ok(page);
    }
    Ok(wire::ok(&json!({
        "name": "Lifeloom",
        "api": "/api/v1",
        "description": "/api/v1/openapi.json",
        "sign_in": {"POST /api/v1/session": {"login": "…", "password": "…"}},
    })))
}

/// `GET /healthz`: the process lives.
pub async fn health() -> Answer {
    Ok(wire::ok(&json!({"status": "ok"})))
}

/// `GET /readyz`: the database answers and something is published.
pub async fn ready(state: web::Data<State>, request: HttpRequest) -> Answer {
    let locale = caller::language(&request);
    let engine = state.engine.clone();
    let look = async move {
        let not_ready = || Box::new(Diagnostic::new(Code::NotReady));
        let tx = engine.database().reader();
        let asked = tokio::time::timeout(PATIENCE, tx.rows("select 1", Vec::new())).await;
        asked.map_err(|_| not_ready())?.map_err(|_| not_ready())?;
        if engine.published().number == 0 { Err(not_ready()) } else { Ok(()) }
    };
    caller::near_its_connections(&state.engine, look).await.or_problem(locale)?;
    Ok(wire::ok(&json!({"status": "ready"})))
}

/// `GET /openapi.json`: what the caller may use of the site's own objects.
pub async fn openapi(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let published = caller.engine.published();
    Ok(wire::ok(&openapi::document(&published.catalog, &caller.identity().actor, caller.locale)))
}
