//! What a flow asks of other systems: put into the outbox with the step, answered in a transaction of its own.

use crate::connectors::answer;
use crate::flow::values::value;
use crate::flow::{calls, variable};
use crate::work::Work;
use diagnostic::Result;
use expression::json::value_to_json;
use serde_json::Value as Json;
use storage::store::effect;
use workflow::step::Step;
use workflow::step::act::{Act, Call, Deed};
use workflow::{Answer, Run};

/// Asks, and waits for the answer. What nobody answered is repeated under its key, so that it takes effect once; what was
/// refused is asked anew, with the values of now.
///
/// # Errors
/// What the connector does not take, and what could never be sent.
pub(super) async fn ask(work: &Work, run: &mut Run<'_>, token: u32, call: &Call) -> Result<Answer> {
    let before = run.instance.tokens.get(token as usize).and_then(|token| token.data.called);
    if let Some(before) = before
        && let Some(known) = effect::get(&work.tx, before).await?
        && known.state == "failed"
        && !is_refused(known.result.as_ref())
        && effect::decide(&work.tx, before, "ready", None, work.bindings.now).await?
    {
        return Ok(run.called(token, before));
    }
    let mut given = call.with.clone();
    for (name, expr) in &call.with_from {
        given.insert(name.to_string(), value_to_json(&value(work, run, token, expr).await?));
    }
    let prepared =
        work.engine.prepare_call_of(&work.published, &call.operation, None, &Json::Object(given))?;
    let mut made = prepared.effect("", work.engine.secret(), work.bindings.now)?;
    made.key = calls::asked(run.instance.id, token, made.id);
    effect::insert(&work.tx, std::slice::from_ref(&made)).await?;
    Ok(run.called(token, made.id))
}

/// Whether another system has said no: nothing came of it, for certain.
fn is_refused(result: Option<&Json>) -> bool {
    result.and_then(|result| result.get("refused")).and_then(Json::as_bool).unwrap_or_default()
}

/// What has come of a step elsewhere goes into its variables.
pub(super) fn take(work: &Work, run: &mut Run<'_>, token: u32, came: &Json) {
    let node = run.instance.tokens.get(token as usize).and_then(|token| run.flow.find(&token.node));
    let Some(Step::Act(Act { deed, into })) = node.map(|node| &run.flow.nodes[node].step) else { return };
    let Deed::Call(call) = deed else {
        if let Some(into) = into {
            run.keep(token, into.clone(), came.clone());
        }
        return;
    };
    let Some((_, operation)) = work.published.catalog.operation(&call.operation, None) else { return };
    for (part, value) in answer::values(operation, &came["values"]) {
        if let Some(variable) = call.variable(&part) {
            run.keep(token, variable, variable::kept(&value));
        }
    }
}
