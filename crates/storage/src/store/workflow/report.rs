//! What lies still and where time goes, over all flows. Each is one statement over a bounded part of the tables.

use super::{Instance, Task};
use crate::codec::Cell;
use crate::store::stored;
use crate::{Dialect, Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use sea_orm::Value;
use uuid::Uuid;

/// Rows of tokens, and of the log, that are looked through, the newest ones.
const NEWEST: i64 = 100_000;
/// People and places that are told apart at most.
const MOST: i64 = 5_000;
/// Values that one statement names at most.
const MOST_NAMED: usize = 500;

/// A step of a workflow, and a number of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    /// The workflow.
    pub workflow: String,
    /// The node.
    pub node: String,
    /// How many.
    pub count: i64,
}

/// How long a step took where it was passed.
#[derive(Clone, Debug, PartialEq)]
pub struct Stood {
    /// Where, and how often it was passed.
    pub at: Counted,
    /// Half of them took at most so many seconds.
    pub median: i64,
    /// Nine of ten took at most so many seconds.
    pub p90: i64,
    /// The one that took longest, in seconds.
    pub longest: i64,
}

/// The part of the flows that is looked at.
#[derive(Clone, Debug)]
pub struct Span {
    /// One workflow alone.
    pub workflow: Option<String>,
    /// From this instant on.
    pub since: DateTime<Utc>,
    /// Before this instant.
    pub until: DateTime<Utc>,
}

fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// Everybody with whom something lies that has to be done.
pub async fn holders(tx: &Tx) -> Result<Vec<Uuid>> {
    let sql = "select distinct assignee from workflow_task \
               where assignee is not null and state in ('open', 'queued') and kind <> 'cc' limit $1";
    tx.rows(sql, cells![tx.dialect(); MOST]).await?.iter().map(|row| row.get(0)).collect()
}

/// What lies with these people and has to be done, the oldest first.
pub async fn lying_with(tx: &Tx, people: &[Uuid], workflow: Option<&str>, limit: u32) -> Result<Vec<Task>> {
    let people = &people[..people.len().min(MOST_NAMED)];
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = cells![tx.dialect(); i64::from(limit)];
    values.extend(people.iter().map(|id| id.cell(tx.dialect())));
    let named = places(2, people.len());
    let of = of_workflow(
        tx,
        workflow,
        "instance in (select id from workflow_instance where workflow =",
        &mut values,
    );
    let of = if of.is_empty() { of } else { format!("{of})") };
    let rest = format!(
        "where assignee in ({named}) and state in ('open', 'queued') and kind <> 'cc'{of} order by id limit $1"
    );
    stored::select(tx, &rest, values).await
}

/// ` and <condition> $n` where one workflow alone is meant.
fn of_workflow(tx: &Tx, workflow: Option<&str>, condition: &str, values: &mut Vec<Value>) -> String {
    let Some(workflow) = workflow else { return String::new() };
    values.push(workflow.cell(tx.dialect()));
    format!(" and {condition} ${}", values.len())
}

/// Flows that run, have not failed, and wait neither for a person nor for an event, the oldest first.
pub async fn without_work(tx: &Tx, workflow: Option<&str>, limit: u32) -> Result<Vec<Instance>> {
    let mut values: Vec<Value> = cells![tx.dialect(); i64::from(limit)];
    let of = of_workflow(tx, workflow, "workflow =", &mut values);
    let rest = format!(
        "where ended_at is null and state = 'running' and incident is null{of} \
         and not exists (select 1 from workflow_task t where t.instance = workflow_instance.id \
           and t.state = 'open' and t.kind <> 'cc') \
         and not exists (select 1 from workflow_subscription s where s.instance = workflow_instance.id) \
         order by id limit $1"
    );
    stored::select(tx, &rest, values).await
}

/// Those of these keys under which a job waits or is being done.
pub async fn jobs_with(tx: &Tx, keys: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for part in keys.chunks(MOST_NAMED) {
        let sql = format!(
            "select dedup_key from sys_job where dedup_key in ({}) and state in ('ready', 'running')",
            places(1, part.len())
        );
        let values = part.iter().map(|key| key.cell(tx.dialect())).collect();
        for row in tx.rows(sql, values).await? {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

/// Those of these instances that have not ended.
pub async fn live_of(tx: &Tx, instances: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for part in instances.chunks(MOST_NAMED) {
        let sql = format!(
            "select id from workflow_instance where ended_at is null and id in ({})",
            places(1, part.len())
        );
        let values = part.iter().map(|id| id.cell(tx.dialect())).collect();
        for row in tx.rows(sql, values).await? {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

/// How long flows stood at each step that they passed, among the newest steps; the slowest first.
pub async fn stood(tx: &Tx, span: &Span) -> Result<Vec<Stood>> {
    let mut values: Vec<Value> = cells![tx.dialect(); span.since, span.until, NEWEST, MOST];
    let of = of_workflow(tx, span.workflow.as_deref(), "i.workflow =", &mut values);
    let sql = format!(
        "with newest as (select instance, node, state, created_at, ended_at from workflow_token \
           order by id desc limit $3), \
         stood as (select i.workflow, t.node, {} as seconds from newest t \
           join workflow_instance i on i.id = t.instance \
           where t.state = 'done' and t.ended_at >= $1 and t.ended_at < $2{of}), \
         ranked as (select workflow, node, seconds, \
           row_number() over (partition by workflow, node order by seconds) as place, \
           count(*) over (partition by workflow, node) as passed from stood) \
         select workflow, node, passed, \
           max(case when place = (passed + 1) / 2 then seconds end) as median, \
           max(case when place = (passed * 9 + 9) / 10 then seconds end) as p90, \
           max(seconds) as longest \
         from ranked group by workflow, node, passed order by p90 desc, workflow, node limit $4",
        seconds(tx.dialect())
    );
    let rows = tx.rows(sql, values).await?;
    let read = |row: &crate::Cells| {
        let at = Counted { workflow: row.get(0)?, node: row.get(1)?, count: row.get(2)? };
        Ok(Stood { at, median: row.get(3)?, p90: row.get(4)?, longest: row.get(5)? })
    };
    rows.iter().map(read).collect()
}

/// How many seconds each passed step took, in the newest flows of a workflow that have ended.
pub async fn paces(tx: &Tx, workflow: &str, flows: u32) -> Result<Vec<(String, i64)>> {
    let sql = format!(
        "select t.node, {} from workflow_token t where t.state = 'done' and t.instance in \
         (select id from workflow_instance where workflow = $1 and ended_at is not null order by id desc limit $2)",
        seconds(tx.dialect())
    );
    let rows = tx.rows(sql, cells![tx.dialect(); workflow, i64::from(flows)]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// How long a token stood.
fn seconds(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "cast(round((julianday(t.ended_at) - julianday(t.created_at)) * 86400) as integer)"
        }
        Dialect::Postgres => "cast(extract(epoch from (t.ended_at - t.created_at)) as bigint)",
    }
}

/// How often flows were returned from each step, among the newest lines of the log.
pub async fn returned(tx: &Tx, span: &Span) -> Result<Vec<Counted>> {
    let mut values: Vec<Value> = cells![tx.dialect(); span.since, span.until, NEWEST, MOST];
    let of = of_workflow(tx, span.workflow.as_deref(), "i.workflow =", &mut values);
    let sql = format!(
        "with newest as (select instance, node, kind, at from workflow_log order by id desc limit $3) \
         select i.workflow, l.node, count(*) from newest l join workflow_instance i on i.id = l.instance \
         where l.kind = 'returned' and l.node is not null and l.at >= $1 and l.at < $2{of} \
         group by i.workflow, l.node limit $4"
    );
    counted(tx, sql, values).await
}

/// How many flows stand at each step now.
pub async fn standing(tx: &Tx, workflow: Option<&str>) -> Result<Vec<Counted>> {
    let mut values: Vec<Value> = cells![tx.dialect(); MOST];
    let of = of_workflow(tx, workflow, "i.workflow =", &mut values);
    let sql = format!(
        "select i.workflow, t.node, count(*) from workflow_instance i join workflow_token t on t.instance = i.id \
         where i.ended_at is null and t.state = 'waiting'{of} group by i.workflow, t.node \
         order by count(*) desc, i.workflow, t.node limit $1"
    );
    counted(tx, sql, values).await
}

async fn counted(tx: &Tx, sql: String, values: Vec<Value>) -> Result<Vec<Counted>> {
    let rows = tx.rows(sql, values).await?;
    let read =
        |row: &crate::Cells| Ok(Counted { workflow: row.get(0)?, node: row.get(1)?, count: row.get(2)? });
    rows.iter().map(read).collect()
}
