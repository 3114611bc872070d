//! Running flows go on under the published version of their workflow. For administrators.

use crate::caller::Caller;
use crate::idempotency;
use crate::input::{self, part};
use crate::problem::Answer;
use crate::routes::flows::order;
use crate::routes::writes::perform;
use actix_web::{HttpRequest, web};
use engine::requests::{MigrateOrder, OperateOrder, Operation, Renamed, Request};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// How many instances are looked at where nothing is said.
const USUAL: u32 = 200;

/// `POST /workflows/{name}/migrate {"map"?: {old: new}, "instances"?: [id], "dry_run"?, "comment"?, "cursor"?, "limit"?}`
pub async fn of_workflow(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    const KEYS: &[&str] = &["map", "instances", "dry_run", "comment", "cursor", "limit"];
    let (map, bytes) = order(&caller, &request, payload, KEYS).await?;
    let order = MigrateOrder {
        workflow: part(&request, "name").to_owned(),
        instances: caller.told(instances(&map))?,
        renamed: caller.told(renamed(&map))?,
        trial: caller.told(flag(&map, "dry_run"))?,
        comment: caller.told(input::text(&map, "comment"))?.map(str::to_owned),
        before: caller.told(cursor(&map))?,
        limit: caller.told(limit(&map))?,
        locale: caller.locale,
    };
    perform(&caller, idempotency::asked(&caller, &request, &bytes, Request::Migrate(order))?).await
}

/// `POST /instances/{id}/migrate {"map"?: {old: new}, "comment"?}`
pub async fn of_instance(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let (map, bytes) = order(&caller, &request, payload, &["map", "comment"]).await?;
    let order = OperateOrder {
        instance: input::id(&request, "id", caller.locale)?,
        operation: Operation::Migrate(caller.told(renamed(&map))?),
        comment: caller.told(input::text(&map, "comment"))?.map(str::to_owned),
    };
    perform(&caller, idempotency::asked(&caller, &request, &bytes, Request::Operate(order))?).await
}

/// Steps that were renamed.
fn renamed(map: &Map<String, Json>) -> diagnostic::Result<Renamed> {
    let steps = match map.get("map") {
        None | Some(Json::Null) => return Ok(Renamed::new()),
        Some(Json::Object(steps)) => steps,
        Some(_) => return Err(input::wrong_key("map", "an object of steps is expected")),
    };
    let one = |(old, new): (&String, &Json)| match new.as_str() {
        Some(new) => Ok((old.as_str().into(), new.into())),
        None => Err(input::wrong_key(&format!("map.{old}"), "the name of a step is expected")),
    };
    steps.iter().map(one).collect()
}

fn instances(map: &Map<String, Json>) -> diagnostic::Result<Option<Vec<Uuid>>> {
    let wrong = || input::wrong_key("instances", "a list of at most 200 ids is expected");
    match map.get("instances") {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Array(ids)) if ids.len() <= USUAL as usize => {
            let ids = ids.iter().map(|id| id.as_str()?.parse().ok()).collect::<Option<Vec<Uuid>>>();
            ids.map(Some).ok_or_else(wrong)
        }
        Some(_) => Err(wrong()),
    }
}

pub(super) fn flag(map: &Map<String, Json>, key: &str) -> diagnostic::Result<bool> {
    match map.get(key) {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(flag)) => Ok(*flag),
        Some(_) => Err(input::wrong_key(key, "true or false is expected")),
    }
}

fn cursor(map: &Map<String, Json>) -> diagnostic::Result<Option<Uuid>> {
    let cursor = input::text(map, "cursor")?;
    let wrong = |_| input::wrong_key("cursor", "the `next` of the page before is expected");
    cursor.map(|cursor| cursor.parse().map_err(wrong)).transpose()
}

fn limit(map: &Map<String, Json>) -> diagnostic::Result<u32> {
    let limit = match map.get("limit") {
        None | Some(Json::Null) => Some(USUAL),
        Some(limit) => limit.as_u64().and_then(|limit| u32::try_from(limit).ok()),
    };
    let limit = limit.filter(|limit| (1..=USUAL).contains(limit));
    limit.ok_or_else(|| input::wrong_key("limit", "a whole number from 1 to 200 is expected"))
}
