//! Past flows that are more than one request looks at: a job looks at them, with a result for each.

use super::{Backtest, Page};
use crate::engine::{Engine, internal};
use crate::flow::draft::Draft;
use crate::identity::Identity;
use crate::transfer::labour::{Ended, Labour};
use crate::transfer::terms::{self, FILE, PAGE, RESULT};
use crate::transfer::{orders, spool};
use crate::work::Work;
use diagnostic::{Locale, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use storage::store::transfer;
use storage::store::workflow as table;
use uuid::Uuid;

/// Past flows under definitions that are changed.
#[derive(Clone, Debug)]
pub struct LargeBacktest {
    /// Which flows; all of them, not a page.
    pub which: Backtest,
    /// The pack of the definitions.
    pub pack: String,
    /// Where each came from, and its text.
    pub texts: Vec<(String, String)>,
}

/// What is kept of an order beside its texts.
#[derive(Deserialize, Serialize)]
struct Asked {
    workflow: String,
    since: Option<chrono::DateTime<chrono::Utc>>,
    until: Option<chrono::DateTime<chrono::Utc>>,
    locale: String,
    /// How many flows there were when it was asked for.
    lines: u64,
}

/// What came of it so far.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Sum {
    done: u64,
    same: u64,
    different: u64,
    untold: BTreeMap<String, u64>,
    /// The last flow that was looked at.
    before: Option<Uuid>,
    /// All were.
    ended: bool,
}

impl Sum {
    fn add(&mut self, page: &Page) {
        self.same += page.same.len() as u64;
        self.different += page.different.len() as u64;
        for (_, reason) in &page.untold {
            *self.untold.entry((*reason).to_owned()).or_default() += 1;
        }
        (self.before, self.ended) = (page.next, page.next.is_none());
        self.done += page.len() as u64;
    }

    fn counts(&self) -> Json {
        let untold: u64 = self.untold.values().sum();
        json!({"same": self.same, "different": self.different, "untold": untold})
    }
}

impl Engine {
    /// How many flows a backtest would look at.
    ///
    /// # Errors
    /// `not_permitted` for whoever is no administrator.
    pub async fn backtest_size(&self, who: &Identity, which: &Backtest) -> Result<u64> {
        who.must_administer("backtest", super::WHAT)?;
        table::count(&self.database().reader(), &which.filter()).await
    }
}

/// Leaves a backtest to a job; answers it.
pub(crate) async fn order(work: &Work, asked: &LargeBacktest) -> Result<Uuid> {
    work.identity.must_administer("backtest", super::WHAT)?;
    let LargeBacktest { which, pack, texts } = asked;
    let how = Asked {
        workflow: which.workflow.clone(),
        since: which.since,
        until: which.until,
        locale: which.locale.tag().to_owned(),
        lines: table::count(&work.tx, &which.filter()).await?,
    };
    let new = orders::of_job(work, terms::BACKTEST, &which.workflow, json!(how));
    let text = json!({"pack": pack, "texts": texts}).to_string();
    transfer::insert(&work.tx, &new).await?;
    spool::put(&work.tx, new.id, FILE, text.as_bytes()).await?;
    orders::enqueue(work, new, terms::BACKTEST).await
}

/// Looks at the flows.
pub(crate) async fn carry_out(labour: &Labour<'_>) -> Result<Ended> {
    labour.identity.must_administer("backtest", super::WHAT)?;
    let (engine, stored) = (labour.engine, &labour.stored);
    let unreadable = |error: serde_json::Error| internal("a backtest", &error);
    let asked: Asked = serde_json::from_value(stored.asked.clone()).map_err(unreadable)?;
    let mut sum: Sum = serde_json::from_value(stored.report.clone()).map_err(unreadable)?;
    let published = engine.draft(&draft(labour).await?).await?;
    while !sum.ended {
        let which = Backtest {
            workflow: asked.workflow.clone(),
            since: asked.since,
            until: asked.until,
            before: sum.before,
            limit: u32::try_from(PAGE).unwrap_or(super::MOST),
            locale: Locale::from_tag(&asked.locale).unwrap_or_default(),
        };
        let page = engine.looked_at(&published, &which).await?;
        let first = sum.done;
        sum.add(&page);
        keep(labour, &asked, &sum, (first, page)).await?;
        if labour.is_told_to_stop() {
            return Ok(Ended::Stopped);
        }
    }
    let results = format!("/api/v1/jobs/{}/results", labour.job.id);
    let Asked { workflow, .. } = asked;
    Ok(Ended::Done(json!({
        "workflow": workflow,
        "counts": sum.counts(),
        "untold": sum.untold,
        "results": results,
    })))
}

async fn draft(labour: &Labour<'_>) -> Result<Draft> {
    #[derive(Deserialize)]
    struct Kept {
        pack: String,
        texts: Vec<(String, String)>,
    }
    let file = labour.engine.spool(labour.stored.id, FILE).await?;
    let kept: Kept = serde_json::from_reader(std::io::BufReader::new(file))
        .map_err(|error| internal("a backtest", &error))?;
    Ok(Draft::Texts { pack: kept.pack, texts: kept.texts })
}

/// Keeps the results of a page together with how far the job is.
async fn keep(labour: &Labour<'_>, asked: &Asked, sum: &Sum, (first, page): (u64, Page)) -> Result<()> {
    let place = i64::try_from(first).unwrap_or(i64::MAX);
    let is_empty = page.len() == 0;
    let results = json!(page.results()).to_string().into_bytes();
    let mut stored = labour.stored.clone();
    stored.report = json!(sum);
    let mut progress = sum.counts();
    progress["done"] = json!(sum.done);
    progress["of"] = json!(asked.lines.max(sum.done));
    labour
        .tell(progress, move |tx| {
            let (stored, results) = (stored.clone(), results.clone());
            async move {
                if !is_empty {
                    transfer::put_part(&tx, stored.id, RESULT, place, results).await?;
                }
                transfer::update(&tx, &stored).await.map(drop)
            }
        })
        .await
}
