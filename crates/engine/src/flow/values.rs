//! What expressions of a flow say of its record as it stands in this transaction.

use crate::records::read;
use crate::work::Work;
use diagnostic::Result;
use expression::{Expr, Root, Value};
use std::collections::HashMap;
use workflow::Run;
use workflow::step::Step;

/// The first case of a `choose` that holds.
pub(super) async fn first_case(work: &Work, run: &Run<'_>, node: usize) -> Result<Option<usize>> {
    let Step::Choose(choose) = &run.flow.nodes[node].step else { return Ok(None) };
    for (index, case) in choose.cases.iter().enumerate() {
        let holds = match &case.when {
            None => true,
            Some(when) => value(work, run, when).await? == Value::Boolean(true),
        };
        if holds {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// The value of an expression of the flow on its record as it stands in this transaction.
pub(super) async fn value(work: &Work, run: &Run<'_>, expr: &Expr) -> Result<Value> {
    let roots = HashMap::from([(Root::Initiator, run.instance.initiator)]);
    read::value_of(work, &run.instance.object, run.instance.record, expr, &roots).await
}
