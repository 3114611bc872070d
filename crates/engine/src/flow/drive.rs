//! Answers what a run asks until its tokens wait, then stores it.

use crate::flow::people::absence;
use crate::flow::stored::Held;
use crate::flow::values::{self, value};
use crate::flow::writes::write;
use crate::flow::{arm, calls, deeds, events, people, sla};
use crate::records::command::Command;
use crate::work::Work;
use diagnostic::Result;
use plan::Precondition;
use plan::planner::Mode;
use storage::row;
use workflow::step::Step;
use workflow::step::for_each::ForEach;
use workflow::{Answer, InstanceState, Outcome, Question, Run};

/// Goes on until all tokens wait or the flow has ended; stores the instance and does what its end means for
/// the record.
///
/// # Errors
/// What steps refuse, and what writing the record refuses.
pub(super) async fn until_it_waits(
    work: &Work,
    held: Held,
    run: &mut Run<'_>,
    mut asked: Option<Question>,
) -> Result<()> {
    let work = &work.caused_by(&run.instance, held.chain());
    while let Some(question) = asked {
        // Writes of a step nest deep; their state does not lie on the stack of whoever decides.
        let answer = Box::pin(answer(work, run, question)).await?;
        asked = run.answer(answer)?;
    }
    sla::keep(work, &held, run).await?;
    held.save(work, &run.instance).await?;
    let outcome = match run.instance.state {
        InstanceState::Running => return Ok(()),
        InstanceState::Approved => Outcome::Approve,
        InstanceState::Rejected => Outcome::Reject,
        InstanceState::Withdrawn => Outcome::Withdraw,
        InstanceState::Cancelled => Outcome::Cancel,
        InstanceState::Done => Outcome::Done,
    };
    Box::pin(ended(work, run, outcome)).await
}

async fn answer(work: &Work, run: &mut Run<'_>, question: Question) -> Result<Answer> {
    let flow = run.flow;
    let instance = &run.instance;
    Ok(match question {
        Question::Do { node, token } => match &flow.nodes[node].step {
            Step::Act(act) => deeds::act(work, run, token, act).await?,
            Step::Query(query) => {
                deeds::query(work, run, token, query).await?;
                Answer::Written
            }
            _ => Answer::Written,
        },
        Question::Arm { node, token } => match &flow.nodes[node].step {
            Step::Wait(wait) => Answer::Awaits(arm::awaits(work, run, token, wait).await?),
            _ => Answer::Written,
        },
        Question::People { node, rules } => {
            let found = people::matching(work, instance, &run.flow.nodes[node].name, &rules).await?;
            Answer::People(absence::present(work, run, node, found).await?)
        }
        Question::Substitute { node, head, others } => {
            let found = people::substitutes(work, instance, head).await?;
            Answer::Substituted { others, substitutes: absence::present(work, run, node, found).await? }
        }
        Question::Fallback { node, rule } => {
            let found = people::matching(work, instance, &run.flow.nodes[node].name, &[rule]).await?;
            Answer::Fallback(absence::present(work, run, node, found).await?)
        }
        Question::Cases { node, token } => {
            Answer::Cases(values::cases_that_hold(work, run, node, Some(token)).await?)
        }
        Question::Again { node, token, after } => {
            let when = match &run.flow.nodes[node].step {
                Step::Repeat(step) if after => step.until.as_ref(),
                Step::Repeat(step) => step.while_holds.as_ref(),
                _ => None,
            };
            match when {
                Some(when) => Answer::Holds(values::holds(work, run, Some(token), when).await?),
                None => Answer::Holds(!after),
            }
        }
        Question::Items { node, token } => match &run.flow.nodes[node].step {
            Step::ForEach(ForEach { items: Some(items), .. }) => {
                Answer::Items(values::listed(&value(work, run, Some(token), items).await?))
            }
            _ => Answer::Items(Vec::new()),
        },
        Question::Write { node, token } => {
            if let Step::Set(set) = &run.flow.nodes[node].step {
                let mut values = set.set.clone();
                for (field, expr) in &set.set_from {
                    values.push((field.clone(), value(work, run, Some(token), expr).await?));
                }
                write(work, run.flow, run.instance.record, &values).await?;
            }
            Answer::Written
        }
    })
}

/// The record is released, gets what the definition says, and a parked move is made at last.
async fn ended(work: &Work, run: &Run<'_>, outcome: Outcome) -> Result<()> {
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
    // The condition of the move is checked again, as the initiator.
    let initiator = work.engine.identity(instance.initiator, None).await?;
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
    Box::pin(moved.execute(&command)).await.map(drop)
}
