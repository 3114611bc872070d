//! A share of the time of a task has passed: what its step says for that is done, if the task is still open.

use super::acted::Acted;
use super::{Reached, at_mark, overall};
use crate::engine::Engine;
use crate::flow::log::{LogKind, Said};
use crate::flow::people::{self, absence};
use crate::flow::stored::Held;
use crate::flow::wake::{complete, is_transient};
use crate::flow::{notice, stored, variable};
use crate::records::read;
use crate::work::Work;
use chrono::TimeDelta;
use diagnostic::{Locale, Result};
use plan::planner::Mode;
use serde_json::json;
use storage::store::job::{self, Job};
use uuid::Uuid;
use workflow::flow::sla::{Act, EscalateHow};
use workflow::{InstanceState, Performer, Person, Question, Run, Task, TaskState};

/// When a mark of a suspended flow is looked at again.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

impl Engine {
    /// Does what a mark says.
    pub(crate) async fn mark(&self, job: &Job) -> Result<()> {
        let reached: Reached = serde_json::from_value(job.payload.clone())
            .map_err(|error| crate::engine::internal("a job's payload", &error))?;
        let (id, lease, wanted) = (job.id, job.lease, reached.clone());
        let done = self
            .transact(self.system(), Mode::System, true, move |work| {
                let reached = wanted.clone();
                async move {
                    complete(&work, id, lease).await?;
                    fire(&work, &reached).await
                }
            })
            .await;
        let Err(found) = done else { return Ok(()) };
        if is_transient(&found) && job.attempts < job.max_attempts {
            return Err(found);
        }
        // The flow goes on as if there were no such mark; its log says why nothing came of it.
        let reason = found.render(Locale::En);
        tracing::info!(instance = %reached.instance, task = ?reached.task, %reason, "a mark led to nothing");
        self.transact(self.system(), Mode::System, true, move |work| {
            let (reached, reason) = (reached.clone(), reason.clone());
            async move {
                complete(&work, id, lease).await?;
                let (mut held, instance) = stored::hold(&work, reached.instance).await?;
                let task = instance.tasks.iter().find(|t| Some(t.id) == reached.task);
                let node = task.map(|t| t.node.clone());
                let said = Said::more(json!({"reason": reason, "percent": reached.percent}));
                held.say(&work, LogKind::Failed, node.as_deref(), said);
                held.save(&work, &instance).await
            }
        })
        .await
    }
}

async fn fire(work: &Work, reached: &Reached) -> Result<()> {
    let (mut held, instance) = stored::hold(work, reached.instance).await?;
    let flow = stored::flow_of(work, &instance).await?;
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    if run.instance.state == InstanceState::Suspended {
        // Nothing is asked of anybody meanwhile; the mark is looked at again.
        let again = at_mark(work, reached, work.bindings.now + AGAIN);
        return job::enqueue(&work.tx, &again).await.map(drop);
    }
    match act(work, &mut held, &mut run, reached.task, reached.percent).await? {
        Some(Acted { asked, .. }) => work.drive(held, &mut run, asked).await,
        None => Ok(()),
    }
}

/// Does what a mark of a task, or of the whole flow, says; `None` where it is about nothing any more.
pub(in crate::flow) async fn act(
    work: &Work,
    held: &mut Held,
    run: &mut Run<'_>,
    task: Option<Uuid>,
    percent: u32,
) -> Result<Option<Acted>> {
    let Some(task) = task else { return overall::act(work, held, run, percent).await };
    let task = run.instance.tasks.iter().find(|t| t.id == task && t.state == TaskState::Open);
    let Some(task) = task.cloned() else { return Ok(None) };
    let Some(sla) = run.deadline(&task) else { return Ok(None) };
    let Some(mark) = sla.marks.iter().find(|mark| mark.percent == percent) else { return Ok(None) };
    let (kind, people, asked) = match &mark.act {
        Act::Remind => {
            let told = notice::put(work, run, &[task.assignee], notice::REMINDER, task.due_at).await?;
            let said = json!({"people": told, "percent": percent});
            held.say(work, LogKind::Reminded, Some(&task.node), Said::more(said));
            (LogKind::Reminded, told, None)
        }
        Act::Escalate { by, how } => {
            let (people, asked) = escalate(work, held, run, &task, by, *how).await?;
            (LogKind::Escalated, people, asked)
        }
        Act::Decide(decision) => {
            let said = json!({"decision": decision.name(), "percent": percent});
            held.say(work, LogKind::DecidedAutomatically, Some(&task.node), Said::more(said));
            let seen = read::version_of(work, &run.flow.object, run.instance.record).await?;
            (LogKind::DecidedAutomatically, Vec::new(), run.decide_alone(task.id, *decision, seen)?)
        }
    };
    Ok(Some(Acted { kind, people, asked }))
}

/// Those who come in, and are told so.
async fn escalate(
    work: &Work,
    held: &mut Held,
    run: &mut Run<'_>,
    task: &Task,
    by: &[Performer],
    how: EscalateHow,
) -> Result<(Vec<Uuid>, Option<Question>)> {
    let mut found = people::about_task(work, run, task, &variable::seen(run, Some(task.token)), by).await?;
    if let (Some(node), true) = (run.flow.find(&task.node), how != EscalateHow::Tell) {
        found = absence::present(work, run, node, found).await?;
    }
    let mut coming: Vec<Person> = match how {
        EscalateHow::Tell => found.into_iter().filter(|person| person.user != task.assignee).collect(),
        _ => found.into_iter().filter(|person| run.may_come_in(task, person.user)).collect(),
    };
    if how == EscalateHow::Transfer {
        coming.truncate(1);
    }
    let people: Vec<Uuid> = coming.iter().map(|person| person.user).collect();
    let how_named = match how {
        EscalateHow::Add => "add",
        EscalateHow::Transfer => "transfer",
        EscalateHow::Tell => "tell",
    };
    let said = Said::more(json!({"people": people, "from": task.assignee, "how": how_named}));
    held.say(work, LogKind::Escalated, Some(&task.node), said);
    notice::put(work, run, &people, notice::ESCALATED, task.due_at).await?;
    let asked = run.escalate(task.id, &coming, how)?;
    Ok((people, asked))
}
