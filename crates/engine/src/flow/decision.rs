//! A flow asks a decision table: with the rights of the flow, of the record as it stands in this transaction.

use crate::flow::log::{LogKind, Said};
use crate::flow::stored::Held;
use crate::flow::values::evaluated;
use crate::flow::variable::{Known, kept};
use crate::flow::writes::as_flow;
use crate::records::facts;
use crate::work::Work;
use catalog::Decision;
use decision::{Answer, Decided};
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::Row;
use plan::decisions::{Given, admit};
use plan::evaluate::Evaluated;
use plan::facts::Facts;
use serde_json::json;
use std::sync::Arc;
use workflow::Run;
use workflow::step::decide::Decide;

/// What the table of a step answers: a value for each variable of the step. A list where each rule that holds has an
/// entry; nothing where the record that it is about is absent.
///
/// # Errors
/// `not_found` for a decision that is gone; at `inputs.<name>` what the decision does not take; what its hit policy
/// refuses.
pub(super) async fn answered(
    work: &Work,
    run: &Run<'_>,
    step: &Decide,
    known: &Known,
) -> Result<(Vec<(Arc<str>, Value)>, Vec<usize>)> {
    let missing = || Box::new(Diagnostic::new(Code::NotFound));
    let decision = work.published.catalog.decisions.get(&step.decision).ok_or_else(missing)?;
    let mut given = Given::new();
    for (input, expr) in &step.with {
        given.insert(input.clone(), evaluated(work, &run.instance, known, expr).await?);
    }
    let about = match &step.record {
        Some(record) => evaluated(work, &run.instance, known, record).await?.as_reference(),
        None => Some(run.instance.record),
    };
    let row = match (&decision.object, about) {
        (Some(object), Some(id)) => work.rows().load(work.published.object(object)?, id).await?,
        _ => None,
    };
    if decision.object.is_some() && row.is_none() {
        let nothing = decision.answers().map(|(output, _)| (step.variable(output), Value::Null));
        return Ok((nothing.collect(), Vec::new()));
    }
    admit(decision, &given)?;
    let decided = ask(work, decision, row.as_ref(), &given).await?;
    Ok((named(step, decision, decided.answer), decided.rules))
}

async fn ask(work: &Work, decision: &Decision, row: Option<&Row>, given: &Given) -> Result<Decided> {
    let work = as_flow(work);
    let mut known = Facts::default();
    loop {
        let asked = work.planner().decision_inputs(decision, row, given, &known)?;
        match asked {
            Evaluated::Is(values) => return decision.table.evaluate(&values, &work.bindings.clock()),
            Evaluated::Read(needs) => facts::read(&work, &needs, &mut known).await?,
        }
    }
}

fn named(step: &Decide, decision: &Decision, answer: Answer) -> Vec<(Arc<str>, Value)> {
    let names = decision.answers().map(|(output, _)| step.variable(output));
    match answer {
        Answer::One(values) => names.zip(values).collect(),
        Answer::Many(rows) => names
            .enumerate()
            .map(|(place, name)| {
                let column = rows.iter().map(|row| row.get(place).cloned().unwrap_or_default());
                (name, Value::List(column.collect()))
            })
            .collect(),
    }
}

/// Asks the table of a step, and keeps in the log by which rules it answered.
///
/// # Errors
/// As [`answered`].
pub(super) async fn decide(
    work: &Work,
    held: &mut Held,
    run: &Run<'_>,
    node: usize,
    step: &Decide,
    known: &Known,
) -> Result<workflow::Answer> {
    let (values, rules) = answered(work, run, step, known).await?;
    let more = json!({"decision": step.decision, "rules": rules});
    held.say(work, LogKind::Decided, Some(&run.flow.nodes[node].name), Said::more(more));
    Ok(workflow::Answer::Values(values.into_iter().map(|(name, value)| (name, kept(&value))).collect()))
}
