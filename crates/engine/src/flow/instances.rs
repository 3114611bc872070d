//! Flows as administrators look for them: where they stand and what cannot go on.

use crate::engine::Engine;
use crate::flow::administrator::administrator;
use crate::flow::labels::label;
use crate::flow::tasks::{self, BoxPage};
use crate::flow::{rows, stored};
use crate::identity::Identity;
use crate::work::Work;
use diagnostic::{Locale, Result};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
pub use storage::store::workflow::FlowFilter;
use storage::store::workflow::{self as table};
use uuid::Uuid;
use workflow::{Flow, Token};

impl Engine {
    /// A page of flows, newest first, for administrators: each says the steps at which it stands, and what failed.
    ///
    /// # Errors
    /// `not_found` for whoever is no administrator.
    pub async fn instances(
        &self,
        identity: &Arc<Identity>,
        filter: &FlowFilter,
        before: Option<Uuid>,
        limit: u32,
        locale: Locale,
    ) -> Result<BoxPage> {
        administrator(identity)?;
        let (work, limit) = (self.reading(identity), limit.clamp(1, tasks::MOST));
        let found = table::instances(&work.tx, filter, before, limit).await?;
        let next = found.last().map(|last| last.id).filter(|_| found.len() == limit as usize);
        Ok(BoxPage { entries: entries(&work, &found, locale).await?, next })
    }
}

/// What administrators are told of instances.
pub(super) async fn entries(work: &Work, found: &[table::Instance], locale: Locale) -> Result<Vec<Json>> {
    let ids: Vec<Uuid> = found.iter().filter(|row| row.ended_at.is_none()).map(|row| row.id).collect();
    let mut standing: HashMap<Uuid, Vec<Token>> = HashMap::new();
    for token in table::live_tokens(&work.tx, &ids).await? {
        standing.entry(token.instance).or_default().push(rows::read_token(&token)?);
    }
    let mut flows: HashMap<&str, Option<Arc<Flow>>> = HashMap::new();
    let mut told = Vec::with_capacity(found.len());
    for row in found {
        let mut entry = tasks::instance_entry(work, row).await?;
        let tokens = standing.remove(&row.id).unwrap_or_default();
        if !tokens.is_empty() && !flows.contains_key(row.definition.as_str()) {
            // One that no longer compiles is told by the names of its steps.
            let flow = stored::flow_by(work, &row.workflow, &row.definition).await.ok();
            flows.insert(&row.definition, flow);
        }
        let flow = flows.get(row.definition.as_str()).and_then(Option::as_deref);
        entry["waiting"] = waiting(&tokens, flow, locale);
        entry["incidents"] = incidents(&tokens, flow, locale);
        told.push(entry);
    }
    Ok(told)
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

fn step(name: &str, flow: Option<&Flow>, locale: Locale) -> Json {
    let label = flow.and_then(|flow| Some(label(flow, flow.find(name)?, locale)));
    json!({"node": name, "label": label.unwrap_or_else(|| json!(name))})
}
