//! What steps are called, whom they ask and where they stand.

use diagnostic::Locale;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use workflow::step::Step;
use workflow::{Flow, NodeId};

/// What a step is called: its label, else its name.
pub(super) fn label(flow: &Flow, node: NodeId, locale: Locale) -> Json {
    let node = &flow.nodes[node];
    Json::String(diagnostic::Text::or_name(node.label.as_ref(), locale, &node.name).to_owned())
}

/// `{"node", "way", "branch", "label"}` of the step in which a step lies: whether it is one of its steps, follows its
/// failure or undoes it, and on which of its branches; null where it lies in none.
pub(super) fn within(flow: &Flow, node: NodeId, locale: Locale) -> Json {
    let place = flow.nodes[node].scope;
    let scope = &flow.scopes[place];
    let Some(owner) = scope.owner.map(|owner| &flow.nodes[owner]) else { return Json::Null };
    let way = match () {
        () if owner.on_error == Some(place) => "on_error",
        () if owner.undo == Some(place) => "undo",
        () => "steps",
    };
    let called = |name| diagnostic::Text::or_name(scope.label.as_ref(), locale, name);
    let label = scope.branch.as_deref().map(called);
    json!({"node": owner.name, "way": way, "branch": scope.branch, "label": label})
}

/// Which people a step asks, and for what: `approve`, `handle` or `cc`; null where it asks nobody.
pub(super) fn asks(flow: &Flow, node: NodeId) -> Json {
    match &flow.nodes[node].step {
        Step::People(step) => json!(step.asks),
        Step::Cc(_) => json!("cc"),
        _ => Json::Null,
    }
}

/// What the steps of a flow are called, by their names.
pub(crate) fn labels(flow: &Flow, locale: Locale) -> HashMap<String, Json> {
    let nodes = flow.nodes.iter().enumerate();
    nodes.map(|(id, node)| (node.name.to_string(), label(flow, id, locale))).collect()
}
