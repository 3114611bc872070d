//! Running workflows: instances, tokens, tasks with their candidates, and the log. What they mean is decided
//! above; here they are rows.

pub mod find;

pub mod report;

pub mod verify;

pub use find::{FlowFilter, count, in_box, instances, instances_with, live_tokens, open_tasks};

use super::stored;
use crate::{Dialect, Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

stored! {
    /// A running or ended workflow on a record.
    Instance in "workflow_instance" {
        /// Its id.
        id: Uuid = "id",
        /// The workflow's full name.
        workflow: String = "workflow",
        /// Hash of the definition it runs by, whatever is published meanwhile.
        definition: String = "definition",
        /// The record's object.
        object: String = "object",
        /// The record.
        record: Uuid = "record",
        /// The record's version when it started.
        record_version: i64 = "record_version",
        /// `running suspended approved rejected withdrawn cancelled done`.
        state: String = "state",
        /// Who started it.
        initiator: Uuid = "initiator",
        /// What may change meanwhile: `none material all`.
        locking: String = "locking",
        /// The move that waits for it, with what the caller sent.
        parked: Option<Json> = "parked",
        /// Variables.
        variables: Json = "variables",
        /// What started it, where that may happen once only.
        event_key: Option<String> = "event_key",
        /// The flows that led to it.
        chain: Json = "chain",
        /// Counts steps.
        version: i64 = "version",
        /// Number of the last row of its log.
        log_number: i64 = "log_number",
        /// Hash of the last row of its log.
        log_hash: Vec<u8> = "log_hash",
        /// When it started.
        started_at: DateTime<Utc> = "started_at",
        /// When it ended.
        ended_at: Option<DateTime<Utc>> = "ended_at",
        /// Why it cannot go on.
        incident: Option<String> = "incident",
    }
}

stored! {
    /// A place where an instance is at work or waits.
    Token in "workflow_token" {
        /// Its id.
        id: Uuid = "id",
        /// Its instance.
        instance: Uuid = "instance",
        /// The node, as a path in the tree.
        node: String = "node",
        /// The scope it belongs to, as a path in the tree.
        scope: String = "scope",
        /// `waiting done cancelled`.
        state: String = "state",
        /// What the node keeps about it.
        data: Json = "data",
        /// When it came.
        created_at: DateTime<Utc> = "created_at",
        /// When it left.
        ended_at: Option<DateTime<Utc>> = "ended_at",
    }
}

stored! {
    /// What a person is asked to do.
    Task in "workflow_task" {
        /// Its id.
        id: Uuid = "id",
        /// Its instance.
        instance: Uuid = "instance",
        /// The token that waits for it.
        token: Uuid = "token",
        /// The node.
        node: String = "node",
        /// `approve`, `handle`, `cc`.
        kind: String = "kind",
        /// `open waiting approved rejected returned cancelled skipped superseded read`.
        state: String = "state",
        /// Its place among the tasks of its node.
        seat: i64 = "seat",
        /// Who must act; `None` while several may claim it.
        assignee: Option<Uuid> = "assignee",
        /// Why it came to this person.
        why: Json = "why",
        /// What the step keeps about it.
        data: Json = "data",
        /// The record's version that was decided about.
        seen_version: Option<i64> = "seen_version",
        /// `approve reject return`.
        decision: Option<String> = "decision",
        /// What the decider said.
        comment: Option<String> = "comment",
        /// Who decided.
        decided_by: Option<Uuid> = "decided_by",
        /// When.
        decided_at: Option<DateTime<Utc>> = "decided_at",
        /// When it was first seen.
        read_at: Option<DateTime<Utc>> = "read_at",
        /// Until when it should be done.
        due_at: Option<DateTime<Utc>> = "due_at",
        /// Counts changes.
        version: i64 = "version",
        /// When it came.
        created_at: DateTime<Utc> = "created_at",
    }
}

stored! {
    /// Someone who may claim a task.
    Candidate in "workflow_task_candidate" {
        /// The task.
        task: Uuid = "task",
        /// The person.
        user: Uuid = "user_id",
        /// Why.
        why: Json = "why",
    }
}

stored! {
    /// Something that a running flow listens for.
    Subscription in "workflow_subscription" {
        /// Its id.
        id: Uuid = "id",
        /// The instance.
        instance: Uuid = "instance",
        /// The number of its token.
        token: i64 = "token",
        /// The name of what it listens for, among those of the token.
        name: String = "name",
        /// The object whose records it listens to.
        object: String = "object",
        /// The record, where it listens to one.
        record: Option<Uuid> = "record",
        /// Since when.
        created_at: DateTime<Utc> = "created_at",
    }
}

stored! {
    /// One row of the log of an instance; each carries the hash of the row before it.
    LogRow in "workflow_log" {
        /// Its id.
        id: Uuid = "id",
        /// Its instance.
        instance: Uuid = "instance",
        /// Counts from 1.
        number: i64 = "number",
        /// `started decided ended` …
        kind: String = "kind",
        /// The node.
        node: Option<String> = "node",
        /// Who.
        actor: Option<Uuid> = "actor",
        /// When.
        at: DateTime<Utc> = "at",
        /// The rest.
        data: Json = "data",
        /// Hash of the row before.
        previous: Vec<u8> = "previous",
        /// Hash of this row.
        hash: Vec<u8> = "hash",
    }
}

impl LogRow {
    /// The hash that the row must carry: over the row before and everything in this one.
    pub fn computed_hash(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(&self.previous);
        let parts = serde_json::json!([
            self.id,
            self.instance,
            self.number,
            self.kind,
            self.node,
            self.actor,
            crate::codec::time_text(self.at),
            canonical(&self.data),
        ]);
        hash.update(parts.to_string().as_bytes());
        hash.finalize().to_vec()
    }
}

/// A structure with its keys in order, whatever order a database gives them back in.
fn canonical(json: &Json) -> Json {
    match json {
        Json::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            Json::Object(keys.into_iter().map(|key| (key.clone(), canonical(&map[key]))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(canonical).collect()),
        other => other.clone(),
    }
}

/// Keeps the text of a definition under its hash.
pub async fn keep_definition(tx: &Tx, hash: &str, workflow: &str, body: &str) -> Result<()> {
    let sql = "insert into workflow_definition (hash, workflow, body) values ($1, $2, $3) \
               on conflict (hash) do nothing";
    tx.execute_sql(sql, cells![tx.dialect(); hash, workflow, body]).await.map(|_| ())
}

/// The text of a definition by its hash.
pub async fn definition(tx: &Tx, hash: &str) -> Result<Option<String>> {
    let sql = "select body from workflow_definition where hash = $1";
    tx.row(sql, cells![tx.dialect(); hash]).await?.map(|row| row.get(0)).transpose()
}

/// Keeps a new instance; `false` where its event key was used before.
pub async fn insert_instance(tx: &Tx, instance: &Instance) -> Result<bool> {
    let then = "on conflict (event_key) where event_key is not null do nothing";
    Ok(stored::insert(tx, std::slice::from_ref(instance), then).await? == 1)
}

/// The instance, locked against other steps until the transaction ends: the first statement of every step.
pub async fn lock_instance(tx: &Tx, id: Uuid) -> Result<Option<Instance>> {
    let rest = match tx.dialect() {
        Dialect::Sqlite => "where id = $1",
        Dialect::Postgres => "where id = $1 for update",
    };
    stored::first(tx, rest, cells![tx.dialect(); id]).await
}

/// The instance as it stands.
pub async fn instance(tx: &Tx, id: Uuid) -> Result<Option<Instance>> {
    stored::first(tx, "where id = $1", cells![tx.dialect(); id]).await
}

/// The instances of a record, newest first.
pub async fn instances_of(tx: &Tx, object: &str, record: Uuid) -> Result<Vec<Instance>> {
    let rest = "where object = $1 and record = $2 order by id desc limit 200";
    stored::select(tx, rest, cells![tx.dialect(); object, record]).await
}

/// Writes an instance back.
pub async fn save_instance(tx: &Tx, instance: &Instance) -> Result<bool> {
    stored::update(tx, instance).await
}

/// The tokens of an instance, oldest first.
pub async fn tokens(tx: &Tx, instance: Uuid) -> Result<Vec<Token>> {
    stored::select(tx, "where instance = $1 order by id", cells![tx.dialect(); instance]).await
}

/// Keeps new tokens.
pub async fn insert_tokens(tx: &Tx, tokens: &[Token]) -> Result<()> {
    stored::insert(tx, tokens, "").await.map(|_| ())
}

/// Writes a token back.
pub async fn save_token(tx: &Tx, token: &Token) -> Result<bool> {
    stored::update(tx, token).await
}

/// The tasks of an instance, oldest first.
pub async fn tasks(tx: &Tx, instance: Uuid) -> Result<Vec<Task>> {
    stored::select(tx, "where instance = $1 order by id", cells![tx.dialect(); instance]).await
}

/// The task of this id.
pub async fn task(tx: &Tx, id: Uuid) -> Result<Option<Task>> {
    stored::first(tx, "where id = $1", cells![tx.dialect(); id]).await
}

/// Keeps new tasks.
pub async fn insert_tasks(tx: &Tx, tasks: &[Task]) -> Result<()> {
    stored::insert(tx, tasks, "").await.map(|_| ())
}

/// Writes a task back.
pub async fn save_task(tx: &Tx, task: &Task) -> Result<bool> {
    stored::update(tx, task).await
}

/// Keeps who may claim tasks.
pub async fn insert_candidates(tx: &Tx, candidates: &[Candidate]) -> Result<()> {
    stored::insert(tx, candidates, "on conflict (task, user_id) do nothing").await.map(|_| ())
}

/// Who may claim a task.
pub async fn candidates(tx: &Tx, task: Uuid) -> Result<Vec<Candidate>> {
    stored::select(tx, "where task = $1 order by user_id", cells![tx.dialect(); task]).await
}

/// Begins to listen.
pub async fn insert_subscriptions(tx: &Tx, subscriptions: &[Subscription]) -> Result<()> {
    stored::insert(tx, subscriptions, "").await.map(drop)
}

/// Listens no more.
pub async fn remove_subscription(tx: &Tx, instance: Uuid, token: i64, name: &str) -> Result<()> {
    let sql = "delete from workflow_subscription where instance = $1 and token = $2 and name = $3";
    tx.execute_sql(sql, cells![tx.dialect(); instance, token, name]).await.map(drop)
}

/// Who listens to a record, longest first.
pub async fn listening_to(tx: &Tx, object: &str, record: Option<Uuid>) -> Result<Vec<Subscription>> {
    let rest = "where object = $1 and (record is null or record = $2) order by id";
    stored::select(tx, rest, cells![tx.dialect(); object, record]).await
}

/// What an instance listens for.
pub async fn subscriptions(tx: &Tx, instance: Uuid) -> Result<Vec<Subscription>> {
    stored::select(tx, "where instance = $1 order by id", cells![tx.dialect(); instance]).await
}

/// The definitions that running instances need, as name and text.
pub async fn needed_definitions(tx: &Tx) -> Result<Vec<(String, String)>> {
    let sql = "select d.workflow, d.body from workflow_definition d where exists \
               (select 1 from workflow_instance i where i.definition = d.hash and i.ended_at is null)";
    let rows = tx.rows(sql, Vec::new()).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The live instances of a workflow about a record, oldest first.
pub async fn live_about(tx: &Tx, workflow: &str, object: &str, record: Uuid) -> Result<Vec<Uuid>> {
    let sql = "select id from workflow_instance where object = $1 and record = $2 and workflow = $3 and ended_at is null \
               order by id";
    let rows = tx.rows(sql, cells![tx.dialect(); object, record, workflow]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whether a key that may be used once has started an instance.
pub async fn is_started(tx: &Tx, event_key: &str) -> Result<bool> {
    let sql = "select 1 from workflow_instance where event_key = $1";
    Ok(tx.row(sql, cells![tx.dialect(); event_key]).await?.is_some())
}

/// A box of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskBox {
    /// Open ones that the person must do or may claim.
    Todo,
    /// Those the person decided.
    Done,
    /// Copies for the person.
    Copies,
}

/// Which tasks are approvals that wait for `$1`.
const WAITING: &str = "where assignee = $1 and state in ('open', 'queued') and kind = 'approve'";

/// Approvals that wait for somebody, oldest first.
pub async fn waiting_for(tx: &Tx, user: Uuid, limit: u32) -> Result<Vec<Task>> {
    let rest = format!("{WAITING} order by id limit $2");
    stored::select(tx, &rest, cells![tx.dialect(); user, i64::from(limit)]).await
}

/// How many approvals wait for somebody.
pub async fn count_waiting_for(tx: &Tx, user: Uuid) -> Result<u64> {
    let sql = format!("select count(*) from workflow_task {WAITING}");
    let row = tx.row(sql, cells![tx.dialect(); user]).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// What happened, without its place in the chain, which [`chain_log`] gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewLogRow {
    /// `started decided ended` …
    pub kind: String,
    /// The node.
    pub node: Option<String>,
    /// Who.
    pub actor: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// The rest.
    pub data: Json,
}

/// Chains rows to the log of a locked instance, and counts them in it; the caller saves the instance and inserts them.
pub fn chain_log(instance: &mut Instance, rows: Vec<NewLogRow>) -> Vec<LogRow> {
    let mut chained = Vec::with_capacity(rows.len());
    for row in rows {
        let mut next = LogRow {
            id: Uuid::now_v7(),
            instance: instance.id,
            number: instance.log_number + 1,
            kind: row.kind,
            node: row.node,
            actor: row.actor,
            // What the database keeps is microseconds, and the hash is checked against what it gives back.
            at: micros(row.at),
            data: row.data,
            previous: instance.log_hash.clone(),
            hash: Vec::new(),
        };
        next.hash = next.computed_hash();
        instance.log_number = next.number;
        instance.log_hash.clone_from(&next.hash);
        chained.push(next);
    }
    chained
}

/// Keeps rows that were chained to the log of an instance.
pub async fn insert_log(tx: &Tx, rows: &[LogRow]) -> Result<()> {
    stored::insert(tx, rows, "").await.map(drop)
}

fn micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// The log of an instance, oldest first.
pub async fn log(tx: &Tx, instance: Uuid) -> Result<Vec<LogRow>> {
    stored::select(tx, "where instance = $1 order by number", cells![tx.dialect(); instance]).await
}

/// The last row of one kind in the log of an instance.
pub async fn last_log(tx: &Tx, instance: Uuid, kind: &str) -> Result<Option<LogRow>> {
    let rest = "where instance = $1 and kind = $2 order by number desc limit 1";
    stored::first(tx, rest, cells![tx.dialect(); instance, kind]).await
}

/// What happened in the instances of a record, newest first.
pub async fn log_of(
    tx: &Tx,
    object: &str,
    record: Uuid,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<LogRow>> {
    let rest = "where instance in (select id from workflow_instance where object = $1 and record = $2) and id < $3 \
                order by id desc limit $4";
    let before = before.unwrap_or(Uuid::max());
    stored::select(tx, rest, cells![tx.dialect(); object, record, before, i64::from(limit)]).await
}
