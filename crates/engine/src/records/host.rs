//! What scripts may ask for, on the transaction of the write that runs them and under the actor's rights.

use crate::records::command::Command;
use crate::work::Work;
use catalog::{ScriptRef, Stored};
use chrono::{DateTime, NaiveDate, Utc};
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::{Precondition, Row};
use script::{Budget, Host, Message, Receiver};
use serde_json::{Map, Value as Json, json};
use std::future::Future;
use std::sync::Arc;
use tokio::runtime::Handle;
use uuid::Uuid;

/// The port of one script call. Its calls block the script's own thread, never one that serves requests.
pub struct ScriptHost {
    work: Work,
    budget: Arc<Budget>,
    /// The pack of the script: short names of templates mean its own.
    pack: Arc<str>,
    handle: Handle,
}

impl ScriptHost {
    /// For a script of this write.
    pub fn of(work: &Work, script: &ScriptRef) -> Arc<dyn Host> {
        let work = work.deeper();
        let budget =
            work.budget.clone().unwrap_or_else(|| Arc::new(Budget::new(work.engine.scripts().limits())));
        Arc::new(ScriptHost { work, budget, pack: script.pack.clone(), handle: Handle::current() })
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        // The thread may be one that drives futures itself.
        tokio::task::block_in_place(|| self.handle.block_on(future))
    }

    /// The full name of what a script calls `lead` or `crm.lead`.
    fn full_name(&self, object: &str) -> Result<Arc<str>> {
        let known = self.work.published.catalog.object(object);
        known.map(|o| o.name.clone()).ok_or_else(|| {
            Box::new(Diagnostic::new(Code::UnknownReference).with("what", "object").with("name", object))
        })
    }

    /// What was written, as far as the actor may read it; its id at least.
    fn written(&self, command: Command) -> Result<Row> {
        let written = self.wait(self.work.execute(&command))?.row;
        let seen = self.wait(super::read::visible_rows(&self.work, &written.object.name, &[written.id()]))?;
        Ok(seen.into_iter().next().unwrap_or_else(|| {
            let mut row = Row::empty(written.object.clone());
            row.set("id", Value::Reference(written.id()));
            row
        }))
    }
}

impl Host for ScriptHost {
    fn get(&self, object: &str, id: Uuid) -> Result<Option<Row>> {
        let object = self.full_name(object)?;
        let rows = self.wait(super::read::visible_rows(&self.work, &object, &[id]))?;
        Ok(rows.into_iter().next())
    }

    fn query(
        &self,
        object: &str,
        filter: &str,
        parameters: Map<String, Json>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let object = self.full_name(object)?;
        self.wait(super::read::rows_where(&self.work, &object, filter, &parameters, limit))
    }

    fn children(&self, row: &Row, field: &str) -> Result<Vec<Row>> {
        let Some(Stored::Children { object, via }) = row.object.field(field).map(|f| f.stored.clone()) else {
            return Err(Box::new(Diagnostic::new(Code::UnknownField).with("name", field)));
        };
        let rows =
            self.wait(self.work.rows().referring(self.work.published.object(&object)?, &via, row.id()))?;
        let ids: Vec<Uuid> = rows.iter().map(Row::id).collect();
        let seen = self.wait(super::read::visible_rows(&self.work, &object, &ids))?;
        // Keep the order of the children, drop those the actor may not see.
        Ok(rows.into_iter().filter_map(|r| seen.iter().find(|s| s.id() == r.id()).cloned()).collect())
    }

    fn create(&self, object: &str, body: Json) -> Result<Row> {
        let object = self.full_name(object)?;
        self.written(Command::Create { object, body })
    }

    fn update(&self, object: &str, id: Uuid, body: Json) -> Result<Row> {
        let object = self.full_name(object)?;
        self.written(Command::Update { object, id, body, precondition: Precondition::Waived })
    }

    fn transition(&self, object: &str, id: Uuid, name: &str) -> Result<Row> {
        let object = self.full_name(object)?;
        let (name, precondition) = (name.into(), Precondition::Waived);
        self.written(Command::Move { object, id, name, body: Json::Null, precondition, approved: false })
    }

    fn delete(&self, object: &str, id: Uuid) -> Result<()> {
        let object = self.full_name(object)?;
        self.wait(self.work.execute(&Command::Delete { object, id, precondition: Precondition::Waived }))
            .map(drop)
    }

    fn notify(&self, user: Uuid, message: &Message) -> Result<()> {
        self.wait(self.work.put_notification(user, message, Some(&self.pack)))
    }

    fn mail(&self, to: &Receiver, message: &Message) -> Result<()> {
        self.wait(self.work.put_mail(to, message, Some(&self.pack)))
    }

    fn http(&self, call: &Json) -> Result<Uuid> {
        self.wait(self.work.put_call(call))
    }

    fn connector(&self, operation: &str, values: &Json) -> Result<Uuid> {
        self.wait(self.work.put_operation(operation, values, Some(&self.pack)))
    }

    fn budget(&self) -> &Budget {
        &self.budget
    }

    fn now(&self) -> DateTime<Utc> {
        self.work.bindings.now
    }

    fn today(&self) -> NaiveDate {
        self.work.engine.day_of(self.work.bindings.now)
    }

    fn user(&self) -> Json {
        let actor = &self.work.identity.actor;
        json!({
            "id": actor.id.to_string(),
            "login": actor.login,
            "name": actor.name,
            "department": actor.department.map(|d| d.to_string()),
            "roles": actor.roles.iter().collect::<Vec<_>>(),
        })
    }
}
