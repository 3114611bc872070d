//! A share of the time of a whole flow has passed: those it waits for are reminded, others are told, or it is rejected.

use super::acted::Acted;
use crate::flow::log::{LogKind, Said};
use crate::flow::stored::Held;
use crate::flow::{notice, people, variable};
use crate::work::Work;
use diagnostic::Result;
use serde_json::json;
use uuid::Uuid;
use workflow::flow::sla::Act;
use workflow::{InstanceState, Run, TaskState};

pub(super) async fn act(
    work: &Work,
    held: &mut Held,
    run: &mut Run<'_>,
    percent: u32,
) -> Result<Option<Acted>> {
    let marks = run.flow.overall.as_deref().filter(|_| run.instance.state == InstanceState::Running);
    let Some(mark) = marks.and_then(|sla| sla.marks.iter().find(|mark| mark.percent == percent)) else {
        return Ok(None);
    };
    let due = run.instance.due_at;
    let (kind, people) = match &mark.act {
        Act::Remind => {
            let open =
                run.instance.tasks.iter().filter(|t| t.kind.is_awaited() && t.state == TaskState::Open);
            let waiting: Vec<Uuid> = open.map(|task| task.assignee).collect();
            let told = notice::put(work, run, &waiting, notice::REMINDER, due).await?;
            held.say(work, LogKind::Reminded, None, Said::more(json!({"people": told, "percent": percent})));
            (LogKind::Reminded, told)
        }
        Act::Escalate { by, .. } => {
            let known = variable::of_instance(run.flow, &run.instance);
            let found = people::matching(work, run, "", &known, by).await?;
            let people: Vec<Uuid> = found.iter().map(|person| person.user).collect();
            let said = json!({"people": people, "how": "tell", "percent": percent});
            held.say(work, LogKind::Escalated, None, Said::more(said));
            notice::put(work, run, &people, notice::ESCALATED, due).await?;
            run.tell_of_flow(&found);
            (LogKind::Escalated, people)
        }
        // Definitions decide a whole flow with nothing but a no.
        Act::Decide(decision) => {
            let said = json!({"decision": decision.name(), "percent": percent});
            held.say(work, LogKind::DecidedAutomatically, None, Said::more(said));
            run.reject_alone()?;
            (LogKind::DecidedAutomatically, Vec::new())
        }
    };
    Ok(Some(Acted { kind, people, asked: None }))
}
