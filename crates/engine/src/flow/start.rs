//! Starting a flow: by hand, or by a move that must be approved first.

use crate::engine::Engine;
use crate::flow::begin::{fresh, take};
use crate::flow::log::LogKind;
use crate::flow::people::picks::{self, Named};
use crate::flow::{stored, values};
use crate::identity::Identity;
use crate::records::read::{self, Given};
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::Row;
use plan::actor::Access;
use plan::planner::Parked;
use std::sync::Arc;
use uuid::Uuid;
use workflow::{Flow, Instance, ParkedMove, Run};

/// A record goes into a flow.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The flow.
    pub workflow: Arc<str>,
    /// The record.
    pub record: Uuid,
    /// What the initiator says.
    pub comment: Option<String>,
    /// The people whom the initiator names.
    pub picks: Named,
}

impl Submission {
    /// A submission without words, which names nobody.
    pub fn new(workflow: impl Into<Arc<str>>, record: Uuid) -> Submission {
        Submission { workflow: workflow.into(), record, comment: None, picks: Named::new() }
    }
}

impl Engine {
    /// Submits a record to a flow; answers the instance.
    ///
    /// # Errors
    /// `not_found` for an unknown flow or an invisible record, `not_permitted`, `already_pending`,
    /// `rule_violated` where its `when` does not hold, what is wrong with the people named, and what its first steps
    /// refuse.
    pub async fn submit(&self, identity: &Arc<Identity>, order: Submission) -> Result<Uuid> {
        let order = Arc::new(order);
        self.write_scripted(identity.clone(), move |work| {
            let order = order.clone();
            async move { by_hand(&work, &order).await }
        })
        .await
    }
}

/// Submits a record inside a transaction.
pub(crate) async fn by_hand(work: &Work, order: &Submission) -> Result<Uuid> {
    let (flow, row) = admit(work, &order.workflow, order.record).await?;
    let initiator = work.identity.actor.id;
    begin(work, &flow, row, (initiator, None), (order.comment.as_deref(), &order.picks)).await
}

/// The flow and the record of somebody who may submit it by hand.
///
/// # Errors
/// `not_found` for an unknown flow or an invisible record, `not_permitted`.
pub(super) async fn admit(work: &Work, name: &str, record: Uuid) -> Result<(Arc<Flow>, Row)> {
    let missing = || Box::new(Diagnostic::new(Code::NotFound));
    let flow = work.published.flow(name).cloned().ok_or_else(missing)?;
    let row =
        read::visible_rows(work, &flow.object, &[record]).await?.into_iter().next().ok_or_else(missing)?;
    let actor = &work.identity.actor;
    let may = actor.admin
        || actor.grants.start.has(name)
        || flow.start.roles.iter().any(|role| actor.roles.contains(role))
        || (flow.start.roles.is_empty() && read::may(work, &flow.object, record, Access::Update).await?);
    if !flow.start.button || !may {
        let found = Diagnostic::new(Code::NotPermitted).with("action", "start").with("what", name);
        return Err(Box::new(found));
    }
    // Rivals wait here: only the first of them finds the record free.
    let row = work.rows().load_to_write(&row.object, record).await?.ok_or_else(missing)?;
    Ok((flow, row))
}

/// Starts the flow that must approve a move. The record stays as it is until then.
pub(crate) async fn park(work: &Work, parked: &Parked) -> Result<Uuid> {
    let missing =
        || Diagnostic::new(Code::UnknownReference).with("what", "workflow").with("name", &parked.workflow);
    let flow = work.published.flow(&parked.workflow).cloned().ok_or_else(missing)?;
    let row = work.rows().load(work.published.object(&parked.object)?, parked.id).await?;
    let row = row.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    let waiting = ParkedMove { name: parked.name.clone(), sent: parked.sent.clone() };
    let initiator = work.identity.actor.id;
    begin(work, &flow, row, (initiator, Some(waiting)), (None, &Named::new())).await
}

/// Submits the record of a flow once more, as it was submitted: under the published version, for the same initiator, with
/// the move that waited for it and the people whom the initiator named. Answers the new instance.
///
/// # Errors
/// `not_found` where the workflow can no longer be started, and as [`Engine::submit`].
pub(super) async fn again(work: &Work, old: &Instance, comment: Option<&str>) -> Result<Uuid> {
    let missing = || Box::new(Diagnostic::new(Code::NotFound));
    let flow = work.published.flow(&old.workflow).cloned().ok_or_else(missing)?;
    let object = work.published.object(&flow.object)?;
    let row = work.rows().load_to_write(object, old.record).await?.ok_or_else(missing)?;
    let named = picks::of_initiator(&flow, &old.picks);
    begin(work, &flow, row, (old.initiator, old.parked.clone()), (comment, &named)).await
}

/// Whether the record is free and as the flow wants it.
///
/// # Errors
/// `already_pending`, `rule_violated`.
pub(super) async fn may_begin(work: &Work, flow: &Flow, row: &Row) -> Result<()> {
    if !flow.automation && !row.system(catalog::SystemField::Flow).is_null() {
        return Err(Box::new(Diagnostic::new(Code::AlreadyPending)));
    }
    let Some(when) = &flow.start.when else { return Ok(()) };
    let holds = read::value_of(work, &flow.object, row.id(), when, &Given::default()).await?;
    match holds == Value::Boolean(true) {
        true => Ok(()),
        false => {
            let found = Diagnostic::new(Code::RuleViolated).with("rule", format!("{}.start", flow.name));
            Err(Box::new(found))
        }
    }
}

async fn begin(
    work: &Work,
    flow: &Arc<Flow>,
    row: Row,
    (initiator, parked): (Uuid, Option<ParkedMove>),
    (comment, named): (Option<&str>, &Named),
) -> Result<Uuid> {
    let record = row.id();
    may_begin(work, flow, &row).await?;
    let mut instance = Instance { parked, ..fresh(work, flow, record, initiator) };
    let id = instance.id;
    if !flow.automation {
        take(work, flow, &row, id).await?;
    }
    values::begin(work, flow, &mut instance).await?;
    let mut held = stored::begin(work, flow, &instance, row.version()).await?;
    held.say(work, LogKind::Started, None, comment);
    let mut run = Run::start(flow, instance, work.bindings.now, Uuid::now_v7);
    picks::take(work, &mut run, None, named).await?;
    let asked = run.advance()?;
    work.drive(held, &mut run, asked).await?;
    Ok(id)
}
