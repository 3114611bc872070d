//! Who asks: an actor with the rights in force, and what is remembered of tokens.

use chrono::{DateTime, Utc};
use plan::Actor;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// The values of `user.<name>` for an actor.
pub type UserValues = Arc<HashMap<&'static str, expression::Value>>;

/// A user with the rights in force. Made once per user and catalog, shared by requests.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who, and what it may do.
    pub actor: Arc<Actor>,
    /// The values of `user.<name>` in expressions.
    pub user: UserValues,
}

/// A person's session or a program's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// Made by signing in.
    Session,
    /// Made for a program, with roles of its own.
    Api,
}

impl SessionKind {
    /// The word in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            SessionKind::Session => "session",
            SessionKind::Api => "api",
        }
    }
}

/// What is remembered of a token: its session, its user, its kind, its roles, its end.
pub(crate) type Known = (Uuid, Uuid, SessionKind, Option<Arc<[Arc<str>]>>, Option<DateTime<Utc>>);

/// Tokens seen lately, by hash. Cleared whenever rights change anywhere.
#[derive(Default)]
pub(crate) struct SessionCache(pub(crate) RwLock<HashMap<[u8; 32], Known>>);

impl SessionCache {
    /// Forgets all.
    pub(crate) fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
