//! The own account: password, authenticator app, sessions, tokens; and a forgotten password.

use crate::caller::{self, Caller};
use crate::idempotency;
use crate::input;
use crate::limit;
use crate::problem::{Answer, InLocale};
use crate::state::State;
use crate::wire;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use chrono::{DateTime, TimeDelta, Utc};
use engine::identity::{NewToken, SessionKind};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use storage::store::session;

/// Bytes of a body.
const SMALL: usize = 16 * 1024;
/// Days of a token at most.
const MOST_DAYS: i64 = 3650;
/// Characters of a label.
const LABEL: usize = 100;

/// The keys of a body that holds texts only, of somebody who signed in.
async fn texts(
    caller: &Caller,
    request: &HttpRequest,
    payload: web::Payload,
    keys: &[&str],
) -> Answer<Map<String, Json>> {
    input::known_parameters(request, &[], caller.locale)?;
    caller.told(caller.session.must_be_a_person())?;
    let body = input::json(request, payload, SMALL, caller.locale).await?;
    caller.told(input::object(&body.json, keys)).cloned()
}

fn needed(caller: &Caller, map: &Map<String, Json>, key: &str) -> Answer<String> {
    caller.told(input::needed(map, key)).map(str::to_owned)
}

/// `POST /session/password {password, new_password}`
pub async fn change_password(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let map = texts(&caller, &request, payload, &["password", "new_password"]).await?;
    let (old, new) = (needed(&caller, &map, "password")?, needed(&caller, &map, "new_password")?);
    let (session, from) = (caller.session.clone(), state.origin(&request));
    caller.ask(|engine, _| async move { engine.change_password(&session, &old, &new, &from).await }).await?;
    Ok(wire::nothing())
}

/// `POST /session/totp {password}`
pub async fn begin_totp(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let map = texts(&caller, &request, payload, &["password"]).await?;
    let password = needed(&caller, &map, "password")?;
    let (session, from) = (caller.session.clone(), state.origin(&request));
    let work = |engine: engine::Engine, _| async move {
        engine.begin_second_factor(&session, &password, &from).await
    };
    let begun = caller.ask(work).await?;
    Ok(wire::json(StatusCode::CREATED, &json!({"secret": begun.secret, "uri": begun.uri})))
}

/// `POST /session/totp/confirm {code}`
pub async fn confirm_totp(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let map = texts(&caller, &request, payload, &["code"]).await?;
    let code = needed(&caller, &map, "code")?;
    let (session, from) = (caller.session.clone(), state.origin(&request));
    let work =
        |engine: engine::Engine, _| async move { engine.confirm_second_factor(&session, &code, &from).await };
    Ok(wire::ok(&json!({"recovery_codes": caller.ask(work).await?})))
}

/// `POST /session/totp/recovery-codes {password}`
pub async fn renew_codes(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let map = texts(&caller, &request, payload, &["password"]).await?;
    let password = needed(&caller, &map, "password")?;
    let (session, from) = (caller.session.clone(), state.origin(&request));
    let work = |engine: engine::Engine, _| async move {
        engine.renew_recovery_codes(&session, &password, &from).await
    };
    Ok(wire::ok(&json!({"recovery_codes": caller.ask(work).await?})))
}

/// `POST /session/totp/remove {password, code}`
pub async fn remove_totp(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let map = texts(&caller, &request, payload, &["password", "code"]).await?;
    let (password, code) = (needed(&caller, &map, "password")?, needed(&caller, &map, "code")?);
    let (session, from) = (caller.session.clone(), state.origin(&request));
    let work = |engine: engine::Engine, _| async move {
        engine.remove_second_factor(&session, &password, &code, &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

/// A session or a token as it is listed.
pub fn shown(one: &session::Session, current: Option<uuid::Uuid>) -> Json {
    let mut entry = json!({
        "id": one.id,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "last_used_at": one.last_used_at,
        "address": one.address,
        "agent": one.agent,
    });
    match one.kind.as_str() {
        "api" => {
            entry["label"] = json!(one.label);
            entry["roles"] = json!(one.roles);
        }
        _ => entry["current"] = json!(current == Some(one.id)),
    }
    entry
}

/// The sessions or tokens of somebody.
pub async fn listed(caller: &Caller, user: uuid::Uuid, kind: SessionKind) -> Answer<Vec<Json>> {
    let all = caller.ask(|engine, _| async move { engine.held(user, kind).await }).await?;
    let current = caller.session.id;
    Ok(all.iter().map(|one| shown(one, Some(current))).collect())
}

/// `GET /sessions`
pub async fn sessions(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let all = listed(&caller, caller.identity().actor.id, SessionKind::Session).await?;
    Ok(wire::ok(&json!({"sessions": all})))
}

/// `DELETE /sessions`: all but the one that asks.
pub async fn end_others(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.told(caller.session.must_be_a_person())?;
    let (keep, from) = (caller.session.id, state.origin(&request));
    let work = |engine: engine::Engine, who: Arc<engine::Identity>| async move {
        engine.revoke_all(&who, who.actor.id, Some(keep), false, &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

async fn end_one(state: &State, caller: &Caller, request: &HttpRequest, kind: SessionKind) -> Answer {
    input::known_parameters(request, &[], caller.locale)?;
    let (id, from) = (input::id(request, "id", caller.locale)?, state.origin(request));
    if id != caller.session.id {
        caller.told(caller.session.must_be_a_person())?;
    }
    let work = |engine: engine::Engine, who: Arc<engine::Identity>| async move {
        engine.revoke(&who, who.actor.id, (kind, id), &from).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

/// `DELETE /sessions/{id}`
pub async fn end_session(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    end_one(&state, &caller, &request, SessionKind::Session).await
}

/// `GET /tokens`
pub async fn tokens(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let all = listed(&caller, caller.identity().actor.id, SessionKind::Api).await?;
    Ok(wire::ok(&json!({"tokens": all})))
}

/// `DELETE /tokens/{id}`
pub async fn end_token(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    end_one(&state, &caller, &request, SessionKind::Api).await
}

/// `POST /tokens {label, roles?, days? | expires_at?}`
pub async fn make_token(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let body = input::json(&request, payload, SMALL, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["label", "roles", "days", "expires_at"]))?;
    let new = caller.told(new_token(map, caller.engine.now()))?;
    let key = idempotency::key(&caller, &request, &body.bytes)?;
    let (session, from) = (caller.session.clone(), state.origin(&request));
    let work =
        |engine: engine::Engine, _| async move { engine.create_token(&session, new, key, &from).await };
    let made = caller.ask(work).await?;
    Ok(wire::json(StatusCode::CREATED, &json!({"id": made.id, "token": made.token})))
}

fn new_token(map: &Map<String, Json>, now: DateTime<Utc>) -> diagnostic::Result<NewToken> {
    let label = input::needed(map, "label")?.trim().to_owned();
    if label.is_empty() || label.chars().count() > LABEL {
        return Err(input::wrong_key("label", &format!("1 to {LABEL} characters are expected")));
    }
    let roles = match map.get("roles") {
        None | Some(Json::Null) => None,
        Some(Json::Array(roles)) => {
            let roles = roles.iter().map(|role| role.as_str().map(Arc::from));
            let roles: Option<Vec<Arc<str>>> = roles.collect();
            Some(roles.ok_or_else(|| input::wrong_key("roles", "names of roles are expected"))?)
        }
        Some(_) => return Err(input::wrong_key("roles", "a list of roles is expected")),
    };
    let expires_at = match (map.get("days"), input::text(map, "expires_at")?) {
        (None | Some(Json::Null), None) => None,
        (None | Some(Json::Null), Some(text)) => {
            let end = DateTime::parse_from_rfc3339(text);
            Some(end.map_err(|_| input::wrong_key("expires_at", "an instant is expected"))?.to_utc())
        }
        (Some(days), None) => {
            let days = days.as_i64().filter(|days| (1..=MOST_DAYS).contains(days));
            let wrong = || input::wrong_key("days", &format!("1 to {MOST_DAYS} days are expected"));
            Some(now + TimeDelta::days(days.ok_or_else(wrong)?))
        }
        (Some(_), Some(_)) => {
            return Err(input::wrong_key("days", "either `days` or `expires_at` is expected"));
        }
    };
    Ok(NewToken { label, roles, expires_at })
}

/// `POST /password-reset {login}`: the same answer whoever that is.
pub async fn ask_for_reset(state: web::Data<State>, request: HttpRequest, payload: web::Payload) -> Answer {
    let locale = caller::language(&request);
    caller::must_be_same_site(&request, locale)?;
    let body = input::json(&request, payload, SMALL, locale).await?;
    let map = input::object(&body.json, &["login"]).or_problem(locale)?;
    let login = input::needed(map, "login").or_problem(locale)?.to_owned();
    state.limit(limit::RESET_ANY, &state.client(&request), locale)?;
    state.limit(limit::RESET, &limit::folded(&login), locale)?;
    let (engine, from) = (state.engine.clone(), state.origin(&request));
    let work = async move { engine.ask_for_reset(&login, &from).await };
    caller::on_its_runtime(&state.engine, work).await.or_problem(locale)?;
    Ok(wire::nothing())
}

/// `POST /password-reset/confirm {token, password}`
pub async fn reset(state: web::Data<State>, request: HttpRequest, payload: web::Payload) -> Answer {
    let locale = caller::language(&request);
    caller::must_be_same_site(&request, locale)?;
    let body = input::json(&request, payload, SMALL, locale).await?;
    let map = input::object(&body.json, &["token", "password"]).or_problem(locale)?;
    let token = input::needed(map, "token").or_problem(locale)?.to_owned();
    let password = input::needed(map, "password").or_problem(locale)?.to_owned();
    state.limit(limit::RESET_ANY, &state.client(&request), locale)?;
    let (engine, from) = (state.engine.clone(), state.origin(&request));
    let work = async move { engine.reset_password(&token, &password, &from).await };
    caller::on_its_runtime(&state.engine, work).await.or_problem(locale)?;
    Ok(wire::nothing())
}
