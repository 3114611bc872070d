//! A flow that is tried: the engine walks it with a real record from its start to its end, under the published definition
//! or a draft, with a clock of its own. Nothing is left of it.
//!
//! Read in this order: this file, `script` (what people are said to do), `told` (what is answered).

pub mod script;

mod told;

use crate::engine::Engine;
use crate::flow::draft::Draft;
use crate::flow::people::picks::{self, Named};
use crate::flow::start::may_begin;
use crate::flow::walk::Walk;
use crate::flow::walk::script::Script;
use crate::flow::{begin, stored, values};
use crate::identity::Identity;
use crate::work::Work;
use catalog::SystemField;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::Row;
use plan::read::Bindings;
use serde_json::Value as Json;
use std::sync::Arc;
use uuid::Uuid;
use workflow::{Flow, Run};

/// What is tried.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The workflow.
    pub workflow: String,
    /// The record.
    pub record: Which,
    /// Who starts it; the owner of the record, or else who asks, where nobody is named.
    pub initiator: Option<Uuid>,
    /// The people whom the initiator names.
    pub picks: Named,
    /// What people do.
    pub script: Script,
    /// When it starts; now where it is not said.
    pub at: Option<DateTime<Utc>>,
    /// What is tried in the place of what is published.
    pub draft: Option<Draft>,
    /// The language of labels and reasons.
    pub locale: Locale,
}

/// A record.
#[derive(Clone, Debug)]
pub enum Which {
    /// By its id.
    Id(Uuid),
    /// By the value of its natural key.
    Key(String),
}

impl Which {
    /// A record by what somebody wrote: its id, or its natural key.
    pub fn of(text: &str) -> Which {
        text.parse().map_or_else(|_| Which::Key(text.to_owned()), Which::Id)
    }
}

impl Engine {
    /// How a flow would go, told from its start to its end. Nothing is done.
    ///
    /// # Errors
    /// `not_permitted` for whoever is no administrator, `not_found` for an unknown workflow or record, all findings in a
    /// draft, `already_pending` and `rule_violated` for a record that could not be submitted.
    pub async fn simulate(&self, who: &Arc<Identity>, order: Simulation) -> Result<Json> {
        who.must_administer("simulate", "workflows")?;
        let draft = match &order.draft {
            Some(draft) => Some(self.draft(draft).await?),
            None => None,
        };
        let (order, who) = (Arc::new(order), who.clone());
        let job = move |work: Work| {
            let (order, draft, who) = (order.clone(), draft.clone(), who.clone());
            async move {
                let published = draft.unwrap_or_else(|| work.published.clone());
                let work = Work { published, ..work };
                Box::pin(simulated(&work, &order, &who)).await
            }
        };
        self.try_out(self.system(), job).await
    }
}

async fn simulated(work: &Work, order: &Simulation, who: &Identity) -> Result<Json> {
    let missing = || Box::new(Diagnostic::new(Code::NotFound));
    let flow = work.published.flow(&order.workflow).cloned().ok_or_else(missing)?;
    let record = record(work, &flow, &order.record).await?.ok_or_else(missing)?;
    let object = work.published.object(&flow.object)?;
    let row = work.rows().load_to_write(object, record).await?.ok_or_else(missing)?;
    let initiator = order.initiator.or_else(|| row.system(SystemField::Owner).as_reference());
    let initiator = initiator.unwrap_or(who.actor.id);
    let work = &as_initiator(work, initiator, order.at.unwrap_or(work.bindings.now)).await?;
    work.tx.watch();
    let mut walk = begun(work, &flow, &row, &order.picks, Arc::new(order.script.clone())).await?;
    let halted = walk.begin().await;
    told::whole(work, &walk, halted, order).await
}

async fn record(work: &Work, flow: &Flow, which: &Which) -> Result<Option<Uuid>> {
    let key = match which {
        Which::Id(id) => return Ok(Some(*id)),
        Which::Key(key) => key,
    };
    let object = work.published.object(&flow.object)?;
    let Some([field]) = object.key.as_ref().map(|key| key.fields.as_slice()) else { return Ok(None) };
    let Some(kind) = object.field(field).map(|field| field.kind.kind()) else { return Ok(None) };
    let Ok(value) = kind.parse_text(key) else { return Ok(None) };
    Ok(work.rows().find(object, &[(field.clone(), value)]).await?.map(|row| row.id()))
}

/// The same work as somebody starts a flow in it at an instant.
///
/// # Errors
/// `unknown_reference` for somebody who may not sign in.
pub(super) async fn as_initiator(work: &Work, initiator: Uuid, now: DateTime<Utc>) -> Result<Work> {
    let identity = match work.engine.identity(initiator, None).await {
        Ok(identity) => identity,
        Err(found) if found.code == Code::Unauthenticated => {
            let found = Diagnostic::new(Code::UnknownReference).with("what", "user").with("name", initiator);
            return Err(Box::new(found.at("initiator")));
        }
        Err(found) => return Err(found),
    };
    let work = work.seen_by(identity);
    Ok(Work { bindings: Bindings { now, ..work.bindings.clone() }, ..work })
}

/// A flow that begins about a record, as far as its first step.
///
/// # Errors
/// What keeps the record from being submitted, and what is wrong with the people named.
pub(super) async fn begun<'f>(
    work: &Work,
    flow: &'f Arc<Flow>,
    row: &Row,
    named: &Named,
    script: Arc<Script>,
) -> Result<Walk<'f>> {
    may_begin(work, flow, row).await?;
    let mut instance = begin::fresh(work, flow, row.id(), work.identity.actor.id);
    if !flow.automation {
        begin::take(work, flow, row, instance.id).await?;
    }
    values::begin(work, flow, &mut instance).await?;
    let held = stored::begin(work, flow, &instance, row.version()).await?;
    let now = work.bindings.now;
    let mut run = match flow.automation {
        true => Run::later(flow, instance, now, Uuid::now_v7),
        false => Run::start(flow, instance, now, Uuid::now_v7),
    };
    match picks::take(work, &mut run, None, named).await {
        // Whom the initiator does not name has a place all the same.
        Err(found) if !found.is_only(Code::Required) => return Err(found),
        _ => {}
    }
    Ok(Walk::of(work, held, run, script))
}
