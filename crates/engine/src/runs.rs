//! Rows of the tables of a flow and what they stand for.

use definition::workflow::Workflow;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Value as Json, json};
use storage::Tx;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::{Instance, Origin, ParkedMove, Task, TaskKind, TaskState, Token, TokenState};

/// What an instance knows beside its tokens and tasks.
pub(crate) fn variables(instance: &Instance) -> Json {
    json!({
        "round": instance.round,
        "values": instance.variables,
        "picks": instance.picks,
        "parent": instance.parent,
        "due_at": instance.due_at,
    })
}

/// An instance of its rows.
pub(crate) fn read_instance(
    row: &table::Instance,
    tokens: &[table::Token],
    tasks: &[table::Task],
) -> Result<Instance> {
    let number = |id: Uuid| tokens.iter().find(|t| t.id == id).map_or(0, token_number);
    Ok(Instance {
        id: row.id,
        workflow: row.workflow.as_str().into(),
        hash: row.definition.clone(),
        object: row.object.as_str().into(),
        record: row.record,
        initiator: row.initiator,
        state: read_name(&row.state)?,
        parked: row.parked.as_ref().and_then(|parked| {
            Some(ParkedMove { name: parked["move"].as_str()?.into(), sent: parked["sent"].clone() })
        }),
        parent: read_json(row.variables["parent"].clone())?,
        round: number_in(&row.variables, "round"),
        variables: read_json(row.variables["values"].clone())?,
        picks: read_json(row.variables["picks"].clone())?,
        due_at: read_json(row.variables["due_at"].clone())?,
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
pub(crate) fn name_of<T: serde::Serialize>(value: T) -> String {
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

pub(crate) fn token_number(token: &table::Token) -> u32 {
    number_in(&token.data, "number")
}

pub(crate) fn read_token(token: &table::Token) -> Result<Token> {
    let state: TokenState = read_name(&token.state)?;
    let parent = token.data["parent"].as_u64().and_then(|n| u32::try_from(n).ok());
    let data = read_json(token.data["kept"].clone())?;
    Ok(Token { id: token_number(token), node: token.node.as_str().into(), state, parent, data })
}

pub(crate) fn token_data(token: &Token) -> Json {
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
        due_at: task.due_at,
        automatic: task.data["automatic"].as_bool().unwrap_or(false),
        moved: read_json(task.data["moved"].clone())?,
        why: task.why.as_str().unwrap_or_default().to_owned(),
        in_place_of: read_json(task.data["in_place_of"].clone())?,
        seen: task.seen_version,
        comment: task.comment.clone(),
        created_at: task.created_at,
        decided_at: task.decided_at,
        decided_by: task.decided_by,
    })
}

pub(crate) fn task_data(task: &Task) -> Json {
    json!({
        "origin": name_of(task.origin),
        "round": task.round,
        "weight": task.weight,
        "added": task.added,
        "owners": task.owners,
        "automatic": task.automatic,
        "moved": task.moved,
        "in_place_of": task.in_place_of,
    })
}

/// An instance as it stands, to be looked at.
pub(crate) async fn look(tx: &Tx, row: &table::Instance) -> Result<Instance> {
    let tokens = table::tokens(tx, row.id).await?;
    let tasks = table::tasks(tx, row.id).await?;
    read_instance(row, &tokens, &tasks)
}

/// A definition as it was when an instance pinned it.
pub(crate) async fn pinned(tx: &Tx, hash: &str) -> Result<Workflow> {
    let pinned = table::definition(tx, hash).await?.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    serde_json::from_str(&pinned).map_err(|e| crate::engine::internal("a pinned workflow", &e))
}
