//! The port through which scripts reach the world.

use chrono::{DateTime, NaiveDate, Utc};
use diagnostic::Result;
use plan::Row;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

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
    /// Makes a move.
    fn transition(&self, object: &str, id: Uuid, name: &str) -> Result<Row>;
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
