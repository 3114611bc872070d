//! Instances between the token engine and the tables.

use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::{
    Flow, InPlaceOf, Instance, InstanceState, Lock, Origin, ParkedMove, Picks, Task, TaskKind, TaskState,
    Token, TokenState,
};

/// What the log says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogKind {
    /// Somebody submitted.
    Started,
    /// Somebody approved.
    Approved,
    /// Somebody rejected.
    Rejected,
    /// Somebody sent it back.
    Returned,
    /// The initiator took it back.
    Withdrawn,
    /// Somebody said something.
    Commented,
    /// Approvals became void because the record changed.
    Voided,
    /// A task went to the successor of somebody who left.
    HandedOver,
}

impl LogKind {
    fn name(self) -> &'static str {
        match self {
            LogKind::Started => "started",
            LogKind::Approved => "approved",
            LogKind::Rejected => "rejected",
            LogKind::Returned => "returned",
            LogKind::Withdrawn => "withdrawn",
            LogKind::Commented => "commented",
            LogKind::Voided => "voided",
            LogKind::HandedOver => "handed_over",
        }
    }
}

fn missing() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::NotFound))
}

/// A fresh instance; its definition is kept under its hash, so that it ends as it began.
pub async fn insert(
    work: &Work,
    flow: &Flow,
    instance: &Instance,
    record_version: i64,
    comment: Option<&str>,
) -> Result<()> {
    if let Some(definition) = work.published.catalog.workflows.get(&flow.name) {
        let body =
            serde_json::to_string(&**definition).map_err(|e| crate::engine::internal("a workflow", &e))?;
        table::keep_definition(&work.tx, &flow.hash, &flow.name, &body).await?;
    }
    let locking = match flow.lock {
        Lock::None => "none",
        Lock::Material => "material",
        Lock::All => "all",
    };
    let mut row = table::Instance {
        id: instance.id,
        workflow: instance.workflow.to_string(),
        definition: instance.hash.clone(),
        object: instance.object.to_string(),
        record: instance.record,
        record_version,
        state: instance.state.name().to_owned(),
        initiator: instance.initiator,
        locking: locking.to_owned(),
        parked: instance.parked.as_ref().map(|p| json!({"move": p.name, "sent": p.sent})),
        variables: variables(instance),
        event_key: None,
        chain: json!([]),
        version: 1,
        log_number: 0,
        log_hash: Vec::new(),
        started_at: instance.started_at,
        ended_at: None,
        incident: None,
    };
    table::insert_instance(&work.tx, &row).await?;
    append(work, &mut row, LogKind::Started, None, comment).await?;
    table::save_instance(&work.tx, &row).await.map(drop)
}

/// What an instance knows beside its tokens and tasks.
fn variables(instance: &Instance) -> Json {
    match instance.picks.is_empty() {
        true => json!({"round": instance.round}),
        false => json!({"round": instance.round, "picks": instance.picks}),
    }
}

/// An instance, locked until the transaction ends.
pub async fn load(work: &Work, id: Uuid) -> Result<Instance> {
    let row = table::lock_instance(&work.tx, id).await?.ok_or_else(missing)?;
    assemble(work, row).await
}

/// The instance of a task, locked until the transaction ends.
pub async fn of_task(work: &Work, task: Uuid) -> Result<Instance> {
    let task = table::task(&work.tx, task).await?.ok_or_else(missing)?;
    load(work, task.instance).await
}

pub(crate) async fn assemble(work: &Work, row: table::Instance) -> Result<Instance> {
    let tokens = table::tokens(&work.tx, row.id).await?;
    let tasks = table::tasks(&work.tx, row.id).await?;
    let number = |id: Uuid| tokens.iter().find(|t| t.id == id).map_or(0, token_number);
    Ok(Instance {
        id: row.id,
        workflow: row.workflow.as_str().into(),
        hash: row.definition,
        object: row.object.as_str().into(),
        record: row.record,
        initiator: row.initiator,
        state: read_name(&row.state)?,
        parked: row.parked.as_ref().and_then(|parked| {
            Some(ParkedMove { name: parked["move"].as_str()?.into(), sent: parked["sent"].clone() })
        }),
        round: row.variables["round"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        picks: read_picks(&row.variables)?,
        started_at: row.started_at,
        ended_at: row.ended_at,
        tasks: tasks.iter().map(|task| read_task(task, number(task.token))).collect::<Result<_>>()?,
        tokens: tokens.iter().map(read_token).collect::<Result<_>>()?,
    })
}

fn read_picks(variables: &Json) -> Result<Picks> {
    let picks = variables.get("picks").cloned().unwrap_or_else(|| json!({}));
    serde_json::from_value(picks).map_err(|e| crate::engine::internal("a stored flow", &e))
}

/// A name in a table back to what it stands for.
fn read_name<T: serde::de::DeserializeOwned>(name: &str) -> Result<T> {
    serde_json::from_value(Json::String(name.to_owned()))
        .map_err(|e| crate::engine::internal("a stored flow", &e))
}

/// What the enum is called in tables.
fn name_of<T: serde::Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn token_number(token: &table::Token) -> u32 {
    token.data["number"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

fn read_token(token: &table::Token) -> Result<Token> {
    let state: TokenState = read_name(&token.state)?;
    Ok(Token { id: token_number(token), node: token.node.as_str().into(), state })
}

fn read_task(task: &table::Task, token: u32) -> Result<Task> {
    let state: TaskState = read_name(&task.state)?;
    let kind: TaskKind = read_name(&task.kind)?;
    let origin: Origin = read_name(task.data["origin"].as_str().unwrap_or("assigned"))?;
    let round = task.data["round"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    Ok(Task {
        id: task.id,
        node: task.node.as_str().into(),
        token,
        kind,
        assignee: task.assignee.unwrap_or_default(),
        state,
        order: u32::try_from(task.seat).unwrap_or(0),
        round,
        origin,
        why: task.why.as_str().unwrap_or_default().to_owned(),
        in_place_of: task.data.get("in_place_of").and_then(|absent| InPlaceOf::deserialize(absent).ok()),
        seen: task.seen_version,
        comment: task.comment.clone(),
        created_at: task.created_at,
        decided_at: task.decided_at,
    })
}

/// Stores an instance that was loaded in this transaction.
pub async fn save(work: &Work, instance: &Instance) -> Result<()> {
    let mut row = table::lock_instance(&work.tx, instance.id).await?.ok_or_else(missing)?;
    row.state = instance.state.name().to_owned();
    row.ended_at = instance.ended_at;
    row.variables = variables(instance);
    row.version += 1;
    table::save_instance(&work.tx, &row).await?;
    let ids = save_tokens(work, instance).await?;
    save_tasks(work, instance, &ids).await
}

/// Answers the stored id of each token, by its number.
async fn save_tokens(work: &Work, instance: &Instance) -> Result<Vec<Uuid>> {
    let stored = table::tokens(&work.tx, instance.id).await?;
    let mut ids = Vec::with_capacity(instance.tokens.len());
    let mut fresh = Vec::new();
    for token in &instance.tokens {
        let state = name_of(token.state);
        let ended =
            matches!(token.state, TokenState::Done | TokenState::Cancelled).then_some(work.bindings.now);
        match stored.iter().find(|known| token_number(known) == token.id) {
            Some(known) => {
                if known.state != state {
                    table::save_token(&work.tx, &table::Token { state, ended_at: ended, ..known.clone() })
                        .await?;
                }
                ids.push(known.id);
            }
            None => {
                let id = Uuid::now_v7();
                fresh.push(table::Token {
                    id,
                    instance: instance.id,
                    node: token.node.to_string(),
                    scope: String::new(),
                    state,
                    data: json!({"number": token.id}),
                    created_at: work.bindings.now,
                    ended_at: ended,
                });
                ids.push(id);
            }
        }
    }
    table::insert_tokens(&work.tx, &fresh).await?;
    Ok(ids)
}

async fn save_tasks(work: &Work, instance: &Instance, tokens: &[Uuid]) -> Result<()> {
    let stored = table::tasks(&work.tx, instance.id).await?;
    let mut fresh = Vec::new();
    for task in &instance.tasks {
        let known = stored.iter().find(|known| known.id == task.id);
        let version = known.map_or(1, |known| known.version + 1);
        let decided = matches!(task.state, TaskState::Approved | TaskState::Rejected | TaskState::Returned);
        // Who decided stays, even when the decision is void later.
        let decided_by = known.and_then(|k| k.decided_by).or(decided.then_some(work.identity.actor.id));
        let row = table::Task {
            id: task.id,
            instance: instance.id,
            token: tokens.get(task.token as usize).copied().unwrap_or_default(),
            node: task.node.to_string(),
            kind: name_of(task.kind),
            state: task.state.name().to_owned(),
            seat: i64::from(task.order),
            assignee: Some(task.assignee),
            why: Json::String(task.why.clone()),
            data: data(task),
            seen_version: task.seen,
            decision: match decided {
                true => Some(task.state.name().to_owned()),
                false => known.and_then(|k| k.decision.clone()),
            },
            comment: task.comment.clone(),
            decided_by,
            decided_at: task.decided_at,
            read_at: known.and_then(|k| k.read_at),
            due_at: None,
            version,
            created_at: task.created_at,
        };
        match known {
            Some(known)
                if known.state == row.state
                    && known.decided_at == row.decided_at
                    && known.assignee == row.assignee => {}
            Some(_) => drop(table::save_task(&work.tx, &row).await?),
            None => fresh.push(row),
        }
    }
    table::insert_tasks(&work.tx, &fresh).await
}

/// What is kept of a task beside its columns.
fn data(task: &Task) -> Json {
    let mut data = json!({"origin": name_of(task.origin), "round": task.round});
    if let Some(absent) = &task.in_place_of {
        data["in_place_of"] = json!(absent);
    }
    data
}

/// Chains a row to the log of an instance.
pub async fn log(
    work: &Work,
    instance: Uuid,
    kind: LogKind,
    node: Option<&str>,
    comment: Option<&str>,
) -> Result<()> {
    let mut row = table::lock_instance(&work.tx, instance).await?.ok_or_else(missing)?;
    append(work, &mut row, kind, node, comment).await?;
    table::save_instance(&work.tx, &row).await.map(drop)
}

async fn append(
    work: &Work,
    row: &mut table::Instance,
    kind: LogKind,
    node: Option<&str>,
    comment: Option<&str>,
) -> Result<()> {
    let actor = &work.identity.actor;
    let entry = table::NewLogRow {
        kind: kind.name().to_owned(),
        node: node.map(str::to_owned),
        actor: (!actor.id.is_nil()).then_some(actor.id),
        at: work.bindings.now,
        data: comment.map_or(json!({}), |comment| json!({"comment": comment})),
    };
    table::append_log(&work.tx, row, vec![entry]).await
}

/// The flow an instance runs under: the published one where it is still the same, else the pinned definition,
/// compiled again.
pub async fn flow_of(work: &Work, instance: &Instance) -> Result<Arc<Flow>> {
    if let Some(flow) = work.published.flow(&instance.workflow).filter(|flow| flow.hash == instance.hash) {
        return Ok(flow.clone());
    }
    let pinned = table::definition(&work.tx, &instance.hash).await?.ok_or_else(missing)?;
    let definition =
        serde_json::from_str(&pinned).map_err(|e| crate::engine::internal("a pinned workflow", &e))?;
    let compiled = workflow::compile(&instance.workflow, &definition, &work.published.catalog);
    let mut flow = compiled.map_err(|errors| {
        let gathered = Diagnostic::gather(errors);
        Box::new(gathered.unwrap_or_else(|| Diagnostic::new(Code::NotFound)))
    })?;
    flow.hash.clone_from(&instance.hash);
    Ok(Arc::new(flow))
}

/// Whether an instance still runs.
pub fn is_running(row: &table::Instance) -> bool {
    row.state == InstanceState::Running.name()
}
