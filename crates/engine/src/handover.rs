//! Somebody leaves: records the leaver owns, people and departments the leaver leads, and approvals that wait for
//! the leaver go to a successor. A job does it in small transactions, each with history and audit; a worker that
//! dies is followed by one that goes on with what is left.

use crate::engine::{Engine, internal};
use crate::flow::log::LogKind;
use crate::flow::stored;
use crate::identity::Identity;
use crate::records::command::Command;
use crate::work::{QUEUE, Work};
use chrono::TimeDelta;
use diagnostic::{Code, Diagnostic, Result};
use plan::Precondition;
use plan::planner::Mode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::store::job::{self, Job};
use storage::store::{audit, workflow as table};
use uuid::Uuid;
use workflow::Run;

/// The kind of job.
pub(crate) const JOB: &str = "handover";
/// What is about one person alone, and of no use to a successor.
const PERSONAL: [&str; 2] = ["base.notification", "base.preference"];
/// Records of one transaction.
const BATCH: u32 = 100;
/// How long the job may take for one of them.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// Failures that are told one by one.
const MOST_TOLD: usize = 100;

/// What is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Who leaves.
    pub from: Uuid,
    /// Who goes on with it.
    pub to: Uuid,
    /// Whether the leaver may no longer sign in afterwards.
    pub deactivate: bool,
}

/// What was handed over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HandedOver {
    /// How many records of each object.
    pub records: BTreeMap<String, u64>,
    /// How many approvals.
    pub tasks: u64,
    /// What could not be handed over, and why: `{"object", "id", "code"}`.
    pub failed: Vec<Json>,
}

/// Checks an order and leaves it to a job; answers the job.
///
/// # Errors
/// `not_permitted` for everyone but administrators, `not_found` for an unknown leaver, `reference_not_found` for
/// a successor who is unknown, not active, or the leaver.
pub(crate) async fn order(work: &Work, order: &Order) -> Result<Uuid> {
    let actor = &work.identity.actor;
    if !actor.admin {
        let found = Diagnostic::new(Code::NotPermitted).with("action", "hand over").with("what", "records");
        return Err(Box::new(found));
    }
    check(work, order).await?;
    let payload = serde_json::to_value(order).map_err(|e| internal("a job's payload", &e))?;
    let mut job = Job::new(QUEUE, JOB, payload, work.bindings.now);
    job.created_by = (!actor.id.is_nil()).then_some(actor.id);
    job.dedup_key = Some(format!("{JOB}/{}", order.from));
    if !job::enqueue(&work.tx, &job).await? {
        return Err(Box::new(Diagnostic::new(Code::HandoverRunning)));
    }
    Ok(job.id)
}

async fn check(work: &Work, order: &Order) -> Result<()> {
    let users = work.published.object("base.user")?;
    work.rows().load(users, order.from).await?.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    let to = work.rows().load(users, order.to).await?;
    let active = |row: &plan::Row| {
        row.system(catalog::SystemField::DeletedAt).is_null()
            && row.get("active") != &expression::Value::Boolean(false)
    };
    if order.to == order.from || !to.as_ref().is_some_and(active) {
        return Err(Box::new(Diagnostic::new(Code::ReferenceNotFound).with("field", "to").at("to")));
    }
    Ok(())
}

/// A field that names the leaver: of records that are owned, and of people and departments that are led.
#[derive(Clone)]
struct Place {
    object: Arc<str>,
    field: Arc<str>,
}

impl Engine {
    /// What there is to hand over, as it is now.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn to_hand_over(&self, by: &Arc<Identity>, from: Uuid) -> Result<HandedOver> {
        let work = self.reading(by);
        let mut held = HandedOver::default();
        for place in places(&work) {
            let object = work.published.object(&place.object)?;
            let named = expression::Value::Reference(from);
            let count = work.rows().count_having(object, &place.field, named).await?;
            if count > 0 {
                *held.records.entry(place.object.to_string()).or_default() += count;
            }
        }
        held.tasks = table::count_waiting_for(&work.tx, from).await?;
        Ok(held)
    }

    /// Hands over at once; `told` hears how many records and tasks are done.
    ///
    /// # Errors
    /// As an order, and what the database refuses; what was done until then stays done.
    pub async fn hand_over_now(
        &self,
        by: &Arc<Identity>,
        order: &Order,
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<HandedOver> {
        check(&self.reading(by), order).await?;
        let mut done = HandedOver::default();
        while self.hand_over_part(by, order, &mut done).await? {
            told(done.records.values().sum::<u64>() + done.tasks);
        }
        Ok(done)
    }

    /// Does an order as a job.
    pub(crate) async fn hand_over(&self, job: &Job) -> Result<()> {
        let order: Order =
            serde_json::from_value(job.payload.clone()).map_err(|e| internal("a job's payload", &e))?;
        let by = match job.created_by {
            Some(user) => self.identity(user, None).await?,
            None => self.system(),
        };
        let (id, lease) = (job.id, job.lease);
        let known = job.progress.clone().and_then(|known| serde_json::from_value(known).ok());
        let mut done: HandedOver = known.unwrap_or_default();
        while self.hand_over_part(&by, &order, &mut done).await? {
            let (now, told) = (self.now(), json!(done));
            let held = self.database().write(move |tx| {
                let told = told.clone();
                async move { job::progress(&tx, id, lease, &told, now + LEASE).await }
            });
            if !held.await? {
                return Err(Box::new(Diagnostic::new(Code::DatabaseBusy)));
            }
        }
        let (now, result) = (self.now(), json!(done));
        let ended = self.database().write(move |tx| {
            let result = result.clone();
            async move { job::complete(&tx, id, lease, Some(result), now).await }
        });
        match ended.await? {
            true => Ok(()),
            false => Err(Box::new(Diagnostic::new(Code::DatabaseBusy))),
        }
    }

    /// Hands over a part; `false` where nothing was left.
    async fn hand_over_part(&self, by: &Arc<Identity>, order: &Order, done: &mut HandedOver) -> Result<bool> {
        let (order, known) = (Arc::new(order.clone()), Arc::new(done.clone()));
        let part = self
            .transact(by.clone(), Mode::System, true, move |work| {
                let (order, known) = (order.clone(), known.clone());
                async move {
                    // No hooks: they speak of changes that people make one at a time.
                    let work = Work { hooks: false, ..work };
                    part(&work, &order, &known).await
                }
            })
            .await?;
        let Some(part) = part else { return Ok(false) };
        for (object, count) in part.records {
            *done.records.entry(object).or_default() += count;
        }
        done.tasks += part.tasks;
        done.failed.extend(part.failed);
        Ok(true)
    }
}

/// Everything that may name the leaver.
fn places(work: &Work) -> Vec<Place> {
    let objects = work.published.catalog.objects.values();
    let owned = objects.filter(|object| !PERSONAL.contains(&&*object.name)).filter_map(|object| {
        let field = object.system(catalog::SystemField::Owner)?;
        Some(Place { object: object.name.clone(), field: field.name.clone() })
    });
    let led = [("base.user", "manager"), ("base.department", "head")];
    let led = led.into_iter().map(|(object, field)| Place { object: object.into(), field: field.into() });
    owned.chain(led).collect()
}

/// Hands over the next batch of one transaction; `None` where nothing is left, after which the leaver is gone.
async fn part(work: &Work, order: &Order, known: &HandedOver) -> Result<Option<HandedOver>> {
    let mut done = HandedOver::default();
    for place in places(work) {
        let failed = known.failed.iter().filter(|one| one["object"] == *place.object);
        let failed: Vec<Uuid> = failed.filter_map(|one| one["id"].as_str()?.parse().ok()).collect();
        let object = work.published.object(&place.object)?;
        let most = BATCH + u32::try_from(failed.len()).unwrap_or(BATCH);
        let from = expression::Value::Reference(order.from);
        let ids = work.rows().ids_having(object, &place.field, from, most).await?;
        let ids: Vec<Uuid> = ids.into_iter().filter(|id| !failed.contains(id)).collect();
        for id in &ids {
            match work.tx.savepoint(pass_on(work, &place, *id, order)).await {
                Ok(()) => *done.records.entry(place.object.to_string()).or_default() += 1,
                Err(found) if known.failed.len() + done.failed.len() < MOST_TOLD => {
                    done.failed.push(json!({"object": &*place.object, "id": id, "code": found.code.name()}));
                }
                Err(found) => return Err(found),
            }
        }
        if !ids.is_empty() {
            return Ok(Some(done));
        }
    }
    let failed = |task: Uuid| known.failed.iter().any(|one| one["id"] == json!(task));
    let tasks = table::waiting_for(&work.tx, order.from, BATCH + MOST_TOLD as u32).await?;
    let tasks: Vec<table::Task> = tasks.into_iter().filter(|task| !failed(task.id)).collect();
    for task in &tasks {
        match work.tx.savepoint(pass_task_on(work, task, order)).await {
            Ok(()) => done.tasks += 1,
            Err(found) if known.failed.len() + done.failed.len() < MOST_TOLD => {
                done.failed.push(json!({"object": "task", "id": task.id, "code": found.code.name()}));
            }
            Err(found) => return Err(found),
        }
    }
    if !tasks.is_empty() {
        return Ok(Some(done));
    }
    end(work, order, known).await?;
    Ok(None)
}

async fn pass_on(work: &Work, place: &Place, id: Uuid, order: &Order) -> Result<()> {
    // Nobody leads himself.
    let to = if id == order.to && &*place.object == "base.user" { Json::Null } else { json!(order.to) };
    let body = Json::Object(Map::from_iter([(place.field.to_string(), to)]));
    let precondition = Precondition::Waived;
    work.execute(&Command::Update { object: place.object.clone(), id, body, precondition }).await.map(drop)
}

async fn pass_task_on(work: &Work, task: &table::Task, order: &Order) -> Result<()> {
    let (mut held, instance) = stored::hold(work, task.instance).await?;
    let flow = stored::flow_of(work, &instance).await?;
    held.say(work, LogKind::HandedOver, Some(&task.node), None);
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    let why = format!("{}, in the place of somebody who left", task.why.as_str().unwrap_or_default());
    let asked = run.reassign(task.id, order.to, &why)?;
    work.drive(held, &mut run, asked).await
}

/// The leaver may no longer sign in, where that is ordered; the trail tells what was done.
async fn end(work: &Work, order: &Order, done: &HandedOver) -> Result<()> {
    if order.deactivate {
        let (body, precondition) = (json!({"active": false}), Precondition::Waived);
        let object = "base.user".into();
        work.execute(&Command::Update { object, id: order.from, body, precondition }).await?;
    }
    let actor = work.identity.actor.id;
    let entry = audit::Entry {
        id: Uuid::now_v7(),
        at: work.bindings.now,
        actor: (!actor.is_nil()).then_some(actor),
        kind: "account.handed_over".to_owned(),
        object: Some("base.user".to_owned()),
        record: Some(order.from),
        request: work.request.as_deref().map(str::to_owned),
        detail: json!({"to": order.to, "records": done.records, "tasks": done.tasks, "failed": done.failed.len()}),
    };
    audit::insert(&work.tx, work.engine.pen(), &[entry]).await
}
