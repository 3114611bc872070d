//! What expressions of a flow say of its record as it stands in this transaction.

use crate::flow::variable;
use crate::records::read::{self, Given};
use crate::work::Work;
use diagnostic::Result;
use expression::{Expr, Root, Value};
use serde_json::Value as Json;
use std::collections::HashMap;
use workflow::Run;
use workflow::step::Step;

/// The cases of a step that hold: the first of a `choose`; all of an `each`, or the one without a condition. Without a
/// token: as the step would be entered now.
pub(super) async fn cases_that_hold(
    work: &Work,
    run: &Run<'_>,
    node: usize,
    token: Option<u32>,
) -> Result<Vec<usize>> {
    let (cases, all) = match &run.flow.nodes[node].step {
        Step::Choose(step) => (&step.cases, false),
        Step::Each(step) => (&step.cases, true),
        _ => return Ok(Vec::new()),
    };
    let mut found = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let takes = match &case.when {
            None => found.is_empty(),
            Some(when) => holds(work, run, token, when).await?,
        };
        if takes {
            found.push(index);
        }
        if takes && !all {
            break;
        }
    }
    Ok(found)
}

/// Whether a condition holds for a token.
pub(super) async fn holds(work: &Work, run: &Run<'_>, token: Option<u32>, when: &Expr) -> Result<bool> {
    Ok(value(work, run, token, when).await? == Value::Boolean(true))
}

/// The items of a list, as a token keeps them.
pub(super) fn listed(value: &Value) -> Vec<Json> {
    match value {
        Value::List(items) => items.iter().map(variable::kept).collect(),
        Value::Null => Vec::new(),
        one => vec![variable::kept(one)],
    }
}

/// The value of an expression, with the variables that a token sees.
pub(super) async fn value(work: &Work, run: &Run<'_>, token: Option<u32>, expr: &Expr) -> Result<Value> {
    let users = HashMap::from([(Root::Initiator, run.instance.initiator)]);
    let given = Given { users, variables: variable::seen(run, token) };
    read::value_of(work, &run.instance.object, run.instance.record, expr, &given).await
}
