//! Requests that change something: each has its effect once, however often it is repeated.
//!
//! Read in this order: [`Request`] and [`Done`] here, then [`bulk`], [`large`], [`action`], [`history`], [`timeline`], [`comments`],
//! `mentions` (who is told of a comment), [`unmask`], `refused` (what is told with a refusal).

pub mod batch;

pub mod bulk;

pub mod large;

pub mod action;

pub mod history;

pub mod timeline;

pub mod comments;

mod mentions;

mod refused;

pub mod unmask;

use crate::engine::{Engine, internal};
use crate::flow::backtest::{self, LargeBacktest};
use crate::flow::{decide, ending, migrate, operate, rights, seats, start, tasks, urge};
use crate::handover;
use crate::identity::Identity;
use crate::records::command::{Command, Written};
use crate::records::work::Work;
use crate::transfer::orders::{self, ExportOrder, ImportOrder};
use diagnostic::Result;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use plan::Precondition;
use plan::planner::Mode;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;
use storage::store::idempotency;
use uuid::Uuid;

pub use action::Press;
pub use bulk::{Bulk, BulkMode};
pub use decide::TaskAction;
pub use idempotency::RequestKey;
pub use large::LargeBulk;
pub use migrate::Order as MigrateOrder;
pub use operate::{Operation, Order as OperateOrder};
pub use seats::{SeatAct, SeatAction};
pub use start::Submission;
pub use workflow::migration::Renamed;

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Request {
    /// One write.
    Write(Command),
    /// Several writes of one object.
    Bulk(Bulk),
    /// More of them than are done while the asker waits.
    LargeBulk(LargeBulk),
    /// A scripted button.
    Press(Press),
    /// Words about a record.
    Comment {
        /// The object.
        object: Arc<str>,
        /// The record.
        record: Uuid,
        /// The words.
        text: String,
    },
    /// A record goes into a flow.
    Submit(Submission),
    /// A task is decided.
    Decide(TaskAction),
    /// Something is done with a task beside deciding it.
    Seat(SeatAction),
    /// A request is taken back.
    Withdraw {
        /// The instance.
        instance: Uuid,
        /// Why.
        comment: Option<String>,
    },
    /// The initiator asks for a decision.
    Urge {
        /// The instance.
        instance: Uuid,
        /// Words to go with it, for the log.
        comment: Option<String>,
    },
    /// An administrator ends a flow.
    CancelFlow {
        /// The instance.
        instance: Uuid,
        /// Why.
        comment: Option<String>,
    },
    /// An administrator does something to a flow.
    Operate(operate::Order),
    /// An administrator lets flows go on under the published version.
    Migrate(migrate::Order),
    /// Words about a task.
    CommentOnTask {
        /// The task.
        task: Uuid,
        /// The words.
        text: String,
    },
    /// The holder of a task changes what its step opens for change.
    SaveTask {
        /// The task.
        task: Uuid,
        /// Fields of the record.
        body: Json,
        /// The record's version that was seen.
        precondition: Precondition,
    },
    /// A copy was read.
    Read {
        /// The task.
        task: Uuid,
    },
    /// Somebody leaves: what is his goes to another.
    HandOver(handover::Order),
    /// A step of an import.
    Import(ImportOrder),
    /// A file of records.
    Export(ExportOrder),
    /// More past flows under a changed definition than are looked at while the asker waits.
    Backtest(LargeBacktest),
    /// Nothing is changed: the key alone is kept, so that another body under it is refused.
    Nothing,
}

/// A request with what names it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What is asked for.
    pub request: Request,
    /// Makes a repetition have no further effect.
    pub key: Option<RequestKey>,
    /// The request's id, for the audit trail.
    pub id: Arc<str>,
    /// The address it comes from, for the audit trail.
    pub address: Option<Arc<str>>,
}

/// What a request led to: ids, from which the answer is rendered under the rights of whoever asks (again).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// A record was written.
    Written {
        /// The object.
        object: String,
        /// The record.
        id: Uuid,
        /// It did not exist before.
        created: bool,
        /// The flow that must approve first; the record itself is unchanged.
        parked: Option<Uuid>,
        /// The job that computes further derived values.
        job: Option<Uuid>,
    },
    /// Several were: a result each.
    Bulk(Vec<Json>),
    /// A script answered this.
    Answered(Json),
    /// A script answered this record.
    Record {
        /// The object.
        object: String,
        /// The record.
        id: Uuid,
    },
    /// A comment was made.
    Commented(Uuid),
    /// A flow was started.
    Submitted(Uuid),
    /// The task was decided or spoken about.
    Task(Uuid),
    /// The instance was taken back, ended, or something else was done to it.
    Withdrawn(Uuid),
    /// A job does it.
    Job(Uuid),
}

impl Done {
    pub(crate) fn written(written: &Written) -> Done {
        Done::Written {
            object: written.row.object.name.to_string(),
            id: written.id(),
            created: written.created,
            parked: written.parked,
            job: written.job,
        }
    }

    /// The number by which the interface calls such an answer; it is kept beside the key of the request.
    pub fn status(&self) -> u16 {
        match self {
            Done::Written { parked: Some(_), .. } | Done::Written { job: Some(_), .. } | Done::Job(_) => 202,
            Done::Written { created: true, .. } | Done::Commented(_) | Done::Submitted(_) => 201,
            _ => 200,
        }
    }
}

impl Engine {
    /// Does what is asked for, in one transaction; a request whose key is known has no further effect and leads
    /// to what it led to before.
    ///
    /// # Errors
    /// What the request refuses, `idempotency_mismatch` where the key was used with another body,
    /// `idempotency_in_flight` where such a request is being handled.
    pub async fn perform(&self, identity: &Arc<Identity>, asked: Asked) -> Result<Done> {
        let published = self.published();
        let alone = match &asked.request {
            Request::Write(command) => published.is_scripted(published.object(command.object())?),
            Request::Comment { .. } | Request::Read { .. } | Request::Nothing => false,
            _ => true,
        };
        let asked = Arc::new(asked);
        let given = asked.clone();
        let job = move |mut work: Work| {
            let asked = given.clone();
            async move {
                work.request = Some(asked.id.clone());
                work.address.clone_from(&asked.address);
                once(&work, &asked).await
            }
        };
        match self.transact(identity.clone(), Mode::Request, alone, job).await {
            Err(found) => Err(Box::pin(self.explained(identity, &asked.request, found)).await),
            done => done,
        }
    }
}

/// What is kept beside the key of a request.
#[derive(Serialize, Deserialize)]
struct Kept {
    done: Done,
    /// The rights under which a script answered.
    rights: String,
}

/// Whatever decides what the asker may read, in short.
fn rights(work: &Work) -> String {
    let actor = &work.identity.actor;
    let mut roles: Vec<&str> = actor.roles.iter().map(|role| &**role).collect();
    roles.sort_unstable();
    format!("{} {:?} {}", work.published.number, actor.department, roles.join(" "))
}

/// The result of a write, by its number alone where it was refused.
fn without_words(mut result: Json) -> Json {
    if let Json::Object(parts) = &mut result {
        parts.retain(|name, _| name != "error");
    }
    result
}

async fn once(work: &Work, asked: &Asked) -> Result<Done> {
    let Some(key) = &asked.key else { return Box::pin(carry_out(work, &asked.request)).await };
    if let Some(earlier) = idempotency::begin(&work.tx, key, work.bindings.now).await? {
        let kept: Kept =
            serde_json::from_value(earlier.answer).map_err(|error| internal("an earlier answer", &error))?;
        // What a script answered cannot be rendered again; under other rights it is not told again.
        return Ok(match kept.done {
            Done::Answered(_) if kept.rights != rights(work) => Done::Answered(Json::Null),
            // Nor is what was found about writes that were refused.
            Done::Bulk(results) if kept.rights != rights(work) => {
                Done::Bulk(results.into_iter().map(without_words).collect())
            }
            done => done,
        });
    }
    let done = Box::pin(carry_out(work, &asked.request)).await?;
    let kept = Kept { done: done.clone(), rights: rights(work) };
    let answer = serde_json::to_value(&kept).map_err(|error| internal("an answer to keep", &error))?;
    idempotency::finish(&work.tx, key, i64::from(done.status()), &answer).await?;
    Ok(done)
}

/// What moves flows goes deep: it is made apart, so that it does not lie on the stack of whoever asks.
fn apart<'w, T>(make: impl FnOnce() -> BoxFuture<'w, Result<T>>) -> BoxFuture<'w, Result<T>> {
    make()
}

async fn carry_out(work: &Work, request: &Request) -> Result<Done> {
    match request {
        Request::Write(command) => Ok(Done::written(&Box::pin(work.execute(command)).await?)),
        Request::Bulk(bulk) => Box::pin(bulk::results(work, bulk)).await.map(Done::Bulk),
        Request::LargeBulk(bulk) => Box::pin(large::order(work, bulk)).await.map(Done::Job),
        Request::Press(press) => Box::pin(action::press(work, press)).await,
        Request::Comment { object, record, text } => {
            Box::pin(comments::add(work, object, *record, text)).await.map(Done::Commented)
        }
        Request::Submit(order) => Box::pin(start::by_hand(work, order)).await.map(Done::Submitted),
        Request::Decide(action) => {
            apart(|| decide::decide(work, action).boxed()).await?;
            Ok(Done::Task(action.task))
        }
        Request::Seat(action) => {
            apart(|| seats::act(work, action).boxed()).await?;
            Ok(Done::Task(action.task))
        }
        Request::Operate(order) => apart(|| operate::operate(work, order).boxed()).await.map(Done::Withdrawn),
        Request::Migrate(order) => apart(|| migrate::many(work, order).boxed()).await.map(Done::Answered),
        Request::CancelFlow { instance, comment } => {
            Box::pin(ending::cancel(work, *instance, comment.as_deref())).await?;
            Ok(Done::Withdrawn(*instance))
        }
        Request::Withdraw { instance, comment } => {
            Box::pin(decide::withdraw(work, *instance, comment.clone())).await?;
            Ok(Done::Withdrawn(*instance))
        }
        Request::Urge { instance, comment } => {
            Box::pin(urge::urge(work, *instance, comment.as_deref())).await?;
            Ok(Done::Withdrawn(*instance))
        }
        Request::CommentOnTask { task, text } => {
            Box::pin(decide::comment(work, *task, text)).await?;
            Ok(Done::Task(*task))
        }
        Request::SaveTask { task, body, precondition } => {
            Ok(Done::written(&Box::pin(rights::save(work, *task, body, *precondition)).await?))
        }
        Request::Read { task } => {
            tasks::read(work, *task).await?;
            Ok(Done::Task(*task))
        }
        Request::HandOver(order) => Box::pin(handover::order(work, order)).await.map(Done::Job),
        Request::Import(order) => Box::pin(orders::import(work, order)).await.map(Done::Job),
        Request::Export(order) => Box::pin(orders::export(work, order)).await.map(Done::Job),
        Request::Backtest(order) => Box::pin(backtest::job::order(work, order)).await.map(Done::Job),
        Request::Nothing => Ok(Done::Answered(Json::Null)),
    }
}
