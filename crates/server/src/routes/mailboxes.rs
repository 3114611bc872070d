//! Mailboxes whose mails set off automations, and mails that are held back.

use crate::caller::Caller;
use crate::input;
use crate::problem::Answer;
use crate::state::State;
use crate::wire;
use actix_web::{HttpRequest, web};
use engine::{Engine, Identity};
use serde_json::json;
use std::sync::Arc;

const WHAT: &str = "mailboxes";

/// `GET /mailboxes`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("list", WHAT)?;
    let locale = caller.locale;
    let work = |engine: Engine, who: Arc<Identity>| async move { engine.mailboxes(&who, locale).await };
    Ok(wire::ok(&json!({"mailboxes": caller.ask(work).await?})))
}

/// `POST /mails/{id}/release`: what is held back sets off what waits for it.
pub async fn release(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("release", WHAT)?;
    let (id, from) = (input::id(&request, "id", caller.locale)?, state.origin(&request));
    let work = |engine: Engine, who: Arc<Identity>| async move { engine.release_mail(&who, id, &from).await };
    caller.ask(work).await?;
    Ok(wire::nothing())
}
