//! Whether the logs of flows are whole: every row, its place in the chain of its flow, and the end of that chain.

use super::{Instance, LogRow, stored};
use crate::{Tx, cells};
use diagnostic::Result;
use std::collections::HashMap;
use uuid::Uuid;

/// Flows looked at together.
const PAGE: i64 = 200;

/// What was found of the logs of all flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logs {
    /// Rows that were looked at.
    pub rows: u64,
    /// The first that is missing or is not what was written: the flow, and the number of the row.
    pub broken: Option<(Uuid, i64)>,
}

/// Looks at the logs of all flows; to be called on one state of the database.
pub async fn verify_logs(tx: &Tx) -> Result<Logs> {
    let (mut found, mut after) = (Logs::default(), Uuid::nil());
    loop {
        let rest = "where id > $1 order by id limit $2";
        let instances: Vec<Instance> = stored::select(tx, rest, cells![tx.dialect(); after, PAGE]).await?;
        let Some(last) = instances.last().map(|instance| instance.id) else { return Ok(found) };
        let rest = "where instance > $1 and instance <= $2 order by instance, number";
        let rows: Vec<LogRow> = stored::select(tx, rest, cells![tx.dialect(); after, last]).await?;
        let logs = rows.chunk_by(|one, next| one.instance == next.instance);
        let logs: HashMap<Uuid, &[LogRow]> = logs.map(|rows| (rows[0].instance, rows)).collect();
        for instance in &instances {
            let own = logs.get(&instance.id).copied().unwrap_or_default();
            if let Some(number) = broken(instance, own) {
                return Ok(Logs { broken: Some((instance.id, number)), ..found });
            }
            found.rows += own.len() as u64;
        }
        after = last;
    }
}

/// The first row of the log of an instance that is missing or is not what was written.
fn broken(instance: &Instance, rows: &[LogRow]) -> Option<i64> {
    let mut previous: &[u8] = &[];
    for (row, number) in rows.iter().zip(1..) {
        if row.number != number || row.previous != previous || row.hash != row.computed_hash() {
            return Some(number);
        }
        previous = &row.hash;
    }
    (instance.log_hash != previous).then_some(instance.log_number)
}
