//! Mail on its way out: written with what causes it, sent after its commit. A mail holds what only its receiver
//! is to read, so it lies in the outbox sealed.

use crate::engine::internal;
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use storage::secret::Secret;
use storage::store::effect::Effect;
use uuid::Uuid;

/// The kind of effect that is a mail.
pub const MAIL: &str = "mail";

/// A mail to one receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The receiver's address.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
}

impl Mail {
    /// The effect that sends it, once under this key.
    ///
    /// # Errors
    /// `internal` where it cannot be sealed.
    pub fn effect(&self, key: &str, secret: Option<&Secret>, now: DateTime<Utc>) -> Result<Effect> {
        let id = Uuid::now_v7();
        let mail = serde_json::to_string(self).map_err(|error| internal("a mail", &error))?;
        let payload = match secret {
            Some(secret) => json!({"sealed": secret.seal(&mail, id, MAIL)?}),
            None => json!({"mail": self}),
        };
        Ok(Effect {
            id,
            key: key.to_owned(),
            kind: MAIL.to_owned(),
            payload,
            state: "ready".to_owned(),
            at_most_once: false,
            attempts: 0,
            run_at: now,
            lease: 0,
            lease_until: None,
            result: None,
            created_at: now,
        })
    }

    /// The mail of an effect.
    ///
    /// # Errors
    /// `internal` for an effect that is none, or is sealed under another key.
    pub fn of(effect: &Effect, secret: Option<&Secret>) -> Result<Mail> {
        let broken = |error: &dyn std::fmt::Display| internal("a mail in the outbox", error);
        match (effect.payload.get("sealed").and_then(Json::as_str), secret) {
            (Some(sealed), Some(secret)) => {
                let text = secret.open(sealed, effect.id, MAIL)?;
                serde_json::from_str(&text).map_err(|error| broken(&error))
            }
            (Some(_), None) => Err(broken(&"the key it is sealed under is missing")),
            (None, _) => {
                serde_json::from_value(effect.payload["mail"].clone()).map_err(|error| broken(&error))
            }
        }
    }
}
