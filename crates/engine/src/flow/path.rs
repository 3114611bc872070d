//! The steps of a flow with what became of each: since when, until when, how long, who holds it, how often it went back.

use crate::flow::entries::Names;
use crate::flow::labels::{asks, label, within};
use crate::work::Work;
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::Locale;
use serde_json::{Value as Json, json};
use storage::store::workflow::{self as table, LogRow};
use workflow::{Flow, Instance, Token, TokenState};

/// What is stored of an instance.
pub(super) struct Traced<'a> {
    pub tokens: &'a [table::Token],
    pub tasks: &'a [table::Task],
    pub log: &'a [LogRow],
}

/// Every node of the flow in the order of the definition.
pub(super) fn told(
    work: &Work,
    flow: &Flow,
    instance: &Instance,
    traced: &Traced<'_>,
    names: &Names,
    locale: Locale,
) -> Vec<Json> {
    let nodes = flow.nodes.iter().enumerate();
    nodes
        .map(|(id, node)| {
            let mut told = visits(traced, &node.name, work.bindings.now);
            told["node"] = json!(node.name);
            told["label"] = label(flow, id, locale);
            told["asks"] = asks(flow, id);
            told["within"] = within(flow, id, locale);
            let token = instance.token_at(&node.name);
            let unasked = token.and_then(|token| token.data.unasked);
            told["state"] = json!(if unasked.is_some() { "skipped" } else { state(instance, token) });
            told["skipped"] = json!(unasked);
            told["holders"] = Json::Array(held(traced, names, &node.name));
            told["returns"] = json!(returns(traced, &node.name));
            told
        })
        .collect()
}

fn state(instance: &Instance, token: Option<&Token>) -> &'static str {
    match token.map(|token| token.state) {
        Some(TokenState::Ready | TokenState::Waiting) => "waiting",
        Some(TokenState::Done) => "taken",
        Some(TokenState::Cancelled) => "cancelled",
        None if instance.ended_at.is_none() => "open",
        None => "not_taken",
    }
}

/// When the flow came to a node and left it the last time, and how long it stood there in all.
fn visits(traced: &Traced<'_>, node: &str, now: DateTime<Utc>) -> Json {
    let mut at = traced.tokens.iter().filter(|token| token.node == node);
    let stood = |token: &table::Token| token.ended_at.unwrap_or(now) - token.created_at;
    let seconds: TimeDelta = at.clone().map(stood).sum();
    match at.next_back() {
        Some(last) => {
            json!({"since": last.created_at, "until": last.ended_at, "seconds": seconds.num_seconds().max(0)})
        }
        None => json!({"since": null, "until": null, "seconds": null}),
    }
}

fn held(traced: &Traced<'_>, names: &Names, node: &str) -> Vec<Json> {
    let open =
        traced.tasks.iter().filter(|task| task.node == node && task.state == "open" && task.kind != "cc");
    open.map(|task| names.person(task.assignee)).collect()
}

fn returns(traced: &Traced<'_>, node: &str) -> usize {
    traced.log.iter().filter(|row| row.kind == "returned" && row.node.as_deref() == Some(node)).count()
}
