//! What is said about records, who hears of it, and what they were before.

use crate::caller::Caller;
use crate::idempotency;
use crate::input::{self, BODY, part};
use crate::problem::Answer;
use crate::wire;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use engine::requests::{Done, Request};
use uuid::Uuid;

/// The place of a page: `before` and `limit`.
fn page(caller: &Caller, request: &HttpRequest) -> Answer<(Option<Uuid>, u32)> {
    let parameters = input::known_parameters(request, &["before", "cursor", "limit"], caller.locale)?;
    let before = match parameters.id("cursor")? {
        Some(cursor) => Some(cursor),
        None => parameters.id("before")?,
    };
    Ok((before, parameters.limit(50, 200)?))
}

/// `GET /records/{object}/{id}/history`
pub async fn history(caller: Caller, request: HttpRequest) -> Answer {
    let id = input::id(&request, "id", caller.locale)?;
    let (before, limit) = page(&caller, &request)?;
    let object = part(&request, "object").to_owned();
    let work =
        |engine: engine::Engine, who| async move { engine.history(&who, &object, id, before, limit).await };
    let found = caller.ask(work).await?;
    Ok(wire::entries("changes", found.entries, found.next))
}

/// `GET /records/{object}/{id}/timeline`
pub async fn timeline(caller: Caller, request: HttpRequest) -> Answer {
    let id = input::id(&request, "id", caller.locale)?;
    let (before, limit) = page(&caller, &request)?;
    let (object, locale) = (part(&request, "object").to_owned(), caller.locale);
    let work = |engine: engine::Engine, who| async move {
        engine.timeline(&who, &object, id, before, limit, locale).await
    };
    let found = caller.ask(work).await?;
    Ok(wire::entries("entries", found.entries, found.next))
}

/// `GET /records/{object}/{id}/comments`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    let id = input::id(&request, "id", caller.locale)?;
    let (before, limit) = page(&caller, &request)?;
    let object = part(&request, "object").to_owned();
    let work =
        |engine: engine::Engine, who| async move { engine.comments(&who, &object, id, before, limit).await };
    let found = caller.ask(work).await?;
    Ok(wire::entries("comments", found.entries, found.next))
}

async fn body_text(
    caller: &Caller,
    request: &HttpRequest,
    payload: web::Payload,
) -> Answer<(String, bytes::Bytes)> {
    input::known_parameters(request, &[], caller.locale)?;
    let body = input::json(request, payload, BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["body"]))?;
    Ok((caller.told(input::needed(map, "body"))?.to_owned(), body.bytes))
}

/// `POST /records/{object}/{id}/comments`
pub async fn add(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let record = input::id(&request, "id", caller.locale)?;
    let (text, bytes) = body_text(&caller, &request, payload).await?;
    let object = part(&request, "object").to_owned();
    let comment = Request::Comment { object: object.as_str().into(), record, text };
    let asked = idempotency::asked(&caller, &request, &bytes, comment)?;
    let work = |engine: engine::Engine, who| async move {
        match engine.perform(&who, asked).await? {
            Done::Commented(id) => engine.comment(&who, &object, record, id).await,
            other => Err(storage::error::internal("a comment", &format!("{other:?}"))),
        }
    };
    Ok(wire::json(StatusCode::CREATED, &caller.ask(work).await?))
}

/// `GET /records/{object}/{id}/comments/{comment}`
pub async fn one(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let (id, comment) =
        (input::id(&request, "id", caller.locale)?, input::id(&request, "comment", caller.locale)?);
    let object = part(&request, "object").to_owned();
    let work = |engine: engine::Engine, who| async move { engine.comment(&who, &object, id, comment).await };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// `PATCH /records/{object}/{id}/comments/{comment}`
pub async fn change(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let (id, comment) =
        (input::id(&request, "id", caller.locale)?, input::id(&request, "comment", caller.locale)?);
    let (text, _) = body_text(&caller, &request, payload).await?;
    let object = part(&request, "object").to_owned();
    let work = |engine: engine::Engine, who| async move {
        engine.change_comment(&who, &object, id, comment, Some(text)).await?;
        engine.comment(&who, &object, id, comment).await
    };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// `DELETE /records/{object}/{id}/comments/{comment}`
pub async fn remove(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let (id, comment) =
        (input::id(&request, "id", caller.locale)?, input::id(&request, "comment", caller.locale)?);
    let object = part(&request, "object").to_owned();
    let work = |engine: engine::Engine, who| async move {
        engine.change_comment(&who, &object, id, comment, None).await
    };
    caller.ask(work).await?;
    Ok(wire::nothing())
}

/// `GET /records/{object}/{id}/followers`
pub async fn followers(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let object = part(&request, "object").to_owned();
    let work = |engine: engine::Engine, who| async move { engine.followers(&who, &object, id).await };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// `PUT /records/{object}/{id}/followers/me`
pub async fn follow(caller: Caller, request: HttpRequest) -> Answer {
    set_follows(caller, request, true).await
}

/// `DELETE /records/{object}/{id}/followers/me`
pub async fn unfollow(caller: Caller, request: HttpRequest) -> Answer {
    set_follows(caller, request, false).await
}

async fn set_follows(caller: Caller, request: HttpRequest, follows: bool) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let object = part(&request, "object").to_owned();
    let work = |engine: engine::Engine, who| async move { engine.follow(&who, &object, id, follows).await };
    caller.ask(work).await?;
    Ok(wire::nothing())
}
