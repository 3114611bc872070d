//! Reading records.

use crate::caller::Caller;
use crate::input::{self, part};
use crate::problem::Answer;
use crate::wire;
use actix_web::http::StatusCode;
use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, web};
use diagnostic::{Code, Diagnostic};
use engine::Asking;
use engine::records::read::Answered;
use engine::requests::unmask::Unmasking;
use serde_json::json;
use uuid::Uuid;

/// Fields that are unmasked by one request.
const MOST_UNMASKED: usize = 20;

/// `GET /records/{object}`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::parameters(&request, caller.locale)?;
    let object = part(&request, "object").to_owned();
    let page = caller.ask(|engine, who| async move { engine.list(&who, &object, &parameters).await }).await?;
    Ok(wire::listing(&page))
}

/// `GET /records/{object}/{id}`
pub async fn one(caller: Caller, request: HttpRequest) -> Answer {
    let id = input::id(&request, "id", caller.locale)?;
    shown(&caller, &request, id).await
}

/// `GET /records/{object}/single`
pub async fn single(caller: Caller, request: HttpRequest) -> Answer {
    let object = part(&request, "object").to_owned();
    let id = caller.ask(|engine, who| async move { engine.single(&who, &object).await }).await?;
    let id = id.ok_or_else(|| caller.refuse(Diagnostic::new(Code::NotFound)))?;
    shown(&caller, &request, id).await
}

async fn shown(caller: &Caller, request: &HttpRequest, id: Uuid) -> Answer {
    let parameters = input::parameters(request, caller.locale)?;
    let object = part(request, "object").to_owned();
    let work =
        |engine: engine::Engine, who| async move { engine.record(&who, &object, id, &parameters).await };
    let body = caller.ask(work).await?;
    if let Some(version) = wire::version(&body).filter(|version| input::has_version(request, *version)) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, format!("\"{version}\""))).finish());
    }
    Ok(wire::record(StatusCode::OK, body, None))
}

/// `POST /query/{object}`
pub async fn query(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let body = input::json(&request, payload, input::BODY, caller.locale).await?;
    let object = part(&request, "object").to_owned();
    let work = |engine: engine::Engine, who| async move { engine.query(&who, &object, &body.json).await };
    match caller.ask(work).await? {
        Answered::Records(page) => Ok(wire::listing(&page)),
        Answered::Groups(groups) => {
            let mut body = bytes::BytesMut::with_capacity(groups.len() + 16);
            body.extend_from_slice(b"{\"groups\":");
            body.extend_from_slice(&groups);
            body.extend_from_slice(b"}");
            Ok(wire::bytes(StatusCode::OK, body.freeze()))
        }
    }
}

/// `POST /records/{object}/{id}/unmask {fields}`. Its answer is a secret: no key makes it be told again.
pub async fn unmask(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let record = input::id(&request, "id", caller.locale)?;
    let body = input::json(&request, payload, input::BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["fields"]))?;
    let names = map.get("fields").and_then(|fields| fields.as_array());
    let names = names.map(|names| names.iter().map(|name| name.as_str().map(str::to_owned)).collect());
    let fields: Option<Vec<String>> = names.unwrap_or_default();
    let Some(fields) = fields.filter(|fields| !fields.is_empty() && fields.len() <= MOST_UNMASKED) else {
        let reason = format!("1 to {MOST_UNMASKED} names of fields are expected");
        return Err(caller.refuse(*input::wrong_key("fields", &reason)));
    };
    let asked = Unmasking {
        object: part(&request, "object").into(),
        record,
        fields,
        request: crate::trace::current_id(),
        address: caller.state.as_ref().map(|state| state.address(&request)),
    };
    let values = caller.ask(|engine, who| async move { engine.unmask(&who, asked).await }).await?;
    Ok(wire::ok(&json!({"values": values})))
}

/// `GET /search?q=&object=&limit=`
pub async fn search(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &["q", "object", "limit"], caller.locale)?;
    let words = parameters.needed("q")?.to_owned();
    let object = parameters.text("object").map(str::to_owned);
    let limit = parameters.limit(10, 50)?;
    let work = |engine: engine::Engine, who| async move {
        engine.search(&who, &words, object.as_deref(), limit).await
    };
    Ok(wire::ok(&json!({"hits": caller.ask(work).await?})))
}

/// `GET /access/explain?user=&object=&record=&action=&field=`
pub async fn explain(caller: Caller, request: HttpRequest) -> Answer {
    let known = ["user", "object", "record", "action", "field"];
    let parameters = input::known_parameters(&request, &known, caller.locale)?;
    parameters.needed("object")?;
    let record = parameters.id("record")?;
    let work = |engine: engine::Engine, who| async move {
        let asking = Asking {
            user: parameters.text("user"),
            object: parameters.text("object").unwrap_or_default(),
            record,
            action: parameters.text("action").unwrap_or("read"),
            field: parameters.text("field"),
        };
        engine.explain(&who, asking).await
    };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// `GET /records/{object}/{id}/moves`
pub async fn moves(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let object = part(&request, "object").to_owned();
    let locale = caller.locale;
    let moves = caller
        .ask(move |engine, who| async move { engine.available_moves(&who, &object, id, locale).await })
        .await?;
    Ok(wire::ok(&json!({"moves": moves})))
}

/// `GET /records/{object}/{id}/actions`
pub async fn actions(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let object = part(&request, "object").to_owned();
    let locale = caller.locale;
    let actions = caller
        .ask(move |engine, who| async move { engine.available_actions(&who, &object, id, locale).await })
        .await?;
    Ok(wire::ok(&json!({"actions": actions})))
}
