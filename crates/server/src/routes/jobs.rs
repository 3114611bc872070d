//! Background work as whoever asked for it sees it.

use crate::caller::Caller;
use crate::input;
use crate::problem::Answer;
use crate::wire;
use actix_web::HttpRequest;
use engine::requests::large::MOST_RESULTS;
use serde_json::json;

/// `GET /jobs`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let jobs = caller.ask(|engine, who| async move { engine.jobs(&who).await }).await?;
    Ok(wire::ok(&json!({"jobs": jobs})))
}

/// `GET /jobs/{id}`
pub async fn one(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    Ok(wire::ok(&caller.ask(|engine, who| async move { engine.job(&who, id).await }).await?))
}

/// `GET /jobs/{id}/results?from=&limit=`: what became of each of many writes, and of each flow of a backtest.
pub async fn results(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &["from", "limit"], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let (from, limit) = (parameters.number("from")?.unwrap_or(0), parameters.limit(500, MOST_RESULTS)?);
    let asked = caller.ask(|engine, who| async move { engine.results_of_job(&who, id, from, limit).await });
    let (results, next) = asked.await?;
    Ok(wire::ok(&json!({"results": results, "next": next})))
}

/// `DELETE /jobs/{id}`
pub async fn cancel(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    caller.ask(|engine, who| async move { engine.cancel_job(&who, id).await }).await?;
    Ok(wire::nothing())
}
