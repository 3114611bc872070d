//! Workflows that are tried: with a real record from start to end, and over past flows. For administrators; nothing is done.

use crate::caller::Caller;
use crate::input::{self, LARGE_BODY, part};
use crate::problem::Answer;
use crate::routes::flows::picks;
use crate::wire;
use actix_web::{HttpRequest, web};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use engine::flow::backtest::{Backtest, MOST};
use engine::flow::draft::Draft;
use engine::flow::simulate::{Simulation, Which};
use engine::flow::walk::script::Script;
use engine::{Engine, Identity};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

const WHAT: &str = "workflows";

/// `POST /workflows/{name}/simulate {"record": id, or "key": text, "initiator"?, "picks"?, "decisions"?, "at"?, "definition"?}`
pub async fn simulate(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    const KEYS: &[&str] = &["record", "key", "initiator", "picks", "decisions", "at", "definition"];
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("simulate", WHAT)?;
    let body = input::json(&request, payload, LARGE_BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, KEYS))?;
    let record = match (caller.told(input::text(map, "record"))?, caller.told(input::text(map, "key"))?) {
        (Some(id), None) => Which::of(id),
        (None, Some(key)) => Which::Key(key.to_owned()),
        _ => {
            return Err(
                caller.refuse(*input::wrong_key("record", "the id of a record, or its `key`, is expected"))
            );
        }
    };
    let initiator = caller.told(input::text(map, "initiator"))?.map(str::parse);
    let nobody = |_| input::wrong_key("initiator", "the id of a user is expected");
    let name = part(&request, "name").to_owned();
    let order = Simulation {
        record,
        initiator: caller.told(initiator.transpose().map_err(nobody))?,
        picks: caller.told(picks(map))?,
        script: caller.told(Script::read(map.get("decisions").unwrap_or(&Json::Null)))?,
        at: caller.told(instant(map, "at"))?,
        draft: caller.told(draft(map, &name))?,
        locale: caller.locale,
        workflow: name,
    };
    let work = |engine: Engine, who: Arc<Identity>| async move { engine.simulate(&who, order).await };
    Ok(wire::ok(&caller.ask_apart(work).await?))
}

/// `POST /workflows/{name}/backtest {"definition", "since"?, "until"?, "cursor"?, "limit"?}`
pub async fn backtest(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("backtest", WHAT)?;
    let body = input::json(&request, payload, LARGE_BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &["definition", "since", "until", "cursor", "limit"]))?;
    let name = part(&request, "name").to_owned();
    let missing = || input::wrong_key("definition", "the text of a definition is expected");
    let draft = caller.told(caller.told(draft(map, &name))?.ok_or_else(missing))?;
    let before = caller.told(input::text(map, "cursor"))?.map(str::parse);
    let wrong = |_| input::wrong_key("cursor", "the `next` of the page before is expected");
    let order = Backtest {
        workflow: name,
        since: caller.told(instant(map, "since"))?,
        until: caller.told(instant(map, "until"))?,
        before: caller.told(before.transpose().map_err(wrong))?,
        limit: caller.told(limit(map))?,
        locale: caller.locale,
    };
    let work = |engine: Engine, who: Arc<Identity>| async move {
        let published = engine.draft(&draft).await?;
        engine.backtest(&who, &published, &order).await
    };
    Ok(wire::ok(&caller.ask_apart(work).await?))
}

/// The texts of definitions, of the pack to which the workflow belongs.
fn draft(map: &Map<String, Json>, workflow: &str) -> Result<Option<Draft>> {
    let wrong =
        || input::wrong_key("definition", "the text of a definition, or several of them, are expected");
    let texts: Vec<&Json> = match map.get("definition") {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Array(texts)) => texts.iter().collect(),
        Some(one) => vec![one],
    };
    let text = |(place, text): (usize, &Json)| {
        Some((format!("definition {}.yaml", place + 1), text.as_str()?.to_owned()))
    };
    let texts = texts.into_iter().enumerate().map(text).collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
    let pack = workflow.split_once('.').map_or(workflow, |(pack, _)| pack).to_owned();
    Ok(Some(Draft::Texts { pack, texts }))
}

fn instant(map: &Map<String, Json>, key: &str) -> Result<Option<DateTime<Utc>>> {
    let text = input::text(map, key)?.map(DateTime::parse_from_rfc3339).transpose();
    let wrong = |_| input::wrong_key(key, "an instant such as 2026-03-02T09:00:00Z is expected");
    Ok(text.map_err(wrong)?.map(|at| at.to_utc()))
}

fn limit(map: &Map<String, Json>) -> Result<u32> {
    let limit = match map.get("limit") {
        None | Some(Json::Null) => Some(100),
        Some(limit) => limit.as_u64().and_then(|limit| u32::try_from(limit).ok()),
    };
    let wrong = || input::wrong_key("limit", "a whole number from 1 to 200 is expected");
    limit.filter(|limit| (1..=MOST).contains(limit)).ok_or_else(wrong)
}
