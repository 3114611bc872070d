//! One decision about several tasks, each in a transaction of its own.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::requests::{Asked, Request, TaskAction};
use diagnostic::Result;
use std::sync::Arc;
use uuid::Uuid;

/// Decisions of one request at most.
pub const MOST: usize = 100;

impl Engine {
    /// Decides several tasks alike, each in a transaction of its own; answers the refusals in the order of the tasks.
    ///
    /// # Errors
    /// None of a single task ends the others.
    pub async fn decide_all(&self, identity: &Arc<Identity>, actions: Vec<Asked>) -> Vec<Result<()>> {
        let mut outcomes = Vec::with_capacity(actions.len());
        for action in actions {
            outcomes.push(self.perform(identity, action).await.map(drop));
        }
        outcomes
    }
}

/// The same decision about several tasks, each about the version of its record that was seen, if one was, as requests of
/// their own: a repetition of all of them repeats each.
pub fn decisions(tasks: &[(Uuid, Option<i64>)], decision: &TaskAction, asked: &Asked) -> Vec<Asked> {
    let one = |(task, seen): &(Uuid, Option<i64>)| {
        let action = TaskAction { task: *task, seen: *seen, ..decision.clone() };
        let mut one = Asked { request: Request::Decide(action), ..asked.clone() };
        if let Some(key) = &mut one.key {
            key.path = format!("{}/{task}", key.path);
        }
        one
    };
    tasks.iter().map(one).collect()
}
