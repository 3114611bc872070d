//! What people do with tasks beside deciding them: give away, lend, give back, add, take off, tell, take back.

use crate::flow::log::{LogKind, Said};
use crate::flow::{people, stored};
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::json;
use uuid::Uuid;
use workflow::{Place, Run};

/// Something done with a task.
#[derive(Clone, Debug)]
pub struct SeatAction {
    /// The task.
    pub task: Uuid,
    /// What.
    pub act: SeatAct,
    /// Why, in words of whoever does it.
    pub comment: Option<String>,
}

/// What is done with a task.
#[derive(Clone, Debug)]
pub enum SeatAct {
    /// It goes to another person for good (转交).
    Transfer(Uuid),
    /// Another person acts in one's place and gives it back (委派).
    Delegate(Uuid),
    /// It goes back to who lent it.
    Resolve,
    /// Further people are asked (加签).
    AddSign(Vec<Uuid>, Place),
    /// Another seat of the step is taken off (减签).
    RemoveSign(Uuid),
    /// Further people are told (抄送).
    Copy(Vec<Uuid>),
    /// One's own decision is taken back (拿回).
    TakeBack,
}

impl SeatAct {
    fn log(&self) -> LogKind {
        match self {
            SeatAct::Transfer(_) => LogKind::Transferred,
            SeatAct::Delegate(_) => LogKind::Delegated,
            SeatAct::Resolve => LogKind::Resolved,
            SeatAct::AddSign(..) => LogKind::SeatsAdded,
            SeatAct::RemoveSign(_) => LogKind::SeatRemoved,
            SeatAct::Copy(_) => LogKind::Copied,
            SeatAct::TakeBack => LogKind::TakenBack,
        }
    }

    /// The people it names, each with the place in the request.
    fn people(&self) -> Vec<(String, Uuid)> {
        match self {
            SeatAct::Transfer(to) | SeatAct::Delegate(to) => vec![("to".to_owned(), *to)],
            SeatAct::AddSign(people, _) | SeatAct::Copy(people) => {
                people.iter().enumerate().map(|(place, id)| (format!("people.{place}"), *id)).collect()
            }
            SeatAct::Resolve | SeatAct::RemoveSign(_) | SeatAct::TakeBack => Vec::new(),
        }
    }
}

/// Does something with a task.
///
/// # Errors
/// `not_found` for a task of somebody else, `invalid_value` for a person who cannot act, and what [`workflow::seats`] refuses.
pub(crate) async fn act(work: &Work, action: &SeatAction) -> Result<()> {
    let (mut held, instance) = stored::hold_by_task(work, action.task).await?;
    let flow = stored::flow_of(work, &instance).await?;
    let actor = &work.identity.actor;
    let task = instance.tasks.iter().find(|t| t.id == action.task);
    let task = task.filter(|t| t.assignee == actor.id || actor.admin).cloned();
    let task = task.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    let named = action.act.people();
    let ids: Vec<Uuid> = named.iter().map(|(_, id)| *id).collect();
    let active = people::active(work, &ids).await?;
    for (at, id) in &named {
        if !active.contains(id) {
            let reason = "nobody who can act has this id";
            return Err(Box::new(Diagnostic::new(Code::InvalidValue).with("reason", reason).at(at)));
        }
    }
    let removed = match action.act {
        SeatAct::RemoveSign(seat) => instance.tasks.iter().find(|t| t.id == seat).map(|t| t.assignee),
        _ => None,
    };
    let told: Vec<Uuid> = named.iter().map(|(_, id)| *id).chain(removed).collect();
    let said = Said { comment: action.comment.as_deref(), more: json!({"people": told}) };
    held.say(work, action.act.log(), Some(&task.node), said);
    let mut run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    let id = action.task;
    let asked = match &action.act {
        // What lies with somebody who cannot act goes on whatever the step allows its holders.
        SeatAct::Transfer(to) if task.assignee != actor.id => run.give(id, *to)?,
        SeatAct::Transfer(to) => run.transfer(id, *to)?,
        SeatAct::Delegate(to) => run.delegate(id, *to).map(|()| None)?,
        SeatAct::Resolve => run.resolve(id).map(|()| None)?,
        SeatAct::AddSign(people, place) => run.add_sign(id, people, *place)?,
        SeatAct::RemoveSign(seat) => run.remove_sign(id, *seat)?,
        SeatAct::Copy(people) => run.copy_to(id, people).map(|()| None)?,
        SeatAct::TakeBack => run.take_back(id)?,
    };
    work.drive(held, &mut run, asked).await
}
