//! `send`: people are told by mail or in the product.

use super::Performer;
use crate::shape::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that tells people something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SendStep {
    /// What, to whom.
    pub send: Send,
}

/// A message and its receivers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Send {
    /// How.
    pub by: Channel,
    /// The template of the message.
    pub template: String,
    /// The users who get it.
    #[serde(default)]
    pub to: Vec<Performer>,
    /// Addresses that are computed: text, or a list of texts. For mail.
    pub to_from: Option<Expression>,
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// As a notification in the product.
    Notify,
    /// By mail.
    Mail,
}
