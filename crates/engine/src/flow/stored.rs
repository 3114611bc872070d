//! Instances between the token engine and the tables: locked once, stored once.

use crate::flow::awaits;
use crate::flow::log::{LogKind, Said};
use crate::runs::{self, name_of, pinned, task_data, token_data, token_number};
use crate::work::{Link, Work};
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use storage::news::Topic;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::{Flow, Instance, Lock, Task, TaskState, Token, TokenState};

/// A flow that this transaction moves: its rows as they were when it was locked, and what is to be said of it.
pub(crate) struct Held {
    row: table::Instance,
    tokens: Vec<table::Token>,
    /// What the rows of the tokens say.
    before: Vec<Token>,
    tasks: Vec<table::Task>,
    said: Vec<table::NewLogRow>,
    fresh: bool,
}

/// Why the first of the steps that failed for good did.
fn incident(instance: &Instance) -> Option<String> {
    instance
        .incidents()
        .find_map(|token| token.data.incident.as_ref())
        .map(|incident| incident.reason.clone())
}

fn missing() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::NotFound))
}

/// Keeps the definition of a published flow under its hash.
async fn keep(work: &Work, flow: &Flow) -> Result<()> {
    let Some(definition) = work.published.catalog.workflows.get(&flow.name) else { return Ok(()) };
    let body = serde_json::to_string(&**definition).map_err(|e| crate::engine::internal("a workflow", &e))?;
    table::keep_definition(&work.tx, &flow.hash, &flow.name, &body).await
}

fn locking(flow: &Flow) -> &'static str {
    match flow.lock {
        Lock::None => "none",
        Lock::Material => "material",
        Lock::All => "all",
    }
}

/// A flow that begins; its definition is kept under its hash, so that it ends as it began.
pub(crate) async fn begin(
    work: &Work,
    flow: &Flow,
    instance: &Instance,
    record_version: i64,
) -> Result<Held> {
    keep(work, flow).await?;
    let row = table::Instance {
        id: instance.id,
        workflow: instance.workflow.to_string(),
        definition: instance.hash.clone(),
        object: instance.object.to_string(),
        record: instance.record,
        record_version,
        state: instance.state.name().to_owned(),
        initiator: instance.initiator,
        locking: locking(flow).to_owned(),
        parked: instance.parked.as_ref().map(|p| json!({"move": p.name, "sent": p.sent})),
        variables: runs::variables(instance),
        event_key: None,
        chain: json!([]),
        version: 0,
        log_number: 0,
        log_hash: Vec::new(),
        started_at: instance.started_at,
        ended_at: None,
        incident: None,
    };
    let (tokens, before, tasks) = (Vec::new(), Vec::new(), Vec::new());
    Ok(Held { row, tokens, before, tasks, said: Vec::new(), fresh: true })
}

/// A flow, locked until the transaction ends.
pub(crate) async fn hold(work: &Work, id: Uuid) -> Result<(Held, Instance)> {
    let row = table::lock_instance(&work.tx, id).await?.ok_or_else(missing)?;
    let tokens = table::tokens(&work.tx, row.id).await?;
    let tasks = table::tasks(&work.tx, row.id).await?;
    let instance = runs::read_instance(&row, &tokens, &tasks)?;
    let before = instance.tokens.clone();
    Ok((Held { row, tokens, before, tasks, said: Vec::new(), fresh: false }, instance))
}

/// The flow of a task, locked until the transaction ends.
pub(crate) async fn hold_by_task(work: &Work, task: Uuid) -> Result<(Held, Instance)> {
    let task = table::task(&work.tx, task).await?.ok_or_else(missing)?;
    hold(work, task.instance).await
}

impl Held {
    /// What set the flow off: a key that does so once, and the flows that led to it.
    pub fn caused(&mut self, key: Option<String>, chain: &[Link]) {
        self.row.event_key = key;
        self.row.chain = json!(chain);
    }

    /// The flows that led to this one.
    pub fn chain(&self) -> Vec<Link> {
        serde_json::from_value(self.row.chain.clone()).unwrap_or_default()
    }

    /// It runs under another version of its definition from now on.
    pub async fn runs_under(&mut self, work: &Work, flow: &Flow) -> Result<()> {
        keep(work, flow).await?;
        self.row.definition.clone_from(&flow.hash);
        locking(flow).clone_into(&mut self.row.locking);
        Ok(())
    }

    /// Whether the flow begins with this transaction.
    pub fn begins(&self) -> bool {
        self.fresh
    }

    /// Whether a task was open when the flow was locked.
    pub fn was_open(&self, task: Uuid) -> bool {
        self.tasks.iter().any(|known| known.id == task && known.state == TaskState::Open.name())
    }

    /// Says something in the log of the flow.
    pub fn say<'s>(&mut self, work: &Work, kind: LogKind, node: Option<&str>, said: impl Into<Said<'s>>) {
        let said = said.into();
        let actor = Some(work.identity.actor.id).filter(|id| !id.is_nil() && !kind.is_of_nobody());
        let mut data = if said.more.is_object() { said.more } else { json!({}) };
        if let Some(comment) = said.comment {
            data["comment"] = json!(comment);
        }
        self.said.push(table::NewLogRow {
            kind: kind.name().to_owned(),
            node: node.map(str::to_owned),
            actor,
            at: work.bindings.now,
            data,
        });
    }

    /// The flows below that were waited for when the flow was locked, and are waited for no more.
    pub fn left_behind(&self, instance: &Instance) -> Vec<Uuid> {
        let is_awaited = |token: &Token, below: Uuid| {
            let after = instance.tokens.get(token.id as usize);
            after.is_some_and(|now| awaits::flows(now).any(|one| one == below))
        };
        let before = self.before.iter();
        let awaited = before.flat_map(|token| awaits::flows(token).map(move |below| (token, below)));
        awaited.filter(|(token, below)| !is_awaited(token, *below)).map(|(_, below)| below).collect()
    }

    /// Stores what became of the flow.
    pub async fn save(mut self, work: &Work, instance: &Instance) -> Result<()> {
        let moved = self.fresh || self.row.state != instance.state.name();
        self.row.state = instance.state.name().to_owned();
        self.row.ended_at = instance.ended_at;
        self.row.incident = incident(instance);
        self.row.variables = runs::variables(instance);
        self.row.version += 1;
        let log = table::chain_log(&mut self.row, std::mem::take(&mut self.said));
        match self.fresh {
            true => drop(table::insert_instance(&work.tx, &self.row).await?),
            false => drop(table::save_instance(&work.tx, &self.row).await?),
        }
        table::insert_log(&work.tx, &log).await?;
        let ids = self.save_tokens(work, instance).await?;
        let mut concerned = self.save_tasks(work, instance, &ids).await?;
        // Nobody waits to hear of automations that ask nobody.
        concerned.extend((moved && !instance.tasks.is_empty()).then_some(instance.initiator));
        work.engine.database().tell(&work.tx, Topic::Tasks, concerned);
        awaits::keep(work, instance.id, &self.before, &instance.tokens).await
    }

    /// Answers the stored id of each token, by its number.
    async fn save_tokens(&self, work: &Work, instance: &Instance) -> Result<Vec<Uuid>> {
        let stored: HashMap<u32, &table::Token> =
            self.tokens.iter().map(|row| (token_number(row), row)).collect();
        let mut ids = Vec::with_capacity(instance.tokens.len());
        let mut fresh = Vec::new();
        for token in &instance.tokens {
            let state = name_of(token.state);
            let ended =
                matches!(token.state, TokenState::Done | TokenState::Cancelled).then_some(work.bindings.now);
            let data = token_data(token);
            if let Some(&known) = stored.get(&token.id) {
                ids.push(known.id);
                if known.state != state || known.data != data || known.node != *token.node {
                    // A token that ended stays ended when it did.
                    let ended_at = if known.state == state { known.ended_at } else { ended };
                    let node = token.node.to_string();
                    let row = table::Token { node, state, data, ended_at, ..known.clone() };
                    table::save_token(&work.tx, &row).await?;
                }
                continue;
            }
            let id = Uuid::now_v7();
            ids.push(id);
            fresh.push(table::Token {
                id,
                instance: instance.id,
                node: token.node.to_string(),
                scope: String::new(),
                state,
                data,
                created_at: work.bindings.now,
                ended_at: ended,
            });
        }
        table::insert_tokens(&work.tx, &fresh).await?;
        Ok(ids)
    }

    /// Answers whose tasks came, went or changed.
    async fn save_tasks(&self, work: &Work, instance: &Instance, tokens: &[Uuid]) -> Result<Vec<Uuid>> {
        let (mut fresh, mut concerned) = (Vec::new(), Vec::new());
        for task in &instance.tasks {
            let known = self.tasks.iter().find(|known| known.id == task.id);
            let token = tokens.get(task.token as usize).copied().unwrap_or_default();
            let row = task_row(instance.id, task, token, known);
            match known {
                Some(known)
                    if known.state == row.state
                        && known.decided_at == row.decided_at
                        && known.assignee == row.assignee
                        && known.token == row.token
                        && known.node == row.node
                        && known.due_at == row.due_at
                        && known.data == row.data => {}
                Some(known) => {
                    concerned.extend(known.assignee.into_iter().chain(row.assignee));
                    table::save_task(&work.tx, &row).await?;
                }
                None => {
                    concerned.extend(row.assignee);
                    fresh.push(row);
                }
            }
        }
        table::insert_tasks(&work.tx, &fresh).await?;
        Ok(concerned)
    }
}

fn task_row(instance: Uuid, task: &Task, token: Uuid, known: Option<&table::Task>) -> table::Task {
    let decided = task.decided_at.is_some()
        && matches!(
            task.state,
            TaskState::Approved | TaskState::Rejected | TaskState::Returned | TaskState::Done
        );
    table::Task {
        id: task.id,
        instance,
        token,
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
        decided_by: task.decided_by.filter(|by| !by.is_nil()),
        decided_at: task.decided_at,
        read_at: known.and_then(|k| k.read_at),
        due_at: task.due_at,
        version: known.map_or(1, |known| known.version + 1),
        created_at: task.created_at,
    }
}

/// The flow an instance runs under.
pub(crate) async fn flow_of(work: &Work, instance: &Instance) -> Result<Arc<Flow>> {
    flow_by(work, &instance.workflow, &instance.hash).await
}

/// A flow by the hash of its definition: the published one where it is still the same, else the pinned definition,
/// compiled again.
pub(crate) async fn flow_by(work: &Work, workflow: &str, hash: &str) -> Result<Arc<Flow>> {
    if let Some(flow) = work.published.flow(workflow).filter(|flow| flow.hash == hash) {
        return Ok(flow.clone());
    }
    let definition = pinned(&work.tx, hash).await?;
    let compiled = workflow::compile(workflow, &definition, &work.published.catalog);
    let mut flow = compiled.map_err(|errors| {
        let gathered = Diagnostic::gather(errors);
        Box::new(gathered.unwrap_or_else(|| Diagnostic::new(Code::NotFound)))
    })?;
    hash.clone_into(&mut flow.hash);
    Ok(Arc::new(flow))
}

/// Whether an instance has not ended.
pub(crate) fn is_live(row: &table::Instance) -> bool {
    row.ended_at.is_none()
}
