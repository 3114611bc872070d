//! Writes of one object that are too many for one request: a job does them, each with a result.

use crate::engine::{Engine, internal};
use crate::identity::Identity;
use crate::records::work::Work;
use crate::requests::bulk::{self, Bulk, BulkMode};
use crate::transfer::labour::{Ended, Labour, lost};
use crate::transfer::terms::{BACKTEST, FILE, LEASE, PAGE, RESULT};
use crate::transfer::{orders, spool};
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::known::Known;
use plan::planner::Mode;
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader};
use std::sync::Arc;
use storage::store::{job, transfer};
use uuid::Uuid;

/// The kind of job.
pub(crate) const JOB: &str = "bulk";
/// Bytes of such a request.
pub const LARGEST: usize = 16 * 1024 * 1024;
/// Writes of one transaction, where each counts for itself.
const BATCH: usize = PAGE;
/// Results of one answer.
pub const MOST_RESULTS: u32 = 1_000;

/// Many writes of one object.
#[derive(Clone, Debug)]
pub struct LargeBulk {
    /// The object.
    pub object: Arc<str>,
    /// All together, or each for itself.
    pub mode: BulkMode,
    /// The writes, as they came; they were read once and are sound in form.
    pub operations: Arc<Vec<Json>>,
    /// The language of the results.
    pub locale: Locale,
}

/// Leaves the writes to a job; answers it.
pub(crate) async fn order(work: &Work, asked: &LargeBulk) -> Result<Uuid> {
    let mode = if asked.mode == BulkMode::Atomic { "atomic" } else { "each" };
    let how = json!({"mode": mode, "locale": asked.locale.tag(), "lines": asked.operations.len()});
    let new = orders::of_job(work, JOB, &asked.object, how);
    let lines: Vec<String> = asked.operations.iter().map(Json::to_string).collect();
    let text = lines.join("\n");
    transfer::insert(&work.tx, &new).await?;
    spool::put(&work.tx, new.id, FILE, text.as_bytes()).await?;
    orders::enqueue(work, new, JOB).await
}

/// Does the writes.
pub(crate) async fn carry_out(labour: &Labour<'_>) -> Result<Ended> {
    let (id, asked) = (labour.stored.id, &labour.stored.asked);
    let all = asked["lines"].clone();
    let done = usize::try_from(labour.stored.report["done"].as_u64().unwrap_or(0)).unwrap_or(0);
    labour.tell(json!({"done": done, "of": all}), |_| async { Ok(()) }).await?;
    let lines = BufReader::new(labour.engine.spool(id, FILE).await?).lines().skip(done);
    let mut lines = lines.map(|line| line.map_err(|error| internal("a bulk write", &error)));
    let each = asked["mode"] == "each";
    let mut first = done;
    loop {
        // All together is one transaction.
        let part: Vec<String> = match each {
            true => lines.by_ref().take(BATCH).collect::<Result<_>>()?,
            false => lines.by_ref().collect::<Result<_>>()?,
        };
        if part.is_empty() {
            break;
        }
        let count = part.len();
        write(labour, first, part).await?;
        first += count;
        if labour.is_told_to_stop() && each {
            return Ok(Ended::Stopped);
        }
    }
    let stored = transfer::get(&labour.engine.database().reader(), id).await?;
    let refused = stored.map(|stored| stored.report["refused"].clone()).unwrap_or_default();
    let results = format!("/api/v1/jobs/{}/results", labour.job.id);
    Ok(Ended::Done(json!({"operations": all, "refused": refused, "results": results})))
}

/// Does some of them in one transaction, with their results.
async fn write(labour: &Labour<'_>, first: usize, part: Vec<String>) -> Result<()> {
    let engine = labour.engine;
    let published = engine.published();
    let object: Arc<str> = labour.stored.object.as_str().into();
    let operations: Vec<Json> = part
        .iter()
        .map(|line| serde_json::from_str(line).map_err(|error| internal("a bulk write", &error)))
        .collect::<Result<_>>()?;
    let known = Known { catalog: &published.catalog, actor: &labour.identity.actor };
    let commands = Bulk::read(&object, &operations, |key| bulk::key_fields(&known, &object, key))?;
    let each = labour.stored.asked["mode"] == "each";
    let mode = if each { BulkMode::Each } else { BulkMode::Atomic };
    let locale = labour.stored.asked["locale"].as_str().and_then(Locale::from_tag).unwrap_or_default();
    let bulk = Arc::new(Bulk { object, mode, commands, locale, told: engine.teller() });
    let (id, job, lease) = (labour.stored.id, labour.job.id, labour.job.lease);
    let write = move |work: Work| {
        let bulk = bulk.clone();
        async move {
            let results = bulk::results(&work, &bulk).await?;
            let failed = |result: &&Json| result.get("error").is_some();
            let refused = results.iter().filter(failed).count();
            for (place, page) in (first..).step_by(PAGE).zip(results.chunks(PAGE)) {
                let text = json!(page).to_string();
                let place = i64::try_from(place).unwrap_or(i64::MAX);
                transfer::put_part(&work.tx, id, RESULT, place, text.into_bytes()).await?;
            }
            let gone = || Box::new(Diagnostic::new(Code::NotFound));
            let mut stored = transfer::get_to_write(&work.tx, id).await?.ok_or_else(gone)?;
            let before = stored.report["refused"].as_u64().unwrap_or(0);
            let done = first + results.len();
            stored.report = json!({"done": done, "refused": before + refused as u64});
            transfer::update(&work.tx, &stored).await?;
            let progress =
                json!({"done": done, "of": stored.asked["lines"], "refused": stored.report["refused"]});
            match job::progress(&work.tx, job, lease, &progress, work.engine.now() + LEASE).await? {
                true => Ok(()),
                false => Err(lost()),
            }
        }
    };
    match each {
        true => engine.transact(labour.identity.clone(), Mode::Request, true, write).await,
        false => engine.transact_long(labour.identity.clone(), Mode::Request, write).await,
    }
}

impl Engine {
    /// Results of a large bulk write or backtest from the place `from` on, as far as it is done; the place of the next ones.
    ///
    /// # Errors
    /// `not_found` for a job that is another's or has none.
    pub async fn results_of_job(
        &self,
        identity: &Identity,
        job: Uuid,
        from: u64,
        limit: u32,
    ) -> Result<(Vec<Json>, Option<u64>)> {
        let gone = || Box::new(Diagnostic::new(Code::NotFound));
        let tx = self.database().reader();
        let found = job::get(&tx, job).await?.ok_or_else(gone)?;
        let has_results = matches!(found.kind.as_str(), JOB | BACKTEST);
        let own = has_results && found.created_by == Some(identity.actor.id);
        let id = found.payload.get("transfer").and_then(Json::as_str).and_then(|text| text.parse().ok());
        let id: Uuid = id.filter(|_| own).ok_or_else(gone)?;
        let (mut results, limit) = (Vec::new(), limit as usize);
        let mut at = usize::try_from(from).unwrap_or(usize::MAX);
        while results.len() < limit {
            let page = i64::try_from(at / PAGE * PAGE).unwrap_or(i64::MAX);
            let Some(part) = transfer::part(&tx, id, RESULT, page).await? else { return Ok((results, None)) };
            let part: Vec<Json> = serde_json::from_slice(&part).map_err(|e| internal("results", &e))?;
            let (inside, whole) = (at % PAGE, part.len() == PAGE);
            let taken: Vec<Json> = part.into_iter().skip(inside).take(limit - results.len()).collect();
            at += taken.len();
            let ended = taken.is_empty();
            results.extend(taken);
            if ended || (!whole && results.len() < limit) {
                return Ok((results, None));
            }
        }
        Ok((results, Some(at as u64)))
    }
}
