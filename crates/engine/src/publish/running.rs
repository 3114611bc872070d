//! What flows that run could do under the definitions that a publish brings: go on there, or not and why.

use crate::runs;
use catalog::Catalog;
use diagnostic::{Locale, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use storage::Tx;
use storage::store::workflow::{self as table, FlowFilter};
use uuid::Uuid;
use workflow::migration::{Migration, Renamed};

/// Flows of a workflow that are looked at, the newest.
const MOST: u32 = 200;

/// The running flows of a workflow that changes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Running {
    /// The workflow.
    pub workflow: String,
    /// Flows that have not ended; they go on as they began until an administrator says otherwise.
    pub flows: u64,
    /// Of the newest 200, those that could go on under the new version.
    pub movable: u64,
    /// And those that could not.
    pub stuck: Vec<Stuck>,
}

/// A flow that cannot go on under the new version.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stuck {
    /// The flow.
    pub instance: Uuid,
    /// The record it is about.
    pub record: Uuid,
    /// Why, in English.
    pub reasons: Vec<String>,
}

/// The running flows of these workflows, as they would fare under the new definitions; workflows of which none run are
/// left out.
pub(super) async fn running(tx: &Tx, workflows: &[Arc<str>], new: &Catalog) -> Result<Vec<Running>> {
    let mut all = Vec::new();
    for name in workflows {
        let Some(definition) = new.workflows.get(name) else { continue };
        let live = FlowFilter {
            workflow: Some(name.to_string()),
            behind: Some(Vec::new()),
            ..FlowFilter::default()
        };
        let flows = table::count(tx, &live).await?;
        if flows == 0 {
            continue;
        }
        let (renamed, mut pinned) = (Renamed::new(), HashMap::new());
        let mut found = Running { workflow: name.to_string(), flows, movable: 0, stuck: Vec::new() };
        for row in table::instances(tx, &live, None, MOST).await? {
            if !pinned.contains_key(&row.definition) {
                pinned.insert(row.definition.clone(), runs::pinned(tx, &row.definition).await?);
            }
            let migration = Migration::new(&pinned[&row.definition], definition, &renamed);
            let obstacles = migration.obstacles(&runs::look(tx, &row).await?);
            match obstacles.is_empty() {
                true => found.movable += 1,
                false => {
                    let reasons = obstacles.iter().map(|found| found.render(Locale::En)).collect();
                    found.stuck.push(Stuck { instance: row.id, record: row.record, reasons });
                }
            }
        }
        all.push(found);
    }
    Ok(all)
}
