//! Signing in and out, and who somebody is.

use crate::caller::{self, COOKIE, Caller};
use crate::input;
use crate::limit;
use crate::problem::{Answer, InLocale};
use crate::state::State;
use crate::wire;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};
use diagnostic::Text;
use engine::Identity;
use engine::identity::SignIn;
use plan::Rows;
use serde_json::{Map, Value as Json, json};

/// `POST /session`
pub async fn sign_in(state: web::Data<State>, request: HttpRequest, payload: web::Payload) -> Answer {
    let locale = caller::language(&request);
    caller::must_be_same_site(&request, locale)?;
    let body = input::json(&request, payload, 16 * 1024, locale).await?;
    let map = input::object(&body.json, &["login", "password", "new_password", "otp"]).or_problem(locale)?;
    let login = input::needed(map, "login").or_problem(locale)?.to_owned();
    let password = input::needed(map, "password").or_problem(locale)?.to_owned();
    let new = input::text(map, "new_password").or_problem(locale)?.map(str::to_owned);
    let otp = input::text(map, "otp").or_problem(locale)?.map(str::to_owned);
    let client = state.client(&request);
    let pair = format!("{client} {}", limit::folded(&login));
    state.limit(limit::SIGN_IN_ANY, &client, locale)?;
    state.limit(limit::SIGN_IN, &pair, locale)?;
    let engine = state.engine.clone();
    let asked = SignIn { login, password, new_password: new, otp, from: state.origin(&request) };
    let work = async move { engine.sign_in(asked).await };
    let signed_in = caller::on_its_runtime(&state.engine, work).await.or_problem(locale)?;
    // What was right is no attempt to guess.
    state.limits.forget(limit::SIGN_IN, &pair);
    state.limits.give_back(limit::SIGN_IN_ANY, &client);
    let cookie = cookie(&state, signed_in.token.clone());
    let body = json!({"user": user(&signed_in.identity), "token": signed_in.token});
    let mut answer = wire::ok(&body);
    // A cookie of plain ASCII is always a header value.
    let _ = answer.add_cookie(&cookie);
    Ok(answer)
}

fn cookie(state: &State, token: String) -> Cookie<'static> {
    Cookie::build(COOKIE, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.secure_cookies)
        .finish()
}

/// `DELETE /session`
pub async fn sign_out(state: web::Data<State>, caller: Caller) -> Answer {
    let session = caller.session.clone();
    caller.ask(|engine, _| async move { engine.sign_out(&session).await }).await?;
    let mut gone = cookie(&state, String::new());
    gone.set_max_age(Duration::ZERO);
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

/// `GET /session`
pub async fn who(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let published = caller.engine.published();
    let actor = &caller.identity().actor;
    let mut objects = Map::new();
    for object in published.catalog.objects.values() {
        let Some(grant) = actor.grant(&object.name) else { continue };
        let some = |rows: &Rows| !rows.is_none();
        let may = [
            ("create", grant.create),
            ("read", some(&grant.read)),
            ("update", some(&grant.update)),
            ("delete", some(&grant.delete)),
            ("restore", some(&grant.restore)),
            ("export", some(&grant.export)),
            ("import", grant.import),
        ];
        let may: Vec<&str> = may.iter().filter(|(_, may)| *may).map(|(name, _)| *name).collect();
        if !may.is_empty() {
            let label = Text::or_name(object.label.as_ref(), caller.locale, &object.name);
            objects.insert(object.name.to_string(), json!({"label": label, "may": may}));
        }
    }
    let id = actor.id;
    let second = caller.ask(|engine, _| async move { engine.has_second_factor(id).await }).await?;
    let mut body = json!({"user": user(caller.identity()), "roles": roles(&caller), "objects": objects});
    body["second_factor"] = json!(second);
    // By whose days `today()` and dates of instants are told.
    body["site"] = json!({"time_zone": caller.engine.site().time_zone_name});
    body["kind"] =
        json!(if caller.session.kind == engine::identity::SessionKind::Api { "api" } else { "session" });
    body["expires_at"] = json!(caller.session.expires_at);
    let mut answer = wire::ok(&body);
    answer.headers_mut().insert(CACHE_CONTROL, actix_web::http::header::HeaderValue::from_static("no-store"));
    Ok(answer)
}

fn roles(caller: &Caller) -> Vec<Json> {
    let published = caller.engine.published();
    let label = |role: &str| {
        let known = published.catalog.roles.get(role);
        Text::or_name(known.and_then(|r| r.label.as_ref()), caller.locale, role).to_owned()
    };
    caller.identity().actor.roles.iter().map(|role| json!({"name": role, "label": label(role)})).collect()
}

fn user(identity: &Identity) -> Json {
    let actor = &identity.actor;
    json!({
        "id": actor.id,
        "login": actor.login,
        "name": actor.name,
        "department": actor.department,
        "manager": actor.manager,
        "locale": actor.locale.tag(),
        "time_zone": actor.time_zone,
        "admin": actor.admin,
        "roles": actor.roles.iter().collect::<Vec<_>>(),
    })
}
