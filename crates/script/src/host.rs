//! The port through which scripts reach the world.

use crate::budget::Budget;
use chrono::{DateTime, NaiveDate, Utc};
use diagnostic::Result;
use plan::Row;
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use uuid::Uuid;

/// Whom a mail goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// A user, at the address the user has.
    User(Uuid),
    /// Somebody else.
    Address(String),
}

/// What a mail or a notification says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// The template that says it; without one subject and text do.
    pub template: Option<String>,
    /// Text, or a map of locales.
    pub subject: Json,
    /// Text, or a map of locales.
    pub text: Json,
    /// The record it is about.
    pub about: Option<(Arc<str>, Uuid)>,
    /// Further values for the template.
    pub values: Map<String, Json>,
}

/// What a script may ask of the engine. Every call runs on the request's transaction and under the actor's
/// rights; it blocks the calling thread, which is never one that serves requests.
pub trait Host: Send + Sync {
    /// A record by id; `None` where it does not exist or is not visible.
    fn get(&self, object: &str, id: Uuid) -> Result<Option<Row>>;
    /// Records that meet a filter expression; `parameters` are bare names in it.
    fn query(
        &self,
        object: &str,
        filter: &str,
        parameters: Map<String, Json>,
        limit: u32,
    ) -> Result<Vec<Row>>;
    /// The children of a record, in order.
    fn children(&self, row: &Row, field: &str) -> Result<Vec<Row>>;
    /// Creates a record from a body as the API takes it.
    fn create(&self, object: &str, body: Json) -> Result<Row>;
    /// Changes a record by a body as the API takes it.
    fn update(&self, object: &str, id: Uuid, body: Json) -> Result<Row>;
    /// Deletes a record.
    fn delete(&self, object: &str, id: Uuid) -> Result<()>;
    /// Makes a move.
    fn transition(&self, object: &str, id: Uuid, name: &str) -> Result<Row>;
    /// Puts a notification of a user into the outbox.
    fn notify(&self, user: Uuid, message: &Message) -> Result<()>;
    /// Puts a mail into the outbox.
    fn mail(&self, to: &Receiver, message: &Message) -> Result<()>;
    /// Puts a call of another machine into the outbox: `{method, url, headers, body}`. Answers the effect's id.
    fn http(&self, call: &Json) -> Result<Uuid>;
    /// Puts a call of an operation of a connector into the outbox: `erp.create_quote`, and what it takes. Answers the
    /// effect's id.
    fn connector(&self, operation: &str, values: &Json) -> Result<Uuid>;
    /// What this run may still ask for.
    fn budget(&self) -> &Budget;
    /// The engine's clock.
    fn now(&self) -> DateTime<Utc>;
    /// The day in the site's time zone.
    fn today(&self) -> NaiveDate;
    /// `id login name department roles` of the actor.
    fn user(&self) -> Json;
}

/// What a script is told beside its record: the `ctx` argument.
#[derive(Clone, Debug, Default)]
pub struct Situation {
    /// The record before the change; `None` on create and in actions.
    pub old: Option<Row>,
    /// The move that is being made.
    pub transition: Option<String>,
    /// The record is being created.
    pub created: bool,
}
