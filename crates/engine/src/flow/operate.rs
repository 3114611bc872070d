//! What administrators do to a running flow: suspend, resume, take it elsewhere, and say what becomes of what failed.

use crate::engine::Engine;
use crate::flow::administrator::administrator;
use crate::flow::log::{LogKind, Said};
use crate::flow::{asked, calls, ending, migrate, start, stored, variable};
use crate::identity::Identity;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;
use workflow::migration::Renamed;
use workflow::step::Step;
use workflow::step::act::{Act, Deed};
use workflow::{Flow, Instance, Run};

/// Something that an administrator does to a flow.
#[derive(Clone, Debug)]
pub struct Order {
    /// The instance.
    pub instance: Uuid,
    /// What.
    pub operation: Operation,
    /// Why, in words of whoever does it.
    pub comment: Option<String>,
}

/// What is done to a flow.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Nobody can act in it, and nothing happens by itself.
    Suspend,
    /// It goes on; what happened meanwhile is done now.
    Resume,
    /// It goes to this step.
    Jump(String),
    /// What failed at this token is tried once more; `None` where only one has.
    Retry(Option<u32>),
    /// It goes on under the published version of its definition; steps that were renamed there are named.
    Migrate(Renamed),
    /// It ends, and its record is submitted anew under the published version.
    Restart,
    /// What failed at this token is left out.
    Skip {
        /// The token; `None` where only one has failed.
        token: Option<u32>,
        /// What the variable of the step takes.
        value: Json,
    },
}

impl Engine {
    /// Does something to a flow as an administrator. Answers the flow: where it was restarted, the one that began.
    ///
    /// # Errors
    /// `not_found` for whoever is no administrator, `instance_ended`, `instance_suspended`, and what the flow refuses.
    pub async fn operate(&self, identity: &Arc<Identity>, order: Order) -> Result<Uuid> {
        self.write_scripted(identity.clone(), move |work| {
            let order = order.clone();
            async move { operate(&work, &order).await }
        })
        .await
    }
}

/// Does something to a flow inside a transaction. Answers the flow: where it was restarted, the one that began.
///
/// # Errors
/// `not_found` for whoever is no administrator, and what the flow refuses.
pub(crate) async fn operate(work: &Work, order: &Order) -> Result<Uuid> {
    administrator(&work.identity)?;
    let comment = order.comment.as_deref();
    match &order.operation {
        Operation::Restart => return restart(work, order.instance, comment).await,
        Operation::Migrate(renamed) => migrate::one(work, order.instance, renamed, comment).await?,
        _ => inside(work, order, comment).await?,
    }
    Ok(order.instance)
}

/// Ends a flow that somebody submitted, and submits its record anew.
async fn restart(work: &Work, id: Uuid, comment: Option<&str>) -> Result<Uuid> {
    let (held, instance) = stored::hold(work, id).await?;
    let flow = stored::flow_of(work, &instance).await?;
    if !may_restart(&flow, &instance) {
        let found = Diagnostic::new(Code::NotPermitted).with("action", "restart").with("what", &flow.name);
        return Err(Box::new(found));
    }
    let old = instance.clone();
    ending::end(work, (held, instance), LogKind::Restarted, comment).await?;
    start::again(work, &old, comment).await
}

/// Whether somebody submitted a flow: what something else began is for that to begin again.
pub(super) fn may_restart(flow: &Flow, instance: &Instance) -> bool {
    !flow.automation && instance.parent.is_none()
}

/// Does something to a flow that goes on as itself.
async fn inside(work: &Work, order: &Order, comment: Option<&str>) -> Result<()> {
    let (mut held, instance) = stored::hold(work, order.instance).await?;
    let flow = stored::flow_of(work, &instance).await?;
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    let (kind, node, more, asked) = match &order.operation {
        Operation::Suspend => {
            run.suspend()?;
            (LogKind::Suspended, None, Json::Null, None)
        }
        // It does not go on as it is: that is done already.
        Operation::Migrate(_) | Operation::Restart => return Ok(()),
        // One that runs is left as it is.
        Operation::Resume if run.instance.state == workflow::InstanceState::Running => return Ok(()),
        Operation::Resume => {
            for (token, one) in run.take_missed() {
                calls::resumed(work, run.instance.id, token, one).await?;
            }
            (LogKind::Resumed, None, Json::Null, run.unsuspend()?)
        }
        Operation::Jump(to) => {
            let from: Vec<Arc<str>> = run.instance.standing().map(|token| token.node.clone()).collect();
            (LogKind::Jumped, Some(to.clone()), json!({"from": from}), run.jump(to)?)
        }
        Operation::Retry(token) => {
            let token = run.failed_token(*token)?;
            run.retry(token)?;
            (LogKind::Retried, node_of(&run.instance, token), Json::Null, None)
        }
        Operation::Skip { token, value } => {
            let token = run.failed_token(*token)?;
            take(work, &mut run, token, value)?;
            (LogKind::Skipped, node_of(&run.instance, token), Json::Null, run.skip(token)?)
        }
    };
    held.say(work, kind, node.as_deref(), Said { comment, more });
    work.drive(held, &mut run, asked).await
}

fn node_of(instance: &Instance, token: u32) -> Option<String> {
    instance.tokens.get(token as usize).map(|token| token.node.to_string())
}

/// The variable of a step that is left out takes a value instead of what would have come of it.
fn take(work: &Work, run: &mut Run<'_>, token: u32, value: &Json) -> Result<()> {
    if value.is_null() {
        return Ok(());
    }
    let step =
        run.node_name(token).and_then(|name| run.flow.find(&name)).map(|node| &run.flow.nodes[node].step);
    if let Some(Step::Act(Act { deed: Deed::Call(_), .. })) = step {
        asked::take(work, run, token, &json!({"values": value}));
        return Ok(());
    }
    let (into, kept) = match step {
        Some(Step::Act(act)) => (act.into.clone(), as_answered(&act.deed, value)),
        Some(Step::Query(query)) => (Some(query.into.clone()), as_found(query.count, value)),
        _ => (None, None),
    };
    let wrong =
        |reason: &str| Box::new(Diagnostic::new(Code::InvalidValue).with("reason", reason).at("value"));
    let into = into.ok_or_else(|| wrong("the step keeps no value"))?;
    let kept = kept
        .filter(|kept| run.flow.variables.types.get(&into).is_none_or(|ty| variable::value(kept).is_of(ty)));
    let kept = kept.ok_or_else(|| wrong("the value is not of the kind that the step keeps"))?;
    run.keep(token, into, kept);
    Ok(())
}

/// What a step would have answered, as the instance keeps it.
fn as_answered(deed: &Deed, value: &Json) -> Option<Json> {
    match deed {
        Deed::Create { .. } => reference(value),
        Deed::Sub(_) => value.as_str().map(|text| json!(text)),
        _ => Some(json!({"json": value})),
    }
}

fn as_found(count: bool, value: &Json) -> Option<Json> {
    match count {
        true => value.as_i64().map(|number| json!(number)),
        false => value.as_array()?.iter().map(reference).collect::<Option<Vec<_>>>().map(Json::Array),
    }
}

fn reference(value: &Json) -> Option<Json> {
    let id = value.get("id").unwrap_or(value).as_str()?.parse().ok()?;
    Some(variable::kept(&Value::Reference(id)))
}
