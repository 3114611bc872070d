//! What steps are called.

use diagnostic::Locale;
use serde_json::Value as Json;
use std::collections::HashMap;
use workflow::{Flow, NodeId};

/// What a step is called: its label, else its name.
pub(super) fn label(flow: &Flow, node: NodeId, locale: Locale) -> Json {
    let node = &flow.nodes[node];
    Json::String(diagnostic::Text::or_name(node.label.as_ref(), locale, &node.name).to_owned())
}

/// What the steps of a flow are called, by their names.
pub(crate) fn labels(flow: &Flow, locale: Locale) -> HashMap<String, Json> {
    let nodes = flow.nodes.iter().enumerate();
    nodes.map(|(id, node)| (node.name.to_string(), label(flow, id, locale))).collect()
}
