//! Running flows for administrators: finding them, and doing something about them. Whoever is none learns nothing.

use crate::caller::Caller;
use crate::idempotency;
use crate::input;
use crate::problem::Answer;
use crate::routes::flows::order;
use crate::routes::writes::perform;
use crate::wire;
use actix_web::{HttpRequest, web};
use engine::flow::instances::{FlowFilter, Sought};
use engine::requests::{OperateOrder, Operation, Request};
use serde_json::{Map, Value as Json, json};

/// How far back a report looks where nothing is said.
const USUAL_SPAN: chrono::TimeDelta = chrono::TimeDelta::days(90);

/// `GET /instances?workflow=&object=&state=&record=&initiator=&node=&incident=&overdue=&outdated=&since=&until=&q=`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    const KNOWN: &[&str] = &[
        "workflow",
        "object",
        "state",
        "record",
        "initiator",
        "node",
        "incident",
        "overdue",
        "outdated",
        "since",
        "until",
        "q",
        "cursor",
        "limit",
    ];
    let given = input::known_parameters(&request, KNOWN, caller.locale)?;
    let filter = FlowFilter {
        state: given.text("state").map(str::to_owned),
        record: given.id("record")?,
        node: given.text("node").map(str::to_owned),
        incident: given.flag("incident")?,
        ..filter(&given)?
    };
    let (words, outdated) = (given.text("q").map(str::to_owned), given.flag("outdated")?);
    let overdue = given.flag("overdue")?;
    let (cursor, limit, locale) = (given.id("cursor")?, given.limit(50, 200)?, caller.locale);
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        let filter = FlowFilter { overdue: overdue.then(|| engine.now()), ..filter };
        let sought = Sought { filter, words, outdated };
        engine.instances(&who, &sought, cursor, limit, locale).await
    };
    let page = caller.ask(work).await?;
    Ok(wire::entries("instances", page.entries, page.next))
}

/// `GET /instances/{id}/jump-targets`
pub async fn jump_targets(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let (id, locale) = (input::id(&request, "id", caller.locale)?, caller.locale);
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        engine.jump_targets(&who, id, locale).await
    };
    Ok(wire::ok(&json!({"targets": caller.ask(work).await?})))
}

/// `GET /workflows/stuck?workflow=&limit=`
pub async fn stuck(caller: Caller, request: HttpRequest) -> Answer {
    let given = input::known_parameters(&request, &["workflow", "limit"], caller.locale)?;
    let (workflow, limit) = (given.text("workflow").map(str::to_owned), given.limit(50, 200)?);
    let locale = caller.locale;
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        engine.stuck_flows(&who, workflow.as_deref(), limit, locale).await
    };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// `GET /workflows/bottlenecks?workflow=&since=&until=`
pub async fn bottlenecks(caller: Caller, request: HttpRequest) -> Answer {
    let given = input::known_parameters(&request, &["workflow", "since", "until"], caller.locale)?;
    let workflow = given.text("workflow").map(str::to_owned);
    let (since, until, locale) = (given.instant("since")?, given.instant("until")?, caller.locale);
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        let until = until.unwrap_or_else(|| engine.now());
        let since = since.unwrap_or(until - USUAL_SPAN);
        engine.bottlenecks(&who, workflow.as_deref(), (since, until), locale).await
    };
    Ok(wire::ok(&caller.ask(work).await?))
}

/// What lists of flows and of tasks are narrowed by.
pub(super) fn filter(given: &input::Parameters) -> Answer<FlowFilter> {
    Ok(FlowFilter {
        workflow: given.text("workflow").map(str::to_owned),
        object: given.text("object").map(str::to_owned),
        initiator: given.id("initiator")?,
        since: given.instant("since")?,
        until: given.instant("until")?,
        ..FlowFilter::default()
    })
}

/// What is done to a flow, from its address: `suspend`, `resume`, `jump`, `retry`, `skip`, `restart`.
pub async fn operate(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let what = request.path().rsplit('/').next().unwrap_or_default().to_owned();
    let keys: &[&str] = match what.as_str() {
        "jump" => &["node", "comment"],
        "retry" => &["token", "comment"],
        "skip" => &["token", "value", "comment"],
        _ => &["comment"],
    };
    let (map, bytes) = order(&caller, &request, payload, keys).await?;
    let operation = caller.told(match what.as_str() {
        "suspend" => Ok(Operation::Suspend),
        "jump" => input::needed(&map, "node").map(|node| Operation::Jump(node.to_owned())),
        "retry" => token(&map).map(Operation::Retry),
        "restart" => Ok(Operation::Restart),
        "skip" => token(&map)
            .map(|token| Operation::Skip { token, value: map.get("value").cloned().unwrap_or_default() }),
        _ => Ok(Operation::Resume),
    })?;
    let comment = caller.told(input::text(&map, "comment"))?.map(str::to_owned);
    let instance = input::id(&request, "id", caller.locale)?;
    let order = Request::Operate(OperateOrder { instance, operation, comment });
    perform(&caller, idempotency::asked(&caller, &request, &bytes, order)?).await
}

/// The number of a token.
fn token(map: &Map<String, Json>) -> diagnostic::Result<Option<u32>> {
    match map.get("token") {
        None | Some(Json::Null) => Ok(None),
        Some(number) => match number.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(input::wrong_key("token", "the number of a token is expected")),
        },
    }
}
