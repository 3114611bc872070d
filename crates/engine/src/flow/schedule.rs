//! Times that set flows off. Each is a job under a key that stays taken, so no slot counts twice however many processes
//! run; a slot that nobody was there for counts once, late, and the next one is the next in the future.

use crate::engine::Engine;
use crate::flow::automation::{Cause, set_off, set_off_alone};
use crate::flow::calls::QUEUE;
use crate::flow::dates;
use crate::flow::slot::{CHUNK, Slot};
use crate::published::Published;
use crate::work::Work;
use calendar::Schedule;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Result};
use plan::planner::Mode;
use std::sync::Arc;
use storage::Tx;
use storage::store::job::{self, Job};
use uuid::Uuid;
use workflow::Flow;
use workflow::flow::trigger;

/// A time of a schedule has come.
pub(crate) const SLOT: &str = "slot";
/// One slot sets off a flow for as many records as there are: of those only ids are kept.
const ALL: u32 = u32::MAX;

impl Engine {
    /// Sees to it that each flow with a schedule has its next slot in the queue, and no other.
    pub(crate) async fn keep_slots(&self, tx: &Tx, published: &Arc<Published>) -> Result<()> {
        let work =
            Work { published: published.clone(), ..self.work(&self.system(), tx.clone(), Mode::System) };
        let now = work.bindings.now;
        for flow in published.flows() {
            keep_one(&work, SLOT, flow, next_slot(&work, flow, now)?).await?;
            keep_one(&work, dates::DATES, flow, dates::next(&work, flow, now)).await?;
        }
        let known: Vec<&str> = published.flows().map(|flow| &*flow.name).collect();
        for kind in [SLOT, dates::DATES] {
            for open in job::open(tx, QUEUE, kind).await? {
                if !known.contains(&&*Slot::of(&open)?.workflow) {
                    job::cancel(tx, open.id, now).await?;
                }
            }
        }
        Ok(())
    }
}

async fn keep_one(work: &Work, kind: &str, flow: &Flow, next: Option<Slot>) -> Result<()> {
    let now = work.bindings.now;
    let mut late = false;
    for open in job::open(&work.tx, QUEUE, kind).await? {
        let slot = Slot::of(&open)?;
        if slot.workflow != flow.name {
            continue;
        }
        let same = next.as_ref().is_some_and(|next| next.at == slot.at);
        // One that is due stands for the times that nobody was there for.
        match next.is_some() && (slot.at <= now || same) {
            true => late = true,
            false => drop(job::cancel(&work.tx, open.id, now).await?),
        }
    }
    match next.filter(|_| !late) {
        Some(next) => job::enqueue(&work.tx, &next.job(kind, now)).await.map(drop),
        None => Ok(()),
    }
}

fn next_slot(work: &Work, flow: &Flow, after: DateTime<Utc>) -> Result<Option<Slot>> {
    let Some(schedule) = &flow.trigger.schedule else { return Ok(None) };
    let zone = schedule.zone.unwrap_or(work.engine.site().time_zone);
    let at = Schedule::parse(&schedule.cron, zone)?.after(after);
    Ok(at.map(|at| Slot { workflow: flow.name.clone(), at, from: None }))
}

impl Engine {
    /// Puts the slot after this one into the queue, in the transaction that ends the job of this one.
    pub(super) async fn follow_slot(&self, done: &Job, kind: &'static str) -> Result<()> {
        let (id, lease, slot) = (done.id, done.lease, Slot::of(done)?);
        self.transact(self.system(), Mode::System, true, move |work| {
            let slot = slot.clone();
            async move {
                let now = work.bindings.now;
                if !job::complete(&work.tx, id, lease, None, now).await? {
                    return Err(Box::new(Diagnostic::new(Code::DatabaseBusy)));
                }
                let Some(flow) = work.published.flow(&slot.workflow).cloned() else { return Ok(()) };
                let next = match kind {
                    SLOT => next_slot(&work, &flow, now.max(slot.at))?,
                    _ => dates::next(&work, &flow, slot.at).map(|next| Slot {
                        from: Some(slot.at),
                        at: next.at.max(now),
                        ..next
                    }),
                };
                match next {
                    Some(next) => job::enqueue(&work.tx, &next.job(kind, now)).await.map(drop),
                    None => Ok(()),
                }
            }
        })
        .await
    }

    /// Sets off the flow of a slot, and puts its next one into the queue.
    pub(crate) async fn slot(&self, job: &Job) -> Result<()> {
        let slot = Slot::of(job)?;
        let published = self.published();
        if let Some(flow) = published.flow(&slot.workflow)
            && let Some(schedule) = &flow.trigger.schedule
        {
            self.run_slot(flow, schedule, &slot).await?;
        }
        self.follow_slot(job, SLOT).await
    }

    async fn run_slot(&self, flow: &Arc<Flow>, schedule: &trigger::Schedule, slot: &Slot) -> Result<()> {
        let key = format!("schedule/{}@{}", flow.name, slot.at.to_rfc3339());
        let Some(each) = &schedule.each else {
            let (slot, key) = (slot.clone(), Arc::new(key));
            return self
                .transact(self.system(), Mode::System, true, move |work| {
                    let (slot, key) = (slot.clone(), key.clone());
                    async move { run_once(&work, &slot, &key).await }
                })
                .await;
        };
        let ids = self.ids_meeting(&flow.object, each).await?;
        self.set_off_each(flow.name.clone(), ids, Arc::new(move |id| format!("{key}/{id}"))).await
    }

    /// The records for which a condition holds now.
    pub(super) async fn ids_meeting(&self, object: &str, condition: &expression::Expr) -> Result<Vec<Uuid>> {
        let work = self.reading(&self.system());
        let object = work.published.object(object)?;
        let rows = work.rows();
        storage::row::meeting(rows.tx, rows.reading, object, Some(condition), &[], ALL).await
    }

    /// Sets a flow off for each of some records, a part of them in one transaction; those it was set off for before are
    /// left out by their keys.
    pub(super) async fn set_off_each(
        &self,
        workflow: Arc<str>,
        ids: Vec<Uuid>,
        key: Arc<dyn Fn(Uuid) -> String + Send + Sync>,
    ) -> Result<()> {
        for part in ids.chunks(CHUNK) {
            let (part, workflow, key) = (Arc::new(part.to_vec()), workflow.clone(), key.clone());
            self.transact(self.system(), Mode::System, true, move |work| {
                let (part, workflow, key) = (part.clone(), workflow.clone(), key.clone());
                async move {
                    let Some(flow) = work.published.flow(&workflow).cloned() else { return Ok(()) };
                    let object = work.published.object(&flow.object)?;
                    for row in work.rows().load_all(object, &part).await? {
                        set_off(&work, &flow, &row, Cause::of_time(key(row.id()))).await?;
                    }
                    Ok(())
                }
            })
            .await?;
        }
        Ok(())
    }
}

async fn run_once(work: &Work, slot: &Slot, key: &str) -> Result<()> {
    let Some(flow) = work.published.flow(&slot.workflow).cloned() else { return Ok(()) };
    set_off_alone(work, &flow, slot.at, Cause::of_time(key.to_owned())).await
}
