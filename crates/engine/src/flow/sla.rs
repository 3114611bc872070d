//! The time people have: it is counted from when a seat opens, that of the whole flow from its start; each mark on it is a
//! job that goes with the seat or the flow. As with what tokens await, it follows from how these stand before and after a
//! step.

pub(crate) mod fire;

pub(in crate::flow) mod acted;

mod overall;

use crate::flow::arm;
use crate::flow::calls::{MOST_ATTEMPTS, QUEUE};
use crate::flow::stored::Held;
use crate::work::Work;
use calendar::{Calendar, add_elapsed};
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::Result;
use serde::{Deserialize, Serialize};
use serde_json::json;
use storage::store::job::{self, Job};
use uuid::Uuid;
use workflow::flow::sla::{Mark, Sla};
use workflow::{InstanceState, Run, TaskState};

/// A share of the time of a task has passed.
pub(crate) const MARK: &str = "mark";

/// Which task, or the whole flow, and which share of its time in percent.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Reached {
    instance: Uuid,
    task: Option<Uuid>,
    percent: u32,
}

/// The key under which a mark of a task, or of a flow, is reached at most once for each opening.
fn key(of: Uuid, percent: u32) -> String {
    format!("sla:{of}:{percent}")
}

/// Tasks that open get their time, and the marks of those that are open no more are taken off.
pub(super) async fn keep(work: &Work, held: &Held, run: &mut Run<'_>) -> Result<()> {
    for place in 0..run.instance.tasks.len() {
        let task = &run.instance.tasks[place];
        let (id, state) = (task.id, task.state);
        let Some(sla) = run.deadline(task) else { continue };
        match (held.was_open(id), state == TaskState::Open) {
            (false, true) => {
                run.instance.tasks[place].due_at = Some(begin(work, sla, run.instance.id, Some(id)).await?);
            }
            (true, false) => end(work, sla, id).await?,
            _ => {}
        }
        if state == TaskState::Queued {
            run.instance.tasks[place].due_at = None;
        }
    }
    let Some(sla) = run.flow.overall.as_deref() else { return Ok(()) };
    let is_live = matches!(run.instance.state, InstanceState::Running | InstanceState::Suspended);
    match (held.begins(), is_live) {
        (true, true) => run.instance.due_at = Some(begin(work, sla, run.instance.id, None).await?),
        (false, false) => end(work, sla, run.instance.id).await?,
        _ => {}
    }
    Ok(())
}

/// The time of a task, or of the whole flow, begins; answers when it is up.
async fn begin(work: &Work, sla: &Sla, instance: Uuid, task: Option<Uuid>) -> Result<DateTime<Utc>> {
    let (due, marks) = marks(work, sla)?;
    for (percent, at) in marks {
        job::enqueue(&work.tx, &at_mark(work, &Reached { instance, task, percent }, at)).await?;
    }
    Ok(due)
}

/// When time is up, and the instants at which shares of it have passed.
type Marks = (DateTime<Utc>, Vec<(u32, DateTime<Utc>)>);

/// When time that begins now is up, and when which share of it has passed.
pub(super) fn marks(work: &Work, sla: &Sla) -> Result<Marks> {
    let clock = Clock::of(work, sla)?;
    let due = clock.due()?;
    let at = |mark: &Mark| Ok((mark.percent, clock.share(due, mark.percent)?));
    Ok((due, sla.marks.iter().map(at).collect::<Result<_>>()?))
}

/// The marks that are ahead are taken off.
async fn end(work: &Work, sla: &Sla, of: Uuid) -> Result<()> {
    for mark in &sla.marks {
        job::cancel_key(&work.tx, &key(of, mark.percent), work.bindings.now).await?;
    }
    Ok(())
}

fn at_mark(work: &Work, reached: &Reached, at: DateTime<Utc>) -> Job {
    let mut made = Job::new(QUEUE, MARK, json!(reached), work.bindings.now);
    made.run_at = at;
    made.max_attempts = MOST_ATTEMPTS;
    made.dedup_key = Some(key(reached.task.unwrap_or(reached.instance), reached.percent));
    made
}

/// The time of what begins now.
struct Clock<'a> {
    sla: &'a Sla,
    calendar: Option<&'a Calendar>,
    zone: chrono_tz::Tz,
    now: DateTime<Utc>,
}

impl<'a> Clock<'a> {
    fn of(work: &'a Work, sla: &'a Sla) -> Result<Clock<'a>> {
        let calendar = match &sla.calendar {
            Some(name) => Some(arm::calendar(work, name)?),
            None => None,
        };
        Ok(Clock { sla, calendar, zone: work.engine.site().time_zone, now: work.bindings.now })
    }

    fn due(&self) -> Result<DateTime<Utc>> {
        match self.calendar {
            Some(calendar) => calendar.at_site(self.zone).add(self.now, &self.sla.due),
            None => add_elapsed(self.zone, self.now, &self.sla.due),
        }
    }

    /// When a share of the time has passed; of working time, working time counts.
    fn share(&self, due: DateTime<Utc>, percent: u32) -> Result<DateTime<Utc>> {
        match self.calendar.filter(|_| self.sla.due.is_working()) {
            Some(calendar) => calendar.at_site(self.zone).share(self.now, due, percent),
            None => {
                let seconds = i128::from((due - self.now).num_seconds()) * i128::from(percent) / 100;
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
                let by = TimeDelta::try_seconds(seconds);
                Ok(by.and_then(|by| self.now.checked_add_signed(by)).unwrap_or(DateTime::<Utc>::MAX_UTC))
            }
        }
    }
}
