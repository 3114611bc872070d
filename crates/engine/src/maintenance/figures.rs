//! What an operator watches of what the database holds: a few counts, each behind an index.

use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::Result;
use storage::{Tx, cells};

/// Counts; a state that nothing is in is told with 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Jobs by state: `ready`, `running`, and `failed` within a day.
    pub jobs: [(&'static str, i64); 3],
    /// Effects in the outbox by state.
    pub effects: [(&'static str, i64); 4],
    /// Sessions of people (`session`) and tokens of programs (`api`) that are in force.
    pub sessions: [(&'static str, i64); 2],
    /// Number of the publish in force.
    pub publish: i64,
}

pub(super) async fn read(tx: &Tx, now: DateTime<Utc>, publish: u64) -> Result<Figures> {
    let count = async |sql: &str, values: Vec<_>| -> Result<i64> {
        tx.row(sql, values).await?.map_or(Ok(0), |row| row.get(0))
    };
    let jobs = "select count(*) from sys_job where state = 'ready'";
    let running = "select count(*) from sys_job where state = 'running'";
    let failed = "select count(*) from sys_job where finished_at > $1 and state = 'failed'";
    let day = cells![tx.dialect(); now - TimeDelta::days(1)];
    let mut effects = [("ready", 0), ("sending", 0), ("failed", 0), ("unknown", 0)];
    for (state, number) in &mut effects {
        let sql = format!("select count(*) from sys_effect where state = '{state}'");
        *number = count(&sql, vec![]).await?;
    }
    let mut sessions = [("session", 0), ("api", 0)];
    for (kind, number) in &mut sessions {
        let sql = format!(
            "select count(*) from sys_session where kind = '{kind}' and (expires_at is null or expires_at > $1)"
        );
        *number = count(&sql, cells![tx.dialect(); now]).await?;
    }
    Ok(Figures {
        jobs: [
            ("ready", count(jobs, vec![]).await?),
            ("running", count(running, vec![]).await?),
            ("failed", count(failed, day).await?),
        ],
        effects,
        sessions,
        publish: i64::try_from(publish).unwrap_or(i64::MAX),
    })
}
