//! What is on its way out: written with what causes it, sent after its commit. A mail holds what only its receiver
//! is to read, so it lies in the outbox sealed.

use crate::engine::internal;
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use storage::secret::Secret;
use storage::store::effect::Effect;
use uuid::Uuid;

pub use crate::mail::Mail;

/// The kind of effect that is a mail.
pub const MAIL: &str = "mail";
/// The kind of effect that is a notification of a user.
pub const NOTIFY: &str = "notify";
/// The kind of effect that is asked of another system.
pub const CONNECTOR: &str = "connector";
/// The kind of effect that is a call of another machine.
pub const HTTP: &str = "http";

impl Mail {
    /// The effect that sends it, once under this key.
    ///
    /// # Errors
    /// `effect_refused` for one that nobody could send, `internal` where it cannot be sealed.
    pub fn effect(&self, key: &str, secret: Option<&Secret>, now: DateTime<Utc>) -> Result<Effect> {
        self.check()?;
        effect(MAIL, self, key, secret, now)
    }

    /// The mail of an effect.
    ///
    /// # Errors
    /// `internal` for an effect that is none, or is sealed under another key.
    pub fn of(effect: &Effect, secret: Option<&Secret>) -> Result<Mail> {
        opened(effect.id, MAIL, &effect.payload, secret)
    }
}

/// An effect of a kind, to be had once under this key; what it holds is sealed.
pub(crate) fn effect<T: Serialize>(
    kind: &str,
    what: &T,
    key: &str,
    secret: Option<&Secret>,
    now: DateTime<Utc>,
) -> Result<Effect> {
    let id = Uuid::now_v7();
    Ok(Effect {
        id,
        key: key.to_owned(),
        kind: kind.to_owned(),
        payload: sealed(id, kind, what, secret)?,
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

/// What only its receiver, or who may know, is to read.
pub(crate) fn sealed<T: Serialize>(id: Uuid, kind: &str, what: &T, secret: Option<&Secret>) -> Result<Json> {
    let text = || serde_json::to_string(what).map_err(|error| internal("an effect", &error));
    Ok(match secret {
        Some(secret) => json!({"sealed": secret.seal(&text()?, id, kind)?}),
        None => json!({kind: what}),
    })
}

/// What was sealed for this id and kind, in an effect or beside it.
pub(crate) fn opened<T: DeserializeOwned>(
    id: Uuid,
    kind: &str,
    payload: &Json,
    secret: Option<&Secret>,
) -> Result<T> {
    let broken = |error: &dyn std::fmt::Display| internal("an effect in the outbox", error);
    match (payload.get("sealed").and_then(Json::as_str), secret) {
        (Some(sealed), Some(secret)) => {
            let text = secret.open(sealed, id, kind)?;
            serde_json::from_str(&text).map_err(|error| broken(&error))
        }
        (Some(_), None) => Err(broken(&"the key it is sealed under is missing")),
        (None, _) => serde_json::from_value(payload[kind].clone()).map_err(|error| broken(&error)),
    }
}
