//! Who asks: an actor with the rights in force, and what is remembered of tokens.

use crate::frames::Frames;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Result};
use plan::Actor;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
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
    /// Statements made for it.
    pub frames: Arc<Frames>,
}

impl Identity {
    /// What only administrators do.
    ///
    /// # Errors
    /// `not_permitted`.
    pub fn must_administer(&self, action: &str, what: &str) -> Result<()> {
        match self.actor.admin {
            true => Ok(()),
            false => {
                Err(Box::new(Diagnostic::new(Code::NotPermitted).with("action", action).with("what", what)))
            }
        }
    }
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

/// What is remembered of a token.
#[derive(Clone)]
pub(crate) struct Known {
    /// The session.
    pub id: Uuid,
    /// Whose it is.
    pub user: Uuid,
    /// A person's or a program's.
    pub kind: SessionKind,
    /// The roles it is limited to.
    pub roles: Option<Arc<[Arc<str>]>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When its last use was written down.
    pub used_at: DateTime<Utc>,
}

/// Tokens seen lately, by hash. Cleared whenever rights change anywhere.
#[derive(Default)]
pub(crate) struct SessionCache {
    known: RwLock<HashMap<[u8; 32], Known>>,
    cleared: AtomicU64,
}

impl SessionCache {
    /// How often it was cleared: what was read from the database before the last time is not to be kept.
    pub(crate) fn generation(&self) -> u64 {
        self.cleared.load(Ordering::SeqCst)
    }

    /// What is remembered of a token.
    pub(crate) fn get(&self, hash: &[u8; 32]) -> Option<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    /// Remembers a token that was read in this generation.
    pub(crate) fn put(&self, hash: [u8; 32], known: Known, generation: u64) {
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if generation == self.generation() {
            all.insert(hash, known);
        }
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        self.cleared.fetch_add(1, Ordering::SeqCst);
        self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
