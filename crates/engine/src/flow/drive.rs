//! Answers what a run asks until its tokens wait, then stores it.

use crate::flow::log::{LogKind, Said};
use crate::flow::people::absence;
use crate::flow::stored::Held;
use crate::flow::variable::{self, Known};
use crate::flow::writes::write;
use crate::flow::{arm, calls, decision, deeds, ending, events, people, sla, values};
use crate::records::command::Command;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use plan::Precondition;
use plan::planner::Mode;
use serde_json::json;
use storage::row;
use workflow::flow::Empty;
use workflow::step::Step;
use workflow::step::for_each::ForEach;
use workflow::step::set::Set;
use workflow::{Answer, InstanceState, Outcome, ParkedMove, Question, Run, Unasked};

/// Goes on until all tokens wait or the flow has ended; stores the instance and does what its end means for
/// the record.
///
/// # Errors
/// What steps refuse, and what writing the record refuses.
pub(super) async fn until_it_waits(
    work: &Work,
    mut held: Held,
    run: &mut Run<'_>,
    mut asked: Option<Question>,
) -> Result<()> {
    let work = &work.caused_by(&run.instance, held.chain());
    while let Some(question) = asked {
        // Writes of a step nest deep; their state does not lie on the stack of whoever decides.
        let answer = Box::pin(answer(work, &mut held, run, question)).await?;
        let asking = run.asking();
        asked = run.answer(answer)?;
        if let Some(token) = asking {
            say_unasked(work, &mut held, run, token);
        }
    }
    Box::pin(sla::keep(work, &held, run)).await?;
    let left = held.left_behind(&run.instance);
    Box::pin(held.save(work, &run.instance)).await?;
    for below in left {
        // One that has ended is what was waited for.
        ending::stop(work, below, LogKind::LeftBehind).await?;
    }
    let outcome = match run.instance.state {
        InstanceState::Running | InstanceState::Suspended => return Ok(()),
        InstanceState::Approved => Outcome::Approve,
        InstanceState::Rejected => Outcome::Reject,
        InstanceState::Withdrawn => Outcome::Withdraw,
        InstanceState::Cancelled => Outcome::Cancel,
        InstanceState::Done => Outcome::Done,
    };
    Box::pin(ended(work, run, outcome)).await
}

/// What became of a step at which nobody decided.
fn say_unasked(work: &Work, held: &mut Held, run: &Run<'_>, token: u32) {
    let Some(why) = run.unasked(token) else { return };
    let rejected = why == Unasked::Nobody && matches!(run.flow.policy.empty, Empty::Reject);
    let kind = if rejected { LogKind::RejectedAutomatically } else { LogKind::PassedAutomatically };
    held.say(work, kind, run.node_name(token).as_deref(), Said::more(json!({"skipped": why.name()})));
}

/// Answers a question of a run.
///
/// # Errors
/// What the record refuses, and what the rules of the step do.
pub(super) async fn answer(
    work: &Work,
    held: &mut Held,
    run: &mut Run<'_>,
    question: Question,
) -> Result<Answer> {
    let flow = run.flow;
    let instance = &run.instance;
    let known = || variable::seen(run, run.asking());
    Ok(match question {
        Question::Do { node, token } => match &flow.nodes[node].step {
            Step::Act(act) => Box::pin(deeds::act(work, run, token, act)).await?,
            Step::Query(query) => {
                Box::pin(deeds::query(work, run, token, query)).await?;
                Answer::Written
            }
            _ => Answer::Written,
        },
        Question::Arm { node, token } => match &flow.nodes[node].step {
            Step::Wait(wait) => Answer::Awaits(Box::pin(arm::awaits(work, run, token, wait)).await?),
            _ => Answer::Written,
        },
        Question::People { node, rules } => {
            let found =
                Box::pin(people::matching(work, run, &run.flow.nodes[node].name, &known(), &rules)).await?;
            Answer::People(Box::pin(absence::present(work, run, node, found)).await?)
        }
        Question::Substitute { node, head, people: named } => {
            let found = Box::pin(people::substitutes(work, instance, head)).await?;
            Answer::Substituted {
                people: named,
                substitutes: Box::pin(absence::present(work, run, node, found)).await?,
            }
        }
        Question::Fallback { node, rule } => {
            let found =
                Box::pin(people::matching(work, run, &run.flow.nodes[node].name, &known(), &[rule])).await?;
            Answer::Fallback(Box::pin(absence::present(work, run, node, found)).await?)
        }
        Question::Cases { node, .. } => {
            Answer::Cases(Box::pin(values::cases_that_hold(work, run, node, &known())).await?)
        }
        Question::Again { node, after, .. } => {
            let when = match &run.flow.nodes[node].step {
                Step::Repeat(step) if after => step.until.as_ref(),
                Step::Repeat(step) => step.while_holds.as_ref(),
                _ => None,
            };
            match when {
                Some(when) => Answer::Holds(values::holds(work, instance, &known(), when).await?),
                None => Answer::Holds(!after),
            }
        }
        Question::Items { node, .. } => match &run.flow.nodes[node].step {
            Step::ForEach(ForEach { items: Some(items), .. }) => {
                Answer::Items(Box::pin(values::items(work, run, &known(), items)).await?)
            }
            _ => Answer::Items(Vec::new()),
        },
        Question::Write { node, .. } => match &run.flow.nodes[node].step {
            Step::Set(step) => Box::pin(set(work, run, step, &known())).await?,
            _ => Answer::Written,
        },
        Question::Decide { node, .. } => match &run.flow.nodes[node].step {
            Step::Decide(step) => Box::pin(decision::decide(work, held, run, node, step, &known())).await?,
            _ => Answer::Values(Vec::new()),
        },
    })
}

/// All values are found before one of them is written.
async fn set(work: &Work, run: &Run<'_>, step: &Set, known: &Known) -> Result<Answer> {
    let mut fields = step.set.clone();
    for (field, expr) in &step.set_from {
        fields.push((field.clone(), values::evaluated(work, &run.instance, known, expr).await?));
    }
    let variables = values::assigned(work, run, known, &step.variables).await?;
    write(work, run.flow, run.instance.record, &fields).await?;
    Ok(if variables.is_empty() { Answer::Written } else { Answer::Values(variables) })
}

/// The record is released, gets what the definition says, and a parked move is made at last.
///
/// # Errors
/// What the record refuses.
pub(super) async fn ended(work: &Work, run: &Run<'_>, outcome: Outcome) -> Result<()> {
    let (flow, instance) = (run.flow, &run.instance);
    events::flow_ended(work, instance).await?;
    if let Some(parent) = instance.parent {
        calls::answered(work, parent, instance.state).await?;
    }
    if flow.automation {
        return Ok(());
    }
    let object = work.published.object(&flow.object)?;
    row::write::set_flow(&work.tx, object, instance.record, None).await?;
    // What an administrator ended is as if it had been taken back.
    let event = if outcome == Outcome::Cancel { Outcome::Withdraw } else { outcome };
    if let Some(values) = flow.set.get(&event) {
        write(work, flow, instance.record, values).await?;
    }
    let Some(parked) = instance.parked.clone().filter(|_| outcome == Outcome::Approve) else { return Ok(()) };
    Box::pin(make_move(work, run, parked)).await
}

/// Makes the move that waited for its approval. Its condition is checked again, as the initiator, who may have left.
///
/// # Errors
/// `initiator_may_not`, and what the record refuses.
async fn make_move(work: &Work, run: &Run<'_>, parked: ParkedMove) -> Result<()> {
    let (flow, instance, name) = (run.flow, &run.instance, parked.name.clone());
    // Nothing is said to the approver of what the initiator may or may not.
    let may_not = || Box::new(Diagnostic::new(Code::InitiatorMayNot).with("move", &name));
    let initiator = work.engine.identity_of_asker(&work.rows(), instance.initiator).await?;
    let initiator = initiator.ok_or_else(may_not)?;
    let bindings = plan::read::Bindings { user: initiator.user.clone(), ..work.bindings.clone() };
    let moved = Work { identity: initiator, bindings, mode: Mode::Request, ..work.clone() };
    let command = Command::Move {
        object: flow.object.clone(),
        id: instance.record,
        name: parked.name,
        body: parked.sent,
        precondition: Precondition::Waived,
        approved: true,
    };
    match Box::pin(moved.execute(&command)).await {
        Err(found) if matches!(found.code, Code::NotFound | Code::NotPermitted) => Err(may_not()),
        done => done.map(drop),
    }
}
