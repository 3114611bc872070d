//! The boxes of a person, and decisions about several tasks at once.

use crate::caller::Caller;
use crate::idempotency;
use crate::input::{self, BODY};
use crate::problem::Answer;
use crate::routes::instances;
use crate::routes::writes::told;
use crate::wire;
use actix_web::{HttpRequest, web};
use diagnostic::{Code, Diagnostic};
use engine::flow::instances::FlowFilter;
use engine::requests::{Request, TaskAction, batch as alike};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;
use workflow::decision::DecisionKind;

/// `GET /tasks?box=todo|done|cc|started&workflow=&object=&initiator=&state=&since=&until=&unread=&overdue=&q=`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    const KNOWN: &[&str] = &[
        "box",
        "workflow",
        "object",
        "initiator",
        "state",
        "since",
        "until",
        "unread",
        "overdue",
        "q",
        "cursor",
        "limit",
    ];
    let given = input::known_parameters(&request, KNOWN, caller.locale)?;
    let which = given.text("box").unwrap_or("todo").to_owned();
    let state = given.text("state").map(str::to_owned);
    let (of_flow, of_task) = if which == "started" { (state, None) } else { (None, state) };
    let unread = given.flag("unread")?;
    let filter = FlowFilter { state: of_flow, task_state: of_task, unread, ..instances::filter(&given)? };
    let overdue = given.flag("overdue")?;
    if overdue && which != "todo" {
        let found = Diagnostic::new(Code::InvalidParameter).with("name", "overdue");
        return Err(caller.refuse(found.with("reason", "only the box `todo` has tasks that are overdue")));
    }
    let words = given.text("q").map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned);
    let (cursor, limit) = (given.id("cursor")?, given.limit(50, 200)?);
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        let filter = FlowFilter { overdue: overdue.then(|| engine.now()), ..filter };
        match words {
            Some(words) => engine.search_box(&who, &which, (&filter, &words), cursor, limit).await,
            None => engine.task_box(&who, &which, &filter, cursor, limit).await,
        }
    };
    let page = caller.ask(work).await?;
    Ok(wire::entries("tasks", page.entries, page.next))
}

/// `POST /tasks/batch {"tasks": [id | {"task", "version"}], "decision": "approve", "comment"?, "to"?}`: each for itself.
pub async fn batch(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    input::no_precondition(&request, caller.locale)?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["tasks", "decision", "comment", "to"]))?;
    let tasks = caller.told(tasks(map))?;
    let mut decision = TaskAction::new(Uuid::nil(), caller.told(kind(map))?);
    decision.comment = caller.told(input::text(map, "comment"))?.map(str::to_owned);
    decision.to = caller.told(input::text(map, "to"))?.map(str::to_owned);
    let asked = idempotency::asked(&caller, &request, &body.bytes, Request::Nothing)?;
    let all = alike::decisions(&tasks, &decision, &asked);
    let work = |engine: engine::Engine, who: std::sync::Arc<engine::Identity>| async move {
        Ok(engine.decide_all(&who, all).await)
    };
    let outcomes = caller.ask(work).await?;
    let results = tasks.iter().zip(&outcomes).map(|((task, _), outcome)| match outcome {
        Ok(()) => json!({"task": task, "status": 200}),
        Err(found) => {
            let mut result = told(found, caller.locale);
            result["task"] = json!(task);
            result
        }
    });
    Ok(wire::ok(&json!({"results": results.collect::<Vec<_>>()})))
}

/// The tasks, each with the version of its record that was seen where it is said.
fn tasks(map: &Map<String, Json>) -> diagnostic::Result<Vec<(Uuid, Option<i64>)>> {
    let wrong = || {
        input::wrong_key(
            "tasks",
            "a list of 1 to 100 tasks is expected, each an id or {\"task\": id, \"version\": 3}",
        )
    };
    let list = map.get("tasks").and_then(Json::as_array).ok_or_else(wrong)?;
    if list.is_empty() || list.len() > alike::MOST {
        return Err(wrong());
    }
    list.iter().map(task).collect::<Option<_>>().ok_or_else(wrong)
}

fn task(given: &Json) -> Option<(Uuid, Option<i64>)> {
    let id = |id: &Json| id.as_str()?.parse().ok();
    let Some(map) = given.as_object() else { return Some((id(given)?, None)) };
    let known = map.keys().all(|key| ["task", "version"].contains(&&**key));
    let seen = map.get("version").map(Json::as_i64);
    (known && seen != Some(None)).then_some((id(map.get("task")?)?, seen.flatten()))
}

fn kind(map: &Map<String, Json>) -> diagnostic::Result<DecisionKind> {
    match input::needed(map, "decision")? {
        "approve" => Ok(DecisionKind::Approve),
        "reject" => Ok(DecisionKind::Reject),
        "return" => Ok(DecisionKind::Return),
        "done" => Ok(DecisionKind::Done),
        _ => Err(input::wrong_key("decision", "one of approve, reject, return, done is expected")),
    }
}
