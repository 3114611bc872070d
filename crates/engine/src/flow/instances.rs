//! Flows as administrators look for them: where they stand and what cannot go on.

use crate::engine::Engine;
use crate::flow::administrator::administrator;
use crate::flow::entries::Names;
use crate::flow::labels::label;
use crate::flow::tasks::{self, BoxPage};
use crate::flow::{inbox, stored, variable};
use crate::identity::Identity;
use crate::runs;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Locale, Result};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
pub use storage::store::workflow::FlowFilter;
use storage::store::workflow::{self as table};
use uuid::Uuid;
use workflow::{Awaited, Flow, Instance, Token};

/// Which flows administrators look for.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// What flows are narrowed by.
    pub filter: FlowFilter,
    /// Words in the title of the record.
    pub words: Option<String>,
    /// Only those that run under another version than the published one.
    pub outdated: bool,
}

/// Who has an open task, by the instance and the node.
type Holders = HashMap<(Uuid, String), Vec<Uuid>>;

impl Engine {
    /// A page of flows, newest first, for administrators: each says the steps at which it stands and with whom, and what
    /// failed. With words a page may hold fewer than asked for, and `next` goes on from there.
    ///
    /// # Errors
    /// `not_found` for whoever is no administrator.
    pub async fn instances(
        &self,
        identity: &Arc<Identity>,
        sought: &Sought,
        before: Option<Uuid>,
        limit: u32,
        locale: Locale,
    ) -> Result<BoxPage> {
        administrator(identity)?;
        let (work, limit) = (self.reading(identity), limit.clamp(1, tasks::MOST));
        let mut filter = sought.filter.clone();
        if sought.outdated {
            filter.behind = Some(work.published.flows().map(|flow| flow.hash.clone()).collect());
        }
        let words = sought.words.as_deref().unwrap_or_default();
        let (found, next) = inbox::instances(&work, &filter, words, before, limit).await?;
        Ok(BoxPage { entries: entries(&work, &found, locale).await?, next })
    }

    /// The steps to which an administrator may take a flow, each with those that it would leave.
    ///
    /// # Errors
    /// `not_found` for whoever is no administrator; `instance_ended`, `instance_suspended`.
    pub async fn jump_targets(
        &self,
        identity: &Arc<Identity>,
        id: Uuid,
        locale: Locale,
    ) -> Result<Vec<Json>> {
        administrator(identity)?;
        let work = self.reading(identity);
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let row = table::instance(&work.tx, id).await?.ok_or_else(missing)?;
        let instance = runs::look(&work.tx, &row).await?;
        let flow = stored::flow_of(&work, &instance).await?;
        let run = workflow::Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
        let told = run.jump_targets()?.into_iter().map(|target| {
            let mut told = step(&flow.nodes[target.node].name, Some(&flow), locale);
            told["leaves"] = target.leaves.iter().map(|name| step(name, Some(&flow), locale)).collect();
            told["tasks"] = json!(target.tasks);
            told
        });
        Ok(told.collect())
    }
}

/// What administrators are told of instances.
pub(super) async fn entries(work: &Work, found: &[table::Instance], locale: Locale) -> Result<Vec<Json>> {
    let ids: Vec<Uuid> = found.iter().filter(|row| row.ended_at.is_none()).map(|row| row.id).collect();
    let mut standing: HashMap<Uuid, Vec<Token>> = HashMap::new();
    for token in table::live_tokens(&work.tx, &ids).await? {
        standing.entry(token.instance).or_default().push(runs::read_token(&token)?);
    }
    let holders = holders(work, &ids).await?;
    let people: Vec<Uuid> = holders.values().flatten().copied().collect();
    let names = Names::of(work, &Vec::from_iter(found), &[], &people).await?;
    let mut flows: HashMap<&str, Option<Arc<Flow>>> = HashMap::new();
    let mut told = Vec::with_capacity(found.len());
    for row in found {
        let mut entry = names.instance(row);
        let tokens = standing.remove(&row.id).unwrap_or_default();
        if !tokens.is_empty() && !flows.contains_key(row.definition.as_str()) {
            // One that no longer compiles is told by the names of its steps.
            let flow = stored::flow_by(work, &row.workflow, &row.definition).await.ok();
            flows.insert(&row.definition, flow);
        }
        let flow = flows.get(row.definition.as_str()).and_then(Option::as_deref);
        let mut steps = waiting(&tokens, flow, locale);
        for step in steps.as_array_mut().into_iter().flatten() {
            let node = step["node"].as_str().unwrap_or_default().to_owned();
            let held = holders.get(&(row.id, node)).into_iter().flatten();
            step["holders"] = held.map(|id| names.person(Some(*id))).collect();
        }
        entry["waiting"] = steps;
        entry["incidents"] = incidents(&tokens, flow, locale);
        (entry["definition"], entry["current"]) = version(work, row);
        told.push(entry);
    }
    Ok(told)
}

async fn holders(work: &Work, ids: &[Uuid]) -> Result<Holders> {
    let mut holders = Holders::new();
    for task in table::open_tasks(&work.tx, ids).await? {
        holders.entry((task.instance, task.node)).or_default().extend(task.assignee);
    }
    Ok(holders)
}

/// The hash of the definition under which a flow runs, and whether it is the published one.
pub(super) fn version(work: &Work, row: &table::Instance) -> (Json, Json) {
    let current = work.published.flow(&row.workflow).is_some_and(|flow| flow.hash == row.definition);
    (json!(row.definition), json!(current))
}

/// The steps at which a flow stands, each once.
pub(super) fn waiting(tokens: &[Token], flow: Option<&Flow>, locale: Locale) -> Json {
    let mut names: Vec<&str> = Vec::new();
    for token in tokens.iter().filter(|token| token.state.is_live() && token.data.left == 0) {
        if !names.contains(&&*token.node) {
            names.push(&token.node);
        }
    }
    names.into_iter().map(|name| step(name, flow, locale)).collect()
}

/// The tokens of a flow as administrators look at them: where each is, since when, what would wake it.
pub(super) fn tokens(stored: &[table::Token], tokens: &[Token], flow: &Flow, locale: Locale) -> Json {
    let told = stored.iter().zip(tokens).map(|(row, token)| {
        let mut told = step(&token.node, Some(flow), locale);
        told["token"] = json!(token.id);
        told["parent"] = json!(token.parent);
        told["item"] = json!(token.data.item);
        told["state"] = json!(row.state);
        told["since"] = json!(row.created_at);
        told["until"] = json!(row.ended_at);
        told["failed"] = json!(token.data.failed);
        told["awaits"] = token.data.awaits.iter().map(awaited).collect();
        told
    });
    told.collect()
}

fn awaited(one: &workflow::Await) -> Json {
    let (what, at, on) = match &one.what {
        Awaited::At(at) => ("time", Some(at), None),
        Awaited::Event { object, .. } => ("event", None, Some(object.to_string())),
        Awaited::Effect(id) => ("effect", None, Some(id.to_string())),
        Awaited::Flow(id) => ("flow", None, Some(id.to_string())),
    };
    json!({"name": one.name, "what": what, "at": at, "on": on})
}

/// What a flow keeps under names, as scripts see it.
pub(super) fn variables(instance: &Instance) -> Json {
    let named = instance.variables.iter();
    named
        .map(|(name, kept)| json!({"name": name, "value": variable::plain(&variable::value(kept))}))
        .collect()
}

/// What failed for good, each with the token by which it is retried or skipped.
pub(super) fn incidents(tokens: &[Token], flow: Option<&Flow>, locale: Locale) -> Json {
    let failed = tokens.iter().filter(|token| token.state.is_live());
    let told = failed.filter_map(|token| {
        let mut told = step(&token.node, flow, locale);
        told["token"] = json!(token.id);
        told["reason"] = json!(token.data.incident.as_ref()?.reason);
        Some(told)
    });
    told.collect()
}

pub(super) fn step(name: &str, flow: Option<&Flow>, locale: Locale) -> Json {
    let label = flow.and_then(|flow| Some(label(flow, flow.find(name)?, locale)));
    json!({"node": name, "label": label.unwrap_or_else(|| json!(name))})
}
