//! What a step of a scenario does with a task beside deciding it.

use crate::requests::{Asked, Request, SeatAct, SeatAction};
use crate::scenario::act::wanted;
use crate::scenario::decide::Wanted;
use crate::scenario::scene::{Scene, Stop};
use definition::scenario::{GiveTo, ScenarioAction, SeatPlace};
use uuid::Uuid;
use workflow::Place;

impl Scene<'_> {
    /// Gives a task away, lends it, gives it back, adds, takes off or tells people, or takes a decision back.
    pub async fn seat(&self, action: &ScenarioAction) -> Result<(), Stop> {
        let (wanted, act) = match action {
            ScenarioAction::Transfer(give) => (of(give), SeatAct::Transfer(self.user(&give.to).await?)),
            ScenarioAction::Delegate(give) => (of(give), SeatAct::Delegate(self.user(&give.to).await?)),
            ScenarioAction::RemoveSign(give) => {
                let held = self.tasks(&give.record).await?;
                let seat = held.iter().rfind(|held| held.login == give.to && held.task.kind != "cc");
                let seat = seat.ok_or_else(|| Stop::unmet(format!("{} has no task", give.to)))?;
                (of(give), SeatAct::RemoveSign(seat.task.id))
            }
            ScenarioAction::AddSign(add) => {
                let place = match add.place {
                    SeatPlace::Before => Place::Before,
                    SeatPlace::After => Place::After,
                    SeatPlace::Parallel => Place::Parallel,
                };
                let (node, comment) = (add.node.as_deref(), add.comment.as_deref());
                let wanted = Wanted { record: &add.record, node, comment, picks: None };
                (wanted, SeatAct::AddSign(self.users(&add.people).await?, place))
            }
            ScenarioAction::Copy(copy) => {
                let (node, comment) = (copy.node.as_deref(), copy.comment.as_deref());
                let wanted = Wanted { record: &copy.record, node, comment, picks: None };
                (wanted, SeatAct::Copy(self.users(&copy.people).await?))
            }
            ScenarioAction::Resolve(decide) => (wanted(decide), SeatAct::Resolve),
            ScenarioAction::TakeBack(decide) => (wanted(decide), SeatAct::TakeBack),
            _ => return Err(Stop::unmet("nothing is done with a task here")),
        };
        let actor = self.actor().await?;
        let comment = wanted.comment.map(str::to_owned);
        let action = SeatAction { task: self.task(&actor, &wanted, false).await?, act, comment };
        self.ask(Request::Seat(action)).await
    }

    /// Ends a flow as an administrator.
    pub async fn cancel(&self, wanted: Wanted<'_>) -> Result<(), Stop> {
        let instance = self.instance(wanted.record).await?.ok_or_else(Stop::not_found)?;
        self.ask(Request::CancelFlow { instance, comment: wanted.comment.map(str::to_owned) }).await
    }

    /// Asks those a flow waits for to decide.
    pub async fn urge(&self, wanted: Wanted<'_>) -> Result<(), Stop> {
        let instance = self.instance(wanted.record).await?.ok_or_else(Stop::not_found)?;
        self.ask(Request::Urge { instance, comment: wanted.comment.map(str::to_owned) }).await
    }

    /// Asks the engine for something, as the actor.
    pub async fn ask(&self, request: Request) -> Result<(), Stop> {
        let actor = self.actor().await?;
        let asked = Asked { request, key: None, id: "scenario".into(), address: None };
        self.stage.engine.perform(&actor, asked).await?;
        Ok(())
    }

    async fn users(&self, logins: &[String]) -> Result<Vec<Uuid>, Stop> {
        let mut users = Vec::new();
        for login in logins {
            users.push(self.user(login).await?);
        }
        Ok(users)
    }
}

fn of(give: &GiveTo) -> Wanted<'_> {
    let (node, comment) = (give.node.as_deref(), give.comment.as_deref());
    Wanted { record: &give.record, node, comment, picks: None }
}
