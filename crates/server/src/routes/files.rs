//! Files: uploads in one go and in parts, attachments, downloads.

use crate::caller::Caller;
use crate::input::{self, Incoming, part};
use crate::problem::{Answer, Problem};
use crate::routes::download;
use crate::wire;
use actix_multipart::Multipart;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use diagnostic::{Code, Diagnostic};
use engine::Engine;
use engine::files::attachment::Change;
use engine::files::upload::PART;
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::rc::Rc;
use storage::store::file::File;
use uuid::Uuid;

/// Bytes of a form around its file at most.
const AROUND: u64 = 64 * 1024;
const ONE_FILE: &str = "a form with one file, in the part `file`, is expected";
/// The part of a form that holds the file.
const FIELD: &str = "file";
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");

fn invalid(caller: &Caller, reason: &str) -> Problem {
    caller.refuse(Diagnostic::new(Code::InvalidBody).with("reason", reason))
}

fn is_form(headers: &HeaderMap) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.to_ascii_lowercase().starts_with("multipart/form-data")
}

/// `POST /files`: a form with one part `file`.
pub async fn upload(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let file = from_form(&caller, &request, payload).await?;
    Ok(wire::json(StatusCode::CREATED, &file))
}

/// Takes the one file of a form.
async fn from_form(caller: &Caller, request: &HttpRequest, payload: web::Payload) -> Answer<Json> {
    if !is_form(request.headers()) {
        let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let found = Diagnostic::new(Code::UnsupportedMediaType).with("type", given.unwrap_or_default());
        return Err(caller.refuse(found));
    }
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let most = caller.engine.file_limits().max_file;
    // What a form says around its file does not count.
    let body = incoming(caller, request, payload, most.saturating_add(AROUND))?;
    // The reader of forms knows no problems of ours: what was wrong with the body waits here.
    let stopped: Rc<RefCell<Option<Problem>>> = Rc::default();
    let left = stopped.clone();
    let broken = move |bytes: Answer<Bytes>| {
        bytes.map_err(|problem| {
            left.replace(Some(problem));
            PayloadError::Incomplete(None)
        })
    };
    let mut form = Multipart::new(request.headers(), Box::pin(body.map(broken)));
    let unreadable = || {
        let problem = stopped.take();
        problem.unwrap_or_else(|| invalid(caller, "the form cannot be read"))
    };
    let mut done: Option<Json> = None;
    while let Some(field) = form.next().await {
        let field = field.map_err(|_| unreadable())?;
        let name = field.content_disposition().and_then(|about| about.get_filename()).map(str::to_owned);
        let (Some(FIELD), Some(name), None) = (field.name(), name, &done) else {
            return Err(invalid(caller, ONE_FILE));
        };
        // A form that does not say how large it is may take the most.
        let size = announced.unwrap_or(most).min(most);
        let begun =
            caller.ask(|engine, who| async move { engine.begin_file(&who, &name, size).await }).await?;
        let taken = async {
            append_all(caller, begun.id, 0, field.map(|bytes| bytes.map_err(|_| unreadable()))).await?;
            finish(caller, begun.id).await
        };
        match taken.await {
            Ok(file) => done = Some(file),
            Err(problem) => {
                let id = begun.id;
                // What is left over of it would go by itself after a day.
                let _ = caller.ask(|engine, who| async move { engine.drop_file(&who, id).await }).await;
                return Err(problem);
            }
        }
    }
    done.ok_or_else(|| invalid(caller, ONE_FILE))
}

/// The pieces of a body of at most `limit` bytes.
fn incoming(
    caller: &Caller,
    request: &HttpRequest,
    payload: web::Payload,
    limit: u64,
) -> Answer<impl Stream<Item = Answer<Bytes>> + use<>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let body = Incoming::new(request, payload, limit, caller.locale)?;
    Ok(stream::try_unfold(body, |mut body| async move {
        let piece = body.next().await?;
        Ok(piece.map(|piece| (piece, body)))
    }))
}

async fn finish(caller: &Caller, id: Uuid) -> Answer<Json> {
    caller.ask(|engine, who| async move { engine.finish_file(&who, id).await }).await
}

/// Adds what comes, a part at a time. What had arrived when the sender went away is kept.
async fn append_all(
    caller: &Caller,
    id: Uuid,
    offset: u64,
    mut pieces: impl Stream<Item = Answer<Bytes>> + Unpin,
) -> Answer<u64> {
    let (mut at, mut held) = (offset, BytesMut::new());
    loop {
        let next = pieces.next().await;
        let ended = !matches!(next, Some(Ok(_)));
        if let Some(Ok(piece)) = &next {
            held.extend_from_slice(piece);
        }
        while held.len() >= PART || (ended && !held.is_empty()) {
            let part = held.split_to(held.len().min(PART)).freeze();
            at = caller
                .ask(|engine, who| async move { engine.append_to_file(&who, id, at, part).await })
                .await?;
        }
        match next {
            Some(Ok(_)) => {}
            Some(Err(problem)) => return Err(problem),
            None => return Ok(at),
        }
    }
}

/// `POST /uploads {name, size}`
pub async fn begin(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let body = input::json(&request, payload, input::BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["name", "size"]))?;
    let name = caller.told(input::needed(map, "name"))?.to_owned();
    let size = map.get("size").and_then(Json::as_u64).filter(|size| *size > 0);
    let size =
        size.ok_or_else(|| caller.refuse(*input::wrong_key("size", "a number of bytes is expected")))?;
    let file = caller.ask(|engine, who| async move { engine.begin_file(&who, &name, size).await }).await?;
    let mut answer = wire::json(StatusCode::CREATED, &json!({"id": file.id, "offset": 0, "size": file.size}));
    let location = HeaderValue::from_str(&format!("/api/v1/uploads/{}", file.id));
    if let Ok(location) = location {
        answer.headers_mut().insert(LOCATION, location);
    }
    Ok(told(answer, &file))
}

fn told(mut answer: HttpResponse, file: &File) -> HttpResponse {
    answer.headers_mut().insert(OFFSET, HeaderValue::from(file.received));
    answer.headers_mut().insert(LENGTH, HeaderValue::from(file.size));
    answer
}

/// `GET` and `HEAD /uploads/{id}`: how far it is.
pub async fn state(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let file = caller.ask(|engine, who| async move { engine.upload(&who, id).await }).await?;
    let body = json!({
        "id": file.id,
        "name": file.name,
        "offset": file.received,
        "size": file.size,
        "whole": file.state == "ready",
    });
    Ok(told(wire::ok(&body), &file))
}

/// `PATCH /uploads/{id}`, with `Upload-Offset`: the next bytes. The last ones close it.
pub async fn append(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !matches!(given, "application/octet-stream" | "application/offset+octet-stream") {
        return Err(caller.refuse(Diagnostic::new(Code::UnsupportedMediaType).with("type", given)));
    }
    let offset = request.headers().get(OFFSET).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let Some(offset) = offset else {
        let found = Diagnostic::new(Code::InvalidHeader).with("name", "Upload-Offset");
        return Err(caller.refuse(found.with("reason", "the number of bytes that are there is expected")));
    };
    let body = incoming(&caller, &request, payload, caller.engine.file_limits().max_file)?;
    append_all(&caller, id, offset, Box::pin(body)).await?;
    let file = caller.ask(|engine, who| async move { engine.upload(&who, id).await }).await?;
    if file.received < file.size {
        return Ok(told(wire::nothing(), &file));
    }
    let shown = finish(&caller, id).await?;
    Ok(told(wire::ok(&shown), &file))
}

/// `DELETE /uploads/{id}`
pub async fn give_up(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    caller.ask(|engine, who| async move { engine.drop_file(&who, id).await }).await?;
    Ok(wire::nothing())
}

/// `GET /records/{object}/{id}/files/{field}`
pub async fn of_field(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let (object, field) = (part(&request, "object").to_owned(), part(&request, "field").to_owned());
    let work = |engine: Engine, who| async move { engine.file_of(&who, &object, id, &field).await };
    let file = caller.ask(work).await?;
    download::answer(&caller, &request, file)
}

/// `GET /records/{object}/{id}/attachments`
pub async fn attachments(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let object = part(&request, "object").to_owned();
    let all = caller.ask(|engine, who| async move { engine.attachments(&who, &object, id).await }).await?;
    Ok(wire::ok(&json!({"attachments": all})))
}

fn change(caller: &Caller, request: &HttpRequest, file: Uuid, remove: bool) -> Answer<Change> {
    Ok(Change {
        object: part(request, "object").into(),
        record: input::id(request, "id", caller.locale)?,
        file,
        remove,
        request: crate::trace::current_id(),
        address: caller.state.as_ref().map(|state| state.address(request)),
    })
}

/// `POST /records/{object}/{id}/attachments`: a form with the file, or `{file}`, an upload.
pub async fn attach(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let file = match is_form(request.headers()) {
        true => from_form(&caller, &request, payload).await?["id"].clone(),
        false => {
            let body = input::json(&request, payload, input::BODY, caller.locale).await?;
            caller.told(input::object(&body.json, &["file"]))?.get("file").cloned().unwrap_or_default()
        }
    };
    let id = file.as_str().and_then(|id| Uuid::parse_str(id).ok());
    let id = id.ok_or_else(|| caller.refuse(*input::wrong_key("file", "the id of an upload is expected")))?;
    let change = change(&caller, &request, id, false)?;
    let file = caller.ask(|engine, who| async move { engine.change_attachments(&who, change).await }).await?;
    Ok(wire::json(StatusCode::CREATED, &file))
}

/// `GET /records/{object}/{id}/attachments/{attachment}`
pub async fn attachment(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let file = input::id(&request, "attachment", caller.locale)?;
    let object = part(&request, "object").to_owned();
    let work = |engine: Engine, who| async move { engine.attachment(&who, &object, id, file).await };
    let file = caller.ask(work).await?;
    download::answer(&caller, &request, file)
}

/// `DELETE /records/{object}/{id}/attachments/{attachment}`
pub async fn detach(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let file = input::id(&request, "attachment", caller.locale)?;
    let change = change(&caller, &request, file, true)?;
    caller.ask(|engine, who| async move { engine.change_attachments(&who, change).await }).await?;
    Ok(wire::nothing())
}
