//! Approvals: starting them, tasks, decisions.

use crate::caller::Caller;
use crate::idempotency;
use crate::input::{self, BODY, part};
use crate::problem::Answer;
use crate::routes::writes::perform;
use crate::wire;
use actix_web::{HttpRequest, web};
use diagnostic::{Code, Diagnostic, Result};
use engine::requests::{Request, SeatAct, SeatAction, Submission, TaskAction};
use plan::Precondition;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;
use workflow::Place;
use workflow::decision::DecisionKind;

/// `POST /workflows/{name}/instances {"record": id, "comment"?, "picks"?: {step: [user]}}`
pub async fn submit(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    input::no_precondition(&request, caller.locale)?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["record", "comment", "picks"]))?;
    let record = caller.told(record(map))?;
    let comment = caller.told(input::text(map, "comment"))?.map(str::to_owned);
    let picks = caller.told(picks(map))?;
    let submit = Submission { workflow: part(&request, "name").into(), record, comment, picks };
    perform(&caller, idempotency::asked(&caller, &request, &body.bytes, Request::Submit(submit))?).await
}

/// The record that a body names: its id, or `{"id"}`.
fn record(map: &Map<String, Json>) -> Result<Uuid> {
    let record = match map.get("record") {
        Some(Json::Object(record)) => record.get("id").and_then(Json::as_str),
        other => other.and_then(Json::as_str),
    };
    let record = record.and_then(|text| text.parse().ok());
    record.ok_or_else(|| input::wrong_key("record", "the id of a record is expected"))
}

/// `POST /workflows/{name}/preview {"record": id, "picks"?: {step: [user]}}`. It changes nothing.
pub async fn preview(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["record", "picks"]))?;
    let (record, picks) = (caller.told(record(map))?, caller.told(picks(map))?);
    let (name, locale) = (part(&request, "name").to_owned(), caller.locale);
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        engine.preview_flow(&who, &name, record, picks, locale).await
    };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// `GET /instances/{id}?predict=true`
pub async fn instance(caller: Caller, request: HttpRequest) -> Answer {
    let given = input::known_parameters(&request, &["predict"], caller.locale)?;
    let (id, predict) = (input::id(&request, "id", caller.locale)?, given.flag("predict")?);
    let locale = caller.locale;
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        let mut whole = engine.instance(&who, id, locale).await?;
        if predict {
            whole["predicted"] = engine.prediction(&who, id, locale).await?;
        }
        Ok(whole)
    };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// `POST /instances/{id}/withdraw`
pub async fn withdraw(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let (map, bytes) = order(&caller, &request, payload, &["comment"]).await?;
    let instance = input::id(&request, "id", caller.locale)?;
    let comment = caller.told(input::text(&map, "comment"))?.map(str::to_owned);
    let withdraw = Request::Withdraw { instance, comment };
    perform(&caller, idempotency::asked(&caller, &request, &bytes, withdraw)?).await
}

/// `POST /instances/{id}/cancel`
pub async fn cancel(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let (map, bytes) = order(&caller, &request, payload, &["comment"]).await?;
    let instance = input::id(&request, "id", caller.locale)?;
    let comment = caller.told(input::text(&map, "comment"))?.map(str::to_owned);
    let cancel = Request::CancelFlow { instance, comment };
    perform(&caller, idempotency::asked(&caller, &request, &bytes, cancel)?).await
}

/// `POST /instances/{id}/urge`
pub async fn urge(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let (map, bytes) = order(&caller, &request, payload, &["comment"]).await?;
    let instance = input::id(&request, "id", caller.locale)?;
    let comment = caller.told(input::text(&map, "comment"))?.map(str::to_owned);
    let urge = Request::Urge { instance, comment };
    perform(&caller, idempotency::asked(&caller, &request, &bytes, urge)?).await
}

/// `GET /records/{object}/{id}/instances`
pub async fn of_record(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let object = part(&request, "object").to_owned();
    let found = caller.ask(|engine, who| async move { engine.instances_of(&who, &object, id).await }).await?;
    Ok(wire::ok(&json!({"instances": found})))
}

/// `GET /tasks/{id}`
pub async fn task(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    Ok(wire::ok(&caller.ask(|engine, who| async move { engine.task(&who, id).await }).await?))
}

/// `GET /tasks/{id}/return-targets`
pub async fn return_targets(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let locale = caller.locale;
    let targets =
        caller.ask(move |engine, who| async move { engine.return_targets(&who, id, locale).await }).await?;
    Ok(wire::ok(&json!({"targets": targets})))
}

/// The people whom a body names for later steps: ids, or `{"id"}`.
pub(super) fn picks(map: &Map<String, Json>) -> diagnostic::Result<BTreeMap<String, Vec<Uuid>>> {
    let steps = match map.get("picks") {
        None | Some(Json::Null) => return Ok(BTreeMap::new()),
        Some(Json::Object(steps)) => steps,
        Some(_) => return Err(input::wrong_key("picks", "an object of steps is expected")),
    };
    let mut named = BTreeMap::new();
    for (step, people) in steps {
        let id = |person: &Json| person.get("id").unwrap_or(person).as_str()?.parse::<Uuid>().ok();
        let ids = people.as_array().and_then(|people| people.iter().map(id).collect::<Option<Vec<_>>>());
        let wrong = || input::wrong_key(&format!("picks.{step}"), "a list of ids of users is expected");
        named.insert(step.clone(), ids.ok_or_else(wrong)?);
    }
    Ok(named)
}

/// The body of what is done to a flow or a task whatever its record is; it may be left out.
pub(super) async fn order(
    caller: &Caller,
    request: &HttpRequest,
    payload: web::Payload,
    keys: &[&str],
) -> Answer<(Map<String, Json>, bytes::Bytes)> {
    input::no_precondition(request, caller.locale)?;
    decision(caller, request, payload, keys).await
}

/// The body of a decision; it may be left out.
async fn decision(
    caller: &Caller,
    request: &HttpRequest,
    payload: web::Payload,
    keys: &[&str],
) -> Answer<(Map<String, Json>, bytes::Bytes)> {
    input::known_parameters(request, &[], caller.locale)?;
    let body = input::json_or_null(request, payload, caller.locale).await?;
    let map = match &body.json {
        Json::Null => Map::new(),
        json => caller.told(input::object(json, keys))?.clone(),
    };
    Ok((map, body.bytes))
}

async fn decide(caller: Caller, request: HttpRequest, payload: web::Payload, kind: DecisionKind) -> Answer {
    let keys: &[&str] = match kind {
        DecisionKind::Approve => &["comment", "picks"],
        DecisionKind::Return => &["comment", "to", "back"],
        DecisionKind::Reject | DecisionKind::Done => &["comment"],
    };
    let (map, bytes) = decision(&caller, &request, payload, keys).await?;
    // The version is that of the record which the decider saw.
    let seen = match input::precondition(&request, caller.locale)? {
        Precondition::Version(version) => Some(version),
        Precondition::Absent | Precondition::Waived => None,
    };
    let action = TaskAction {
        task: input::id(&request, "id", caller.locale)?,
        kind,
        comment: caller.told(input::text(&map, "comment"))?.map(str::to_owned),
        to: caller.told(input::text(&map, "to"))?.map(str::to_owned),
        back: map.get("back").and_then(Json::as_bool).unwrap_or(false),
        picks: caller.told(picks(&map))?,
        seen,
    };
    perform(&caller, idempotency::asked(&caller, &request, &bytes, Request::Decide(action))?).await
}

/// `POST /tasks/{id}/approve`
pub async fn approve(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    decide(caller, request, payload, DecisionKind::Approve).await
}

/// `POST /tasks/{id}/reject`
pub async fn reject(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    decide(caller, request, payload, DecisionKind::Reject).await
}

/// `POST /tasks/{id}/return`
pub async fn give_back(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    decide(caller, request, payload, DecisionKind::Return).await
}

/// `POST /tasks/{id}/done`
pub async fn done(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    decide(caller, request, payload, DecisionKind::Done).await
}

/// What is done with a task beside deciding it, from its address: `transfer`, `delegate`, `resolve`, `add-sign`,
/// `remove-sign`, `cc`, `take-back`.
pub async fn seat(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let act = request.path().rsplit('/').next().unwrap_or_default().to_owned();
    let keys: &[&str] = match act.as_str() {
        "transfer" | "delegate" => &["to", "comment"],
        "add-sign" => &["people", "place", "comment"],
        "remove-sign" => &["task", "comment"],
        "cc" => &["people", "comment"],
        _ => &["comment"],
    };
    let (map, bytes) = order(&caller, &request, payload, keys).await?;
    let act = caller.told(match act.as_str() {
        "transfer" => one(&map, "to").map(SeatAct::Transfer),
        "delegate" => one(&map, "to").map(SeatAct::Delegate),
        "add-sign" => several(&map, "people").and_then(|people| Ok(SeatAct::AddSign(people, place(&map)?))),
        "remove-sign" => one(&map, "task").map(SeatAct::RemoveSign),
        "cc" => several(&map, "people").map(SeatAct::Copy),
        "take-back" => Ok(SeatAct::TakeBack),
        _ => Ok(SeatAct::Resolve),
    })?;
    let comment = caller.told(input::text(&map, "comment"))?.map(str::to_owned);
    let action = SeatAction { task: input::id(&request, "id", caller.locale)?, act, comment };
    perform(&caller, idempotency::asked(&caller, &request, &bytes, Request::Seat(action))?).await
}

/// The id under a key.
fn one(map: &Map<String, Json>, key: &str) -> Result<Uuid> {
    let text = input::needed(map, key)?;
    text.parse().map_err(|_| input::wrong_key(key, "an id is expected"))
}

/// The ids under a key, at least one.
fn several(map: &Map<String, Json>, key: &str) -> Result<Vec<Uuid>> {
    let wrong = || input::wrong_key(key, "a list of ids is expected");
    let listed = map.get(key).and_then(Json::as_array).filter(|ids| !ids.is_empty()).ok_or_else(wrong)?;
    listed.iter().map(|id| id.as_str().and_then(|id| id.parse().ok()).ok_or_else(wrong)).collect()
}

fn place(map: &Map<String, Json>) -> Result<Place> {
    match input::needed(map, "place")? {
        "before" => Ok(Place::Before),
        "after" => Ok(Place::After),
        "parallel" => Ok(Place::Parallel),
        _ => Err(input::wrong_key("place", "before, after or parallel is expected")),
    }
}

/// `POST /tasks/{id}/save {field: value}`; `If-Match` is the version of the record.
pub async fn save(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let task = input::id(&request, "id", caller.locale)?;
    let precondition = input::precondition(&request, caller.locale)?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let save = Request::SaveTask { task, body: body.json, precondition };
    perform(&caller, idempotency::asked(&caller, &request, &body.bytes, save)?).await
}

/// `POST /tasks/{id}/comment`
pub async fn comment(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let (map, bytes) = order(&caller, &request, payload, &["comment"]).await?;
    let task = input::id(&request, "id", caller.locale)?;
    let text = caller.told(input::text(&map, "comment"))?;
    let required = || caller.refuse(Diagnostic::new(Code::CommentRequired).at("comment"));
    let text = text.ok_or_else(required)?.to_owned();
    perform(&caller, idempotency::asked(&caller, &request, &bytes, Request::CommentOnTask { task, text })?)
        .await
}

/// `POST /tasks/{id}/read`
pub async fn read(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let (_, bytes) = order(&caller, &request, payload, &[]).await?;
    let task = input::id(&request, "id", caller.locale)?;
    perform(&caller, idempotency::asked(&caller, &request, &bytes, Request::Read { task })?).await
}
