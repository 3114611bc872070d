//! Writing records.

use crate::caller::Caller;
use crate::idempotency;
use crate::input::{self, BODY, part};
use crate::limit;
use crate::problem::{Answer, InLocale, Problem};
use crate::wire;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use diagnostic::{Class, Code, Diagnostic, Locale};
use engine::records::Command;
use engine::requests::bulk::{MOST, key_fields};
use engine::requests::{Asked, Bulk, BulkMode, Done, LargeBulk, Press, Request, large};
use plan::Precondition;
use serde_json::{Value as Json, json};
use std::sync::Arc;

fn object(request: &HttpRequest) -> Arc<str> {
    part(request, "object").into()
}

fn no_parameters(caller: &Caller, request: &HttpRequest) -> Answer<()> {
    input::known_parameters(request, &[], caller.locale).map(drop)
}

/// The write of a request, sent by the form that its address names.
fn sent(caller: &Caller, request: &HttpRequest, write: Command) -> Answer<Command> {
    let parameters = input::known_parameters(request, &["form"], caller.locale)?;
    Ok(write.through(parameters.text("form")))
}

/// Does what is asked for and renders what it led to under the rights of whoever asks.
pub async fn perform(caller: &Caller, asked: Asked) -> Answer {
    let done = caller.ask(|engine, who| async move { engine.perform(&who, asked).await }).await;
    match done {
        Ok(done) => render(caller, done).await,
        Err(problem) => {
            // A clash tells that a record exists, whoever may see it: not often enough to ask for all of them.
            if problem.diagnostic.code == Code::Duplicate
                && let Some(state) = &caller.state
            {
                state.limit(limit::CLASH, &caller.identity().actor.id.to_string(), caller.locale)?;
            }
            Err(problem)
        }
    }
}

async fn command(caller: &Caller, request: &HttpRequest, body: &[u8], command: Command) -> Answer {
    perform(caller, idempotency::asked(caller, request, body, Request::Write(command))?).await
}

async fn render(caller: &Caller, done: Done) -> Answer {
    let status = StatusCode::from_u16(done.status()).unwrap_or(StatusCode::OK);
    match done {
        Done::Written { object, id, created, parked, job } => {
            let location = match (parked, job, created) {
                (Some(instance), ..) => Some(format!("/api/v1/instances/{instance}")),
                (None, Some(job), _) => Some(format!("/api/v1/jobs/{job}")),
                (None, None, true) => Some(format!("/api/v1/records/{object}/{id}")),
                (None, None, false) => None,
            };
            record(caller, status, object, id, location).await
        }
        Done::Record { object, id } => record(caller, status, object, id, None).await,
        Done::Bulk(results) => Ok(wire::json(status, &json!({"results": results}))),
        Done::Answered(Json::Null) => Ok(wire::nothing()),
        Done::Answered(answer @ Json::Object(_)) => Ok(wire::ok(&answer)),
        Done::Answered(answer) => Ok(wire::ok(&json!({"result": answer}))),
        Done::Job(id) => Ok(wire::accepted(format!("/api/v1/jobs/{id}"), &json!({"job": id}))),
        Done::Commented(id) => Ok(wire::json(status, &json!({"id": id}))),
        Done::Submitted(id) => {
            let locale = caller.locale;
            let body =
                caller.ask(move |engine, who| async move { engine.instance(&who, id, locale).await }).await?;
            let mut answer = wire::json(status, &body);
            if let Ok(location) = format!("/api/v1/instances/{id}").parse() {
                answer.headers_mut().insert(LOCATION, location);
            }
            Ok(answer)
        }
        Done::Withdrawn(id) => {
            let locale = caller.locale;
            Ok(wire::ok(
                &caller
                    .ask(move |engine, who| async move { engine.instance(&who, id, locale).await })
                    .await?,
            ))
        }
        Done::Task(id) => match caller.ask(|engine, who| async move { engine.task(&who, id).await }).await {
            Ok(task) => Ok(wire::ok(&task)),
            // Whoever gave it away is told nothing more of it.
            Err(problem) if problem.diagnostic.code == Code::NotFound => {
                Ok(HttpResponse::NoContent().finish())
            }
            Err(problem) => Err(problem),
        },
    }
}

/// The record as its writer may see it; only its id where the writer may not read it.
async fn record(
    caller: &Caller,
    status: StatusCode,
    object: String,
    id: uuid::Uuid,
    location: Option<String>,
) -> Answer {
    let whole = caller.ask(|engine, who| async move { engine.record(&who, &object, id, &[]).await }).await;
    let body = match whole {
        Ok(body) => body,
        Err(problem) if matches!(problem.diagnostic.class(), Class::NotFound | Class::Forbidden) => {
            bytes::Bytes::from(json!({"id": id}).to_string())
        }
        Err(problem) => return Err(problem),
    };
    Ok(wire::record(status, body, location))
}

/// `POST /records/{object}?form=`
pub async fn create(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let create = Command::Create { object: object(&request), body: body.json };
    let create = sent(&caller, &request, create)?;
    command(&caller, &request, &body.bytes, create).await
}

/// `PATCH /records/{object}/{id}?form=`
pub async fn change(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let id = input::id(&request, "id", caller.locale)?;
    let precondition = input::precondition(&request, caller.locale)?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let change = Command::Update { object: object(&request), id, body: body.json, precondition };
    let change = sent(&caller, &request, change)?;
    command(&caller, &request, &body.bytes, change).await
}

/// `PATCH /records/{object}/single?form=`: the one record is made by its first change.
pub async fn change_single(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let precondition = input::precondition(&request, caller.locale)?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let name = object(&request);
    let known = name.clone();
    let id = caller.ask(|engine, who| async move { engine.single(&who, &known).await }).await?;
    let write = match id {
        Some(id) => Command::Update { object: name, id, body: body.json, precondition },
        None => Command::Create { object: name, body: body.json },
    };
    let write = sent(&caller, &request, write)?;
    command(&caller, &request, &body.bytes, write).await
}

/// `DELETE /records/{object}/{id}?purge=true`
pub async fn delete(caller: Caller, request: HttpRequest) -> Answer {
    let purge = input::known_parameters(&request, &["purge"], caller.locale)?.flag("purge")?;
    let id = input::id(&request, "id", caller.locale)?;
    let precondition = input::precondition(&request, caller.locale)?;
    let object = object(&request);
    let write = match purge {
        true => Command::Purge { object, id, precondition },
        false => Command::Delete { object, id, precondition },
    };
    let asked = idempotency::plain(&caller, &request, Request::Write(write));
    let done = caller.ask(|engine, who| async move { engine.perform(&who, asked).await }).await?;
    match done {
        Done::Written { job: Some(job), .. } => {
            let location = format!("/api/v1/jobs/{job}");
            Ok(wire::accepted(location, &json!({"job": job})))
        }
        _ => Ok(wire::nothing()),
    }
}

/// `POST /records/{object}/{id}/restore`
pub async fn restore(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    no_parameters(&caller, &request)?;
    let id = input::id(&request, "id", caller.locale)?;
    let body = input::json_or_null(&request, payload, caller.locale).await?;
    empty(&caller, &body.json)?;
    command(&caller, &request, &body.bytes, Command::Restore { object: object(&request), id }).await
}

fn empty(caller: &Caller, body: &Json) -> Answer<()> {
    match body {
        Json::Null => Ok(()),
        body => input::object(body, &[]).map(drop).or_problem(caller.locale),
    }
}

/// `PUT /records/{object}/by/{unique}/{v1}[/{v2}…]`
pub async fn upsert(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    no_parameters(&caller, &request)?;
    // The values are taken from the address as it came: a `/` inside one is `%2F` there.
    let all = input::segments(request.uri().path()).unwrap_or_default();
    let behind = all.iter().skip(1).skip_while(|segment| *segment != "by").skip(1).cloned();
    let mut behind: Vec<String> = behind.collect();
    if behind.len() < 2 {
        return Err(caller.refuse(Diagnostic::new(Code::NotFound)));
    }
    let key = behind.remove(0);
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let write =
        Command::Upsert { object: object(&request), key: key.into(), values: behind, body: body.json };
    command(&caller, &request, &body.bytes, write).await
}

/// `POST /records/{object}/bulk`
pub async fn bulk(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    no_parameters(&caller, &request)?;
    let body = input::json(&request, payload, large::LARGEST, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["mode", "operations"]))?;
    let mode = match caller.told(input::text(map, "mode"))? {
        None | Some("atomic") => BulkMode::Atomic,
        Some("each") => BulkMode::Each,
        Some(_) => {
            return Err(Problem::new(input::wrong_key("mode", "atomic or each is expected"), caller.locale));
        }
    };
    let object = object(&request);
    let published = caller.engine.published();
    let known = plan::known::Known { catalog: &published.catalog, actor: &caller.identity().actor };
    let keys = |key: &str| key_fields(&known, &object, key);
    let Some(Json::Array(operations)) = map.get("operations") else {
        return Err(Problem::new(input::wrong_key("operations", "a list is expected"), caller.locale));
    };
    let commands = caller.told(Bulk::read(&object, operations, keys))?;
    let locale = caller.locale;
    let request_of = match commands.len() > MOST {
        true => {
            // Whether the object is there for the caller is said at once, the rest by the job.
            caller.told(known.object(&object))?;
            let operations = Arc::new(operations.clone());
            Request::LargeBulk(LargeBulk { object, mode, operations, locale })
        }
        false => Request::Bulk(Bulk { object, mode, commands, locale, told }),
    };
    perform(&caller, idempotency::asked(&caller, &request, &body.bytes, request_of)?).await
}

/// How a refusal looks among the results of a bulk write.
pub fn told(found: &Diagnostic, locale: Locale) -> Json {
    let problem = Problem::new(Box::new(found.clone()), locale);
    let status = crate::problem::status(found.class()).as_u16();
    json!({"status": status, "error": problem.body(&crate::trace::current_id())})
}

/// `POST /records/{object}/{id}/moves/{move}`
pub async fn make_move(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    no_parameters(&caller, &request)?;
    let id = input::id(&request, "id", caller.locale)?;
    let precondition = match input::precondition(&request, caller.locale)? {
        // A move names the state it starts at; that is precondition enough.
        Precondition::Absent => Precondition::Waived,
        given => given,
    };
    let body = input::json_or_null(&request, payload, caller.locale).await?;
    let name = part(&request, "move").into();
    let object = object(&request);
    let made = Command::Move { object, id, name, body: body.json, precondition, approved: false };
    command(&caller, &request, &body.bytes, made).await
}

/// `POST /records/{object}/{id}/actions/{action}`
pub async fn press(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let id = input::id(&request, "id", caller.locale)?;
    press_button(caller, request, payload, Some(id)).await
}

/// `POST /records/{object}/actions/{action}`
pub async fn press_on_object(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    press_button(caller, request, payload, None).await
}

async fn press_button(
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
    record: Option<uuid::Uuid>,
) -> Answer {
    no_parameters(&caller, &request)?;
    let body = input::json_or_null(&request, payload, caller.locale).await?;
    let action = part(&request, "action").into();
    let press = Press { object: object(&request), record, action, parameters: body.json };
    perform(&caller, idempotency::asked(&caller, &request, &body.bytes, Request::Press(press))?).await
}
