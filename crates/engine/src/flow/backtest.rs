//! Past flows under a changed definition: each that ended is walked once more with the values and the decisions of then, and
//! those that go another way are told. One transaction, taken back, for each.
//!
//! Read in this order: this file, `past` (what is known of a flow that ended), `way` (where flows went, compared), `job` (more
//! than one request looks at).

pub(crate) mod job;

mod past;

mod way;

use crate::engine::Engine;
use crate::flow::simulate::{as_initiator, begun};
use crate::flow::stored;
use crate::flow::walk::Halted;
use crate::identity::Identity;
use crate::published::Published;
use crate::records::read::{self, titles};
use crate::work::Work;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Locale, Result};
pub use job::LargeBacktest;
use past::Past;
use plan::read::Bindings;
use serde_json::{Value as Json, json};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use storage::store::workflow::{self as table, FlowFilter};
use uuid::Uuid;
use way::{Difference, Way};
use workflow::{Flow, Run};

/// Flows that are looked at in one go.
pub const MOST: u32 = 200;

/// What only administrators try.
const WHAT: &str = "workflows";

/// Which past flows are tried.
#[derive(Clone, Debug)]
pub struct Backtest {
    /// The workflow.
    pub workflow: String,
    /// Those that started from this instant on.
    pub since: Option<DateTime<Utc>>,
    /// Those that started before this instant.
    pub until: Option<DateTime<Utc>>,
    /// The last one of the page before.
    pub before: Option<Uuid>,
    /// How many are looked at.
    pub limit: u32,
    /// The language of reasons.
    pub locale: Locale,
}

impl Backtest {
    fn filter(&self) -> FlowFilter {
        FlowFilter {
            workflow: Some(self.workflow.clone()),
            ended: true,
            since: self.since,
            until: self.until,
            ..FlowFilter::default()
        }
    }
}

/// What came of a page of flows.
struct Page {
    /// Those that go the same way.
    same: Vec<Uuid>,
    /// Those that go another way, told.
    different: Vec<(Uuid, Json)>,
    /// Those of which that cannot be told, and why.
    untold: Vec<(Uuid, &'static str)>,
    /// The last one, where others may follow.
    next: Option<Uuid>,
}

impl Page {
    fn len(&self) -> usize {
        self.same.len() + self.different.len() + self.untold.len()
    }

    fn told(self) -> Json {
        let counts = json!({
            "same": self.same.len(),
            "different": self.different.len(),
            "untold": self.untold.len(),
        });
        let untold = self.untold.iter().map(|(id, reason)| json!({"instance": id, "reason": reason}));
        let (untold, different): (Vec<Json>, Vec<Json>) =
            (untold.collect(), self.different.into_iter().map(|(_, told)| told).collect());
        json!({"counts": counts, "different": different, "untold": untold, "next": self.next})
    }

    /// A result for each flow, the newest first.
    fn results(self) -> Vec<Json> {
        let same = self.same.iter().map(|id| (*id, json!({"instance": id, "way": "same"})));
        let untold = self
            .untold
            .iter()
            .map(|(id, reason)| (*id, json!({"instance": id, "way": "untold", "reason": reason})));
        let different = self.different.into_iter().map(|(id, told)| {
            let result = json!({"instance": id, "way": "different", "different": told});
            (id, result)
        });
        let ordered: BTreeMap<_, _> =
            same.chain(untold).chain(different).map(|(id, result)| (Reverse(id), result)).collect();
        ordered.into_values().collect()
    }
}

/// What came of one flow.
enum Found {
    /// It goes the same way.
    Same,
    /// It goes another way.
    Other(Box<Difference>),
    /// It cannot be told.
    Untold(&'static str),
}

impl Engine {
    /// A page of past flows, the newest first, under a catalog that may not be published: how many go the same way, which go
    /// another, of which that cannot be told and why. Nothing is done.
    ///
    /// # Errors
    /// `not_permitted` for whoever is no administrator, `not_found` for a workflow that the catalog does not know.
    pub async fn backtest(
        &self,
        who: &Arc<Identity>,
        published: &Arc<Published>,
        order: &Backtest,
    ) -> Result<Json> {
        who.must_administer("backtest", WHAT)?;
        Ok(self.looked_at(published, order).await?.told())
    }

    async fn looked_at(&self, published: &Arc<Published>, order: &Backtest) -> Result<Page> {
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let flow = published.flow(&order.workflow).cloned().ok_or_else(missing)?;
        let work = self.reading(&self.system());
        let limit = order.limit.clamp(1, MOST);
        let rows = table::instances(&work.tx, &order.filter(), order.before, limit).await?;
        let next = rows.last().map(|last| last.id).filter(|_| rows.len() == limit as usize);
        let mut flows: HashMap<String, Option<Arc<Flow>>> = HashMap::new();
        let (mut same, mut others, mut untold) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            if !flows.contains_key(&row.definition) {
                let own = stored::flow_by(&work, &row.workflow, &row.definition).await;
                flows.insert(row.definition.clone(), own.ok());
            }
            let found = match flows[&row.definition].clone() {
                Some(own) => self.one(row.clone(), (published, &flow), own, order.locale).await?,
                None => Found::Untold("definition_unreadable"),
            };
            match found {
                Found::Same => same.push(row.id),
                Found::Other(difference) => others.push((row, difference)),
                Found::Untold(reason) => untold.push((row.id, reason)),
            }
        }
        let told = told(&work, &others).await?;
        let different = others.iter().map(|(row, _)| row.id).zip(told).collect();
        Ok(Page { same, different, untold, next })
    }

    async fn one(
        &self,
        row: table::Instance,
        (published, flow): (&Arc<Published>, &Arc<Flow>),
        own: Arc<Flow>,
        locale: Locale,
    ) -> Result<Found> {
        let reading = self.reading(&self.system());
        let past = match Past::read(&reading, row, own.clone()).await? {
            Ok(past) => Arc::new(past),
            Err(reason) => return Ok(Found::Untold(reason)),
        };
        let was = past.way();
        let new = match self.walked(&past, published, flow).await? {
            Ok(new) => new,
            Err(reason) => return Ok(Found::Untold(reason)),
        };
        let Some(difference) = Difference::between(&was, &new, past.is_cut_short(), locale) else {
            return Ok(Found::Same);
        };
        // What goes another way under its own definition, too, does so because people or other records changed since.
        match self.walked(&past, &reading.published, &own).await? {
            Ok(again) if Difference::between(&again, &new, past.is_cut_short(), locale).is_none() => {
                Ok(Found::Untold("changed_since"))
            }
            Ok(_) => Ok(Found::Other(Box::new(difference))),
            Err(reason) => Ok(Found::Untold(reason)),
        }
    }

    /// The way of a past flow under a definition.
    async fn walked(
        &self,
        past: &Arc<Past>,
        published: &Arc<Published>,
        flow: &Arc<Flow>,
    ) -> Result<std::result::Result<Way, &'static str>> {
        let (past, published, flow) = (past.clone(), published.clone(), flow.clone());
        let job = move |work: Work| {
            let work = Work { published: published.clone(), ..work };
            let (past, flow) = (past.clone(), flow.clone());
            async move { Box::pin(walk(&work, &past, &flow)).await }
        };
        self.try_out(self.system(), job).await
    }
}

async fn walk(work: &Work, past: &Past, flow: &Arc<Flow>) -> Result<std::result::Result<Way, &'static str>> {
    let instance = &past.instance;
    let row = match past.restore(work).await? {
        Ok(row) => row,
        Err(reason) => return Ok(Err(reason)),
    };
    let now = instance.started_at;
    let work = match instance.initiator.is_nil() {
        true => Work { bindings: Bindings { now, ..work.bindings.clone() }, ..work.clone() },
        false => match as_initiator(work, instance.initiator, now).await {
            Ok(work) => work,
            Err(found) if found.code == Code::UnknownReference => return Ok(Err("initiator_gone")),
            Err(found) => return Err(found),
        },
    };
    let script = Arc::new(past.script());
    let mut walk = match begun(&work, flow, &row, &BTreeMap::new(), script).await {
        Ok(walk) => walk,
        Err(found) if is_of_the_flow(&found) => return Ok(Ok(Way::refused(*found))),
        Err(found) => return Err(found),
    };
    walk.run.instance.picks = instance.picks.clone();
    let halted: Halted = walk.begin().await;
    if let Some((_, found)) = &halted
        && !is_of_the_flow(found)
    {
        return Err(Box::new(found.clone()));
    }
    let Run { instance, .. } = &walk.run;
    Ok(Ok(Way::of(flow, instance, halted)))
}

/// Whether a flow was refused, rather than that the database was away.
fn is_of_the_flow(found: &Diagnostic) -> bool {
    !matches!(found.code, Code::DatabaseBusy | Code::DatabaseUnavailable | Code::Internal)
}

async fn told(work: &Work, others: &[(&table::Instance, Box<Difference>)]) -> Result<Vec<Json>> {
    let named = others.iter().flat_map(|(row, difference)| difference.people().chain([row.initiator]));
    let people = read::people(work, named).await?;
    let mut known: HashMap<Uuid, String> = HashMap::new();
    if let Some((first, _)) = others.first() {
        let records: Vec<Uuid> = others.iter().map(|(row, _)| row.record).collect();
        if let Some(object) = work.published.catalog.object(&first.object) {
            known = titles(work, object, &records).await?;
        }
    }
    let told = others.iter().map(|(row, difference)| {
        let mut told = difference.told(&people);
        told["instance"] = json!(row.id);
        told["record"] = json!({"object": row.object, "id": row.record, "title": known.get(&row.record)});
        told["initiator"] = people.of(Some(row.initiator));
        told["started_at"] = json!(row.started_at);
        told
    });
    Ok(told.collect())
}
