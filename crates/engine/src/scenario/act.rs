//! Doing what a step says, the way requests do it.

use crate::records::command::{Command, Written};
use crate::requests::{Asked, Done, Press, Request, Submission};
use crate::scenario::decide::Wanted;
use crate::scenario::scene::{Scene, Stop};
use crate::scenario::stage::work_off;
use crate::scenario::wording::refusal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calendar::Duration;
use chrono::TimeDelta;
use definition::scenario::{
    Advance, CreateRecord, Decide, MoveRecord, Refused, RunAction, ScenarioAction, Submit, UploadFile,
};
use diagnostic::Diagnostic;
use plan::Precondition;
use std::sync::Arc;
use workflow::decision::DecisionKind;

impl Scene<'_> {
    /// Does a step.
    pub async fn act(&mut self, action: &ScenarioAction) -> Result<(), Stop> {
        match action {
            ScenarioAction::Create(create) => Box::pin(self.create(create)).await,
            ScenarioAction::Update(update) => {
                let (object, id) = self.record(&update.record)?;
                let body = self.values(&object, &update.set)?;
                let write = Command::Update { object, id, body, precondition: Precondition::Waived };
                self.write(write.through(update.form.as_deref())).await?;
                Ok(())
            }
            ScenarioAction::Delete(on) => {
                let (object, id) = self.record(&on.record)?;
                self.write(Command::Delete { object, id, precondition: Precondition::Waived }).await?;
                Ok(())
            }
            ScenarioAction::Restore(on) => {
                let (object, id) = self.record(&on.record)?;
                self.write(Command::Restore { object, id }).await?;
                Ok(())
            }
            ScenarioAction::Move(made) => Box::pin(self.make_move(made)).await,
            ScenarioAction::Action(run) => Box::pin(self.press(run)).await,
            ScenarioAction::Submit(submit) => Box::pin(self.submit(submit)).await,
            ScenarioAction::Approve(task) => {
                let (record, node) = (task.record.as_str(), task.node.as_deref());
                let (comment, picks) = (task.comment.as_deref(), Some(&task.picks));
                Box::pin(self.decide(
                    DecisionKind::Approve,
                    Wanted { record, node, comment, picks },
                    None,
                    false,
                ))
                .await
            }
            ScenarioAction::Reject(d) => {
                Box::pin(self.decide(DecisionKind::Reject, wanted(d), None, false)).await
            }
            ScenarioAction::Done(d) => {
                Box::pin(self.decide(DecisionKind::Done, wanted(d), None, false)).await
            }
            ScenarioAction::Return(back) => {
                let (record, node) = (back.record.as_str(), back.node.as_deref());
                let wanted = Wanted { record, node, comment: back.comment.as_deref(), picks: None };
                Box::pin(self.decide(DecisionKind::Return, wanted, Some(&back.to), back.back)).await
            }
            ScenarioAction::TakeBack(_)
            | ScenarioAction::Transfer(_)
            | ScenarioAction::Delegate(_)
            | ScenarioAction::Resolve(_)
            | ScenarioAction::AddSign(_)
            | ScenarioAction::RemoveSign(_)
            | ScenarioAction::Copy(_) => Box::pin(self.seat(action)).await,
            ScenarioAction::Suspend(_)
            | ScenarioAction::Resume(_)
            | ScenarioAction::Jump(_)
            | ScenarioAction::Retry(_)
            | ScenarioAction::Skip(_) => Box::pin(self.operate(action)).await,
            ScenarioAction::Cancel(d) => Box::pin(self.cancel(wanted(d))).await,
            ScenarioAction::Urge(d) => Box::pin(self.urge(wanted(d))).await,
            ScenarioAction::Withdraw(d) => Box::pin(self.withdraw(wanted(d))).await,
            ScenarioAction::Comment(d) => Box::pin(self.comment(wanted(d))).await,
            ScenarioAction::Upload(upload) => Box::pin(self.upload(upload)).await,
            ScenarioAction::Query(query) => Box::pin(self.query(query)).await,
            ScenarioAction::Advance(advance) => Box::pin(self.advance(advance)).await,
            ScenarioAction::Answer(answer) => Box::pin(self.answer(answer)).await,
            ScenarioAction::Mail(mail) => Box::pin(self.mail(mail)).await,
            ScenarioAction::Refused(refused) => Box::pin(self.refused(refused)).await,
            ScenarioAction::Expect(expected) => Box::pin(self.expect(expected)).await,
        }
    }

    async fn write(&self, command: Command) -> Result<Written, Stop> {
        let actor = self.actor().await?;
        Ok(Box::pin(self.stage.engine.write(&actor, command)).await?)
    }

    async fn create(&mut self, create: &CreateRecord) -> Result<(), Stop> {
        let object: Arc<str> = create.object.as_str().into();
        let body = self.values(&object, &create.set)?;
        let write = Command::Create { object: object.clone(), body };
        let written = self.write(write.through(create.form.as_deref())).await?;
        self.save(create.save.as_ref(), object, written.id());
        Ok(())
    }

    async fn make_move(&self, made: &MoveRecord) -> Result<(), Stop> {
        let (object, id) = self.record(&made.record)?;
        let body = self.values(&object, &made.set)?;
        let (name, precondition) = (made.r#move.as_str().into(), Precondition::Waived);
        self.write(Command::Move { object, id, name, body, precondition, approved: false }).await?;
        Ok(())
    }

    async fn press(&mut self, run: &RunAction) -> Result<(), Stop> {
        let (object, record) = match (&run.record, &run.object) {
            (Some(alias), _) => {
                let (object, id) = self.record(alias)?;
                (object, Some(id))
            }
            (None, Some(object)) => (object.as_str().into(), None),
            (None, None) => return Err(Stop::unmet("an action names its `record` or its `object`")),
        };
        // Parameters are no fields of the object, even where they are named alike.
        let (actor, parameters) = (self.actor().await?, self.values("", &run.with)?);
        let request =
            Request::Press(Press { object, record, action: run.action.as_str().into(), parameters });
        let asked = Asked { request, key: None, id: "scenario".into(), address: None };
        let answer = self.stage.engine.perform(&actor, asked).await?;
        match (answer, &run.save) {
            (_, None) => Ok(()),
            (Done::Record { object, id }, alias) => {
                self.save(alias.as_ref(), object.into(), id);
                Ok(())
            }
            (answer, Some(_)) => {
                Err(Stop::unmet(format!("the action answered no record to save: {answer:?}")))
            }
        }
    }

    async fn upload(&mut self, upload: &UploadFile) -> Result<(), Stop> {
        let bytes = match (&upload.text, &upload.base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(text)) => {
                let bytes = STANDARD.decode(text.split_whitespace().collect::<String>());
                bytes.map_err(|error| Stop::unmet(format!("`base64` of {}: {error}", upload.name)))?
            }
            (None, None) => Vec::new(),
        };
        let (actor, engine) = (self.actor().await?, &self.stage.engine);
        let file = engine.begin_file(&actor, &upload.name, bytes.len() as u64).await?;
        engine.append_to_file(&actor, file.id, 0, bytes.into()).await?;
        engine.finish_file(&actor, file.id).await?;
        // An upload is no record of an object.
        self.save(Some(&upload.save), "".into(), file.id);
        Ok(())
    }

    async fn submit(&mut self, submit: &Submit) -> Result<(), Stop> {
        let (_, record) = self.record(&submit.record)?;
        let actor = self.actor().await?;
        let order = Submission {
            workflow: submit.workflow.as_str().into(),
            record,
            comment: submit.comment.clone(),
            picks: self.picks(Some(&submit.picks)).await?,
        };
        let instance = self.stage.engine.submit(&actor, order).await?;
        if let Some(alias) = &submit.save {
            self.known.instances.insert(alias.clone(), instance);
        }
        Ok(())
    }

    /// Moves the clock: by elapsed time in the zone of the site, or by a calendar. What becomes due on the way is done at
    /// its time.
    async fn advance(&mut self, advance: &Advance) -> Result<(), Stop> {
        let (engine, clock) = (&self.stage.engine, &self.stage.clock);
        let (now, by) = (engine.now(), Duration::parse(advance.by())?);
        let at = match (self.known.until, advance.calendar()) {
            (Some(until), _) => until,
            (None, Some(name)) => engine.add_by_calendar(name, now, &by)?,
            (None, None) => calendar::add_elapsed(engine.site().time_zone, now, &by)?,
        };
        if self.known.until.replace(at).is_some() {
            // What a crash left half done is done first, at its time.
            work_off(engine).await?;
        }
        while let Some(due) = engine.next_due().await?.filter(|due| *due <= at) {
            clock.advance((due - engine.now()).max(TimeDelta::zero()));
            work_off(engine).await?;
        }
        clock.advance(at - engine.now());
        Ok(())
    }

    async fn refused(&mut self, refused: &Refused) -> Result<(), Stop> {
        let place = refused.at.as_ref().map_or(String::new(), |at| format!(" at `{at}`"));
        let expected = format!("it should be refused with `{}`{place}", refused.code);
        match self.act(&refused.action).await {
            Ok(()) => Err(Stop::unmet(format!("{expected} and was done"))),
            Err(Stop::Refused(found)) if is_expected(&found, refused) => Ok(()),
            Err(Stop::Refused(found)) => {
                Err(Stop::unmet(format!("{expected} and is with {}", refusal(&found))))
            }
            Err(unmet) => Err(unmet),
        }
    }
}

pub(super) fn wanted(decide: &Decide) -> Wanted<'_> {
    let (node, comment) = (decide.node.as_deref(), decide.comment.as_deref());
    Wanted { record: &decide.record, node, comment, picks: None }
}

/// One of the findings has the code, at the place if one is named.
fn is_expected(found: &Diagnostic, refused: &Refused) -> bool {
    let one = |found: &Diagnostic| {
        found.code.name() == refused.code && (refused.at.is_none() || found.path == refused.at)
    };
    one(found) || found.details.iter().any(one)
}
