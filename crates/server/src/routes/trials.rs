//! Workflows that are tried: with a real record from start to end, and over past flows. For administrators; nothing is done.

use crate::caller::Caller;
use crate::idempotency;
use crate::input::{self, LARGE_BODY, part};
use crate::problem::Answer;
use crate::routes::flows::picks;
use crate::routes::writes::perform;
use crate::wire;
use actix_web::{HttpRequest, web};
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Result};
use engine::flow::backtest::{Backtest, LargeBacktest, MOST};
use engine::flow::draft::Draft;
use engine::flow::simulate::{Simulation, Which};
use engine::flow::walk::script::Script;
use engine::requests::Request;
use engine::{Engine, Identity};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

const WHAT: &str = "workflows";

/// Where each definition came from, and its text.
type Texts = Vec<(String, String)>;

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

/// `POST /workflows/{name}/backtest {"definition", "since"?, "until"?, "cursor"?, "limit"?, "job"?}`: a page where one is asked
/// for or all flows go onto one, else a job.
pub async fn backtest(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    const KEYS: &[&str] = &["definition", "since", "until", "cursor", "limit", "job"];
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("backtest", WHAT)?;
    let body = input::json(&request, payload, LARGE_BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, KEYS))?;
    let name = part(&request, "name").to_owned();
    let missing = || input::wrong_key("definition", "the text of a definition is expected");
    let (pack, texts) = caller.told(caller.told(texts(map, &name))?.ok_or_else(missing))?;
    let before = caller.told(input::text(map, "cursor"))?.map(str::parse);
    let wrong = |_| input::wrong_key("cursor", "the `next` of the page before is expected");
    let limit = caller.told(limit(map))?;
    let which = Backtest {
        workflow: name,
        since: caller.told(instant(map, "since"))?,
        until: caller.told(instant(map, "until"))?,
        before: caller.told(before.transpose().map_err(wrong))?,
        limit: limit.unwrap_or(MOST),
        locale: caller.locale,
    };
    let by_job = caller.told(flag(map, "job"))?;
    if by_job == Some(true) && (limit.is_some() || which.before.is_some()) {
        let found = input::wrong_key("job", "a job looks at all flows: `limit` and `cursor` are of pages");
        return Err(caller.refuse(*found));
    }
    let draft = Draft::Texts { pack: pack.clone(), texts: texts.clone() };
    let is_page = limit.is_some() || which.before.is_some() || by_job == Some(false);
    let of = which.clone();
    let work = move |engine: Engine, who: Arc<Identity>| async move {
        // What is wrong with the definition is told at once.
        let published = engine.draft(&draft).await?;
        if published.flow(&of.workflow).is_none() {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        }
        let many = engine.backtest_size(&who, &of).await? > u64::from(MOST);
        if by_job == Some(true) || (many && !is_page) {
            return Ok(None);
        }
        engine.backtest(&who, &published, &of).await.map(Some)
    };
    if let Some(page) = caller.ask_apart(work).await? {
        return Ok(wire::ok(&page));
    }
    let order = Request::Backtest(LargeBacktest { which, pack, texts });
    perform(&caller, idempotency::asked(&caller, &request, &body.bytes, order)?).await
}

fn draft(map: &Map<String, Json>, workflow: &str) -> Result<Option<Draft>> {
    Ok(texts(map, workflow)?.map(|(pack, texts)| Draft::Texts { pack, texts }))
}

/// The pack to which the workflow belongs, and the texts of definitions of it.
fn texts(map: &Map<String, Json>, workflow: &str) -> Result<Option<(String, Texts)>> {
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
    Ok(Some((pack, texts)))
}

fn flag(map: &Map<String, Json>, key: &str) -> Result<Option<bool>> {
    match map.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Bool(said)) => Ok(Some(*said)),
        Some(_) => Err(input::wrong_key(key, "true or false is expected")),
    }
}

fn instant(map: &Map<String, Json>, key: &str) -> Result<Option<DateTime<Utc>>> {
    let text = input::text(map, key)?.map(DateTime::parse_from_rfc3339).transpose();
    let wrong = |_| input::wrong_key(key, "an instant such as 2026-03-02T09:00:00Z is expected");
    Ok(text.map_err(wrong)?.map(|at| at.to_utc()))
}

fn limit(map: &Map<String, Json>) -> Result<Option<u32>> {
    let Some(given) = map.get("limit").filter(|given| !given.is_null()) else { return Ok(None) };
    let limit = given.as_u64().and_then(|limit| u32::try_from(limit).ok());
    let wrong = || input::wrong_key("limit", "a whole number from 1 to 200 is expected");
    limit.filter(|limit| (1..=MOST).contains(limit)).map(Some).ok_or_else(wrong)
}
