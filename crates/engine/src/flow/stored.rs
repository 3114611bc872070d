//! Instances between the token engine and the tables.

use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::{
    Flow, Instance, InstanceState, Lock, Origin, ParkedMove, Task, TaskKind, TaskState, Token, TokenState,
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
    /// Somebody did what was asked.
    Done,
    /// Somebody took a decision back.
    TakenBack,
    /// An administrator ended it.
    Cancelled,
    /// Somebody gave a task away.
    Transferred,
    /// Somebody asked another person to act.
    Delegated,
    /// Somebody gave a task back.
    Resolved,
    /// Somebody added people.
    SeatsAdded,
    /// Somebody took people off.
    SeatRemoved,
    /// Somebody told further people.
    Copied,
    /// Somebody asked to hurry.
    Urged,
    /// The initiator took it back.
    Withdrawn,
    /// Somebody said something.
    Commented,
    /// Approvals became void because the record changed.
    Voided,
    /// A task went to the successor of somebody who left.
    HandedOver,
    /// A decision table answered.
    Decided,
}

impl LogKind {
    fn name(self) -> &'static str {
        match self {
            LogKind::Started => "started",
            LogKind::Approved => "approved",
            LogKind::Rejected => "rejected",
            LogKind::Returned => "returned",
            LogKind::Done => "done",
            LogKind::TakenBack => "taken_back",
            LogKind::Cancelled => "cancelled",
            LogKind::Transferred => "transferred",
            LogKind::Delegated => "delegated",
            LogKind::Resolved => "resolved",
            LogKind::SeatsAdded => "seats_added",
            LogKind::SeatRemoved => "seat_removed",
            LogKind::Copied => "copied",
            LogKind::Urged => "urged",
            LogKind::Withdrawn => "withdrawn",
            LogKind::Commented => "commented",
            LogKind::Voided => "voided",
            LogKind::HandedOver => "handed_over",
            LogKind::Decided => "decided",
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
    append(work, &mut row, LogKind::Started, None, comment.into()).await?;
    table::save_instance(&work.tx, &row).await.map(drop)
}

/// What an instance knows beside its tokens and tasks.
fn variables(instance: &Instance) -> Json {
    json!({"round": instance.round, "values": instance.variables, "picks": instance.picks})
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
        round: number_in(&row.variables, "round"),
        variables: read_json(row.variables["values"].clone())?,
        picks: read_json(row.variables["picks"].clone())?,
        started_at: row.started_at,
        ended_at: row.ended_at,
        tasks: tasks.iter().map(|task| read_task(task, number(task.token))).collect::<Result<_>>()?,
        tokens: tokens.iter().map(read_token).collect::<Result<_>>()?,
    })
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

/// A structure in a table back to what it stands for; nothing is the default.
fn read_json<T: serde::de::DeserializeOwned + Default>(json: Json) -> Result<T> {
    match json {
        Json::Null => Ok(T::default()),
        json => serde_json::from_value(json).map_err(|e| crate::engine::internal("a stored flow", &e)),
    }
}

fn number_in(json: &Json, key: &str) -> u32 {
    json[key].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

fn token_number(token: &table::Token) -> u32 {
    number_in(&token.data, "number")
}

fn read_token(token: &table::Token) -> Result<Token> {
    let state: TokenState = read_name(&token.state)?;
    let parent = token.data["parent"].as_u64().and_then(|n| u32::try_from(n).ok());
    let data = read_json(token.data["kept"].clone())?;
    Ok(Token { id: token_number(token), node: token.node.as_str().into(), state, parent, data })
}

fn token_data(token: &Token) -> Json {
    json!({"number": token.id, "parent": token.parent, "kept": token.data})
}

fn read_task(task: &table::Task, token: u32) -> Result<Task> {
    let state: TaskState = read_name(&task.state)?;
    let kind: TaskKind = read_name(&task.kind)?;
    let origin: Origin = read_name(task.data["origin"].as_str().unwrap_or("assigned"))?;
    Ok(Task {
        id: task.id,
        node: task.node.as_str().into(),
        token,
        kind,
        assignee: task.assignee.unwrap_or_default(),
        state,
        order: u32::try_from(task.seat).unwrap_or(0),
        round: number_in(&task.data, "round"),
        origin,
        weight: number_in(&task.data, "weight").max(1),
        added: read_json(task.data["added"].clone())?,
        owners: read_json(task.data["owners"].clone())?,
        why: task.why.as_str().unwrap_or_default().to_owned(),
        in_place_of: read_json(task.data["in_place_of"].clone())?,
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

fn task_data(task: &Task) -> Json {
    json!({
        "origin": name_of(task.origin),
        "round": task.round,
        "weight": task.weight,
        "added": task.added,
        "owners": task.owners,
        "in_place_of": task.in_place_of,
    })
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
                let data = token_data(token);
                if known.state != state || known.data != data {
                    let row = table::Token { state, data, ended_at: ended, ..known.clone() };
                    table::save_token(&work.tx, &row).await?;
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
                    data: token_data(token),
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
        let decided = task.decided_at.is_some()
            && matches!(
                task.state,
                TaskState::Approved | TaskState::Rejected | TaskState::Returned | TaskState::Done
            );
        // Who decided stays, even when the decision is void later; one that was taken back was none.
        let decided_by = known.and_then(|k| k.decided_by).or(decided.then_some(work.identity.actor.id));
        let decided_by = decided_by.filter(|_| task.decided_at.is_some());
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
            data: task_data(task),
            seen_version: task.seen,
            decision: match decided {
                true => Some(task.state.name().to_owned()),
                false => known.and_then(|k| k.decision.clone()).filter(|_| task.decided_at.is_some()),
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
                    && known.assignee == row.assignee
                    && known.token == row.token
                    && known.data == row.data => {}
            Some(_) => drop(table::save_task(&work.tx, &row).await?),
            None => fresh.push(row),
        }
    }
    table::insert_tasks(&work.tx, &fresh).await
}

/// What a row of the log says beside its kind.
#[derive(Debug, Default)]
pub struct Said<'a> {
    /// Words of whoever did it.
    pub comment: Option<&'a str>,
    /// What belongs to the kind, such as `people`.
    pub more: Json,
}

impl<'a> From<Option<&'a str>> for Said<'a> {
    fn from(comment: Option<&'a str>) -> Self {
        Said { comment, more: Json::Null }
    }
}

/// Chains a row to the log of an instance.
pub async fn log(
    work: &Work,
    instance: Uuid,
    kind: LogKind,
    node: Option<&str>,
    said: impl Into<Said<'_>>,
) -> Result<()> {
    let mut row = table::lock_instance(&work.tx, instance).await?.ok_or_else(missing)?;
    append(work, &mut row, kind, node, said.into()).await?;
    table::save_instance(&work.tx, &row).await.map(drop)
}

async fn append(
    work: &Work,
    row: &mut table::Instance,
    kind: LogKind,
    node: Option<&str>,
    said: Said<'_>,
) -> Result<()> {
    // Whoever made the flow go on has not decided what a table decides.
    let actor = Some(work.identity.actor.id).filter(|id| !id.is_nil() && kind != LogKind::Decided);
    let mut data = if said.more.is_object() { said.more } else { json!({}) };
    if let Some(comment) = said.comment {
        data["comment"] = json!(comment);
    }
    let entry = table::NewLogRow {
        kind: kind.name().to_owned(),
        node: node.map(str::to_owned),
        actor,
        at: work.bindings.now,
        data,
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
