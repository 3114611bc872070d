//! How long the steps of a flow usually take.

use crate::work::Work;
use chrono::TimeDelta;
use diagnostic::Result;
use std::collections::HashMap;
use storage::store::workflow::report;

/// The newest flows that are asked.
const NEWEST: u32 = 100;

/// The median of each step in the newest flows of a workflow that have ended.
pub(super) async fn of(work: &Work, workflow: &str) -> Result<HashMap<String, TimeDelta>> {
    let mut taken: HashMap<String, Vec<i64>> = HashMap::new();
    for (node, seconds) in report::paces(&work.tx, workflow, NEWEST).await? {
        taken.entry(node).or_default().push(seconds.max(0));
    }
    let median = |(node, mut all): (String, Vec<i64>)| {
        all.sort_unstable();
        let middle = *all.get((all.len() - 1) / 2)?;
        Some((node, TimeDelta::try_seconds(middle)?))
    };
    Ok(taken.into_iter().filter_map(median).collect())
}
